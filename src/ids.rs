//! The names of things: mutations, bodies, exchanges, generations; and the randomness some are made of.
//! Makes no randomness itself: `Entropy` is handed in.

use crate::text::hex;
use crate::time::Timestamp;
use std::fmt;

/// Random bytes from outside, enough for one decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entropy(pub u128);

impl Entropy {
    /// A number in `0.0..1.0`, for jitter.
    #[must_use]
    pub fn unit(self) -> f64 {
        // 53 bits are what a double holds exactly.
        ((self.0 as u64) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// An RFC 9562 version 4 UUID, as `Idempotency-Key` wants it: lower case, no quotes.
    #[must_use]
    pub fn uuid(self) -> String {
        let bits = (self.0 & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
        let mut out = String::with_capacity(36);
        for (gap, shift, digits) in [("", 96, 8), ("-", 80, 4), ("-", 64, 4), ("-", 48, 4), ("-", 0, 12)] {
            out.push_str(gap);
            hex(&mut out, (bits >> shift) as u64, digits);
        }
        out
    }
}

/// A mutation's name: its place in creation order, then randomness, so that text order is creation order
/// and two workers never make the same one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MutationId(pub String);

impl MutationId {
    /// Makes the id that follows `last`; a clock set back does not change the order.
    #[must_use]
    pub fn after(last: Option<&MutationId>, now: Timestamp, entropy: Entropy) -> MutationId {
        let (last_ms, last_count) = last.map_or((0, 0), MutationId::parts);
        let ms = u64::try_from(now.0).unwrap_or(0);
        let (ms, count) = if ms > last_ms { (ms, 0) } else { (last_ms, last_count.saturating_add(1)) };
        let mut out = String::with_capacity(32);
        for (gap, number, digits) in [("", ms, 12), ("-", count, 6), ("-", entropy.0 as u64, 12)] {
            out.push_str(gap);
            hex(&mut out, number, digits);
        }
        MutationId(out)
    }

    fn parts(&self) -> (u64, u64) {
        let mut parts = self.0.split('-').map(|part| u64::from_str_radix(part, 16).unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
    }
}

impl fmt::Display for MutationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A body held by the browser shell (a Response or bytes); the engine only passes its number around.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BodyId(pub u64);

/// One request under way in the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExchangeId(pub u64);

/// One commit under way; the answer to it carries the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommitId(pub u64);

/// The moment at which something was read or written: the time of the latest invalidation, or one more than the one before.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Generation(pub u64);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_carry_version_and_variant() {
        assert_eq!(Entropy(0).uuid(), "00000000-0000-4000-8000-000000000000");
        assert_eq!(Entropy(u128::MAX).uuid(), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }

    #[test]
    fn ids_sort_in_creation_order_even_when_the_clock_is_set_back() {
        let mut ids = vec![MutationId::after(None, Timestamp(1_000_000), Entropy(7))];
        for now in [1_000_000, 1_000_000, 900_000, 2_000_000, 5] {
            ids.push(MutationId::after(ids.last(), Timestamp(now), Entropy(3)));
        }
        let mut sorted = ids.clone();
        sorted.sort();
        assert_eq!(ids, sorted);
        sorted.dedup();
        assert_eq!(sorted.len(), 6);
    }
}
