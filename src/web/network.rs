//! The network: a page's request with our differences, and a write as the shell is to send it.
//! Judges no answer.

use super::bind;
use super::heads::of_headers;
use super::json::{Json, object};
use super::objects::text;
use crate::engine::Upstream;
use crate::fault::FetchError;
use crate::http::{Headers, RequestHead};
use crate::queue::Row;
use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, Request, RequestInit};

/// Fetches a request as it is; one that could not be made fails as a fetch does.
pub fn fetch(request: Result<Request, JsValue>) -> Promise {
    match request {
        Ok(request) => bind::fetch_request(&request),
        Err(error) => Promise::reject(&error),
    }
}

/// A kept write as the shell sends it (`sw/works/sending.js`), within its own time limit.
pub fn sendable(row: &Row) -> JsValue {
    let draft = &row.draft;
    let mut headers = row.headers.clone();
    if let Some(name) = &draft.key_header {
        headers.set(name, &row.key);
    }
    // As a page's request, which is what it was.
    let head = RequestHead {
        method: draft.method.clone(),
        url: draft.url.clone(),
        headers,
        mode: draft.mode,
        credentials: draft.credentials,
        redirect: draft.redirect.clone(),
        referrer: draft.referrer.clone(),
        referrer_policy: draft.referrer_policy.clone(),
        ..RequestHead::get("")
    };
    written(
        &head,
        &[
            ("id", Json::Text(&row.id.0)),
            ("timeout", Json::Number(draft.timeout.0)),
            ("identity", draft.identity.as_deref().map_or(Json::Absent, Json::Text)),
        ],
    )
}

/// A page's write that could not be kept, likewise.
pub fn passable(head: &RequestHead) -> JsValue {
    written(head, &[])
}

fn written(head: &RequestHead, more: &[(&str, Json<'_>)]) -> JsValue {
    let mut fields = Vec::from([
        ("method", Json::Text(head.method.as_str())),
        ("url", Json::Text(&head.url)),
        ("headers", Json::Headers(&head.headers)),
        ("mode", Json::Text(head.mode.as_str())),
        ("credentials", Json::Text(head.credentials.as_str())),
        ("redirect", Json::Text(&head.redirect)),
        ("referrer", Json::Text(&head.referrer)),
        ("referrerPolicy", Json::Text(&head.referrer_policy)),
    ]);
    fields.extend_from_slice(more);
    object(&fields)
}

/// What a page asked for, changed as the engine wishes.
pub fn upstream_request(
    request: Option<&Request>,
    upstream: &Upstream,
    abort: &AbortController,
) -> Result<Request, JsValue> {
    // With a URL of its own it is not the page's request any more.
    let request = request.filter(|_| upstream.url.is_none());
    let mut headers = Headers::default();
    let extra = upstream.extra.iter().next().is_some();
    if extra {
        headers = request.map(|request| of_headers(&request.headers())).unwrap_or_default();
        upstream.extra.iter().for_each(|(name, value)| headers.set(name, value));
    }
    let differs = extra || upstream.cache.is_some() || upstream.integrity.is_some();
    let init = object(&[
        ("cache", upstream.cache.map_or(Json::Absent, |cache| Json::Text(cache.as_str()))),
        ("integrity", upstream.integrity.as_deref().map_or(Json::Absent, Json::Text)),
        ("headers", if extra { Json::Headers(&headers) } else { Json::Absent }),
    ]);
    let init: RequestInit = init.unchecked_into();
    init.set_signal(Some(&abort.signal()));
    match (request, &upstream.url) {
        // A navigation keeps its mode (and its redirects stay the browser's) only when nothing is changed.
        (Some(request), _) if !differs => Ok(Clone::clone(request)),
        (Some(request), _) => Request::new_with_request_and_init(request, &init),
        (None, Some(url)) => Request::new_with_str_and_init(url, &init),
        (None, None) => Err(JsValue::from_str("a fetch without a request or URL")),
    }
}

/// What was wrong, in the browser's words or the shell's.
pub fn words(error: JsValue) -> FetchError {
    let words = text(&error, "message").or_else(|| error.as_string()).unwrap_or_default();
    match text(&error, "name").as_deref() {
        Some("TimeoutError") => FetchError::Timeout,
        Some("LongshoreEarly") => FetchError::Early,
        Some("LongshoreWithheld") => FetchError::Withheld,
        Some("LongshoreUnsendable") => FetchError::Unsendable(words),
        _ => FetchError::Network(words),
    }
}
