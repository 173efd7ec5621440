//! Decides whether an answer may be kept at all (RFC 9111, 3), and says why not.
//! Does not look for poison (a login page in place of a script): `cache` does.

use super::stored::vary;
use crate::http::{CacheControl, CacheMode, MediaType, Method, RequestHead, ResponseHead, ResponseType};
use thiserror::Error;

/// Why an answer may not be kept.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Only answers to GET are kept.
    #[error("the method is {0}, and only GET is stored (RFC 9111, section 3)")]
    Method(String),
    /// The request asked for a part.
    #[error("the request asked for a range (RFC 9111, section 3.3)")]
    Range,
    /// The request forbids it, by its cache mode or a directive.
    #[error("the request says no-store (RFC 9111, section 5.2.1.5)")]
    RequestNoStore,
    /// Nothing of it can be read.
    #[error("the response is {0} and cannot be read (Fetch, section 2.2.6)")]
    Unreadable(&'static str),
    /// The answer holds only a part.
    #[error("the response is partial (RFC 9111, section 3.3)")]
    Partial,
    /// Not a status that stands for the resource.
    #[error("the status is {0}, and only 200 and 203 are stored (RFC 9110, section 15)")]
    Status(u16),
    /// The server forbids it.
    #[error("the response says no-store (RFC 9111, section 5.2.2.5)")]
    ResponseNoStore,
    /// It answers no request but the one it was made for.
    #[error("the response has Vary: * (RFC 9111, section 4.1)")]
    VaryAll,
    /// It never ends.
    #[error("the response is an event stream (HTML, section 9.2)")]
    EventStream,
}

/// Whether this answer to this request may be kept.
///
/// This is a private cache: `private` and answers to requests with `Authorization` are kept (RFC 9111, 3.5 restricts
/// shared caches only). Of the statuses that RFC 9110, 15.1 calls heuristically cacheable only 200 and 203 are kept: a
/// stored 404 would outlive its cause offline, and redirects are followed before we see them.
pub fn storable(request: &RequestHead, response: &ResponseHead) -> Result<(), Refusal> {
    if request.method != Method::Get {
        return Err(Refusal::Method(request.method.as_str().to_owned()));
    }
    if request.headers.has("range") {
        return Err(Refusal::Range);
    }
    if request.cache == CacheMode::NoStore || CacheControl::parse(&request.headers).no_store {
        return Err(Refusal::RequestNoStore);
    }
    readable(response.kind)?;
    match response.status {
        200 | 203 => {}
        206 => return Err(Refusal::Partial),
        other => return Err(Refusal::Status(other)),
    }
    if CacheControl::parse(&response.headers).no_store {
        return Err(Refusal::ResponseNoStore);
    }
    if vary(response).iter().any(|name| name == "*") {
        return Err(Refusal::VaryAll);
    }
    let media = MediaType::of(&response.headers);
    if media.is_some_and(|media| media.kind == "text" && media.subtype == "event-stream") {
        return Err(Refusal::EventStream);
    }
    Ok(())
}

fn readable(kind: ResponseType) -> Result<(), Refusal> {
    match kind {
        ResponseType::Basic | ResponseType::Cors | ResponseType::Constructed => Ok(()),
        ResponseType::Opaque => Err(Refusal::Unreadable("opaque")),
        ResponseType::OpaqueRedirect => Err(Refusal::Unreadable("an opaque redirect")),
        ResponseType::Error => Err(Refusal::Unreadable("an error")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(pairs: &[(&str, &str)]) -> RequestHead {
        RequestHead { headers: pairs.iter().copied().collect(), ..RequestHead::get("https://a.example/") }
    }

    fn response(status: u16, pairs: &[(&str, &str)]) -> ResponseHead {
        ResponseHead { headers: pairs.iter().copied().collect(), ..ResponseHead::new(status) }
    }

    #[test]
    fn answers_are_kept_or_refused_with_the_reason() {
        let check = |request: RequestHead, response: ResponseHead, expected: Result<(), Refusal>| {
            assert_eq!(storable(&request, &response), expected, "{request:?} {response:?}");
        };
        let plain = || request(&[]);
        check(plain(), response(200, &[]), Ok(()));
        check(plain(), response(203, &[]), Ok(()));
        check(plain(), response(200, &[("cache-control", "private, no-cache, max-age=0")]), Ok(()));
        check(request(&[("authorization", "Bearer x")]), response(200, &[]), Ok(()));
        check(plain(), response(200, &[("vary", "accept")]), Ok(()));
        let post = RequestHead { method: Method::Post, ..plain() };
        check(post, response(200, &[]), Err(Refusal::Method("POST".to_owned())));
        let head = RequestHead { method: Method::Head, ..plain() };
        check(head, response(200, &[]), Err(Refusal::Method("HEAD".to_owned())));
        check(request(&[("range", "bytes=0-9")]), response(200, &[]), Err(Refusal::Range));
        check(request(&[("cache-control", "no-store")]), response(200, &[]), Err(Refusal::RequestNoStore));
        let no_store = RequestHead { cache: CacheMode::NoStore, ..plain() };
        check(no_store, response(200, &[]), Err(Refusal::RequestNoStore));
        check(plain(), response(206, &[]), Err(Refusal::Partial));
        for status in [0, 201, 204, 301, 304, 404, 410, 500, 503] {
            check(plain(), response(status, &[("cache-control", "max-age=60")]), Err(Refusal::Status(status)));
        }
        check(plain(), response(200, &[("cache-control", "max-age=60, no-store")]), Err(Refusal::ResponseNoStore));
        check(plain(), response(200, &[("vary", "accept, *")]), Err(Refusal::VaryAll));
        check(
            plain(),
            response(200, &[("content-type", "text/event-stream; charset=utf-8")]),
            Err(Refusal::EventStream),
        );
    }

    #[test]
    fn only_readable_answers_are_kept() {
        let check = |kind: ResponseType, kept: bool| {
            let response = ResponseHead { kind, ..ResponseHead::new(200) };
            assert_eq!(storable(&request(&[]), &response).is_ok(), kept, "{kind:?}");
        };
        check(ResponseType::Basic, true);
        check(ResponseType::Cors, true);
        check(ResponseType::Constructed, true);
        check(ResponseType::Opaque, false);
        check(ResponseType::OpaqueRedirect, false);
        check(ResponseType::Error, false);
    }
}
