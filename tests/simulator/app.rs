//! The app that is simulated: its config, its URLs, and which write changes which of them.
//! Every strategy reads every lane, so that a write to a lane must be seen by all of them.

use crate::json;
use longshore::engine::WriteRequest;
use longshore::engine::config::Config;
use longshore::http::{Method, RequestHead};
use longshore::ids::BodyId;
use longshore::queue::{BodyFacts, Row};
use serde_json::json;

/// The origin of app and server.
pub const ORIGIN: &str = "https://app.example";
/// The field that names a write, so that the server's log can be compared with what the pages asked for.
pub const WRITE: &str = "x-write";
/// The lanes that exist.
pub const LANES: u64 = 3;
/// The routes below, by index; the last two read what a write names by URL.
pub const ROUTES: usize = 7;

/// One thing that a page can read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// The index of its route.
    pub route: usize,
    /// Its URL.
    pub url: String,
}

/// The config, checked as a user's is.
pub fn config() -> Config {
    let tags = json!(["lane:{path[2]}"]);
    let config = json!({
        "routes": [
            {"match": "/read/first/*", "strategy": "cache-first", "tags": tags},
            {"match": "/read/stale/*", "strategy": "stale-while-revalidate", "staleTime": "20s", "tags": tags, "maxEntries": 2},
            {"match": "/read/network/*", "strategy": "network-first", "timeout": "2s", "tags": tags},
            {"match": "/read/only/*", "strategy": "network-only", "tags": tags},
            {"match": "/read/cached/*", "strategy": "cache-only", "tags": tags, "fallback": "/offline.html"},
            {"match": "/api/:lane", "strategy": "stale-while-revalidate", "staleTime": "1h"},
            {"match": "/api/:lane/:item", "strategy": "cache-first", "staleTime": "1h"},
        ],
        "mutations": [
            {"match": "/api/*", "lane": "{path[1]}", "invalidates": ["lane:{path[1]}"]},
            {"match": "/api/*", "lane": "{path[1]}", "invalidates": ["lane:{path[1]}"], "onRetryable": "answer",
             "expects": "application/json"},
            {"match": "/api/*", "lane": "{path[1]}", "invalidates": ["lane:{path[1]}"], "conflict": "merge"},
        ],
        "precache": [{"url": "/index.html", "revision": "1"}],
    });
    Config::check(&json::value(&config)).unwrap_or_else(|errors| panic!("{errors:?}"))
}

/// The view that a number stands for.
pub fn view(number: u64) -> View {
    let route = (number % ROUTES as u64) as usize;
    let lane = number / 7 % LANES;
    let path = match route {
        0 => format!("/read/first/l{lane}"),
        1 => format!("/read/stale/l{lane}"),
        2 => format!("/read/network/l{lane}"),
        3 => format!("/read/only/l{lane}"),
        4 => format!("/read/cached/l{lane}"),
        5 => format!("/api/l{lane}"),
        _ => format!("/api/l{lane}/i{}", number / 21 % 2),
    };
    View { route, url: format!("{ORIGIN}{path}") }
}

/// A page's write: its number, its lane and item, and how it is routed and keyed.
#[derive(Clone, Debug)]
pub struct Write {
    /// Its number; no two pages ask for the same.
    pub number: u64,
    /// Its lane.
    pub lane: u64,
    /// The resource in the lane.
    pub item: u64,
    /// The index of its mutation route.
    pub route: usize,
    /// The method.
    pub method: Method,
    /// The page's own key, if it brings one.
    pub key: Option<String>,
}

impl Write {
    /// Where it goes.
    pub fn url(&self) -> String {
        format!("{ORIGIN}/api/l{}/i{}", self.lane, self.item)
    }

    /// What the shell hands to the engine.
    pub fn request(&self, body: BodyId) -> WriteRequest {
        let number = self.number.to_string();
        let mut headers: longshore::http::Headers =
            [(WRITE, number.as_str()), ("content-type", "application/json")].into_iter().collect();
        if let Some(key) = &self.key {
            headers.set("Idempotency-Key", key);
        }
        let head = RequestHead { method: self.method.clone(), headers, ..RequestHead::get(&self.url()) };
        let facts = BodyFacts { size: number.len() as u64, content_type: Some("application/json".to_owned()) };
        WriteRequest {
            head,
            route: self.route,
            body: Some((body, facts)),
            client: None,
            base: None,
            lane: None,
            identity: None,
        }
    }
}

/// The number of the write that a row keeps.
pub fn write_of(row: &Row) -> u64 {
    row.headers.first(WRITE).and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// Whether a write to `item` of `lane` (as in its URL) changes what is read at a URL.
pub fn touches(written: &str, read: &str) -> bool {
    let path = |url: &str| url.trim_start_matches(ORIGIN).trim_start_matches('/').to_owned();
    let (written, read) = (path(written), path(read));
    let lane = written.split('/').nth(1).unwrap_or_default();
    match read.split('/').collect::<Vec<_>>().as_slice() {
        ["read", _, read] | ["api", read] => *read == lane,
        _ => read == written,
    }
}
