//! From a config that fits to what the engine works with.
//! Checks nothing: what is missing has its default, and what does not fit never comes here.

use super::checker::item;
use super::source::Source;
use super::{Config, Group, Precached, Revision};
use crate::route::{
    Conflict, IdempotencyHeader, Limits, MutationRoute, OnRetryable, Packing, Priority, Respect, Route, Strategy,
    Template,
};
use crate::time::Span;

/// What a route's name is made of.
const CONDITIONS: [&str; 5] = ["match", "method", "destination", "mode", "header"];

/// Reads the whole.
pub(super) fn config(value: &impl Source) -> Config {
    let mut config = Config {
        version: String::new(),
        routes: Vec::new(),
        mutations: Vec::new(),
        precache: Vec::new(),
        warm: flag(value, "warm").unwrap_or(true),
        parallel: count(value, "parallel").unwrap_or(4),
        max_pending: count(value, "maxPending"),
        max_pending_bytes: value.get("maxPendingBytes").and_then(|bytes| bytes.number()).map(|bytes| bytes as u64),
        limits: value.get("limits").map_or(Limits::NONE, |value| limits(&value, Limits::NONE)),
    };
    for (index, value) in items(value, "routes").iter().enumerate() {
        config.routes.push(route(index, value, config.limits));
    }
    for value in items(value, "mutations") {
        config.mutations.push(mutation(&value));
    }
    for value in items(value, "precache") {
        config.precache.push(precached(&value));
    }
    config
}

/// Limits as written; no answer may have more bytes than all may have together.
fn limits(value: &impl Source, all: Limits) -> Limits {
    let limit = |key| value.get(key).and_then(|value| value.number()).map_or(u64::MAX, |limit| limit as u64);
    let bytes = limit("maxBytes");
    Limits { entries: limit("maxEntries"), bytes, each: limit("maxEntryBytes").min(bytes).min(all.each) }
}

fn route(index: usize, value: &impl Source, all: Limits) -> Route {
    Route {
        name: name(index, value),
        timeout: span(value, "timeout"),
        stale_time: span(value, "staleTime"),
        respect: if text(value, "respect").as_deref() == Some("http") { Respect::Http } else { Respect::Route },
        max_age: span(value, "maxAge"),
        limits: limits(value, all),
        priority: Priority::parse(text(value, "priority").as_deref()),
        tags: templates(value, "tags"),
        packing: if flag(value, "gzip").unwrap_or(false) { Packing::Gzip } else { Packing::Plain },
        store_opaque: flag(value, "storeOpaque").unwrap_or(false),
        expects: media_types(value),
        fallback: text(value, "fallback"),
        ..Route::new(text(value, "strategy").and_then(|word| Strategy::parse(&word)).unwrap_or(Strategy::NetworkOnly))
    }
}

/// The conditions as written. Where one is a function, two routes can have the same, so the place is added.
fn name(index: usize, value: &impl Source) -> String {
    let mut name = String::new();
    for key in CONDITIONS {
        if let Some(given) = value.get(key) {
            name.push_str(if name.is_empty() { "" } else { " " });
            name.push_str(key);
            name.push('=');
            name.push_str(&given.canonical());
        }
    }
    if value.get("match").is_some_and(|value| value.is_hook()) {
        name.push(' ');
        name.push_str(&item("routes", index));
    }
    name
}

fn mutation(value: &impl Source) -> MutationRoute {
    let mut route = MutationRoute {
        invalidates: templates(value, "invalidates"),
        expects: media_types(value),
        forms: value.get("forms").and_then(|forms| text(&forms, "redirect")),
        ..MutationRoute::default()
    };
    if let Some(lane) = templates(value, "lane").pop() {
        route.lane = lane;
    }
    if text(value, "onRetryable").as_deref() == Some("answer") {
        route.on_retryable = OnRetryable::Answer;
    }
    route.conflict = value.get("conflict").map(|conflict| match conflict.text().as_deref() {
        Some("manual") => Conflict::Manual,
        Some("server-wins") => Conflict::ServerWins,
        Some("client-wins") => Conflict::ClientWins,
        // Rules and a function are the shell's, which hands them to whoever merges.
        _ => Conflict::Merge,
    });
    if let Some(header) = value.get("idempotencyHeader") {
        route.idempotency_header = header.text().map_or(IdempotencyHeader::Never, IdempotencyHeader::Named);
    }
    route.timeout = span(value, "timeout").unwrap_or(route.timeout);
    route.max_age = span(value, "maxAge");
    route.retries = count(value, "retries").map(|retries| retries as u32);
    route.priority = Priority::parse(text(value, "priority").as_deref());
    route.max_retry_after = span(value, "maxRetryAfter").unwrap_or(route.max_retry_after);
    route
}

fn precached(value: &impl Source) -> Precached {
    if let Some(url) = value.text() {
        return Precached::asked(&url);
    }
    Precached {
        url: text(value, "url").unwrap_or_default(),
        revision: match value.get("revision") {
            Some(revision) => revision.text().map_or(Revision::InUrl, Revision::Told),
            None => Revision::Unknown,
        },
        integrity: text(value, "integrity"),
        group: if text(value, "group").as_deref() == Some("optional") { Group::Optional } else { Group::Critical },
    }
}

fn templates(value: &impl Source, key: &str) -> Vec<Template> {
    let mut templates = Vec::new();
    for text in texts(value, key) {
        templates.extend(Template::parse(&text));
    }
    templates
}

fn media_types(value: &impl Source) -> Vec<String> {
    let mut types = texts(value, "expects");
    for text in &mut types {
        text.make_ascii_lowercase();
    }
    types
}

/// What stands under a key: the items of a list, or one value as a list of one.
pub(super) fn items<S: Source>(value: &S, key: &str) -> Vec<S> {
    value.get(key).map_or_else(Vec::new, |value| value.items())
}

fn text(value: &impl Source, key: &str) -> Option<String> {
    value.get(key)?.text()
}

/// The text or texts under a key.
pub(super) fn texts(value: &impl Source, key: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for item in items(value, key) {
        texts.extend(item.text());
    }
    texts
}

fn flag(value: &impl Source, key: &str) -> Option<bool> {
    value.get(key)?.flag()
}

fn count(value: &impl Source, key: &str) -> Option<usize> {
    Some(value.get(key)?.number()? as usize)
}

fn span(value: &impl Source, key: &str) -> Option<Span> {
    Span::parse(&text(value, key)?)
}
