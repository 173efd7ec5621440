//! For how long a stored answer may go out without anybody judging it again.
//! Does not know requests: only what holds for every plain one is marked.

use super::age::current_age;
use super::reuse::fresh_until;
use super::{Policy, Stored};
use crate::http::Ready;
use crate::time::Span;

/// What browsers keep to themselves: no two requests that reach a worker differ in them.
const HIDDEN: [&str; 3] = ["accept-encoding", "cookie", "origin"];

/// Marks a stored answer, if it can be.
#[must_use]
pub fn ready(stored: Stored<'_>, policy: Policy) -> Option<Ready> {
    let from = stored.received_at;
    // A part is no answer to a plain request.
    if !matches!(stored.head.status, 200..=205 | 207..=299) {
        return None;
    }
    // What depends on fields of the request is for the engine to compare.
    for name in stored.head.headers.members("vary") {
        if !HIDDEN.iter().any(|hidden| name.eq_ignore_ascii_case(hidden)) {
            return None;
        }
    }
    let mut until = fresh_until(stored, policy);
    if let Some(limit) = policy.max_age {
        until = until.min(from + limit + Span(1));
    }
    (from < until).then(|| Ready { from, until, born: from - current_age(stored, from), route: None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::freshness::{Invalidation, Lifetime, Respect, Reuse, assess};
    use crate::http::{Headers, ResponseHead};
    use crate::time::Timestamp;
    use proptest::prelude::*;

    const ARRIVAL: Timestamp = Timestamp(784_111_777_000);

    fn head(status: u16, pairs: &[(&str, &str)]) -> ResponseHead {
        let mut head = ResponseHead::new(status);
        head.headers = pairs.iter().copied().collect();
        head
    }

    fn stored<'a>(head: &'a ResponseHead, none: &'a Headers) -> Stored<'a> {
        Stored { head, selected: none, requested_at: ARRIVAL, received_at: ARRIVAL }
    }

    fn policy(stale_time: Option<i64>, max_age: Option<i64>, silent: Lifetime) -> Policy {
        let span = |seconds: Option<i64>| seconds.map(Span::seconds);
        Policy { respect: Respect::Route, stale_time: span(stale_time), max_age: span(max_age), silent }
    }

    #[test]
    fn only_whole_answers_that_hold_for_everyone_are_marked() {
        let check = |status: u16, pairs: &[(&str, &str)], policy: Policy, lasts: Option<i64>| {
            let (head, none) = (head(status, pairs), Headers::default());
            let marked = ready(stored(&head, &none), policy);
            let expected = lasts.map(|seconds| Timestamp(ARRIVAL.0.saturating_add(seconds.saturating_mul(1000))));
            assert_eq!(marked.map(|mark| mark.until), expected, "{status} {pairs:?} {policy:?}");
        };
        let minute = policy(Some(60), None, Lifetime::None);
        let silent = policy(None, None, Lifetime::None);
        check(200, &[], minute, Some(60));
        check(204, &[], minute, Some(60));
        check(206, &[], minute, None);
        check(404, &[], minute, None);
        check(200, &[("vary", "Accept-Encoding, origin")], minute, Some(60));
        check(200, &[("vary", "accept")], minute, None);
        check(200, &[("vary", "*")], minute, None);
        check(200, &[], silent, None);
        check(200, &[("cache-control", "max-age=60"), ("age", "20")], silent, Some(40));
        check(200, &[("cache-control", "no-cache")], policy(None, None, Lifetime::Forever), None);
        check(200, &[], policy(None, None, Lifetime::Forever), Some(i64::MAX));
        let (head, none) = (head(200, &[("cache-control", "max-age=60"), ("age", "20")]), Headers::default());
        let mark = ready(stored(&head, &none), silent).expect("a mark");
        assert_eq!((mark.from, mark.born), (ARRIVAL, Timestamp(ARRIVAL.0 - 20_000)));
    }

    proptest! {
        #[test]
        fn what_is_marked_is_fresh_and_what_is_fresh_is_marked(
            stale_time in proptest::option::of(0_i64..100), max_age in proptest::option::of(0_i64..100),
            control in proptest::option::of(0_i64..100), age in 0_i64..50, forever: bool, at in -50_i64..150,
        ) {
            let silent = if forever { Lifetime::Forever } else { Lifetime::None };
            let policy = policy(stale_time, max_age, silent);
            let (control, age) = (control.map(|seconds| format!("max-age={seconds}")), age.to_string());
            let mut pairs = vec![("age", age.as_str())];
            pairs.extend(control.as_deref().map(|value| ("cache-control", value)));
            let (head, none) = (head(200, &pairs), Headers::default());
            let (stored, now) = (stored(&head, &none), Timestamp(ARRIVAL.0 + at * 1000));
            let marked = ready(stored, policy).is_some_and(|mark| mark.from <= now && now < mark.until);
            prop_assert_eq!(marked, assess(stored, policy, Invalidation::None, now) == Reuse::Fresh);
        }
    }
}
