//! The writes that reach an origin: dropped with their connection until the page opens it, then answered and counted.
//! Does not know who sends them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::Value;
use tokio::time::{Instant, sleep};

/// The path with which a page opens the origin for writes.
pub const OPEN: &str = "/writes/open";

/// How often the count is looked at.
const GLANCE: Duration = Duration::from_millis(5);

/// So long may no write come before they count as lost: longer than any backoff of a few attempts.
const SILENCE: Duration = Duration::from_secs(20);

/// What an origin knows of writes.
#[derive(Debug, Default)]
pub struct Writes(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// When it was opened; while none, each write's connection is dropped.
    opened: Option<Instant>,
    /// How long an answer takes.
    latency: Duration,
    /// How often each write was taken, by the number in its body.
    taken: BTreeMap<u64, usize>,
    /// How many were answered since it was opened.
    answered: usize,
    /// When the last of them was.
    last: Option<Instant>,
}

impl Writes {
    /// Refuses until the page opens it; from then on each write is answered after this time.
    pub fn refuse(&self, latency: Duration) {
        *self.seen() = Seen { latency, ..Seen::default() };
    }

    /// The page has opened it.
    pub fn open(&self) {
        self.seen().opened = Some(Instant::now());
    }

    /// Takes a write in, and says how long its answer takes; none where it is to be dropped unseen.
    pub fn take(&self, body: &[u8]) -> Option<Duration> {
        let mut seen = self.seen();
        seen.opened?;
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        // One without a number counts as one that was never made.
        let number = body["write"].as_u64().unwrap_or(u64::MAX);
        *seen.taken.entry(number).or_default() += 1;
        Some(seen.latency)
    }

    /// The answer to one is out.
    pub fn answered(&self) {
        let mut seen = self.seen();
        seen.answered += 1;
        seen.last = Some(Instant::now());
    }

    /// Waits until so many are answered, and gives the time from the opening to the last answer; the error says how many came.
    pub async fn all(&self, count: usize) -> Result<Duration, String> {
        let began = Instant::now();
        loop {
            let (opened, answered, last) = {
                let seen = self.seen();
                (seen.opened, seen.answered, seen.last)
            };
            match (opened, last) {
                (Some(opened), Some(last)) if answered >= count => return Ok(last - opened),
                _ if last.unwrap_or(began).elapsed() > SILENCE => {
                    return Err(format!("{answered} of {count} writes came"));
                }
                _ => sleep(GLANCE).await,
            }
        }
    }

    /// The writes of these numbers must have come once each, and no others; the error names what is wrong.
    pub fn check_once(&self, numbers: std::ops::Range<usize>) -> Result<(), String> {
        let seen = self.seen();
        let twice: Vec<_> = seen.taken.iter().filter(|(_, times)| **times > 1).collect();
        if !twice.is_empty() {
            return Err(format!("writes came more than once (number, times): {twice:?}"));
        }
        let wanted = numbers.start as u64..numbers.end as u64;
        match (seen.taken.len() == numbers.len()) && seen.taken.keys().all(|number| wanted.contains(number)) {
            true => Ok(()),
            false => Err(format!("{} different writes came, wanted {wanted:?}", seen.taken.len())),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_are_dropped_until_opened_and_must_come_once_each() {
        let writes = Writes::default();
        assert_eq!(writes.take(b"{\"write\":0}"), None);
        writes.refuse(Duration::from_millis(20));
        assert_eq!(writes.take(b"{\"write\":0}"), None);
        writes.open();
        assert_eq!(writes.take(b"{\"write\":0}"), Some(Duration::from_millis(20)));
        assert_eq!(writes.check_once(0..1), Ok(()));
        assert!(writes.check_once(0..2).is_err());
        writes.take(b"{\"write\":2}");
        assert!(writes.check_once(0..2).is_err());
        writes.take(b"{\"write\":2}");
        assert!(writes.check_once(0..3).unwrap_err().contains("(2, 2)"));
    }
}
