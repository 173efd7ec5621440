//! Decides whether a stored response may be used as it is (RFC 9111, 4.2), under the route's own limits.
//! Does not decide what a strategy does with a stale one.

use super::age::current_age;
use super::{Stored, lifetime};
use crate::http::CacheControl;
use crate::time::{Span, Timestamp};

/// What may be done with a stored response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    /// Use it; the server need not hear of it.
    Fresh,
    /// Ask the server; until it has answered, the strategy says whether this may be shown.
    Stale,
    /// Past the route's `maxAge`: as if it were not there.
    Expired,
}

/// Who decides how long an answer is good: a route's `respect`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Respect {
    /// The route's own times and strategy, and the headers where it gives none.
    Route,
    /// The headers, to the letter: the route's `stale_time` and strategy are not asked (see [`rule`](super::rule)).
    Http,
}

/// What the route says of age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Whether the times below, or the headers, decide.
    pub respect: Respect,
    /// How long an answer counts as fresh, whatever its headers say; counted from its arrival.
    pub stale_time: Option<Span>,
    /// How long an answer may be used at all; counted from its arrival.
    pub max_age: Option<Span>,
    /// What holds where neither the route nor the headers give a freshness lifetime.
    pub silent: Lifetime,
}

/// The freshness lifetime of an answer whose headers give none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// Fresh until invalidated: cache-first.
    Forever,
    /// Stale at once: every other strategy.
    None,
}

/// Whether a write has touched the entry's URL or tags since it was fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalidation {
    /// Not that we know.
    None,
    /// Yes: it shows a state from before the write.
    Invalidated,
}

/// Judges one stored response.
///
/// `must-revalidate` and `no-cache` make it stale and no more: whether a stale answer is shown is the route author's
/// word, given with the strategy, which RFC 9111, 4.2.4 would leave to the server.
#[must_use]
pub fn assess(stored: Stored<'_>, policy: Policy, invalidation: Invalidation, now: Timestamp) -> Reuse {
    let resident = now.since(stored.received_at);
    if policy.max_age.is_some_and(|limit| resident > limit) {
        return Reuse::Expired;
    }
    // Arrived in the future: the clock was set back, so nothing is known of its age.
    if invalidation == Invalidation::Invalidated || stored.received_at > now {
        return Reuse::Stale;
    }
    if now < fresh_until(stored, policy) { Reuse::Fresh } else { Reuse::Stale }
}

/// How many seconds it stays fresh from now on, negative once stale: what `Cache-Status` calls `ttl` (RFC 9211, 2.5). None where it never
/// ages.
#[must_use]
pub fn ttl(stored: Stored<'_>, policy: Policy, now: Timestamp) -> Option<i64> {
    let until = fresh_until(stored, policy);
    (until.0 < i64::MAX).then(|| until.0.saturating_sub(now.0).div_euclid(1000))
}

/// When a stored response ceases to be fresh, if nothing is written to it; its arrival, or before that, if it never was.
pub(super) fn fresh_until(stored: Stored<'_>, policy: Policy) -> Timestamp {
    if let (Some(limit), Respect::Route) = (policy.stale_time, policy.respect) {
        return stored.received_at + limit;
    }
    let control = CacheControl::parse(&stored.head.headers);
    // RFC 9111, 5.2.2.4: no-cache "MUST NOT be used to satisfy any other request without forwarding it for validation".
    if control.no_cache {
        return stored.received_at;
    }
    let lifetime = match (lifetime::explicit(stored, &control), policy.respect) {
        (None, Respect::Http) => lifetime::heuristic(stored, &control),
        (None, Respect::Route) if policy.silent == Lifetime::Forever => Some(Span(i64::MAX)),
        (explicit, _) => explicit,
    };
    // RFC 9111, 4.2: response_is_fresh = (freshness_lifetime > current_age), and age grows with time.
    let born = stored.received_at - current_age(stored, stored.received_at);
    lifetime.map_or(stored.received_at, |lifetime| born + lifetime)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Headers, ResponseHead};
    use proptest::prelude::*;

    /// 1994-11-06T08:49:37Z, when every answer here arrives.
    const ARRIVAL: Timestamp = Timestamp(784_111_777_000);
    const DATE: (&str, &str) = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");
    const MINUTE_LATER: (&str, &str) = ("expires", "Sun, 06 Nov 1994 08:50:37 GMT");
    const PLAIN: Policy = Policy { respect: Respect::Route, stale_time: None, max_age: None, silent: Lifetime::None };
    const HTTP: Policy =
        Policy { respect: Respect::Http, stale_time: Some(Span(i64::MAX)), max_age: None, silent: Lifetime::Forever };
    const FOREVER: Policy = Policy { silent: Lifetime::Forever, ..PLAIN };

    fn judge(pairs: &[(&str, &str)], policy: Policy, invalidation: Invalidation, seconds: i64) -> Reuse {
        let mut head = ResponseHead::new(200);
        head.headers = pairs.iter().copied().collect();
        let stored = Stored { head: &head, selected: &Headers::default(), requested_at: ARRIVAL, received_at: ARRIVAL };
        assess(stored, policy, invalidation, Timestamp(ARRIVAL.0 + seconds * 1000))
    }

    #[test]
    fn headers_give_the_lifetime() {
        let check = |pairs: &[(&str, &str)], seconds: i64, expected: Reuse| {
            assert_eq!(judge(pairs, PLAIN, Invalidation::None, seconds), expected, "{pairs:?} after {seconds}");
        };
        check(&[("cache-control", "max-age=60")], 59, Reuse::Fresh);
        check(&[("cache-control", "max-age=60")], 60, Reuse::Stale);
        check(&[("cache-control", "max-age=60"), ("age", "50")], 9, Reuse::Fresh);
        check(&[("cache-control", "max-age=60"), ("age", "50")], 10, Reuse::Stale);
        check(&[("cache-control", "max-age=60"), ("date", "Sun, 06 Nov 1994 08:48:47 GMT")], 10, Reuse::Stale);
        check(&[("cache-control", "max-age=0")], 0, Reuse::Stale);
        check(&[("cache-control", "max-age=nonsense")], 0, Reuse::Stale);
        check(&[("cache-control", "max-age=60, no-cache")], 1, Reuse::Stale);
        check(&[("cache-control", "s-maxage=60")], 1, Reuse::Stale);
        check(&[("pragma", "no-cache"), MINUTE_LATER], 1, Reuse::Stale);
        check(&[DATE, MINUTE_LATER], 59, Reuse::Fresh);
        check(&[DATE, MINUTE_LATER], 60, Reuse::Stale);
        check(&[MINUTE_LATER], 59, Reuse::Fresh);
        check(&[DATE, MINUTE_LATER, ("cache-control", "max-age=10")], 30, Reuse::Stale);
        check(&[DATE, ("expires", "0"), ("cache-control", "max-age=10")], 5, Reuse::Fresh);
        check(&[DATE, ("expires", "0")], 0, Reuse::Stale);
        check(&[DATE, ("expires", "Sun, 06 Nov 1994 08:40:00 GMT")], 0, Reuse::Stale);
        check(&[DATE, MINUTE_LATER, MINUTE_LATER], 1, Reuse::Stale);
        check(&[DATE, ("last-modified", "Sun, 06 Nov 1983 08:40:00 GMT")], 1, Reuse::Stale);
        check(&[], 0, Reuse::Stale);
    }

    #[test]
    fn cache_first_believes_silence_but_not_headers_against_it() {
        let check = |pairs: &[(&str, &str)], expected: Reuse| {
            assert_eq!(judge(pairs, FOREVER, Invalidation::None, 1_000_000), expected, "{pairs:?}");
        };
        check(&[], Reuse::Fresh);
        check(&[("cache-control", "public, immutable")], Reuse::Fresh);
        check(&[("cache-control", "max-age=60")], Reuse::Stale);
        check(&[("cache-control", "no-cache")], Reuse::Stale);
        check(&[("expires", "0")], Reuse::Stale);
    }

    #[test]
    fn the_route_overrides_headers_and_writes_override_the_route() {
        let half_minute = Policy { stale_time: Some(Span::seconds(30)), ..PLAIN };
        let week = Policy { max_age: Some(Span::hours(168)), ..FOREVER };
        let check =
            |pairs: &[(&str, &str)], policy: Policy, invalidation: Invalidation, seconds: i64, expected: Reuse| {
                assert_eq!(
                    judge(pairs, policy, invalidation, seconds),
                    expected,
                    "{pairs:?} {policy:?} {invalidation:?} {seconds}"
                );
            };
        check(&[("cache-control", "no-cache")], half_minute, Invalidation::None, 29, Reuse::Fresh);
        check(&[("cache-control", "max-age=60")], half_minute, Invalidation::None, 30, Reuse::Stale);
        check(&[], half_minute, Invalidation::Invalidated, 1, Reuse::Stale);
        check(&[("cache-control", "max-age=60")], PLAIN, Invalidation::Invalidated, 1, Reuse::Stale);
        check(&[], week, Invalidation::None, 604_800, Reuse::Fresh);
        check(&[], week, Invalidation::None, 604_801, Reuse::Expired);
        check(&[], week, Invalidation::Invalidated, 604_801, Reuse::Expired);
    }

    #[test]
    fn a_route_that_respects_http_has_no_times_of_its_own() {
        let check = |pairs: &[(&str, &str)], seconds: i64, expected: Reuse| {
            assert_eq!(judge(pairs, HTTP, Invalidation::None, seconds), expected, "{pairs:?} after {seconds}");
        };
        let hundred_seconds_old = ("last-modified", "Sun, 06 Nov 1994 08:47:57 GMT");
        check(&[], 0, Reuse::Stale);
        check(&[("cache-control", "max-age=60")], 59, Reuse::Fresh);
        check(&[("cache-control", "max-age=60")], 60, Reuse::Stale);
        check(&[DATE, hundred_seconds_old], 9, Reuse::Fresh);
        check(&[DATE, hundred_seconds_old], 10, Reuse::Stale);
        check(&[hundred_seconds_old], 9, Reuse::Fresh);
        check(&[DATE, hundred_seconds_old, ("cache-control", "max-age=60")], 30, Reuse::Fresh);
        check(&[DATE, hundred_seconds_old, ("expires", "0")], 1, Reuse::Stale);
        check(&[DATE, hundred_seconds_old, ("cache-control", "no-cache")], 1, Reuse::Stale);
        check(&[DATE, ("last-modified", "Sun, 06 Nov 1994 08:50:37 GMT")], 0, Reuse::Stale);
    }

    #[test]
    fn the_rest_of_the_lifetime_is_told_in_seconds() {
        let check = |pairs: &[(&str, &str)], policy: Policy, millis: i64, expected: Option<i64>| {
            let mut head = ResponseHead::new(200);
            head.headers = pairs.iter().copied().collect();
            let stored =
                Stored { head: &head, selected: &Headers::default(), requested_at: ARRIVAL, received_at: ARRIVAL };
            let found = ttl(stored, policy, Timestamp(ARRIVAL.0 + millis));
            assert_eq!(found, expected, "{pairs:?} {policy:?} after {millis}");
        };
        check(&[("cache-control", "max-age=60")], HTTP, 10_000, Some(50));
        check(&[("cache-control", "max-age=60")], HTTP, 10_001, Some(49));
        check(&[("cache-control", "max-age=60"), ("age", "20")], HTTP, 10_000, Some(30));
        check(&[("cache-control", "max-age=60")], HTTP, 70_000, Some(-10));
        check(&[DATE, ("last-modified", "Sun, 06 Nov 1994 08:47:57 GMT")], HTTP, 4000, Some(6));
        check(&[], HTTP, 3000, Some(-3));
        check(&[], FOREVER, 3000, None);
        check(&[("cache-control", "max-age=60")], FOREVER, 3000, Some(57));
        check(&[], Policy { stale_time: Some(Span::seconds(30)), ..PLAIN }, 3000, Some(27));
    }

    #[test]
    fn a_clock_set_back_makes_everything_stale() {
        let day = Policy { stale_time: Some(Span::hours(24)), max_age: Some(Span::ZERO), ..FOREVER };
        assert_eq!(judge(&[("cache-control", "max-age=60")], PLAIN, Invalidation::None, -1), Reuse::Stale);
        assert_eq!(judge(&[], FOREVER, Invalidation::None, -1), Reuse::Stale);
        assert_eq!(judge(&[], day, Invalidation::None, -1), Reuse::Stale);
    }

    proptest! {
        #[test]
        fn what_is_stale_never_turns_fresh_again(max_age in 0_i64..1000, first in 0_i64..2000, more in 0_i64..2000) {
            let value = format!("max-age={max_age}");
            let pairs = [("cache-control", value.as_str())];
            let [earlier, later] = [first, first + more].map(|at| judge(&pairs, PLAIN, Invalidation::None, at));
            prop_assert!(earlier == Reuse::Fresh || later == Reuse::Stale);
        }
    }
}
