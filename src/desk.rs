//! What the worker shell calls of the desk: texts read and weighed, with no state between two calls.
//! A thin edge; what is decided is decided in `engine::config` and `merge`. Only texts cross, which takes the least glue.

use crate::engine::config::{Config, Value};
use crate::engine::layers;
use crate::merge;
use wasm_bindgen::prelude::*;

/// Answers one question. By name, since each function of its own would bring glue of its own:
///
/// - `check`: a config as JSON in which `{"hook": true}` stands for a function. Every wrong place, a line each; nothing where there is none.
/// - `reconcile`: [`merge::reconcile_text`]; `{error}` where it has an error.
/// - `affecting`: [`layers::affecting`].
/// - `coalesce`: [`merge::coalesce`]; nothing where the two cannot be one.
/// - `lay`: [`layers::lay_all`].
#[wasm_bindgen]
pub fn ask(what: &str, request: &str) -> String {
    let value = match (what, merge::Value::parse(request)) {
        ("check", Err(error)) => return format!("config: {error}"),
        (_, Err(error)) => return failed(&error.to_string()),
        (_, Ok(value)) => value,
    };
    match what {
        "check" => check(value),
        "reconcile" => merge::reconcile_text(&value).unwrap_or_else(|problem| failed(&problem.to_string())),
        "coalesce" => merge::coalesce(&value).map(|body| body.to_string()).unwrap_or_default(),
        "affecting" => layers::affecting(&value).to_string(),
        _ => layers::lay_all(&value).to_string(),
    }
}

fn check(config: merge::Value) -> String {
    let mut lines = String::new();
    for error in Config::check(&neutral(config)).err().unwrap_or_default() {
        lines.push_str(if lines.is_empty() { "" } else { "\n" });
        lines.push_str(&error.to_string());
    }
    lines
}

fn failed(problem: &str) -> String {
    merge::Value::Object(vec![("error".to_owned(), merge::Value::text(problem))]).to_string()
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
