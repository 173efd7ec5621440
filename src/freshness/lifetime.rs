//! How long a stored response is fresh, as its headers have it (RFC 9111, 4.2.1 and 4.2.2).
//! Does not know its age, or what a route says.

use super::Stored;
use super::age::dated;
use super::storable::is_cacheable_by_default;
use crate::http::{CacheControl, parse_http_date};
use crate::time::Span;

/// RFC 9111, 4.2: explicit, else guessed, else none.
pub(super) fn lifetime(stored: Stored<'_>, control: &CacheControl) -> Span {
    explicit(stored, control).or_else(|| heuristic(stored, control)).unwrap_or(Span::ZERO)
}

/// What the server says outright; `s-maxage` is for shared caches and this one is private.
pub(super) fn explicit(stored: Stored<'_>, control: &CacheControl) -> Option<Span> {
    control.max_age.or_else(|| {
        // All lines joined: RFC 9111, 4.2.1 lets two Expires lines be read as stale, and joined they are no date.
        let expires = stored.head.headers.get("expires")?;
        // RFC 9111, 5.3: an invalid date, "especially including the value 0", is a time in the past.
        Some(parse_http_date(&expires).map_or(Span::ZERO, |until| until.since(dated(stored))))
    })
}

/// What may be guessed where it says nothing: a tenth of the time that it had not changed for.
///
/// RFC 9111, 4.2.2: never "when an explicit expiration time is present", and only for statuses that are cacheable by
/// default, or where the response is "explicitly marked as cacheable (e.g., by a public response directive)".
pub(super) fn heuristic(stored: Stored<'_>, control: &CacheControl) -> Option<Span> {
    let allowed = control.public || is_cacheable_by_default(stored.head.status);
    let changed = stored.head.headers.first("last-modified").filter(|_| allowed).and_then(parse_http_date)?;
    Some(Span(dated(stored).since(changed).0 / 10))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Headers, ResponseHead};
    use crate::time::Timestamp;

    #[test]
    fn a_guess_is_made_only_for_statuses_that_allow_it() {
        let check = |status: u16, control: &str, expected: Option<i64>| {
            let mut head = ResponseHead::new(status);
            let modified = ("last-modified", "Sun, 06 Nov 1994 08:47:57 GMT");
            head.headers = [modified, ("cache-control", control)].into_iter().collect();
            let at = Timestamp(784_111_777_000);
            let stored = Stored { head: &head, selected: &Headers::default(), requested_at: at, received_at: at };
            let guess = heuristic(stored, &CacheControl::parse(&head.headers));
            assert_eq!(guess, expected.map(Span::seconds), "{status} {control:?}");
        };
        for status in [200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501] {
            check(status, "", Some(10));
        }
        for status in [201, 302, 307, 403, 500, 503, 599] {
            check(status, "", None);
            check(status, "private", None);
            check(status, "public", Some(10));
        }
    }
}
