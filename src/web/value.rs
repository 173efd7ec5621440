//! The page's config object as the neutral value that the engine checks.
//! Checks nothing itself.

use crate::engine::config::Value;
use js_sys::{Array, Object};
use wasm_bindgen::prelude::*;

/// Deeper nesting than any config has; a circular object ends here.
const DEPTH: u32 = 12;

/// Reads a value; what has no neutral form (symbols, too deep) reads as null, which no field accepts.
pub fn read(value: &JsValue) -> Value {
    read_at(value, 0)
}

fn read_at(value: &JsValue, depth: u32) -> Value {
    if depth > DEPTH || value.is_null() || value.is_undefined() {
        return Value::Null;
    }
    if let Some(flag) = value.as_bool() {
        return Value::Bool(flag);
    }
    if let Some(number) = value.as_f64() {
        return Value::Number(number);
    }
    if let Some(text) = value.as_string() {
        return Value::Text(text);
    }
    if value.is_function() {
        return Value::Hook;
    }
    if Array::is_array(value) {
        let mut items = Vec::new();
        for item in Array::from(value).iter() {
            items.push(read_at(&item, depth + 1));
        }
        return Value::List(items);
    }
    if !value.is_object() {
        return Value::Null;
    }
    if super::objects::get(value, "hook").is_truthy() {
        // The shell keeps functions to itself and leaves this in their place.
        return Value::Hook;
    }
    let mut fields = Vec::new();
    for name in Object::keys(value.unchecked_ref::<Object>()).iter() {
        let Some(key) = name.as_string() else { continue };
        let field = super::objects::get(value, &key);
        // A field that is undefined is one that was left out.
        if !field.is_undefined() {
            fields.push((key, read_at(&field, depth + 1)));
        }
    }
    Value::Map(fields)
}
