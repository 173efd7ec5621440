//! Private memory of processes over time, and which process has been busy, from `/proc`. Knows nothing of browsers.

use std::fs;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::process;

/// From one look to the next.
const PAUSE: Duration = Duration::from_millis(10);

/// The same of all processes, to look at which takes some 20 ms.
const PAUSE_OF_ALL: Duration = Duration::from_millis(20);

/// Private memory in MB.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Memory {
    /// Of the process that is looked at.
    pub own: f64,
    /// Of all processes of the browser together.
    pub all: f64,
}

/// Two threads that watch until they are asked.
pub struct Gauge {
    stop: Arc<AtomicBool>,
    own: JoinHandle<f64>,
    all: JoinHandle<f64>,
}

impl Memory {
    /// What a process and its browser have now.
    pub fn now(pid: u32, root: u32) -> Self {
        Self { own: private(pid), all: sum(root) }
    }

    /// The smaller of each.
    pub fn min(self, other: Self) -> Self {
        Self { own: self.own.min(other.own), all: self.all.min(other.all) }
    }
}

impl Gauge {
    /// Watches a process, and the browser whose first process is `root`.
    pub fn start(pid: u32, root: u32) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let own = watch(stop.clone(), PAUSE, move || private(pid));
        let all = watch(stop.clone(), PAUSE_OF_ALL, move || sum(root));
        Self { stop, own, all }
    }

    /// The most of each since the start.
    pub fn end(self) -> io::Result<Memory> {
        self.stop.store(true, Ordering::Relaxed);
        let most = |thread: JoinHandle<f64>| thread.join().map_err(|_| io::Error::other("a gauge has panicked"));
        Ok(Memory { own: most(self.own)?, all: most(self.all)? })
    }
}

/// A thread that looks until it is to stop, and gives the most that it saw.
fn watch(stop: Arc<AtomicBool>, pause: Duration, look: impl Fn() -> f64 + Send + 'static) -> JoinHandle<f64> {
    thread::spawn(move || {
        let mut most = look();
        while !stop.load(Ordering::Relaxed) {
            thread::sleep(pause);
            most = most.max(look());
        }
        most
    })
}

/// Processor time of each process of a browser until now, in clock ticks.
pub fn ticks(root: u32) -> Vec<(u32, u64)> {
    process::tree(root).into_iter().filter_map(|pid| Some((pid, process::ticks(pid)?))).collect()
}

fn sum(root: u32) -> f64 {
    process::tree(root).into_iter().map(private).sum()
}

/// Pages that are in no other process too, changed or not, in MB; none of a process that has gone.
fn private(pid: u32) -> f64 {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    kilobytes(&text) as f64 / 1024.0
}

/// The sum of the private lines.
fn kilobytes(rollup: &str) -> u64 {
    let of = |line: &str| {
        let (name, rest) = line.split_once(':')?;
        let counts = matches!(name, "Private_Clean" | "Private_Dirty");
        counts.then(|| rest.split_whitespace().next()?.parse::<u64>().ok())?
    };
    rollup.lines().filter_map(of).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_private_pages_count() {
        let rollup = "5579ccbbf000-7ffe [rollup]\nRss:  884 kB\nShared_Dirty:  7 kB\nPrivate_Clean:  300 kB\nPrivate_Dirty:  84 kB\n\
                      Private_Hugetlb:  1 kB\nSwap:  0 kB\n";
        assert_eq!(kilobytes(rollup), 384);
    }
}
