//! What http-cache-semantics makes of an exchange, as a private cache.
//! Reads no clock: the crate takes the time where it is asked to.

use super::exchange::{ARRIVAL, Exchange, Fields};
use super::ours::{COMPARED, Judgement};
use http::header::{HeaderName, HeaderValue};
use http::{HeaderMap, Request, Response};
use http_cache_semantics::{AfterResponse, BeforeRequest, CacheOptions, CachePolicy};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Their judgement.
pub fn judge(exchange: &Exchange) -> Judgement {
    let request = |fields: &Fields| {
        let mut request = Request::new(());
        *request.uri_mut() = "https://a.example/".parse().expect("a URL");
        *request.headers_mut() = map(fields);
        request
    };
    let response = |status: u16, fields: &Fields| {
        let mut response = Response::new(());
        *response.status_mut() = status.try_into().expect("a status");
        *response.headers_mut() = map(fields);
        response
    };
    let options = CacheOptions { shared: false, immutable_min_time_to_live: Duration::ZERO, ..CacheOptions::default() };
    let (first, answer) = (request(&exchange.request), response(exchange.status, &exchange.response));
    let policy = CachePolicy::new_options(&first, &answer, at(0), options);
    if !policy.is_storable() {
        return Judgement::not_stored();
    }
    let later = request(&exchange.later);
    let (age, conditions) = match policy.before_request(&later, at(exchange.now)) {
        BeforeRequest::Fresh(parts) => (text(&parts.headers, "age").and_then(|age| age.parse().ok()), None),
        BeforeRequest::Stale { request, matches } => {
            let sent = |name: &'static str| text(&request.headers, name).map(|value| (name, value));
            let sent = ["if-none-match", "if-modified-since"].into_iter().filter_map(sent).collect();
            (None, matches.then_some(sent))
        }
    };
    let refreshed = match policy.after_response(&later, &response(304, &exchange.not_modified), at(exchange.now)) {
        AfterResponse::Modified(..) => None,
        AfterResponse::NotModified(_, parts) => {
            let lines = |name: &str| {
                let values = parts.headers.get_all(name).iter();
                values.filter_map(|value| value.to_str().ok()).map(str::to_owned).collect()
            };
            Some(COMPARED.map(|name| (name, lines(name))).to_vec())
        }
    };
    Judgement { storable: true, age, conditions, refreshed }
}

fn at(seconds: i64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs((ARRIVAL + seconds).unsigned_abs())
}

fn map(fields: &Fields) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in fields {
        map.append(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a field value"));
    }
    map
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}
