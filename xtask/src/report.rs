//! The lines that people read: a step with its time, a suite with its counts, and the total.
//! Writes to standard output only; keeps no log.

use std::io::{self, IsTerminal as _, Write as _};
use std::ops::AddAssign;
use std::time::{Duration, Instant};

use crate::failure::Failure;

/// How many tests did what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests, or whole checks such as a linter, that went well.
    pub passed: u32,
    /// Tests or checks that did not.
    pub failed: u32,
    /// Tests or suites left out, each for a reason that was printed.
    pub skipped: u32,
}

impl Counts {
    /// A suite that is one check.
    pub fn one(went_well: bool) -> Self {
        Self { passed: u32::from(went_well), failed: u32::from(!went_well), skipped: 0 }
    }

    /// `N passed, N failed`, and `, N skipped` when there are any.
    pub fn line(self) -> String {
        let Self { passed, failed, skipped } = self;
        let rest = if skipped == 0 { String::new() } else { format!(", {skipped} skipped") };
        format!("{passed} passed, {failed} failed{rest}")
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// Does one step of work between saying what it is and saying how long it took.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    let began = Instant::now();
    print!("  {what} … ");
    let _ = io::stdout().flush();
    let done = work();
    println!("{} {}", if done.is_ok() { "done in" } else { "failed after" }, seconds(began.elapsed()));
    done
}

/// A line about something that is missing and how to get it.
pub fn missing(what: &str) {
    println!("  MISSING: {what}");
}

/// Says which suite is running, where someone is watching; the suite's own line replaces it.
pub fn running(suite: &str) {
    if io::stdout().is_terminal() {
        print!("{suite:<28} running …\r");
        let _ = io::stdout().flush();
    }
}

/// The one line of a suite that has run.
pub fn suite(suite: &str, counts: Counts, took: Duration) {
    let verdict = match counts {
        Counts { failed: 0, passed: 0, .. } => "none",
        Counts { failed: 0, .. } => "ok",
        _ => "FAILED",
    };
    println!("{suite:<28} {verdict:<7} {} ({})", counts.line(), seconds(took));
}

/// The one line of a suite that was left out.
pub fn skipped(suite: &str, reason: &str) {
    println!("{suite:<28} skipped {reason}");
}

/// A duration as people say it.
pub fn seconds(took: Duration) -> String {
    match took.as_secs_f64() {
        short if short < 10.0 => format!("{short:.1} s"),
        longer if longer < 120.0 => format!("{longer:.0} s"),
        long => format!("{:.1} min", long / 60.0),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{Counts, seconds};

    #[test]
    fn the_last_line_names_skips_only_when_there_are_any() {
        let mut total = Counts::one(true);
        assert_eq!(total.line(), "1 passed, 0 failed");
        total += Counts { passed: 3, failed: 2, skipped: 1 };
        assert_eq!(total.line(), "4 passed, 2 failed, 1 skipped");
    }

    #[test]
    fn durations_are_short_words() {
        let said = [300, 42_000, 150_000].map(|ms| seconds(Duration::from_millis(ms)));
        assert_eq!(said, ["0.3 s", "42 s", "2.5 min"]);
    }
}
