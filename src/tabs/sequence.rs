//! Numbers events, so that a tab that missed one sees the gap.
//! Does not send; the shell owns the BroadcastChannel.

use super::Event;

/// An event with its place in the order of its origin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Envelope {
    /// One higher than the one before, from 1.
    pub seq: u64,
    /// The event.
    pub event: Event,
}

/// Counts the events of one worker instance.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    last: u64,
}

impl Sequence {
    /// The number of the latest event; 0 before the first.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.last
    }

    /// Gives the event the next number.
    pub fn stamp(&mut self, event: Event) -> Envelope {
        self.last = self.last.saturating_add(1);
        Envelope { seq: self.last, event }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_numbered_without_gaps() {
        let mut sequence = Sequence::default();
        let seqs: Vec<u64> = (0..3).map(|_| sequence.stamp(Event::Online).seq).collect();
        assert_eq!(seqs, [1, 2, 3]);
        assert_eq!(sequence.last(), 3);
    }
}
