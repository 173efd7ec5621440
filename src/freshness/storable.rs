//! Decides whether an answer may be kept at all (RFC 9111, 3), and says why not.
//! Does not look for poison (a login page in place of a script): `cache` does.

use crate::http::{CacheControl, CacheMode, MediaType, Method, RequestHead, ResponseHead, ResponseType};
use thiserror::Error;

/// Why an answer may not be kept.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Refusal {
    /// Only answers to GET are kept, and to what a route reads by POST.
    #[error("the method is {0}, and only what a GET, or a route's POST, reads is stored (RFC 9111, section 3)")]
    Method(String),
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
    /// The server wants it kept only by those who know what its status means.
    #[error("the response says must-understand, and the status {0} is not understood (RFC 9111, section 5.2.2.3)")]
    NotUnderstood(u16),
    /// Neither its status nor its fields say that it may be kept.
    #[error("the status {0} is not stored unless the response says so (RFC 9111, section 3)")]
    NotExplicit(u16),
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

/// Statuses whose meaning for a cache we know, and whether they may be stored without a word from the server
/// ("heuristically cacheable", RFC 9110, 15.1). 206 is left out: a part is not stored.
const UNDERSTOOD: [(u16, bool); 14] = [
    (200, true),
    (203, true),
    (204, true),
    (300, true),
    (301, true),
    (302, false),
    (303, false),
    (307, false),
    (308, true),
    (404, true),
    (405, true),
    (410, true),
    (414, true),
    (501, true),
];

/// Whether this answer to this request may be kept, for routes with times of their own.
///
/// This is a private cache: `private` and answers to requests with `Authorization` are kept (RFC 9111, 3.5 restricts
/// shared caches only). Of the statuses that RFC 9110, 15.1 calls heuristically cacheable only 200 and 203 are kept: a
/// stored 404 would outlive its cause offline, and redirects are followed before we see them.
pub fn storable(request: &RequestHead, response: &ResponseHead) -> Result<(), Refusal> {
    keepable(request, response, &CacheControl::parse(&response.headers))?;
    match response.status {
        200 | 203 => Ok(()),
        206 => Err(Refusal::Partial),
        other => Err(Refusal::Status(other)),
    }
}

/// Whether this answer to this request may be kept, for routes that respect HTTP: RFC 9111, 3 to the letter, for a private cache.
pub fn storable_by_http(request: &RequestHead, response: &ResponseHead) -> Result<(), Refusal> {
    let control = CacheControl::parse(&response.headers);
    keepable(request, response, &control)?;
    let status = response.status;
    // "the response status code is final"; 206 and 304 only where the cache understands them: a part is not stored, and
    // a 304 is no answer of its own.
    match status {
        206 => return Err(Refusal::Partial),
        200..=303 | 305..=599 => {}
        other => return Err(Refusal::Status(other)),
    }
    if control.must_understand && by_default(status).is_none() {
        return Err(Refusal::NotUnderstood(status));
    }
    // "the response contains at least one of the following"; s-maxage is for shared caches.
    let said = control.public || control.private || control.max_age.is_some() || response.headers.has("expires");
    if said || is_cacheable_by_default(status) { Ok(()) } else { Err(Refusal::NotExplicit(status)) }
}

/// Whether RFC 9110, 15.1 calls the status heuristically cacheable.
pub(super) fn is_cacheable_by_default(status: u16) -> bool {
    by_default(status) == Some(true)
}

/// What `UNDERSTOOD` says of a status.
fn by_default(status: u16) -> Option<bool> {
    for (understood, cacheable) in UNDERSTOOD {
        if understood == status {
            return Some(cacheable);
        }
    }
    None
}

/// What holds whoever decides.
fn keepable(request: &RequestHead, response: &ResponseHead, control: &CacheControl) -> Result<(), Refusal> {
    // RFC 9110, 9.3.3 lets no POST be answered by what is stored. One that comes here is a read all the same: its route says so, and
    // keeps answers apart by the content of the request, as the method QUERY would (draft-ietf-httpbis-safe-method-w-body, 2.7).
    if !matches!(request.method, Method::Get | Method::Post) {
        return Err(Refusal::Method(request.method.as_str().to_owned()));
    }
    if request.cache == CacheMode::NoStore || CacheControl::parse(&request.headers).no_store {
        return Err(Refusal::RequestNoStore);
    }
    readable(response.kind)?;
    // RFC 9111, 5.2.2.3: with must-understand, "the cache SHOULD ignore the no-store response directive if it
    // understands and implements the status code's caching requirements".
    if control.no_store && !(control.must_understand && by_default(response.status).is_some()) {
        return Err(Refusal::ResponseNoStore);
    }
    if response.headers.members("vary").contains(&"*") {
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
        check(post, response(200, &[]), Ok(()));
        let head = RequestHead { method: Method::Head, ..plain() };
        check(head, response(200, &[]), Err(Refusal::Method("HEAD".to_owned())));
        check(request(&[("range", "bytes=0-9")]), response(200, &[]), Ok(()));
        check(request(&[("range", "bytes=0-9")]), response(206, &[]), Err(Refusal::Partial));
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

    #[test]
    fn http_decides_by_status_and_directives() {
        let check = |status: u16, control: &str, expected: Result<(), Refusal>| {
            let fields = [("cache-control", control)];
            let pairs: &[(&str, &str)] = if control.is_empty() { &[] } else { &fields };
            assert_eq!(storable_by_http(&request(&[]), &response(status, pairs)), expected, "{status} {control:?}");
        };
        for status in [200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501] {
            check(status, "", Ok(()));
            check(status, "no-store", Err(Refusal::ResponseNoStore));
            check(status, "no-store, must-understand", Ok(()));
        }
        for status in [201, 202, 299, 302, 303, 307, 400, 403, 418, 500, 503, 599] {
            check(status, "", Err(Refusal::NotExplicit(status)));
            check(status, "s-maxage=60", Err(Refusal::NotExplicit(status)));
            for explicit in ["public", "private", "private=\"a\"", "max-age=60", "max-age=0"] {
                check(status, explicit, Ok(()));
            }
            check(status, "max-age=60, no-store", Err(Refusal::ResponseNoStore));
        }
        check(299, "max-age=60, must-understand", Err(Refusal::NotUnderstood(299)));
        check(299, "max-age=60, must-understand, no-store", Err(Refusal::ResponseNoStore));
        check(302, "max-age=60, must-understand, no-store", Ok(()));
        check(206, "max-age=60", Err(Refusal::Partial));
        for status in [0, 100, 199, 304, 600] {
            check(status, "max-age=60", Err(Refusal::Status(status)));
        }
        let expires = response(302, &[("expires", "0")]);
        assert_eq!(storable_by_http(&request(&[]), &expires), Ok(()));
    }
}
