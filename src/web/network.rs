//! The network: a page's request with our differences, and a kept write as it was made.
//! Judges no answer.

use super::bind;
use super::clock::Timer;
use super::heads::of_headers;
use super::json::{Json, object};
use super::objects::{deferred, set, text};
use crate::engine::Upstream;
use crate::fault::FetchError;
use crate::http::{Credentials, Headers, Method, Mode, RequestHead};
use crate::queue::Row;
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Request, RequestInit};

/// Fetches a request as it is; one that could not be made fails as a fetch does.
pub fn fetch(request: Result<Request, JsValue>) -> Promise {
    match request {
        Ok(request) => bind::fetch_request(&request),
        Err(error) => Promise::reject(&error),
    }
}

/// Sends a kept write, within its own time limit.
pub async fn send_row(row: &Row, body: Option<&JsValue>) -> Result<JsValue, FetchError> {
    let draft = &row.draft;
    let mut headers = row.headers.clone();
    if let Some(name) = &draft.key_header {
        headers.set(name, &row.key);
    }
    let said = Said {
        method: &draft.method,
        url: &draft.url,
        headers: &headers,
        mode: draft.mode,
        credentials: draft.credentials,
        redirect: &draft.redirect,
        referrer: &draft.referrer,
        referrer_policy: &draft.referrer_policy,
    };
    let abort = AbortController::new().map_err(words)?;
    let answer = fetch(said.again(body, Some(&abort)));
    let (passed, pass, _) = deferred();
    let _timer = Timer::after(draft.timeout, move || super::driver::call(&pass, &JsValue::UNDEFINED));
    // The browser runs the race. Only the timer comes in with nothing.
    let first = JsFuture::from(Promise::race(&Array::of2(&answer, &passed))).await.map_err(words)?;
    if first.is_undefined() {
        abort.abort();
        return Err(FetchError::Timeout);
    }
    Ok(first)
}

/// What a page said of a request that must be made again.
struct Said<'a> {
    method: &'a Method,
    url: &'a str,
    headers: &'a Headers,
    mode: Mode,
    credentials: Credentials,
    redirect: &'a str,
    referrer: &'a str,
    referrer_policy: &'a str,
}

impl Said<'_> {
    fn again(&self, body: Option<&JsValue>, abort: Option<&AbortController>) -> Result<Request, JsValue> {
        // Fetch, 5.4: a script cannot make a navigation; a form's goes out as an ordinary request of its own origin.
        let mode = if self.mode == Mode::Navigate { Mode::SameOrigin } else { self.mode };
        let redirect = if self.redirect == "manual" { "follow" } else { self.redirect };
        let init = object(&[
            ("method", Json::Text(self.method.as_str())),
            ("headers", Json::Headers(self.headers)),
            ("mode", Json::Text(mode.as_str())),
            ("credentials", Json::Text(self.credentials.as_str())),
            ("redirect", Json::Text(redirect)),
            ("referrer", Json::Text(self.referrer)),
            ("referrerPolicy", Json::Text(self.referrer_policy)),
        ]);
        if let Some(body) = body {
            set(&init, "body", body);
        }
        let init: RequestInit = init.unchecked_into();
        if let Some(abort) = abort {
            init.set_signal(Some(&abort.signal()));
        }
        Request::new_with_str_and_init(self.url, &init)
    }
}

/// A page's write made again from its head and bytes.
pub fn again(head: &RequestHead, body: Option<&JsValue>) -> Result<Request, JsValue> {
    let said = Said {
        method: &head.method,
        url: &head.url,
        headers: &head.headers,
        mode: head.mode,
        credentials: head.credentials,
        redirect: &head.redirect,
        referrer: &head.referrer,
        referrer_policy: &head.referrer_policy,
    };
    said.again(body, None)
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

/// What was wrong, in the browser's words.
pub fn words(error: JsValue) -> FetchError {
    FetchError::Network(text(&error, "message").or_else(|| error.as_string()).unwrap_or_default())
}
