//! What issue and release ask of the figures, in one table. Data only; `verdict.rs` judges.

use super::subject::{
    INDEXED_DB, JS_MAP, LONGSHORE, LONGSHORE_BUNDLED, LONGSHORE_QUEUE, LONGSHORE_STORE, LONGSHORE_SWR,
    LONGSHORE_UPLOADS, NOBODY, STATIC_RULE, Subject, WORKBOX, WORKBOX_IMPORTED, WORKBOX_QUEUE, WORKBOX_SWR,
};
use super::tables::BACKLOG;

/// One demand; in each of its cases it must hold.
#[derive(Debug)]
pub struct Limit {
    /// The point of the demand that it is part of.
    pub point: u8,
    /// What is asked, in words.
    pub what: &'static str,
    /// The table with the figures.
    pub table: &'static str,
    /// The cases in which it must hold.
    pub cases: &'static [&'static str],
    /// Whose figure.
    pub subject: Subject,
    /// What the figure is held against.
    pub against: Against,
    /// Which side is good.
    pub bound: Bound,
    /// What must be reached.
    pub limit: f64,
    /// What is hoped for.
    pub goal: Option<f64>,
    /// Whose figure in the same row shows what the browser itself leaves to reach.
    pub floor: Option<Subject>,
}

/// What a figure is held against.
#[derive(Debug)]
pub enum Against {
    /// The same figure of another row.
    Row(Subject),
    /// The same row's figure in another case.
    Case(&'static str),
    /// Nothing: it is the time inside the worker, in ms.
    InsideMs,
    /// Nothing: it is MB over idle, in the engine of this name.
    IdleMb(&'static str),
}

/// Which side of a limit is good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// Not above.
    AtMost,
    /// Not below.
    AtLeast,
}

/// The sizes of a warm hit.
const SIZES: &[&str] = &["1 KB", "20 KB", "200 KB", "1 MB"];

/// Every demand on speed.
pub const LIMITS: &[Limit] = &[
    Limit {
        point: 1,
        what: "warm hit / JS Map by hand",
        table: "warm",
        cases: SIZES,
        subject: LONGSHORE,
        against: Against::Row(JS_MAP),
        bound: Bound::AtMost,
        limit: 1.10,
        goal: Some(1.05),
        floor: None,
    },
    Limit {
        point: 1,
        what: "warm hit / Workbox",
        table: "warm",
        cases: SIZES,
        subject: LONGSHORE,
        against: Against::Row(WORKBOX),
        bound: Bound::AtMost,
        limit: 0.70,
        goal: Some(0.60),
        floor: None,
    },
    Limit {
        point: 1,
        what: "warm hit, ms inside the worker",
        table: "warm",
        cases: &["1 KB"],
        subject: LONGSHORE,
        against: Against::InsideMs,
        bound: Bound::AtMost,
        limit: 0.25,
        goal: None,
        floor: None,
    },
    Limit {
        point: 1,
        what: "warm hit, memory tier off / IndexedDB by hand",
        table: "warm",
        cases: SIZES,
        subject: LONGSHORE_STORE,
        against: Against::Row(INDEXED_DB),
        bound: Bound::AtMost,
        limit: 1.15,
        goal: Some(1.10),
        floor: None,
    },
    Limit {
        point: 2,
        what: "fresh stale-while-revalidate / Workbox",
        table: "swr",
        cases: &["1 KB", "20 KB"],
        subject: LONGSHORE_SWR,
        against: Against::Row(WORKBOX_SWR),
        bound: Bound::AtMost,
        limit: 0.45,
        goal: Some(0.35),
        floor: None,
    },
    Limit {
        point: 2,
        what: "throughput / Workbox",
        table: "throughput",
        cases: &["1 KB", "20 KB"],
        subject: LONGSHORE,
        against: Against::Row(WORKBOX),
        bound: Bound::AtLeast,
        limit: 1.2,
        goal: Some(1.3),
        floor: None,
    },
    Limit {
        point: 3,
        what: "cold start, each in one script / Workbox",
        table: "cold",
        cases: &["cached fetch"],
        subject: LONGSHORE_BUNDLED,
        against: Against::Row(WORKBOX),
        bound: Bound::AtMost,
        limit: 1.0,
        goal: Some(0.95),
        floor: None,
    },
    Limit {
        point: 3,
        what: "cold start, each by importScripts / Workbox",
        table: "cold",
        cases: &["cached fetch"],
        subject: LONGSHORE,
        against: Against::Row(WORKBOX_IMPORTED),
        bound: Bound::AtMost,
        limit: 1.0,
        goal: Some(0.95),
        floor: None,
    },
    Limit {
        point: 3,
        what: "cold start / Workbox",
        table: "cold",
        cases: &["navigation and 30 requests"],
        subject: LONGSHORE,
        against: Against::Row(WORKBOX),
        bound: Bound::AtMost,
        limit: 1.1,
        goal: Some(1.0),
        floor: None,
    },
    Limit {
        point: 3,
        what: "requests no route wants / no worker",
        table: "unrouted",
        cases: &["worker awake", "worker awake, server 20 ms away"],
        subject: LONGSHORE,
        against: Against::Row(NOBODY),
        bound: Bound::AtMost,
        limit: 1.03,
        goal: None,
        floor: Some(STATIC_RULE),
    },
    Limit {
        point: 4,
        what: "100,000 entries / 100",
        table: "entries",
        cases: &["hit, 20 URLs", "cold, cached fetch"],
        subject: LONGSHORE.holding(100_000),
        against: Against::Row(LONGSHORE.holding(100)),
        bound: Bound::AtMost,
        limit: 1.15,
        goal: None,
        floor: None,
    },
    Limit {
        point: 10,
        what: "60 MB attached, MB over idle, Chromium",
        table: "memory",
        cases: &["kept, server gone", "sent"],
        subject: LONGSHORE_UPLOADS,
        against: Against::IdleMb("chromium"),
        bound: Bound::AtMost,
        limit: 100.0,
        goal: None,
        floor: Some(NOBODY),
    },
    Limit {
        point: 10,
        what: "60 MB attached, MB over idle, Firefox",
        table: "memory",
        cases: &["kept, server gone", "sent"],
        subject: LONGSHORE_UPLOADS,
        against: Against::IdleMb("firefox"),
        bound: Bound::AtMost,
        limit: 200.0,
        goal: None,
        floor: Some(NOBODY),
    },
    Limit {
        point: 9,
        what: "writes kept, committed strictly / Workbox background sync",
        table: "queue",
        cases: &["enqueue, one at a time", "enqueue, 20 in flight"],
        subject: LONGSHORE_QUEUE,
        against: Against::Row(WORKBOX_QUEUE),
        bound: Bound::AtLeast,
        limit: 1.5,
        goal: Some(2.0),
        floor: None,
    },
    Limit {
        point: 9,
        what: "writes sent / Workbox background sync",
        table: "queue",
        cases: &["drain", "drain, server 20 ms away"],
        subject: LONGSHORE_QUEUE,
        against: Against::Row(WORKBOX_QUEUE),
        bound: Bound::AtLeast,
        limit: 3.0,
        goal: Some(5.0),
        floor: None,
    },
    Limit {
        point: 9,
        what: "the last thousand of 10,000 / the first",
        table: "queue",
        cases: &["enqueue behind 9,000, one at a time"],
        subject: LONGSHORE_QUEUE,
        against: Against::Case("enqueue, one at a time"),
        bound: Bound::AtLeast,
        limit: 1.0 / 1.2,
        goal: None,
        floor: None,
    },
    Limit {
        point: 9,
        what: "cold start, 10,000 writes waiting / none",
        table: "backlog",
        cases: &["cached fetch", "write"],
        subject: LONGSHORE_QUEUE.awaiting(BACKLOG),
        against: Against::Row(LONGSHORE_QUEUE),
        bound: Bound::AtMost,
        limit: 1.3,
        goal: None,
        floor: None,
    },
];
