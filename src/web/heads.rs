//! Browser requests and responses to heads, and heads to browser responses.
//! Bodies are not touched.

use super::bind::Url;
use super::json::{Json, lines_of, object};
use crate::http::{CacheMode, Credentials, Headers, Method, Mode, RequestHead, ResponseHead, ResponseType};
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{Request, Response, ResponseInit};

/// What a request says of itself, in the order that it is read in.
const REQUEST: &str =
    r#"["method","url","mode","credentials","cache","destination","redirect","referrer","referrerPolicy"]"#;
/// What a response says of itself in texts.
const RESPONSE: &str = r#"["type","url"]"#;

/// The head of a page's request.
pub fn of_request(request: &Request, origin: &str) -> RequestHead {
    let lines = lines_of(request, REQUEST);
    let mut lines = lines.split('\n');
    let mut next = || lines.next().unwrap_or_default();
    let method = Method::parse(next());
    let url = next().split('#').next().unwrap_or_default();
    RequestHead {
        method,
        url: url.to_owned(),
        same_origin: url.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        headers: of_headers(&request.headers()),
        mode: Mode::parse(next()),
        credentials: Credentials::parse(next()),
        cache: CacheMode::parse(next()),
        destination: next().to_owned(),
        redirect: next().to_owned(),
        referrer: next().to_owned(),
        referrer_policy: next().to_owned(),
    }
}

/// The head of a response from the network.
pub fn of_response(response: &Response) -> ResponseHead {
    let lines = lines_of(response, RESPONSE);
    let (kind, url) = lines.split_once('\n').unwrap_or_default();
    ResponseHead {
        status: response.status(),
        headers: of_headers(&response.headers()),
        kind: ResponseType::parse(kind),
        url: url.to_owned(),
        redirected: response.redirected(),
    }
}

/// Makes the URLs absolute that the answer to a write names: they may be relative to its own (RFC 9110, 10.2.2 and 8.7).
pub fn make_absolute(head: &mut ResponseHead) {
    for field in ["location", "content-location"] {
        let url = head.headers.first(field).and_then(|reference| Url::new(reference, &head.url).ok());
        if let Some(url) = url {
            head.headers.set(field, &url.href());
        }
    }
}

/// A response made of a head and a body (an ArrayBuffer or a string).
///
/// `Content-Encoding` stays in it, as it does in answers from Cache Storage: a browser decodes nothing that a worker hands out.
pub fn to_response(status: u16, headers: &Headers, body: &JsValue) -> Result<Response, JsValue> {
    let init = object(&[("status", Json::Number(status.into())), ("headers", Json::Headers(headers))]);
    // Fetch, 2.2.3: these statuses may not have a body, not even an empty one.
    let body = if matches!(status, 204 | 205 | 304) { &JsValue::NULL } else { body };
    make_response(body, init.unchecked_ref())
}

/// A list of fields as the browser's `Headers` give it: names in lower case, sorted, values joined.
pub fn of_headers(headers: &web_sys::Headers) -> Headers {
    // A list inside a list is joined by commas: a line is `name,value`, and neither has line breaks, names no commas.
    let lines = String::from(Array::from(headers).join("\n"));
    let mut list = Headers::default();
    for line in lines.split('\n') {
        if let Some((name, value)) = line.split_once(',') {
            list.append(name, value);
        }
    }
    list
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = Response)]
    type AnyResponse;

    #[wasm_bindgen(constructor, catch, js_class = "Response")]
    fn new(body: &JsValue, init: &ResponseInit) -> Result<AnyResponse, JsValue>;
}

fn make_response(body: &JsValue, init: &ResponseInit) -> Result<Response, JsValue> {
    AnyResponse::new(body, init).map(|response| response.unchecked_into())
}
