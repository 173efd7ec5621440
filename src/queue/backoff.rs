//! How long a row is left alone after a failed attempt.

use crate::ids::Entropy;
use crate::time::Span;

/// No row is tried twice within this time on the queue's own account.
pub(super) const SHORTEST: Span = Span(500);

const FIRST: i64 = 1000;
const LONGEST: i64 = 5 * 60 * 1000;

/// Exponential with full jitter: anything up to the ceiling, so that a thousand clients of a server that comes back
/// do not all come at once.
#[must_use]
pub(super) fn delay(attempts: u32, entropy: Entropy) -> Span {
    let Span(ceiling) = ceiling(attempts);
    Span(((ceiling as f64 * entropy.unit()) as i64).max(SHORTEST.0))
}

/// The longest that this many failures in a row can cost; for our own store, where there is no crowd to spread.
#[must_use]
pub(super) fn ceiling(attempts: u32) -> Span {
    let doublings = attempts.saturating_sub(1).min(16);
    Span((FIRST << doublings).min(LONGEST))
}

/// How long after a failure a gentle wake leaves the row alone: a wake may come with every fetch, and must not turn
/// the backoff into a hammer.
#[must_use]
pub(super) fn rest(attempts: u32) -> Span {
    Span(SHORTEST.0 * i64::from(attempts.clamp(1, 10)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_ceiling_doubles_from_a_second_to_five_minutes() {
        let top = Entropy(u128::MAX);
        for (attempts, ceiling) in [(0, 1), (1, 1), (2, 2), (3, 4), (8, 128), (9, 256), (10, 300), (u32::MAX, 300)] {
            let Span(delay) = delay(attempts, top);
            assert!(delay < ceiling * 1000 + 1 && delay >= ceiling * 1000 - 1, "{attempts}: {delay}");
        }
        assert_eq!(delay(20, Entropy(0)), SHORTEST);
    }

    proptest! {
        #[test]
        fn a_delay_stays_within_bounds(attempts: u32, bits: u128) {
            let delay = delay(attempts, Entropy(bits));
            prop_assert!(delay >= SHORTEST && delay.0 <= LONGEST);
        }
    }
}
