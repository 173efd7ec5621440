//! Reads one entry of `mutations`.
//! Does not compare it with the others: order is the user's.

use super::checker::{Checker, any_of, child, set};
use super::route::is_field_name;
use super::value::{Value, field};
use crate::http::Method;
use crate::route::{IdempotencyHeader, Matcher, MutationRoute, OnRetryable};

const KEYS: [&str; 10] = [
    "match",
    "methods",
    "lane",
    "invalidates",
    "timeout",
    "onRetryable",
    "idempotencyHeader",
    "expects",
    "forms",
    "maxRetryAfter",
];

const METHODS: [&str; 4] = ["POST", "PUT", "PATCH", "DELETE"];

/// Reads a mutation route; what is wrong goes to the checker.
pub(super) fn read(checker: &mut Checker, at: &str, value: &Value) -> Option<MutationRoute> {
    let fields = checker.fields(at, value)?;
    let mut route = MutationRoute::new(Matcher::OwnOrigin);
    for (key, value) in fields {
        read_field(&mut route, checker, &child(at, key), (key, value));
    }
    if field(fields, "match").is_none() {
        checker.missing(at, "match", "a pattern such as \"/api/*\", a list of patterns or a function");
    }
    Some(route)
}

fn read_field(route: &mut MutationRoute, checker: &mut Checker, at: &str, (key, value): (&str, &Value)) {
    match key {
        "match" => set(&mut route.matcher, checker.matcher(at, value)),
        "methods" => route.methods = checker.one_or_many(at, value, &any_of(&METHODS), read_method),
        "lane" => set(&mut route.lane, checker.template(at, value)),
        "invalidates" => route.invalidates = checker.list(at, value, "a list of tags", Checker::template),
        "timeout" => set(&mut route.timeout, checker.timeout(at, value)),
        "onRetryable" => set(&mut route.on_retryable, read_on_retryable(checker, at, value)),
        "idempotencyHeader" => set(&mut route.idempotency_header, read_idempotency_header(checker, at, value)),
        "expects" => route.expects = checker.one_or_many(at, value, "at least one content type", Checker::media_type),
        "forms" => route.forms = read_forms(checker, at, value),
        "maxRetryAfter" => set(&mut route.max_retry_after, checker.span(at, value)),
        _ => checker.unknown_key(at, key, &KEYS),
    }
}

fn read_method(checker: &mut Checker, at: &str, value: &Value) -> Option<Method> {
    let expected = any_of(&METHODS);
    if matches!(value, Value::Text(text) if ["GET", "HEAD"].contains(&text.to_ascii_uppercase().as_str())) {
        return checker.unfit_note(at, &expected, value, Some("reads belong in routes".to_owned()));
    }
    checker.word(at, value, &METHODS, &expected).map(Method::parse)
}

fn read_on_retryable(checker: &mut Checker, at: &str, value: &Value) -> Option<OnRetryable> {
    let words = ["queue", "answer"];
    let word = checker.word(at, value, &words, &any_of(&words))?;
    Some(if word == "queue" { OnRetryable::Queue } else { OnRetryable::Answer })
}

fn read_idempotency_header(checker: &mut Checker, at: &str, value: &Value) -> Option<IdempotencyHeader> {
    match value {
        Value::Text(name) if is_field_name(name) => Some(IdempotencyHeader::Named(name.clone())),
        Value::Bool(false) => Some(IdempotencyHeader::Never),
        _ => checker.unfit(at, "the name of a header field, or false", value),
    }
}

fn read_forms(checker: &mut Checker, at: &str, value: &Value) -> Option<String> {
    let fields = checker.fields(at, value)?;
    let expected = "a path such as \"/sent.html\"";
    let mut redirect = None;
    for (key, value) in fields {
        let at = child(at, key);
        match key.as_str() {
            "redirect" => redirect = checker.own_path(&at, value, expected),
            _ => checker.unknown_key(&at, key, &["redirect"]),
        }
    }
    if field(fields, "redirect").is_none() {
        checker.missing(at, "redirect", expected);
    }
    redirect
}
