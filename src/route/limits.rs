//! How much may be stored, and what goes first when that is too much.
//! Counts nothing: the store does.

/// How much a route, or all of them together, may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// `maxEntries`: how many answers.
    pub entries: u64,
    /// `maxBytes`: how many bytes their bodies may have together.
    pub bytes: u64,
    /// `maxEntryBytes`: how many bytes one body may have; a longer one is not stored.
    pub each: u64,
}

impl Limits {
    /// No limit.
    pub const NONE: Limits = Limits { entries: u64::MAX, bytes: u64::MAX, each: u64::MAX };

    /// Whether what is stored can become too much by being many.
    #[must_use]
    pub fn can_be_exceeded(&self) -> bool {
        self.entries.min(self.bytes) < u64::MAX
    }

    /// A little less, so that what makes room makes it for many.
    #[must_use]
    pub fn with_slack(&self) -> Limits {
        Limits { entries: self.entries - self.entries / 16, bytes: self.bytes - self.bytes / 16, ..*self }
    }

    /// Whether so much is too much.
    #[must_use]
    pub fn are_exceeded(&self, entries: u64, bytes: u64) -> bool {
        entries > self.entries || bytes > self.bytes
    }
}

/// How the bytes of a stored answer lie in the store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Packing {
    /// As they came.
    #[default]
    Plain,
    /// Compressed, where that makes them smaller.
    Gzip,
}

/// Which answers go when all of them together are too much, within a priority those first that were unused the longest; and, the other way about,
/// which writes go out when they are too many, within a priority the oldest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// What is dropped first, and sent last.
    Low,
    /// Unless something is said.
    #[default]
    Normal,
    /// What is dropped last, and sent first.
    High,
}

impl Priority {
    /// From its word in a config or record; any other is neither.
    #[must_use]
    pub fn parse(word: Option<&str>) -> Priority {
        match word {
            Some("low") => Priority::Low,
            Some("high") => Priority::High,
            _ => Priority::Normal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_exceeded_by_what_is_beyond_it_and_makes_room_for_a_sixteenth_more() {
        let some = |entries, bytes| Limits { entries, bytes, each: 7 };
        let check = |limits: Limits, slack: Limits, exceeded: &[(u64, u64)], kept: &[(u64, u64)]| {
            assert_eq!(limits.with_slack(), slack, "{limits:?}");
            exceeded
                .iter()
                .for_each(|&(entries, bytes)| assert!(limits.are_exceeded(entries, bytes), "{entries} {bytes}"));
            kept.iter()
                .for_each(|&(entries, bytes)| assert!(!limits.are_exceeded(entries, bytes), "{entries} {bytes}"));
        };
        check(some(1, u64::MAX), some(1, u64::MAX - u64::MAX / 16), &[(2, 0)], &[(1, u64::MAX), (0, 0)]);
        check(some(100, 1600), some(94, 1500), &[(101, 0), (0, 1601)], &[(100, 1600)]);
        check(some(16, 0), some(15, 0), &[(1, 1)], &[(16, 0)]);
        assert!(!Limits { each: 5, ..Limits::NONE }.can_be_exceeded(), "what is left out is not beyond a limit");
        assert!(some(u64::MAX, 5).can_be_exceeded() && some(5, u64::MAX).can_be_exceeded());
    }
}
