//! The app's config as the browser has it. The shell keeps functions to itself and leaves `{hook: true}` in their place.
//! Checks nothing: the config was checked at install.

use super::objects::get;
use crate::engine::config::Source;
use js_sys::{Array, JSON};
use wasm_bindgen::JsValue;

/// A value of it.
pub struct Given(pub JsValue);

impl Source for Given {
    fn get(&self, key: &str) -> Option<Given> {
        // A field that is undefined is one that was left out.
        Some(Given(get(&self.0, key))).filter(|field| !field.0.is_undefined())
    }

    fn items(&self) -> Vec<Given> {
        let list = if Array::is_array(&self.0) { Array::from(&self.0) } else { Array::of1(&self.0) };
        let mut items = Vec::new();
        for place in 0..list.length() {
            items.push(Given(list.get(place)));
        }
        items
    }

    fn text(&self) -> Option<String> {
        self.0.as_string()
    }

    fn number(&self) -> Option<f64> {
        self.0.as_f64()
    }

    fn flag(&self) -> Option<bool> {
        self.0.as_bool()
    }

    fn is_hook(&self) -> bool {
        get(&self.0, "hook").is_truthy()
    }

    fn canonical(&self) -> String {
        JSON::stringify(&self.0).map(String::from).unwrap_or_default()
    }
}
