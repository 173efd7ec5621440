//! The network: a page's request with our differences, and a kept write as it was made.
//! Judges no answer.

use super::bind;
use super::clock::Timer;
use super::heads;
use crate::engine::Upstream;
use crate::fault::FetchError;
use crate::http::{Headers, RequestHead};
use crate::queue::Row;
use crate::time::Span;
use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Request, RequestInit, Response};

/// Fetches what a page asked for, changed as the engine wishes.
pub async fn fetch(
    request: Option<&Request>,
    upstream: &Upstream,
    abort: &AbortController,
) -> Result<Response, FetchError> {
    let request = upstream_request(request, upstream, abort).map_err(words)?;
    send(&request).await
}

/// Fetches a request as it is.
pub async fn send(request: &Request) -> Result<Response, FetchError> {
    let response = JsFuture::from(bind::fetch_request(request)).await.map_err(words)?;
    Ok(response.unchecked_into())
}

/// Sends a kept write, within its own time limit.
pub async fn send_row(row: &Row, body: Option<&JsValue>) -> Result<Response, FetchError> {
    let draft = &row.draft;
    let mut headers = row.headers.clone();
    if let Some(name) = &draft.key_header {
        headers.set(name, &row.key);
    }
    let abort = AbortController::new().map_err(words)?;
    let head = RequestHead {
        method: draft.method.clone(),
        headers,
        mode: draft.mode,
        credentials: draft.credentials,
        redirect: draft.redirect.clone(),
        referrer: draft.referrer.clone(),
        referrer_policy: draft.referrer_policy.clone(),
        ..RequestHead::get(&draft.url)
    };
    let request = rebuild(&head, body, Some(&abort)).map_err(words)?;
    let answer = within(draft.timeout, &request).await;
    if answer == Err(FetchError::Timeout) {
        abort.abort();
    }
    answer
}

/// A request made again from its head and bytes.
pub fn rebuild(
    head: &RequestHead,
    body: Option<&JsValue>,
    abort: Option<&AbortController>,
) -> Result<Request, JsValue> {
    let init = RequestInit::new();
    init.set_method(head.method.as_str());
    init.set_headers(&to_headers(&head.headers)?.into());
    if let Some(body) = body {
        init.set_body(body);
    }
    if let Some(abort) = abort {
        init.set_signal(Some(&abort.signal()));
    }
    let set = |key: &str, value: &str| super::objects::set(&init, key, &value.into());
    // Fetch, 5.4: a script cannot make a navigation; a form's goes out as an ordinary request of its own origin.
    set("mode", if head.mode.as_str() == "navigate" { "same-origin" } else { head.mode.as_str() });
    set("credentials", head.credentials.as_str());
    set("redirect", if head.redirect == "manual" { "follow" } else { &head.redirect });
    set("referrer", &head.referrer);
    set("referrerPolicy", &head.referrer_policy);
    Request::new_with_str_and_init(&head.url, &init)
}

fn upstream_request(
    request: Option<&Request>,
    upstream: &Upstream,
    abort: &AbortController,
) -> Result<Request, JsValue> {
    let init = RequestInit::new();
    let mut differs = false;
    if let Some(cache) = upstream.cache {
        super::objects::set(&init, "cache", &cache.as_str().into());
        differs = true;
    }
    if let Some(integrity) = &upstream.integrity {
        init.set_integrity(integrity);
        differs = true;
    }
    if upstream.extra.iter().next().is_some() {
        let mut headers = request.map(|request| heads::of_request(request, "").headers).unwrap_or_default();
        upstream.extra.iter().for_each(|(name, value)| headers.set(name, value));
        init.set_headers(&to_headers(&headers)?.into());
        differs = true;
    }
    match (request, &upstream.url) {
        // A navigation keeps its mode (and its redirects stay the browser's) only when nothing is changed.
        (Some(request), _) if !differs => Ok(Clone::clone(request)),
        (Some(request), _) => {
            init.set_signal(Some(&abort.signal()));
            Request::new_with_request_and_init(request, &init)
        }
        (None, Some(url)) => {
            init.set_signal(Some(&abort.signal()));
            Request::new_with_str_and_init(url, &init)
        }
        (None, None) => Err(JsValue::from_str("a fetch without a request or URL")),
    }
}

/// The answer, or `Timeout` once the span has passed.
async fn within(span: Span, request: &Request) -> Result<Response, FetchError> {
    let (passed, resolve, _) = super::objects::deferred();
    let _timer = Timer::after(span, move || super::driver::call(&resolve, &JsValue::UNDEFINED));
    let race = Promise::race(&Array::of2(&bind::fetch_request(request), &passed));
    let answer = JsFuture::from(race).await.map_err(words)?;
    if answer.is_undefined() { Err(FetchError::Timeout) } else { Ok(answer.unchecked_into()) }
}

fn to_headers(headers: &Headers) -> Result<web_sys::Headers, JsValue> {
    let list = web_sys::Headers::new()?;
    headers.iter().try_for_each(|(name, value)| list.append(name, value))?;
    Ok(list)
}

fn words(error: JsValue) -> FetchError {
    let message = super::objects::text(&error, "message").or_else(|| error.as_string()).unwrap_or_default();
    FetchError::Network(message)
}
