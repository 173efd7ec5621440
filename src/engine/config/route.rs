//! Reads one entry of `routes`.
//! Does not compare it with the others: order is the user's.

use super::checker::{Checker, any_of, child, set};
use super::value::{Value, field};
use crate::http::{Method, Mode};
use crate::route::{HeaderRule, Matcher, Route, Search, Strategy};

const KEYS: [&str; 14] = [
    "match",
    "method",
    "destination",
    "mode",
    "header",
    "strategy",
    "timeout",
    "staleTime",
    "maxAge",
    "maxEntries",
    "tags",
    "ignoreSearch",
    "expects",
    "fallback",
];

/// Of these a route needs one: without, it would take everything, which nobody writes on purpose.
const CONDITIONS: [&str; 5] = ["match", "method", "destination", "mode", "header"];

/// Fetch's destinations; the empty one is a plain `fetch()`.
const DESTINATIONS: [&str; 23] = [
    "",
    "audio",
    "audioworklet",
    "document",
    "embed",
    "font",
    "frame",
    "iframe",
    "image",
    "json",
    "manifest",
    "object",
    "paintworklet",
    "report",
    "script",
    "sharedworker",
    "style",
    "text",
    "track",
    "video",
    "webidentity",
    "worker",
    "xslt",
];

const MODES: [&str; 4] = ["navigate", "same-origin", "cors", "no-cors"];

/// Reads a route; what is wrong goes to the checker.
pub(super) fn read(checker: &mut Checker, at: &str, value: &Value) -> Option<Route> {
    let fields = checker.fields(at, value)?;
    let mut route = Route::new(Matcher::OwnOrigin, Strategy::NetworkOnly);
    for (key, value) in fields {
        read_field(&mut route, checker, &child(at, key), (key, value));
    }
    if field(fields, "strategy").is_none() {
        checker.missing(at, "strategy", &strategies());
    }
    let conditions = ["match", "destination", "mode", "header"];
    if !conditions.iter().any(|key| field(fields, key).is_some()) {
        checker.clash(at, "a route needs at least one of match, destination, mode or header");
    }
    let strategy = field(fields, "strategy").map(Value::canonical);
    if field(fields, "timeout").is_some() && strategy.is_some() && route.strategy != Strategy::NetworkFirst {
        checker.clash(&child(at, "timeout"), "only network-first has a timeout");
    }
    route.name = name(at, fields);
    Some(route)
}

fn read_field(route: &mut Route, checker: &mut Checker, at: &str, (key, value): (&str, &Value)) {
    match key {
        "match" => set(&mut route.matcher, checker.matcher(at, value)),
        "method" => route.methods = checker.one_or_many(at, value, "\"GET\" or \"HEAD\"", read_method),
        "destination" => route.destinations = checker.one_or_many(at, value, DESTINATION, read_destination),
        "mode" => route.modes = checker.one_or_many(at, value, &any_of(&MODES), read_mode),
        "header" => route.headers = read_headers(checker, at, value),
        "strategy" => set(&mut route.strategy, read_strategy(checker, at, value)),
        "timeout" => route.timeout = checker.timeout(at, value),
        "staleTime" => route.stale_time = checker.span(at, value),
        "maxAge" => route.max_age = checker.span(at, value),
        "maxEntries" => route.max_entries = checker.count(at, value),
        "tags" => route.tags = checker.list(at, value, "a list of tags", Checker::template),
        "ignoreSearch" => {
            let search = |ignored| if ignored { Search::Ignored } else { Search::Counts };
            set(&mut route.search, checker.flag(at, value).map(search));
        }
        "expects" => route.expects = checker.one_or_many(at, value, "at least one content type", Checker::media_type),
        "fallback" => route.fallback = checker.own_path(at, value, "a path such as \"/offline.html\""),
        _ => checker.unknown_key(at, key, &KEYS),
    }
}

const DESTINATION: &str = "a destination such as \"image\"";

fn strategies() -> String {
    any_of(&Strategy::ALL.map(Strategy::as_str))
}

fn read_strategy(checker: &mut Checker, at: &str, value: &Value) -> Option<Strategy> {
    let word = checker.word(at, value, &Strategy::ALL.map(Strategy::as_str), &strategies())?;
    Strategy::parse(word)
}

fn read_method(checker: &mut Checker, at: &str, value: &Value) -> Option<Method> {
    let (words, expected) = (["GET", "HEAD"], "\"GET\" or \"HEAD\"");
    if matches!(value, Value::Text(text) if ["POST", "PUT", "PATCH", "DELETE"].contains(&text.to_ascii_uppercase().as_str()))
    {
        return checker.unfit_note(at, expected, value, Some("writes belong in mutations".to_owned()));
    }
    checker.word(at, value, &words, expected).map(Method::parse)
}

fn read_destination(checker: &mut Checker, at: &str, value: &Value) -> Option<String> {
    checker.word(at, value, &DESTINATIONS, DESTINATION).map(str::to_owned)
}

fn read_mode(checker: &mut Checker, at: &str, value: &Value) -> Option<Mode> {
    checker.word(at, value, &MODES, &any_of(&MODES)).map(Mode::parse)
}

fn read_headers(checker: &mut Checker, at: &str, value: &Value) -> Vec<HeaderRule> {
    let Some(fields) = checker.fields(at, value) else { return Vec::new() };
    fields.iter().filter_map(|(name, value)| read_header(checker, &child(at, name), (name, value))).collect()
}

fn read_header(checker: &mut Checker, at: &str, (name, value): (&str, &Value)) -> Option<HeaderRule> {
    if !is_field_name(name) {
        checker.clash(at, "this is no name of a header field");
        return None;
    }
    let name = name.to_ascii_lowercase();
    match value {
        Value::Text(text) => Some(HeaderRule { name, value: Some(text.clone()) }),
        Value::Bool(true) => Some(HeaderRule { name, value: None }),
        _ => checker.unfit(at, "a text, or true for any value", value),
    }
}

/// RFC 9110, 5.6.2: a field name is a token.
pub(super) fn is_field_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

/// The conditions as written. Where one is a function, two routes can have the same, so the place is added.
fn name(at: &str, fields: &[(String, Value)]) -> String {
    let given =
        CONDITIONS.iter().filter_map(|key| field(fields, key).map(|value| format!("{key}={}", value.canonical())));
    let mut name = given.collect::<Vec<_>>().join(" ");
    if field(fields, "match").is_some_and(Value::is_hook) {
        name.push_str(&format!(" {at}"));
    }
    name
}
