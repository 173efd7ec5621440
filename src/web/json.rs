//! Plain JavaScript objects and what browser objects say of themselves, as one JSON text each way.
//! Knows no message: who builds or reads one names its fields.
//!
//! Every field that crosses by itself costs several calls; a text costs one, however many fields are in it.

use crate::http::Headers;
use crate::text::quote;
use js_sys::{JSON, Object};
use wasm_bindgen::prelude::*;

/// A field's value on its way to JavaScript.
#[derive(Clone, Copy)]
pub enum Json<'a> {
    /// Left out, the name too.
    Absent,
    /// There, and empty: `undefined` would read as a field that this version does not have.
    Null,
    /// A whole number.
    Number(i64),
    /// A text.
    Text(&'a str),
    /// A list of texts.
    Texts(&'a [String]),
    /// JSON already.
    Raw(&'a str),
    /// Header fields, as fetch takes them: a list of pairs.
    Headers(&'a Headers),
}

/// An object of these fields.
pub fn object(fields: &[(&str, Json)]) -> JsValue {
    JSON::parse(&written(fields)).unwrap_or(JsValue::NULL)
}

/// An object of these fields, as JSON.
pub fn written(fields: &[(&str, Json)]) -> String {
    let mut out = String::from("{");
    let mut gap = "";
    for (name, value) in fields {
        if matches!(value, Json::Absent) {
            continue;
        }
        out.push_str(gap);
        gap = ",";
        quote(&mut out, name);
        out.push(':');
        value.write(&mut out);
    }
    out.push('}');
    out
}

/// Properties of a browser object that are texts without line breaks, one a line. `names` is a JSON list: given one, `stringify`
/// writes the properties that it names, in its order and inherited ones too (ECMA-262, 25.5.2).
pub fn lines_of(object: &JsValue, names: &str) -> String {
    let properties = JSON::parse(names)
        .and_then(|names| JSON::stringify_with_replacer(object, &names))
        .and_then(|json| JSON::parse(&String::from(json)));
    properties
        .map(|properties| String::from(Object::values(properties.unchecked_ref::<Object>()).join("\n")))
        .unwrap_or_default()
}

impl<'a> Json<'a> {
    /// A text, or nothing.
    pub fn maybe(text: &'a Option<String>) -> Json<'a> {
        text.as_deref().map_or(Json::Absent, Json::Text)
    }

    /// A text, or null.
    pub fn text(text: Option<&'a str>) -> Json<'a> {
        text.map_or(Json::Null, Json::Text)
    }

    /// A status, or null.
    pub fn status(status: Option<u16>) -> Json<'a> {
        status.map_or(Json::Null, |status| Json::Number(status.into()))
    }

    fn write(self, out: &mut String) {
        let mut open = '[';
        match self {
            Json::Absent | Json::Null => out.push_str("null"),
            Json::Number(number) => out.push_str(&number.to_string()),
            Json::Text(text) => quote(out, text),
            Json::Raw(json) => out.push_str(json),
            Json::Texts(texts) => {
                for text in texts {
                    out.push(open);
                    quote(out, text);
                    open = ',';
                }
                close(out, open);
            }
            Json::Headers(headers) => {
                for (name, value) in headers.iter() {
                    out.push(open);
                    out.push('[');
                    quote(out, name);
                    out.push(',');
                    quote(out, value);
                    out.push(']');
                    open = ',';
                }
                close(out, open);
            }
        }
    }
}

/// Ends a list; one that has had no item yet is opened first.
fn close(out: &mut String, open: char) {
    if open == '[' {
        out.push(open);
    }
    out.push(']');
}
