//! JSON as a config value, for tests: the library itself reads no JSON.

use longshore::engine::config::Value;
use serde_json::Value as Json;

/// Converts what JSON can say; functions are written `{"hook": true}`.
pub fn value(json: &Json) -> Value {
    match json {
        Json::Null => Value::Null,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => Value::Number(number.as_f64().unwrap()),
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().map(value).collect()),
        Json::Object(fields) => Value::Map(fields.iter().map(|(key, json)| (key.clone(), value(json))).collect()),
    }
}
