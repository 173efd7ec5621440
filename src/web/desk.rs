//! What the worker shell calls of the desk: texts read and weighed, with no state between two calls.
//! A thin edge; what is decided is decided in `engine::config` and `merge`. Only texts cross, which takes the least glue.

use crate::engine::config::{Config, Value};
use crate::merge;
use wasm_bindgen::prelude::*;

/// Checks a config, as JSON in which `{"hook": true}` stands for a function. Gives every wrong place, a line each; nothing where there is none.
#[wasm_bindgen]
pub fn check(config: &str) -> String {
    let value = match merge::Value::parse(config) {
        Ok(value) => neutral(value),
        Err(error) => return format!("config: {error}"),
    };
    let mut lines = String::new();
    for error in Config::check(&value).err().unwrap_or_default() {
        lines.push_str(if lines.is_empty() { "" } else { "\n" });
        lines.push_str(&error.to_string());
    }
    lines
}

/// What a write that was refused as a conflict is to send instead, or what to ask a person: JSON in and out, as
/// [`reconcile_text`](merge::reconcile_text) has it; `{error}` where it has an error.
#[wasm_bindgen]
pub fn reconcile(request: &str) -> String {
    merge::reconcile_text(request).unwrap_or_else(|problem| {
        let error = ("error".to_owned(), merge::Value::Text(problem.to_string()));
        merge::Value::Object(vec![error]).to_string()
    })
}

fn neutral(value: merge::Value) -> Value {
    match value {
        merge::Value::Null => Value::Null,
        merge::Value::Bool(flag) => Value::Bool(flag),
        merge::Value::Number(text) => {
            merge::Decimal::parse(&text).map_or(Value::Null, |decimal| Value::Number(decimal.to_f64()))
        }
        merge::Value::Text(text) => Value::Text(text),
        merge::Value::List(items) => Value::List(items.into_iter().map(neutral).collect()),
        merge::Value::Object(members) => {
            let fields = members.into_iter().map(|(name, value)| (name, neutral(value))).collect();
            let map = Value::Map(fields);
            if map.is_hook() { Value::Hook } else { map }
        }
    }
}
