//! Plain JavaScript objects, made and read field by field.
//! Knows no message: who builds one names its fields.

use js_sys::{Function, Object, Promise, Reflect};
use std::cell::Cell;
use wasm_bindgen::prelude::*;

/// An object of these fields; those that are undefined are left out.
pub fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in fields {
        if !value.is_undefined() {
            set(&object, key, value);
        }
    }
    object.into()
}

/// An object being read field by field. What is missing or of another type reads as empty, and is remembered: to ask
/// once at the end costs less than to stop at each.
pub struct Fields {
    object: JsValue,
    complete: Cell<bool>,
}

impl Fields {
    /// The fields of an object.
    pub fn of(object: &JsValue) -> Fields {
        Fields { object: object.clone(), complete: Cell::new(true) }
    }

    /// A text that must be there.
    pub fn text(&self, key: &str) -> String {
        self.demand(self.optional(key))
    }

    /// A text that may be missing.
    pub fn optional(&self, key: &str) -> Option<String> {
        text(&self.object, key)
    }

    /// A number that must be there.
    pub fn number(&self, key: &str) -> f64 {
        self.demand(get(&self.object, key).as_f64())
    }

    /// A truth value that must be there.
    pub fn flag(&self, key: &str) -> bool {
        self.demand(get(&self.object, key).as_bool())
    }

    /// A list of texts.
    pub fn texts(&self, key: &str) -> Vec<String> {
        texts(&self.object, key)
    }

    /// An object inside it, which may be missing.
    pub fn inner(&self, key: &str) -> Option<Fields> {
        Some(get(&self.object, key)).filter(JsValue::is_object).map(|inner| Fields::of(&inner))
    }

    /// Whether there is a value.
    pub fn has(&self, key: &str) -> bool {
        !get(&self.object, key).is_undefined()
    }

    /// Whether everything that must be there was there so far.
    pub fn are_complete(&self) -> bool {
        self.complete.get()
    }

    fn demand<T: Default>(&self, value: Option<T>) -> T {
        if value.is_none() {
            self.complete.set(false);
        }
        value.unwrap_or_default()
    }
}

/// Sets a field. It cannot fail on an object of our own making; on a frozen one there is nothing to do.
pub fn set(object: &JsValue, key: &str, value: &JsValue) {
    let _ = Reflect::set(object, &key.into(), value);
}

/// A field, or undefined.
pub fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A field that is a text.
pub fn text(object: &JsValue, key: &str) -> Option<String> {
    get(object, key).as_string()
}

/// A list of texts in a field; anything else reads as empty.
pub fn texts(object: &JsValue, key: &str) -> Vec<String> {
    let list = get(object, key);
    let mut texts = Vec::new();
    if js_sys::Array::is_array(&list) {
        for item in js_sys::Array::from(&list).iter() {
            texts.extend(item.as_string());
        }
    }
    texts
}

/// A promise that is still open, with what resolves and what rejects it.
pub fn deferred() -> (Promise, Function, Function) {
    let mut settle = None;
    let promise = Promise::new(&mut |resolve, reject| settle = Some((resolve, reject)));
    // The browser has called back by now; were it not so, nobody could settle the promise.
    let (resolve, reject) = settle.unwrap_or_default();
    (promise, resolve, reject)
}

/// An `Error` with a name, as the shell passes it on to pages.
pub fn error(name: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    error.set_name(name);
    error.into()
}
