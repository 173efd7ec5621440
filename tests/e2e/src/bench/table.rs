//! What a table is made of: rows, cases, what is done in a turn. Measures nothing; `tables.rs` lists the tables.

use std::time::Duration;

use super::subject::{Peer, Subject};

/// One table.
#[derive(Debug)]
pub struct Table {
    /// Its name on the command line and in files.
    pub key: &'static str,
    /// Its heading.
    pub title: &'static str,
    /// What its figures are.
    pub unit: Unit,
    /// Its rows: first the one that ratios are to, then that one's A/A twin.
    pub subjects: &'static [Subject],
    /// What is done with each.
    pub cases: &'static [Case],
    /// From where a good answer comes.
    pub source: Source,
}

/// What figures are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Milliseconds: less is better.
    Milliseconds,
    /// Requests per second, writes among them: more is better.
    PerSecond,
    /// MB of private memory over what it was before: less is better.
    Megabytes,
}

/// From where a good answer comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// From what the peer has stored: no request may reach the server.
    Store,
    /// From the server.
    Server,
}

/// One column of work, measured for every subject in turns.
#[derive(Debug)]
pub struct Case {
    /// Its name in tables.
    pub name: &'static str,
    /// The folder and the size of what is fetched, as in `/data/1k/7`.
    pub data: (&'static str, Size),
    /// What is done in a turn.
    pub act: Act,
    /// Turns per run for every 100 samples asked for.
    pub turns: usize,
}

/// The size of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// 1 KB.
    K1,
    /// 4 KB.
    K4,
    /// 20 KB.
    K20,
    /// 200 KB.
    K200,
    /// 1 MB.
    M1,
}

/// What is done in one turn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Fetches one after the other, of so many different URLs.
    Fetches(usize),
    /// Fetches one after the other, spread over everything that is stored.
    Spread,
    /// Fetches 50 at a time.
    Rush,
    /// Stops the worker and fetches.
    Cold,
    /// Stops the worker and navigates to a page that fetches 30 things.
    ColdNavigation,
    /// Installs the worker on an origin that never had one.
    Install,
    /// Attaches a file, in a browser of its own: `memory.rs`.
    Attach,
    /// Fetches what is not stored, one after the other, into a store that is full.
    Inserts,
    /// Has 1,000 writes kept while the server refuses, on an origin that never had a worker.
    Enqueue {
        /// How many wait already.
        before: usize,
        /// How many are under way.
        in_flight: usize,
    },
    /// Has 1,000 writes sent that wait, on an origin that never had a worker.
    Drain {
        /// How long the server takes for each.
        latency: Duration,
    },
    /// Stops the worker and makes a write, which the server refuses.
    ColdWrite,
}

impl Table {
    /// Whether a worker must be stopped in it.
    pub fn stops_workers(&self) -> bool {
        self.cases.iter().any(|case| case.act.stops())
    }
}

impl Act {
    /// Whether the worker is to be stopped before it.
    pub fn stops(self) -> bool {
        matches!(self, Self::Cold | Self::ColdNavigation | Self::ColdWrite)
    }

    /// Whether each turn installs the worker on an origin of its own.
    pub fn begins_anew(self) -> bool {
        matches!(self, Self::Install | Self::Enqueue { .. } | Self::Drain { .. })
    }
}

impl Case {
    /// Whether it is measured of this subject: a long queue is filled for Longshore only, since that takes a while.
    pub fn is_for(&self, subject: &Subject) -> bool {
        !matches!(self.act, Act::Enqueue { before: 1.., .. }) || subject.peer == Peer::Longshore
    }

    /// The path of something to fetch; different numbers are different URLs.
    pub fn path(&self, number: usize) -> String {
        let (folder, size) = self.data;
        format!("/{folder}/{}/{number}", size.name())
    }
}

impl Size {
    /// Every size.
    pub const ALL: [Self; 5] = [Self::K1, Self::K4, Self::K20, Self::K200, Self::M1];

    /// Its name in paths.
    pub fn name(self) -> &'static str {
        match self {
            Self::K1 => "1k",
            Self::K4 => "4k",
            Self::K20 => "20k",
            Self::K200 => "200k",
            Self::M1 => "1m",
        }
    }

    /// In bytes.
    pub fn bytes(self) -> usize {
        match self {
            Self::K1 => 1 << 10,
            Self::K4 => 4 << 10,
            Self::K20 => 20 << 10,
            Self::K200 => 200 << 10,
            Self::M1 => 1 << 20,
        }
    }
}
