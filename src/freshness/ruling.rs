//! What HTTP lets us do with a stored response for one request, where a route leaves the decision to it
//! (RFC 9111, 4.2 and 5.2.1; RFC 5861; RFC 8246).
//! Does not match URL, method or `Vary`: whoever found the response has done that.

use super::age::current_age;
use super::{Ask, Invalidation, Stored, lifetime, may_use};
use crate::http::{CacheControl, CacheMode, RequestHead};
use crate::time::{Span, Timestamp};

/// What to do with a stored response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// Use it; the server need not hear of it.
    Use,
    /// Use it, and ask the server behind it (RFC 5861, 3).
    UseAndRevalidate,
    /// Ask the server first, with the stored validators.
    Validate(StandIn),
    /// Go past it: the request wants nothing stored.
    PassBy,
    /// Answer 504: the request takes a stored answer only, and this one may not be used (RFC 9111, 5.2.1.7).
    Refuse,
}

/// When a response that had to be validated may stand in for the answer that did not come (RFC 9111, 4.2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StandIn {
    /// Never: the answer is 504, or the server's error.
    Never,
    /// Where the server could not be reached.
    Offline,
    /// There, and where the server answered 500, 502, 503 or 504 (RFC 9111, 4.3.3).
    OnError,
}

/// Decides for one request and one stored response.
#[must_use]
pub fn rule(stored: Stored<'_>, request: &RequestHead, invalidation: Invalidation, now: Timestamp) -> Ruling {
    let said = CacheControl::parse(&stored.head.headers);
    let asked = CacheControl::parse(&request.headers);
    let age = current_age(stored, now);
    let lifetime = lifetime::lifetime(stored, &said);
    // Arrived in the future: the clock was set back, so nothing is known of its age.
    let unsure = invalidation == Invalidation::Invalidated || stored.received_at > now;
    // RFC 9111, 5.2.2.4: no-cache "MUST NOT be used to satisfy any other request without forwarding it for validation".
    let fresh = lifetime > age && !said.no_cache && !unsure;
    let staleness = if lifetime > age { Span::ZERO } else { Span(age.0 - lifetime.0) };
    // RFC 9111, 5.2.2.2: once stale, must-revalidate "MUST NOT be used to satisfy another request until it has been
    // successfully validated by the origin". Neither the request nor RFC 5861 overrides it.
    let bound = said.no_cache || said.must_revalidate;
    let within = |window: Option<Span>| window.is_some_and(|window| staleness <= window);

    let windows = [said.stale_if_error, asked.stale_if_error];
    let stand_in = if bound {
        StandIn::Never
    } else if !unsure && (windows == [None, None] || windows.into_iter().any(within)) {
        StandIn::OnError
    } else {
        StandIn::Offline
    };

    // RFC 9111, 5.2.1.1 and 5.2.1.3: what the request wants of age beyond the response's own lifetime.
    let young = asked.max_age.is_none_or(|limit| age <= limit);
    let lasting = asked.min_fresh.is_none_or(|wish| fresh && lifetime >= age + wish);
    let suits = young && lasting;
    let takes_stale = suits && !bound && !unsure;
    // RFC 9111, 5.2.1.2: "willing to accept a response that has exceeded its freshness lifetime".
    let ruling = if suits && fresh || takes_stale && within(asked.max_stale) {
        Ruling::Use
    // RFC 9111, 5.2.1.1: with max-age, and no max-stale, a request takes no stale response.
    } else if takes_stale && asked.max_age.is_none() && within(said.stale_while_revalidate) {
        Ruling::UseAndRevalidate
    } else {
        Ruling::Validate(stand_in)
    };
    match may_use(request) {
        Ask::NetworkOnly | Ask::Reload => Ruling::PassBy,
        // Fetch: force-cache and only-if-cached use what is stored "regardless of its freshness".
        Ask::StoredAnyAge => Ruling::Use,
        Ask::StoredOnly if request.cache == CacheMode::OnlyIfCached => Ruling::Use,
        Ask::StoredOnly if matches!(ruling, Ruling::Validate(_)) => Ruling::Refuse,
        // RFC 8246, 2: while fresh, no conditional request, "for example, upon a reload".
        Ask::Revalidate if request.cache == CacheMode::NoCache && said.immutable && fresh => Ruling::Use,
        Ask::Revalidate => Ruling::Validate(stand_in),
        Ask::Normal | Ask::StoredOnly => ruling,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Headers, ResponseHead};
    use proptest::prelude::*;

    /// 1994-11-06T08:49:37Z, when every answer here arrives.
    const ARRIVAL: Timestamp = Timestamp(784_111_777_000);
    const VALIDATE: Ruling = Ruling::Validate(StandIn::OnError);
    const OFFLINE: Ruling = Ruling::Validate(StandIn::Offline);
    const BOUND: Ruling = Ruling::Validate(StandIn::Never);

    fn ruled(said: &str, request: &RequestHead, invalidation: Invalidation, seconds: i64) -> Ruling {
        let mut head = ResponseHead::new(200);
        head.headers = [("cache-control", said)].into_iter().collect();
        let stored = Stored { head: &head, selected: &Headers::default(), requested_at: ARRIVAL, received_at: ARRIVAL };
        rule(stored, request, invalidation, Timestamp(ARRIVAL.0 + seconds * 1000))
    }

    fn asking(cache: CacheMode, control: &str) -> RequestHead {
        let headers = [("cache-control", control)].into_iter().filter(|_| !control.is_empty()).collect();
        RequestHead { cache, headers, ..RequestHead::get("https://a.example/") }
    }

    #[test]
    fn response_directives_rule() {
        let check = |said: &str, seconds: i64, expected: Ruling| {
            let request = asking(CacheMode::Default, "");
            assert_eq!(ruled(said, &request, Invalidation::None, seconds), expected, "{said:?} after {seconds}");
        };
        check("max-age=60", 59, Ruling::Use);
        check("max-age=60", 60, VALIDATE);
        check("max-age=60, no-cache", 1, BOUND);
        check("max-age=60, no-cache=\"a\"", 1, Ruling::Use);
        check("max-age=60, must-revalidate", 59, Ruling::Use);
        check("max-age=60, must-revalidate", 60, BOUND);
        check("max-age=60, proxy-revalidate", 60, VALIDATE);
        check("s-maxage=60", 1, VALIDATE);
        check("max-age=60, s-maxage=1", 30, Ruling::Use);
        check("", 0, VALIDATE);
        check("max-age=60, stale-while-revalidate=30", 59, Ruling::Use);
        check("max-age=60, stale-while-revalidate=30", 60, Ruling::UseAndRevalidate);
        check("max-age=60, stale-while-revalidate=30", 90, Ruling::UseAndRevalidate);
        check("max-age=60, stale-while-revalidate=30", 91, VALIDATE);
        check("max-age=60, stale-while-revalidate=x", 61, VALIDATE);
        check("max-age=60, stale-while-revalidate=30, must-revalidate", 61, BOUND);
        check("max-age=60, stale-while-revalidate=30, no-cache", 1, BOUND);
        check("max-age=60, stale-if-error=30", 90, VALIDATE);
        check("max-age=60, stale-if-error=30", 91, OFFLINE);
        check("max-age=60, stale-if-error=30, must-revalidate", 61, BOUND);
        check("max-age=60", -1, OFFLINE);
    }

    #[test]
    fn request_directives_narrow_and_widen() {
        let check = |asked: &str, said: &str, seconds: i64, expected: Ruling| {
            let request = asking(CacheMode::Default, asked);
            let ruling = ruled(said, &request, Invalidation::None, seconds);
            assert_eq!(ruling, expected, "{asked:?} {said:?} after {seconds}");
        };
        check("max-age=10", "max-age=60", 10, Ruling::Use);
        check("max-age=10", "max-age=60", 11, VALIDATE);
        check("max-age=0", "max-age=60", 0, VALIDATE);
        check("max-age=90", "max-age=60, stale-while-revalidate=30", 61, VALIDATE);
        check("min-fresh=10", "max-age=60", 50, Ruling::Use);
        check("min-fresh=10", "max-age=60", 51, VALIDATE);
        check("min-fresh=10, max-stale", "max-age=60", 61, VALIDATE);
        check("min-fresh=x", "max-age=60", 1, VALIDATE);
        check("max-stale=10", "max-age=60", 70, Ruling::Use);
        check("max-stale=10", "max-age=60", 71, VALIDATE);
        check("max-stale", "max-age=60", 1_000_000, Ruling::Use);
        check("max-stale=x", "max-age=60", 61, VALIDATE);
        check("max-stale", "", 9, Ruling::Use);
        check("max-stale, max-age=70", "max-age=60", 70, Ruling::Use);
        check("max-stale, max-age=70", "max-age=60", 71, VALIDATE);
        check("max-stale", "max-age=60, must-revalidate", 61, BOUND);
        check("max-stale", "max-age=60, no-cache", 1, BOUND);
        check("no-cache", "max-age=60", 1, VALIDATE);
        check("no-cache, max-stale", "max-age=60", 1, VALIDATE);
        check("no-cache", "max-age=60, immutable", 1, VALIDATE);
        check("no-store", "max-age=60", 1, Ruling::PassBy);
        check("no-transform", "max-age=60", 1, Ruling::Use);
        check("only-if-cached", "max-age=60", 1, Ruling::Use);
        check("only-if-cached", "max-age=60", 61, Ruling::Refuse);
        check("only-if-cached, max-stale=10", "max-age=60", 61, Ruling::Use);
        check("only-if-cached", "max-age=60, stale-while-revalidate=9", 61, Ruling::UseAndRevalidate);
        check("stale-if-error=30", "max-age=60, stale-if-error=1", 90, VALIDATE);
        check("stale-if-error=30", "max-age=60", 91, OFFLINE);
        check("stale-if-error=30", "max-age=60, must-revalidate", 61, BOUND);
    }

    #[test]
    fn cache_modes_come_before_directives() {
        let check = |mode: CacheMode, said: &str, seconds: i64, expected: Ruling| {
            let request = asking(mode, "");
            assert_eq!(ruled(said, &request, Invalidation::None, seconds), expected, "{mode:?} {said:?} {seconds}");
        };
        check(CacheMode::NoStore, "max-age=60", 1, Ruling::PassBy);
        check(CacheMode::Reload, "max-age=60", 1, Ruling::PassBy);
        check(CacheMode::NoCache, "max-age=60", 1, VALIDATE);
        check(CacheMode::NoCache, "max-age=60, immutable", 59, Ruling::Use);
        check(CacheMode::NoCache, "max-age=60, immutable", 60, VALIDATE);
        check(CacheMode::NoCache, "immutable", 1, VALIDATE);
        check(CacheMode::ForceCache, "no-cache", 99, Ruling::Use);
        check(CacheMode::OnlyIfCached, "max-age=60", 99, Ruling::Use);
    }

    #[test]
    fn what_a_write_has_touched_is_asked_about() {
        let check = |asked: &str, said: &str, expected: Ruling| {
            let request = asking(CacheMode::Default, asked);
            assert_eq!(ruled(said, &request, Invalidation::Invalidated, 1), expected, "{asked:?} {said:?}");
        };
        check("", "max-age=60", OFFLINE);
        check("max-stale", "max-age=60", OFFLINE);
        check("", "max-age=60, stale-while-revalidate=60", OFFLINE);
        check("", "max-age=60, must-revalidate", BOUND);
        check("only-if-cached", "max-age=60", Ruling::Refuse);
    }

    proptest! {
        #[test]
        fn a_bound_response_is_never_used_stale(asked in "(max-stale|max-age=9|no-cache|stale-if-error=9|, ){0,4}", seconds in 60_i64..99) {
            let said = "max-age=60, must-revalidate, stale-while-revalidate=99, stale-if-error=99";
            let ruling = ruled(said, &asking(CacheMode::Default, &asked), Invalidation::None, seconds);
            prop_assert_eq!(ruling, BOUND);
        }
    }
}
