//! Plain JavaScript objects, made and read field by field.
//! Knows no message: who builds one names its fields.

use js_sys::{Object, Reflect};
use wasm_bindgen::prelude::*;

/// An object of these fields.
pub fn object(fields: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in fields {
        set(&object, key, value);
    }
    object.into()
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
    if js_sys::Array::is_array(&list) {
        js_sys::Array::from(&list).iter().filter_map(|item| item.as_string()).collect()
    } else {
        Vec::new()
    }
}

/// An `Error` with a name, as the shell passes it on to pages.
pub fn error(name: &str, message: &str) -> JsValue {
    let error = js_sys::Error::new(message);
    error.set_name(name);
    error.into()
}
