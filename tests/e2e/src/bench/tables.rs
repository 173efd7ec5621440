//! The tables: what is measured of whom, how often. Data only; `contender.rs` does it.

use std::time::Duration;

use super::queueing::WRITES;
use super::subject::{
    CACHE_STORAGE, CACHE_STORAGE_PRECACHE, INDEXED_DB, INDEXED_DB_PRECACHE, JS_MAP, LONGSHORE, LONGSHORE_BUNDLED,
    LONGSHORE_PRECACHE, LONGSHORE_QUEUE, LONGSHORE_STORE, LONGSHORE_STORE_SWR, LONGSHORE_SWR, LONGSHORE_UPLOADS,
    NO_LISTENER, NOBODY, SERWIST, SERWIST_PRECACHE, SERWIST_SWR, STATIC_RULE, WORKBOX, WORKBOX_IMPORTED,
    WORKBOX_PRECACHE, WORKBOX_QUEUE, WORKBOX_SWR, WORKBOX_UPLOADS,
};
use super::table::{Act, Case, Size, Source, Table, Unit};

/// How many files an install fetches.
pub const PRECACHED: usize = 300;

/// The page of a cold navigation.
pub const BURST_PAGE: &str = "/data/burst";

/// How many requests a page makes after a cold navigation: as in `benches/burst.html`.
pub const BURST: usize = 30;

/// How many entries a store holds that is under constant inserts.
const FULL: usize = 100;

/// How many writes wait in a long queue.
pub const BACKLOG: usize = 10_000;

/// A warm hit of one URL.
const fn hit(name: &'static str, size: Size, turns: usize) -> Case {
    Case { name, data: ("data", size), act: Act::Fetches(1), turns }
}

/// A case with answers of 1 KB.
const fn small(name: &'static str, act: Act, turns: usize) -> Case {
    Case { name, data: ("data", Size::K1), act, turns }
}

/// Something that the queue does, once a run.
const fn queued(name: &'static str, act: Act) -> Case {
    small(name, act, 1)
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
        subjects: &[
            WORKBOX,
            WORKBOX.twin(),
            LONGSHORE_BUNDLED,
            WORKBOX_IMPORTED,
            LONGSHORE,
            SERWIST,
            CACHE_STORAGE,
            INDEXED_DB,
            NOBODY,
        ],
        // Many turns: a start is short beside what disturbs it.
        cases: &[small("cached fetch", Act::Cold, 30), small("navigation and 30 requests", Act::ColdNavigation, 4)],
        source: Source::Store,
    },
    Table {
        key: "unrouted",
        title: "Requests no route wants",
        unit: Unit::Milliseconds,
        subjects: &[NOBODY, NOBODY.twin(), LONGSHORE, STATIC_RULE, NO_LISTENER, WORKBOX, SERWIST, CACHE_STORAGE],
        cases: &[
            Case { name: "worker awake", data: ("other", Size::K1), act: Act::Fetches(1), turns: 8 },
            Case { name: "worker awake, server 20 ms away", data: ("far", Size::K1), act: Act::Fetches(1), turns: 8 },
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
        key: "memory",
        title: "Private memory of the worker's process over idle, a file of 60 MB attached (without a worker: the page's process)",
        unit: Unit::Megabytes,
        subjects: &[LONGSHORE_UPLOADS, LONGSHORE_UPLOADS.twin(), WORKBOX_UPLOADS, NOBODY],
        cases: &[small("kept, server gone", Act::Attach, 1), small("sent", Act::Attach, 1)],
        source: Source::Server,
    },
    Table {
        key: "queue",
        title: "Writes kept offline and sent later, 1,000 over 20 lanes",
        unit: Unit::PerSecond,
        subjects: &[LONGSHORE_QUEUE, LONGSHORE_QUEUE.twin(), WORKBOX_QUEUE],
        cases: &[
            queued("enqueue, one at a time", Act::Enqueue { before: 0, in_flight: 1 }),
            queued("enqueue, 20 in flight", Act::Enqueue { before: 0, in_flight: 20 }),
            queued("enqueue behind 9,000, one at a time", Act::Enqueue { before: BACKLOG - WRITES, in_flight: 1 }),
            queued("drain", Act::Drain { latency: Duration::ZERO }),
            queued("drain, server 20 ms away", Act::Drain { latency: Duration::from_millis(20) }),
        ],
        source: Source::Server,
    },
    Table {
        key: "backlog",
        title: "Cold start with 10,000 writes waiting",
        unit: Unit::Milliseconds,
        subjects: &[LONGSHORE_QUEUE, LONGSHORE_QUEUE.twin(), LONGSHORE_QUEUE.awaiting(BACKLOG)],
        cases: &[small("cached fetch", Act::Cold, 20), small("write", Act::ColdWrite, 10)],
        source: Source::Store,
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

/// The table of that name.
pub fn named(key: &str) -> Option<&'static Table> {
    TABLES.iter().find(|table| table.key == key)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::bench::subject::Subject;

    #[test]
    fn every_table_has_a_twin_second_and_no_row_twice() {
        for table in TABLES {
            let labels: Vec<String> = table.subjects.iter().map(Subject::label).collect();
            assert_eq!(labels[1], format!("{}, again", labels[0]), "{}", table.key);
            assert_eq!(labels.iter().collect::<BTreeSet<_>>().len(), labels.len(), "{}", table.key);
        }
    }
}
