//! How old a stored response is (RFC 9111, 4.2.3), and how a reader is told.
//! Does not say how old is too old.

use super::Stored;
use crate::http::{Members, ResponseHead, digits, parse_http_date};
use crate::time::{Span, Timestamp};

/// Its age now: what it had when it arrived, and the time it has lain here.
#[must_use]
pub fn current_age(stored: Stored<'_>, now: Timestamp) -> Span {
    let apparent_age = stored.received_at.since(dated(stored));
    let response_delay = stored.received_at.since(stored.requested_at);
    let corrected_age_value = age_value(stored.head) + response_delay;
    let resident_time = now.since(stored.received_at);
    apparent_age.max(corrected_age_value) + resident_time
}

/// The stored head as it goes to the page.
///
/// RFC 9111, 4: "a cache MUST generate an Age header field, replacing any present in the response with a value equal
/// to the stored response's current_age".
#[must_use]
pub fn served(stored: Stored<'_>, now: Timestamp) -> ResponseHead {
    let mut head = stored.head.clone();
    head.headers.set("age", &current_age(stored, now).as_seconds().to_string());
    head
}

/// When the answer was made. RFC 9110, 6.6.1: one without a (readable) Date counts as dated when it arrived.
pub(super) fn dated(stored: Stored<'_>) -> Timestamp {
    let date = stored.head.headers.first("date").and_then(parse_http_date);
    date.unwrap_or(stored.received_at)
}

/// RFC 9111, 5.1: of several members the first is used; an invalid value is ignored.
fn age_value(head: &ResponseHead) -> Span {
    let first = head.headers.first("age").and_then(|value| Members::of(value).next());
    // RFC 9111, 1.2.2: 2^31 stands for everything beyond it.
    Span::seconds(first.and_then(digits).unwrap_or(0).min(1 << 31))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Headers;
    use proptest::prelude::*;

    /// 1994-11-06T08:49:37Z in seconds, when `DATE` says; times here count from it.
    const ARRIVAL: i64 = 784_111_777;
    const DATE: (&str, &str) = ("date", "Sun, 06 Nov 1994 08:49:37 GMT");

    fn age(pairs: &[(&str, &str)], times: [i64; 3]) -> Span {
        let mut head = ResponseHead::new(200);
        head.headers = pairs.iter().copied().collect();
        let [requested_at, received_at, now] = times.map(|seconds| Timestamp((ARRIVAL + seconds) * 1000));
        current_age(Stored { head: &head, selected: &Headers::default(), requested_at, received_at }, now)
    }

    #[test]
    fn age_counts_the_way_here_and_the_time_here() {
        let check = |pairs: &[(&str, &str)], times: [i64; 3], seconds: i64| {
            assert_eq!(age(pairs, times), Span::seconds(seconds), "{pairs:?} {times:?}");
        };
        check(&[], [0, 0, 0], 0);
        check(&[], [0, 2, 12], 12);
        check(&[DATE], [0, 0, 10], 10);
        check(&[DATE], [4, 5, 10], 10);
        check(&[DATE], [-60, -60, -50], 10);
        check(&[DATE, ("age", "100")], [0, 2, 12], 112);
        check(&[("age", "100, 3")], [0, 0, 0], 100);
        check(&[("age", "-1")], [0, 0, 0], 0);
        check(&[("age", "x")], [0, 0, 5], 5);
        check(&[("date", "nonsense")], [0, 0, 5], 5);
        check(&[("age", "99999999999999999999")], [0, 0, 0], 1 << 31);
        check(&[("age", "100"), ("age", "3")], [0, 0, 0], 100);
        check(&[("age", "1.5")], [0, 0, 0], 0);
        check(&[("age", "")], [0, 0, 0], 0);
    }

    #[test]
    fn the_reader_is_told_whole_seconds_in_place_of_what_was_there() {
        let mut head = ResponseHead::new(200);
        head.headers = [("age", "3"), ("etag", "\"a\"")].into_iter().collect();
        let at = Timestamp(1_000);
        let stored = Stored { head: &head, selected: &Headers::default(), requested_at: at, received_at: at };
        let told = served(stored, Timestamp(3_999));
        assert_eq!(told.headers.get("age").as_deref(), Some("5"));
        assert_eq!(told.headers.get("etag").as_deref(), Some("\"a\""));
    }

    proptest! {
        #[test]
        fn age_never_falls_as_time_goes_on(
            received in -1_000_i64..1_000,
            delay in 0_i64..100,
            wait in 0_i64..10_000,
            more in 0_i64..10_000,
        ) {
            let earlier = age(&[DATE], [received - delay, received, received + wait]);
            let later = age(&[DATE], [received - delay, received, received + wait + more]);
            prop_assert!(earlier >= Span::ZERO && later >= earlier);
        }

        #[test]
        fn no_clock_makes_it_overflow(requested in any::<i64>(), received in any::<i64>(), now in any::<i64>()) {
            let head = ResponseHead::new(200);
            let [requested_at, received_at] = [requested, received].map(Timestamp);
            let stored = Stored { head: &head, selected: &Headers::default(), requested_at, received_at };
            prop_assert!(current_age(stored, Timestamp(now)) >= Span::ZERO);
        }
    }
}
