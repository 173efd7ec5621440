//! Worker configs that several scenarios start from. A scenario about a rule writes that rule itself.

use serde_json::{Value, json};

/// Reads by stale-while-revalidate, writes queued by the first segment after `/api/echo/`, the page precached.
pub fn usual() -> Value {
    with(json!([{ "match": "/api/*", "strategy": "stale-while-revalidate", "tags": ["api"] }]))
}

/// The usual config with other routes before the page's own.
pub fn with(routes: Value) -> Value {
    with_writes(routes, json!([{ "match": "/api/*", "lane": "{path[2]}" }]))
}

/// The usual config with other rules for writes.
pub fn writes(rules: Value) -> Value {
    with_writes(json!([]), rules)
}

/// A config that keeps the page itself, with these routes and rules.
fn with_writes(routes: Value, mutations: Value) -> Value {
    let mut all = routes.as_array().cloned().unwrap_or_default();
    all.push(json!({ "mode": "navigate", "strategy": "network-first", "timeout": "3s", "fallback": "/index.html" }));
    json!({
        "routes": all,
        "mutations": mutations,
        "precache": ["/index.html", "/page.js", "/longshore/client.js"],
    })
}
