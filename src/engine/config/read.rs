//! From a config that fits to what the engine works with.
//! Checks nothing: what is missing has its default, and what does not fit never comes here.

use super::checker::item;
use super::value::Value;
use super::{Config, Group, Precached, Revision};
use crate::route::{
    Conflict, IdempotencyHeader, Limits, MutationRoute, OnRetryable, Packing, Priority, Respect, Route, Strategy,
    Template,
};
use crate::time::Span;

/// What a route's name is made of.
const CONDITIONS: [&str; 5] = ["match", "method", "destination", "mode", "header"];

/// Reads the whole.
pub(super) fn config(value: &Value) -> Config {
    let mut config = Config {
        version: String::new(),
        routes: Vec::new(),
        mutations: Vec::new(),
        precache: Vec::new(),
        warm: value.flag("warm").unwrap_or(true),
        max_pending: value.count("maxPending"),
        limits: value.get("limits").map_or(Limits::NONE, |value| limits(value, Limits::NONE)),
    };
    for (index, value) in value.items("routes").iter().enumerate() {
        config.routes.push(route(index, value, config.limits));
    }
    for value in value.items("mutations") {
        config.mutations.push(mutation(value));
    }
    for value in value.items("precache") {
        config.precache.push(precached(value));
    }
    config
}

/// Limits as written; no answer may have more bytes than all may have together.
fn limits(value: &Value, all: Limits) -> Limits {
    let limit = |key| if let Some(Value::Number(limit)) = value.get(key) { *limit as u64 } else { u64::MAX };
    let bytes = limit("maxBytes");
    Limits { entries: limit("maxEntries"), bytes, each: limit("maxEntryBytes").min(bytes).min(all.each) }
}

fn route(index: usize, value: &Value, all: Limits) -> Route {
    Route {
        name: name(index, value),
        timeout: value.span("timeout"),
        stale_time: value.span("staleTime"),
        respect: if value.text("respect").as_deref() == Some("http") { Respect::Http } else { Respect::Route },
        max_age: value.span("maxAge"),
        limits: limits(value, all),
        priority: match value.text("priority").as_deref() {
            Some("low") => Priority::Low,
            Some("high") => Priority::High,
            _ => Priority::Normal,
        },
        tags: templates(value, "tags"),
        packing: if value.flag("gzip").unwrap_or(false) { Packing::Gzip } else { Packing::Plain },
        store_opaque: value.flag("storeOpaque").unwrap_or(false),
        expects: media_types(value),
        fallback: value.text("fallback"),
        ..Route::new(value.text("strategy").and_then(|word| Strategy::parse(&word)).unwrap_or(Strategy::NetworkOnly))
    }
}

/// The conditions as written. Where one is a function, two routes can have the same, so the place is added.
fn name(index: usize, value: &Value) -> String {
    let mut name = String::new();
    for key in CONDITIONS {
        if let Some(given) = value.get(key) {
            name.push_str(if name.is_empty() { "" } else { " " });
            name.push_str(key);
            name.push('=');
            given.write(&mut name);
        }
    }
    if value.get("match").is_some_and(Value::is_hook) {
        name.push(' ');
        name.push_str(&item("routes", index));
    }
    name
}

fn mutation(value: &Value) -> MutationRoute {
    let mut route = MutationRoute {
        invalidates: templates(value, "invalidates"),
        expects: media_types(value),
        forms: value.get("forms").and_then(|forms| forms.text("redirect")),
        ..MutationRoute::default()
    };
    if let Some(lane) = templates(value, "lane").pop() {
        route.lane = lane;
    }
    if value.text("onRetryable").as_deref() == Some("answer") {
        route.on_retryable = OnRetryable::Answer;
    }
    route.conflict = value.get("conflict").map(|conflict| match conflict.as_text() {
        Some("manual") => Conflict::Manual,
        Some("server-wins") => Conflict::ServerWins,
        Some("client-wins") => Conflict::ClientWins,
        // Rules and a function are the shell's, which hands them to whoever merges.
        _ => Conflict::Merge,
    });
    match value.get("idempotencyHeader") {
        Some(Value::Text(name)) => route.idempotency_header = IdempotencyHeader::Named(name.clone()),
        Some(_) => route.idempotency_header = IdempotencyHeader::Never,
        None => {}
    }
    route.timeout = value.span("timeout").unwrap_or(route.timeout);
    route.max_retry_after = value.span("maxRetryAfter").unwrap_or(route.max_retry_after);
    route
}

fn precached(value: &Value) -> Precached {
    match value {
        Value::Text(url) => Precached::asked(url),
        _ => Precached {
            url: value.text("url").unwrap_or_default(),
            revision: match value.get("revision") {
                Some(Value::Text(revision)) => Revision::Told(revision.clone()),
                Some(_) => Revision::InUrl,
                None => Revision::Unknown,
            },
            integrity: value.text("integrity"),
            group: if value.text("group").as_deref() == Some("optional") { Group::Optional } else { Group::Critical },
        },
    }
}

fn templates(value: &Value, key: &str) -> Vec<Template> {
    let mut templates = Vec::new();
    for text in value.texts(key) {
        templates.extend(Template::parse(&text));
    }
    templates
}

fn media_types(value: &Value) -> Vec<String> {
    let mut types = value.texts("expects");
    for text in &mut types {
        text.make_ascii_lowercase();
    }
    types
}

impl Value {
    /// What stands under a key: the items of a list, or one value as a list of one.
    pub(super) fn items(&self, key: &str) -> &[Value] {
        match self.get(key) {
            Some(Value::List(items)) => items,
            Some(value) => std::slice::from_ref(value),
            None => &[],
        }
    }

    /// The text under a key.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        self.get(key)?.as_text().map(str::to_owned)
    }

    /// The text or texts under a key.
    pub(super) fn texts(&self, key: &str) -> Vec<String> {
        let mut texts = Vec::new();
        for item in self.items(key) {
            texts.extend(item.as_text().map(str::to_owned));
        }
        texts
    }

    fn flag(&self, key: &str) -> Option<bool> {
        if let Value::Bool(flag) = self.get(key)? { Some(*flag) } else { None }
    }

    fn count(&self, key: &str) -> Option<usize> {
        self.get(key)?.as_count()
    }

    fn span(&self, key: &str) -> Option<Span> {
        Span::parse(self.get(key)?.as_text()?)
    }
}
