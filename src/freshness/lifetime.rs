//! How long a stored response is fresh, as its headers have it (RFC 9111, 4.2.1 and 4.2.2).
//! Does not know its age, or what a route says.

use super::Stored;
use super::age::dated;
use super::storable::is_cacheable_by_default;
use crate::http::{CacheControl, parse_http_date};
use crate::time::Span;

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
