//! What a config without errors becomes.

mod json;

use longshore::engine::config::{Config, Group, Precached, Revision, mutation_conditions, route_conditions};
use longshore::http::{Method, Mode};
use longshore::route::{
    HeaderRule, IdempotencyHeader, Limits, Matcher, OnRetryable, Priority, Respect, Strategy, Template,
};
use longshore::time::Span;
use serde_json::{Value as Json, json};

fn accepted(config: Json) -> Config {
    Config::check(&json::value(&config)).unwrap_or_else(|errors| panic!("{config}: {errors:?}"))
}

#[test]
fn an_empty_config_has_the_defaults() {
    let config = accepted(json!({}));
    assert_eq!(Config::default(), config);
    assert_eq!((config.warm, config.max_pending, config.parallel), (true, None, 4));
    let config =
        accepted(json!({"routes": [{"match": "/a", "strategy": "cache-only"}], "mutations": [{"match": "/a"}]}));
    let route = &config.routes[0];
    assert_eq!((route.timeout, route.stale_time, route.max_age), (None, None, None));
    assert_eq!((route.limits, route.priority, config.limits), (Limits::NONE, Priority::Normal, Limits::NONE));
    let mutation = &config.mutations[0];
    assert_eq!(mutation.lane, Template::path());
    assert_eq!((mutation.timeout, mutation.max_retry_after), (Span::seconds(10), Span::hours(24)));
    assert_eq!(
        (mutation.on_retryable, &mutation.idempotency_header),
        (OnRetryable::Queue, &IdempotencyHeader::OwnOrigin)
    );
}

#[test]
fn everything_that_can_be_written_is_read() {
    let hash = format!("sha384-{}", "A".repeat(64));
    let config = accepted(json!({
        "routes": [
            {"match": ["/api/*", "https://cdn.example/*"], "method": "GET", "destination": ["", "image"], "mode": ["cors"], "header": {"X-A": true, "X-B": "b"},
             "strategy": "network-first", "timeout": "3s", "staleTime": "30s", "maxAge": "7d", "maxEntries": 500, "maxBytes": 5e9, "maxEntryBytes": 9e9, "priority": "high", "tags": ["api", "board:{path[2]}"],
             "ignoreSearch": true, "ignoreParams": ["utm_*"], "storeOpaque": true, "expects": "Application/JSON", "fallback": "/offline.html?v=1"},
            {"match": {"hook": true}, "strategy": "stale-while-revalidate", "respect": "http"},
            {"match": "/graphql", "method": ["GET", "POST"], "key": "operation", "strategy": "cache-first"},
            {"match": {"hook": true}, "strategy": "stale-while-revalidate", "respect": "route"},
        ],
        "mutations": [{"match": "/api/*", "methods": "POST", "lane": "board:{path[2]}", "invalidates": ["api"], "timeout": "5s", "onRetryable": "answer",
             "idempotencyHeader": "X-Key", "expects": ["application/json"], "forms": {"redirect": "/sent"}, "maxRetryAfter": "1h"},
             {"match": "/b", "idempotencyHeader": false, "priority": "low", "batch": {"url": "/batch", "maxItems": 5, "maxBytes": 1000}, "coalesce": true, "keepAnswers": "7d"}],
        "precache": ["/a.html", {"url": "/b.js", "revision": "1", "integrity": hash}, {"url": "/c.js", "revision": null, "group": "optional"}, {"url": "/d.js", "group": "critical"}],
        "cleanup": ["workbox-*", "v1"], "base": "/", "skipWaiting": true, "warm": false, "maxPending": 1000, "parallel": 6, "memory": 0, "limits": {"maxEntries": 2000, "maxBytes": 1e6}, "killSwitch": "/off.json",
        "ignoreParams": [], "directoryIndex": false, "cleanURLs": false,
    }));
    let route = &config.routes[0];
    assert_eq!((route.strategy, route.store_opaque), (Strategy::NetworkFirst, true));
    assert_eq!(
        config.routes.iter().map(|route| route.respect).collect::<Vec<_>>(),
        [Respect::Route, Respect::Http, Respect::Route, Respect::Route]
    );
    assert_eq!(
        (route.timeout, route.stale_time, route.max_age),
        (Some(Span::seconds(3)), Some(Span::seconds(30)), Some(Span::hours(168)))
    );
    assert_eq!((&*route.expects, route.priority), (&["application/json".to_owned()][..], Priority::High));
    assert_eq!(route.limits, Limits { entries: 500, bytes: 5_000_000_000, each: 1_000_000 });
    assert_eq!(config.routes[1].limits, Limits { each: 1_000_000, ..Limits::NONE }, "none is longer than all may be");
    assert_eq!(config.limits, Limits { entries: 2000, bytes: 1_000_000, each: 1_000_000 });
    assert_eq!(route.tags_for(&Method::Get, "https://app.example/api/boards/7"), ["api", "board:7"]);
    assert_eq!(route.tags_for(&Method::Get, "https://app.example/api/boards/"), ["api"]);
    let mutation = &config.mutations[0];
    assert_eq!(mutation.lane_for(&Method::Post, "https://app.example/api/boards/7/cards"), "board:7");
    assert_eq!(mutation.lane_for(&Method::Post, "https://app.example/api/boards"), "/api/boards");
    assert_eq!(mutation.invalidates_for(&Method::Post, "https://app.example/api/boards"), ["api"]);
    assert_eq!(
        (mutation.idempotency_header.name_for(false), mutation.forms.as_deref()),
        (Some("X-Key"), Some("/sent"))
    );
    assert_eq!(config.mutations[1].idempotency_header.name_for(true), None);
    assert_eq!((mutation.priority, config.mutations[1].priority), (Priority::Normal, Priority::Low));
    let whole =
        Precached { revision: Revision::Told("1".to_owned()), integrity: Some(hash), ..Precached::asked("/b.js") };
    let optional = Precached { revision: Revision::InUrl, group: Group::Optional, ..Precached::asked("/c.js") };
    let [page, plain, fallback] = ["/a.html", "/d.js", "/offline.html?v=1"].map(Precached::asked);
    assert_eq!(config.precache, [page, whole, optional, plain, fallback], "the fallback page is precached unasked");
    assert_eq!((config.warm, config.max_pending, config.parallel), (false, Some(1000), 6));
}

#[test]
fn every_condition_is_read() {
    let config = json::value(&json!({
        "routes": [
            {"match": ["/api/*", "https://cdn.example/*"], "method": "GET", "destination": ["", "image"], "mode": ["cors"],
             "header": {"X-A": true, "X-B": "b"}, "strategy": "network-only"},
            {"match": {"hook": true}, "strategy": "network-only"},
            {"mode": "navigate", "strategy": "network-only"},
        ],
        "mutations": [{"match": "/a"}, {"match": "/b", "methods": "POST", "forms": {"redirect": "/sent"}}],
    }));
    let routes = route_conditions(&config).unwrap();
    assert!(matches!(&routes[0].matcher, Matcher::Patterns(patterns) if patterns.len() == 2));
    assert_eq!(
        (&*routes[0].methods, &*routes[0].modes, routes[0].destinations.len()),
        (&[Method::Get][..], &[Mode::Cors][..], 2)
    );
    let rule = |name: &str, value: Option<&str>| HeaderRule { name: name.to_owned(), value: value.map(str::to_owned) };
    assert_eq!(routes[0].headers, [rule("x-a", None), rule("x-b", Some("b"))]);
    assert_eq!((&routes[1].matcher, &*routes[1].methods), (&Matcher::Hook, &[Method::Get, Method::Head][..]));
    assert_eq!((&routes[2].matcher, &*routes[2].modes), (&Matcher::OwnOrigin, &[Mode::Navigate][..]));
    let mutations = mutation_conditions(&config).unwrap();
    assert_eq!(mutations[0].methods, [Method::Post, Method::Put, Method::Patch, Method::Delete]);
    assert!(!mutations[0].modes.contains(&Mode::Navigate), "form navigations are mutations only with forms");
    assert_eq!((&*mutations[1].methods, mutations[1].modes.len()), (&[Method::Post][..], 0));
}

#[test]
fn routes_are_named_by_their_conditions() {
    let names = |routes: Json| {
        accepted(json!({ "routes": routes })).routes.into_iter().map(|route| route.name).collect::<Vec<_>>()
    };
    assert_eq!(
        names(json!([
            {"match": "/api/*", "strategy": "cache-first", "maxEntries": 5},
            {"mode": "navigate", "match": ["/a"], "strategy": "cache-first"},
            {"match": {"hook": true}, "strategy": "cache-first"},
            {"match": {"hook": true}, "strategy": "cache-first"},
        ])),
        [
            "match=\"/api/*\"",
            "match=[\"/a\"] mode=\"navigate\"",
            "match=function routes[2]",
            "match=function routes[3]"
        ]
    );
}
