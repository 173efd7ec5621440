//! Browser requests and responses to heads, and heads to browser responses.
//! Bodies are not touched.

use crate::http::{CacheMode, Credentials, Headers, Method, Mode, RequestHead, ResponseHead, ResponseType};
use js_sys::Array;
use wasm_bindgen::prelude::*;
use web_sys::{Request, Response, ResponseInit};

/// The head of a page's request.
pub fn of_request(request: &Request, origin: &str) -> RequestHead {
    let url = request.url();
    let url = url.split('#').next().unwrap_or_default().to_owned();
    RequestHead {
        method: Method::parse(&request.method()),
        same_origin: url.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        headers: of_headers(&request.headers()),
        mode: Mode::parse(&word(request, "mode")),
        credentials: Credentials::parse(&word(request, "credentials")),
        cache: CacheMode::parse(&word(request, "cache")),
        destination: word(request, "destination"),
        redirect: word(request, "redirect"),
        referrer: request.referrer(),
        referrer_policy: word(request, "referrerPolicy"),
        url,
    }
}

/// The head of a response from the network.
pub fn of_response(response: &Response) -> ResponseHead {
    ResponseHead {
        status: response.status(),
        headers: of_headers(&response.headers()),
        kind: ResponseType::parse(&word(response, "type")),
        url: response.url(),
        redirected: response.redirected(),
    }
}

/// A response made of a head and a body (an ArrayBuffer or a string).
pub fn to_response(status: u16, headers: &Headers, body: &JsValue) -> Result<Response, JsValue> {
    let init = ResponseInit::new();
    init.set_status(status);
    let fields = headers.iter().filter(|(name, _)| *name != "content-encoding");
    let fields: Array = fields.map(|(name, value)| JsValue::from(Array::of2(&name.into(), &value.into()))).collect();
    init.set_headers(&fields);
    // Fetch, 2.2.3: these statuses may not have a body, not even an empty one.
    let body = if matches!(status, 204 | 205 | 304) { &JsValue::NULL } else { body };
    make_response(body, &init)
}

/// A list of fields as the browser's `Headers` give it: names in lower case, sorted, values joined.
fn of_headers(headers: &web_sys::Headers) -> Headers {
    let list = Array::from(headers);
    let pairs = list.iter().filter_map(|pair| {
        let pair: Array = pair.dyn_into().ok()?;
        Some((pair.get(0).as_string()?, pair.get(1).as_string()?))
    });
    pairs.collect()
}

fn word(object: &JsValue, key: &str) -> String {
    js_sys::Reflect::get(object, &key.into()).ok().and_then(|value| value.as_string()).unwrap_or_default()
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
