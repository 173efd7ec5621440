//! The conditions of routes, for whoever matches requests in Rust.
//! The worker does not: its shell reads and matches them before the engine hears of a request.

use super::read::{items, texts};
use super::value::Value;
use crate::http::{Method, Mode};
use crate::route::{Conditions, HeaderRule, Matcher, Pattern, PatternError};

/// What each of the config's `routes` takes, in written order.
pub fn route_conditions(config: &Value) -> Result<Vec<Conditions>, PatternError> {
    items(config, "routes").iter().map(|route| conditions(route, "method", &[Method::Get, Method::Head])).collect()
}

/// What each of the config's `mutations` takes, in written order.
pub fn mutation_conditions(config: &Value) -> Result<Vec<Conditions>, PatternError> {
    let read = |route: &Value| {
        let all = [Method::Post, Method::Put, Method::Patch, Method::Delete];
        let mut conditions = conditions(route, "methods", &all)?;
        if route.get("forms").is_none() {
            // A form navigation shows its answer to a person, who cannot read the 202 of a kept write.
            conditions.modes = vec![Mode::SameOrigin, Mode::Cors, Mode::NoCors];
        }
        Ok(conditions)
    };
    items(config, "mutations").iter().map(read).collect()
}

fn conditions(route: &Value, method: &str, all: &[Method]) -> Result<Conditions, PatternError> {
    let mut methods: Vec<Method> = texts(route, method).iter().map(|word| Method::parse(word)).collect();
    if methods.is_empty() {
        methods = all.to_vec();
    }
    let headers = match route.get("header") {
        Some(Value::Map(fields)) => fields.iter().map(|(name, value)| header(name, value)).collect(),
        _ => Vec::new(),
    };
    Ok(Conditions {
        matcher: matcher(route)?,
        methods,
        destinations: texts(route, "destination"),
        modes: texts(route, "mode").iter().map(|word| Mode::parse(word)).collect(),
        headers,
    })
}

fn matcher(route: &Value) -> Result<Matcher, PatternError> {
    match route.get("match") {
        None => Ok(Matcher::OwnOrigin),
        Some(value) if value.is_hook() => Ok(Matcher::Hook),
        Some(_) => {
            let texts = texts(route, "match");
            Ok(Matcher::Patterns(texts.iter().map(|text| Pattern::parse(text)).collect::<Result<_, _>>()?))
        }
    }
}

fn header(name: &str, value: &Value) -> HeaderRule {
    HeaderRule { name: name.to_ascii_lowercase(), value: value.as_text().map(str::to_owned) }
}
