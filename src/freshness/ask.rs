//! What a request itself says about stored answers: fetch's cache mode and the request's own directives.
//! Does not look at what is stored.

use crate::http::{CacheControl, CacheMode, Headers, RequestHead};
use crate::time::Span;

/// How far a request lets a stored answer be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ask {
    /// As freshness and the route's strategy see fit.
    Normal,
    /// Only after the server has confirmed it.
    Revalidate,
    /// Not at all; the new answer is stored.
    Reload,
    /// Not at all, and the new answer is not stored either.
    NetworkOnly,
    /// However old; the network only where nothing is stored.
    StoredAnyAge,
    /// However old; an error where nothing is stored.
    StoredOnly,
}

/// Fields that make a request conditional on what its sender holds. `If-Range` only chooses between part and whole (RFC 9110, 13.1.5).
const CONDITIONAL: [&str; 4] = ["if-none-match", "if-modified-since", "if-match", "if-unmodified-since"];

/// Reads what the request lets us do. A cache mode other than `default` is the caller's plain word, above its fields.
#[must_use]
pub fn may_use(request: &RequestHead) -> Ask {
    match request.cache {
        CacheMode::NoStore => Ask::NetworkOnly,
        CacheMode::Reload => Ask::Reload,
        CacheMode::NoCache => Ask::Revalidate,
        CacheMode::ForceCache => Ask::StoredAnyAge,
        CacheMode::OnlyIfCached => Ask::StoredOnly,
        CacheMode::Default => by_fields(request),
    }
}

/// Whether a page asks about a copy of its own, and so wants its own 304.
#[must_use]
pub fn is_conditional(headers: &Headers) -> bool {
    CONDITIONAL.iter().any(|name| headers.has(name))
}

fn by_fields(request: &RequestHead) -> Ask {
    let control = CacheControl::parse(&request.headers);
    // Fetch, HTTP-network-or-cache fetch: with such a field the cache mode `default` becomes `no-store`. The page keeps
    // its own copy and waits for its own 304.
    if is_conditional(&request.headers) || control.no_store {
        Ask::NetworkOnly
    } else if control.only_if_cached {
        Ask::StoredOnly
    } else if control.no_cache || control.max_age == Some(Span::ZERO) {
        // RFC 9111, 5.2.1.4 and 5.2.1.1: unwilling to take an answer that has any age without validation.
        Ask::Revalidate
    } else {
        Ask::Normal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_says_how_far_stored_answers_go() {
        let check = |cache: CacheMode, pairs: &[(&str, &str)], expected: Ask| {
            let request = RequestHead {
                cache,
                headers: pairs.iter().copied().collect(),
                ..RequestHead::get("https://a.example/")
            };
            assert_eq!(may_use(&request), expected, "{cache:?} {pairs:?}");
        };
        check(CacheMode::Default, &[], Ask::Normal);
        check(CacheMode::NoStore, &[], Ask::NetworkOnly);
        check(CacheMode::Reload, &[], Ask::Reload);
        check(CacheMode::NoCache, &[], Ask::Revalidate);
        check(CacheMode::ForceCache, &[], Ask::StoredAnyAge);
        check(CacheMode::OnlyIfCached, &[], Ask::StoredOnly);
        check(CacheMode::ForceCache, &[("cache-control", "no-store")], Ask::StoredAnyAge);
        check(CacheMode::Default, &[("cache-control", "no-store")], Ask::NetworkOnly);
        check(CacheMode::Default, &[("cache-control", "no-cache")], Ask::Revalidate);
        check(CacheMode::Default, &[("cache-control", "max-age=0")], Ask::Revalidate);
        check(CacheMode::Default, &[("cache-control", "max-age=x")], Ask::Revalidate);
        check(CacheMode::Default, &[("cache-control", "max-age=60")], Ask::Normal);
        check(CacheMode::Default, &[("cache-control", "only-if-cached")], Ask::StoredOnly);
        check(CacheMode::Default, &[("pragma", "no-cache")], Ask::Revalidate);
        check(CacheMode::Default, &[("if-none-match", "\"a\"")], Ask::NetworkOnly);
        check(CacheMode::Default, &[("if-modified-since", "x")], Ask::NetworkOnly);
    }
}
