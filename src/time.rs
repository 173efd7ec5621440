//! Instants and spans in milliseconds, handed in from outside.
//! Reads no clock: whoever calls the engine says what time it is.

use std::ops::{Add, Sub};

/// Milliseconds since the Unix epoch, as `Date.now()` gives them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

/// A length of time in milliseconds; never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span(pub i64);

impl Timestamp {
    /// The time gone by since `earlier`; zero where the clock was set back.
    #[must_use]
    pub fn since(self, earlier: Timestamp) -> Span {
        Span(self.0.saturating_sub(earlier.0).max(0))
    }
}

impl Add<Span> for Timestamp {
    type Output = Timestamp;
    fn add(self, span: Span) -> Timestamp {
        Timestamp(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Timestamp {
    type Output = Timestamp;
    fn sub(self, span: Span) -> Timestamp {
        Timestamp(self.0.saturating_sub(span.0))
    }
}

impl Add for Span {
    type Output = Span;
    fn add(self, other: Span) -> Span {
        Span(self.0.saturating_add(other.0))
    }
}

impl Span {
    /// No time at all.
    pub const ZERO: Span = Span(0);

    /// A span of whole seconds; saturates instead of overflowing.
    #[must_use]
    pub const fn seconds(seconds: i64) -> Span {
        Span(seconds.saturating_mul(1000))
    }

    /// A span of whole hours.
    #[must_use]
    pub const fn hours(hours: i64) -> Span {
        Span::seconds(hours.saturating_mul(3600))
    }

    /// Whole seconds, rounded down: the unit of HTTP's `Age` and `max-age`.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0 / 1000
    }

    /// Reads a duration as users write it: `"300ms"`, `"3s"`, `"5m"`, `"24h"`, `"7d"`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Span> {
        let split = text.find(|c: char| !c.is_ascii_digit())?;
        let (digits, unit) = text.split_at(split);
        // A count too long to hold is the greatest there is, and no duration.
        let count = crate::http::digits(digits).filter(|count| *count < i64::MAX)?;
        let factor: i64 = match unit {
            "ms" => 1,
            "s" => 1000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            _ => return None,
        };
        count.checked_mul(factor).map(Span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_users_write_them() {
        let check = |text: &str, expected: Option<i64>| {
            assert_eq!(Span::parse(text).map(|span| span.0), expected, "{text:?}");
        };
        check("300ms", Some(300));
        check("3s", Some(3_000));
        check("5m", Some(300_000));
        check("24h", Some(86_400_000));
        check("7d", Some(604_800_000));
        check("0s", Some(0));
        for bad in ["", "3", "s", "-3s", "3 s", "3.5s", "3w", "99999999999999999999s", "9999999999999999d"] {
            check(bad, None);
        }
    }

    #[test]
    fn a_clock_set_back_gives_no_negative_age() {
        assert_eq!(Timestamp(5).since(Timestamp(9)), Span::ZERO);
    }
}
