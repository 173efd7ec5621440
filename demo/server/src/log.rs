//! What arrived and what came of it, for tests. Kept in memory: a restart forgets it, but not the effects.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    body::Body,
    extract::State,
    http::{Method, Request},
    middleware::Next,
    response::Response,
};
use serde_json::{Value, json};

use crate::submission;

/// How many requests are remembered.
const KEPT: usize = 2000;

/// The log; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<Pages>>);

/// What the log holds.
#[derive(Debug, Default)]
struct Pages {
    /// The latest requests that ended, the oldest first.
    requests: VecDeque<Value>,
    /// Arrivals per idempotency key.
    seen: BTreeMap<String, u64>,
    /// How many answers were given a second time.
    replayed: u64,
    /// Writes to the API under way at this instant, with their keys, by number of arrival.
    open: BTreeMap<u64, Option<String>>,
    /// The number of the next arrival.
    next: u64,
}

/// One request under way. Dropped when it is answered, cut, or left by its client.
struct Visit {
    /// The log it is noted in.
    log: Log,
    /// Its number of arrival.
    number: u64,
    /// Its method.
    method: String,
    /// Its path with the query.
    path: String,
    /// Its idempotency key.
    key: Option<String>,
    /// The status of the answer; stays `None` when none went out.
    status: Option<u16>,
}

impl Log {
    /// Everything but the effects, as JSON.
    pub fn report(&self) -> Value {
        let pages = self.pages();
        let open_keys: Vec<_> = pages.open.values().flatten().collect();
        json!({ "seen": pages.seen, "replayed": pages.replayed, "open": pages.open.len(), "openKeys": open_keys,
                "requests": pages.requests })
    }

    /// Forgets the requests that ended, the arrivals and the replays.
    pub fn clear(&self) {
        let mut pages = self.pages();
        pages.requests.clear();
        pages.seen.clear();
        pages.replayed = 0;
    }

    fn pages(&self) -> MutexGuard<'_, Pages> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn arrive(&self, request: &Request<Body>) -> Visit {
        let key = submission::key_of(request.headers()).ok().flatten();
        let is_write = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
        let mut pages = self.pages();
        let number = pages.next;
        pages.next += 1;
        if let Some(key) = &key {
            *pages.seen.entry(key.clone()).or_default() += 1;
        }
        if is_write && request.uri().path().starts_with("/api/") {
            pages.open.insert(number, key.clone());
        }
        let path = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
        Visit { log: self.clone(), number, method: request.method().to_string(), path, key, status: None }
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut pages = self.log.pages();
        pages.open.remove(&self.number);
        if pages.requests.len() == KEPT {
            pages.requests.pop_front();
        }
        let Self { method, path, key, status, .. } = self;
        pages.requests.push_back(json!({ "method": method, "path": path, "status": status, "key": key }));
    }
}

/// The layer that notes each request, from its arrival to its answer or its end without one.
pub async fn record(State(log): State<Log>, request: Request<Body>, next: Next) -> Response {
    let mut visit = log.arrive(&request);
    let response = next.run(request).await;
    visit.status = Some(response.status().as_u16());
    response
}

/// The layer that counts repeated answers, below the faults: also those that are cut on their way out.
pub async fn count_replays(State(log): State<Log>, request: Request<Body>, next: Next) -> Response {
    let response = next.run(request).await;
    if response.headers().contains_key("idempotency-replayed") {
        log.pages().replayed += 1;
    }
    response
}
