//! The tables: what is measured of whom, how often. Data only; `measure.rs` does it.

use super::subject::{
    CACHE_STORAGE, CACHE_STORAGE_PRECACHE, INDEXED_DB, INDEXED_DB_PRECACHE, JS_MAP, LONGSHORE, LONGSHORE_PRECACHE,
    LONGSHORE_STORE, LONGSHORE_STORE_SWR, LONGSHORE_SWR, NOBODY, SERWIST, SERWIST_PRECACHE, SERWIST_SWR, Subject,
    WORKBOX, WORKBOX_PRECACHE, WORKBOX_SWR,
};

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
    /// Requests per second: more is better.
    PerSecond,
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
    /// Fetches what is not stored, one after the other, into a store that is full.
    Inserts,
}

/// How many files an install fetches.
pub const PRECACHED: usize = 300;

/// The page of a cold navigation.
pub const BURST_PAGE: &str = "/data/burst";

/// How many requests a page makes after a cold navigation: as in `benches/burst.html`.
pub const BURST: usize = 30;

/// How many entries a store holds that is under constant inserts.
const FULL: usize = 100;

/// The cases of a warm hit with the sizes.
const fn hit(name: &'static str, size: Size, turns: usize) -> Case {
    Case { name, data: ("data", size), act: Act::Fetches(1), turns }
}

/// A case with answers of 1 KB.
const fn small(name: &'static str, act: Act, turns: usize) -> Case {
    Case { name, data: ("data", Size::K1), act, turns }
}

/// Every table, in the order in which they are measured and shown.
pub const TABLES: &[Table] = &[
    Table {
        key: "warm",
        title: "Warm hit",
        unit: Unit::Milliseconds,
        subjects: &[
            JS_MAP,
            JS_MAP.twin(),
            LONGSHORE,
            LONGSHORE_STORE,
            WORKBOX,
            SERWIST,
            CACHE_STORAGE,
            INDEXED_DB,
            NOBODY,
        ],
        cases: &[
            hit("1 KB", Size::K1, 5),
            hit("20 KB", Size::K20, 5),
            hit("200 KB", Size::K200, 2),
            hit("1 MB", Size::M1, 1),
        ],
        source: Source::Store,
    },
    Table {
        key: "swr",
        title: "Stale-while-revalidate, fresh (those by hand are cache-first)",
        unit: Unit::Milliseconds,
        subjects: &[
            WORKBOX_SWR,
            WORKBOX_SWR.twin(),
            LONGSHORE_SWR,
            LONGSHORE_STORE_SWR,
            SERWIST_SWR,
            JS_MAP,
            CACHE_STORAGE,
            INDEXED_DB,
        ],
        cases: &[hit("1 KB", Size::K1, 5), hit("20 KB", Size::K20, 5)],
        source: Source::Store,
    },
    Table {
        key: "throughput",
        title: "Throughput, 50 requests in flight",
        unit: Unit::PerSecond,
        subjects: &[
            WORKBOX,
            WORKBOX.twin(),
            LONGSHORE,
            LONGSHORE_STORE,
            SERWIST,
            JS_MAP,
            CACHE_STORAGE,
            INDEXED_DB,
            NOBODY,
        ],
        cases: &[
            small("1 KB", Act::Rush, 4),
            Case { name: "20 KB", data: ("data", Size::K20), act: Act::Rush, turns: 4 },
        ],
        source: Source::Store,
    },
    Table {
        key: "cold",
        title: "Cold start, worker stopped",
        unit: Unit::Milliseconds,
        subjects: &[WORKBOX, WORKBOX.twin(), LONGSHORE, SERWIST, CACHE_STORAGE, INDEXED_DB, NOBODY],
        cases: &[small("cached fetch", Act::Cold, 6), small("navigation and 30 requests", Act::ColdNavigation, 4)],
        source: Source::Store,
    },
    Table {
        key: "unrouted",
        title: "Requests no route wants",
        unit: Unit::Milliseconds,
        subjects: &[NOBODY, NOBODY.twin(), LONGSHORE, WORKBOX, SERWIST, CACHE_STORAGE],
        cases: &[
            Case { name: "worker awake", data: ("other", Size::K1), act: Act::Fetches(1), turns: 8 },
            Case { name: "worker stopped", data: ("other", Size::K1), act: Act::Cold, turns: 5 },
        ],
        source: Source::Server,
    },
    Table {
        key: "precache",
        title: "First install, 300 files of 4 KB precached (without a worker: the page fetches them)",
        unit: Unit::Milliseconds,
        subjects: &[
            WORKBOX_PRECACHE,
            WORKBOX_PRECACHE.twin(),
            LONGSHORE_PRECACHE,
            SERWIST_PRECACHE,
            CACHE_STORAGE_PRECACHE,
            INDEXED_DB_PRECACHE,
            NOBODY,
        ],
        cases: &[Case { name: "install", data: ("precache", Size::K4), act: Act::Install, turns: 1 }],
        source: Source::Server,
    },
    Table {
        key: "eviction",
        title: "Constant inserts into a store that is full at 100 entries",
        unit: Unit::Milliseconds,
        subjects: &[
            WORKBOX.limited(FULL),
            WORKBOX.limited(FULL).twin(),
            LONGSHORE.limited(FULL),
            SERWIST.limited(FULL),
            CACHE_STORAGE.limited(FULL),
            INDEXED_DB.limited(FULL),
            NOBODY,
        ],
        cases: &[small("insert, 1 KB", Act::Inserts, 5)],
        source: Source::Server,
    },
    Table {
        key: ENTRIES,
        title: "Many entries stored",
        unit: Unit::Milliseconds,
        subjects: &[
            LONGSHORE.holding(100),
            LONGSHORE.holding(100).twin(),
            LONGSHORE.holding(10_000),
            LONGSHORE.holding(100_000),
            LONGSHORE_STORE.holding(100),
            LONGSHORE_STORE.holding(100_000),
            WORKBOX.holding(100),
            WORKBOX.holding(10_000),
            WORKBOX.holding(100_000),
            SERWIST.holding(100),
            SERWIST.holding(10_000),
            SERWIST.holding(100_000),
            CACHE_STORAGE.holding(100),
            CACHE_STORAGE.holding(10_000),
            CACHE_STORAGE.holding(100_000),
            INDEXED_DB.holding(100),
            INDEXED_DB.holding(10_000),
            INDEXED_DB.holding(100_000),
        ],
        cases: &[
            small("hit, 20 URLs", Act::Fetches(20), 3),
            small("hit, spread over all", Act::Spread, 3),
            small("cold, cached fetch", Act::Cold, 8),
        ],
        source: Source::Store,
    },
];

/// The table whose stores take minutes to fill: only measured when asked for, and filled once for all runs.
pub const ENTRIES: &str = "entries";

impl Table {
    /// The table of that name.
    pub fn named(key: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.key == key)
    }

    /// The rows that can be measured.
    pub fn rows(&self) -> impl Iterator<Item = &'static Subject> {
        self.subjects.iter().filter(|subject| subject.exists())
    }

    /// Whether a worker must be stopped in it.
    pub fn stops_workers(&self) -> bool {
        self.cases.iter().any(|case| case.act.stops())
    }
}

impl Act {
    /// Whether the worker is to be stopped before it.
    pub fn stops(self) -> bool {
        matches!(self, Self::Cold | Self::ColdNavigation)
    }
}

impl Case {
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_table_has_a_twin_second_and_no_row_twice() {
        for table in TABLES {
            let labels: Vec<String> = table.subjects.iter().map(Subject::label).collect();
            assert_eq!(labels[1], format!("{}, again", labels[0]), "{}", table.key);
            assert_eq!(labels.iter().collect::<BTreeSet<_>>().len(), labels.len(), "{}", table.key);
        }
    }
}
