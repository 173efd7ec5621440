//! What issue and release ask of the figures, in one table, and whether a table's rows meet it.

use super::figures::median;
use super::results::{Measured, Row};
use super::subject::{
    INDEXED_DB, JS_MAP, LONGSHORE, LONGSHORE_BUNDLED, LONGSHORE_STORE, LONGSHORE_SWR, LONGSHORE_UPLOADS, NOBODY,
    STATIC_RULE, Subject, WORKBOX, WORKBOX_IMPORTED, WORKBOX_SWR,
};
use super::table::Table;
use super::tables;

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
    subject: Subject,
    /// What the figure is held against.
    against: Against,
    /// Which side is good.
    pub bound: Bound,
    /// What must be reached.
    pub limit: f64,
    /// What is hoped for.
    pub goal: Option<f64>,
    /// Whose figure in the same row shows what the browser itself leaves to reach.
    floor: Option<Subject>,
}

/// What a figure is held against.
#[derive(Debug)]
enum Against {
    /// The same figure of another row.
    Row(Subject),
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
        point: 6,
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
        point: 6,
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
];

/// How a demand came out in one case.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// The median of the runs' ratios, or of their milliseconds.
    pub figure: f64,
    /// The table's A/A twin to itself; 1 where the figure is no ratio.
    pub twin: f64,
    /// Whether the limit is met, give or take the twin's difference from 1.
    pub met: bool,
    /// Whether the goal is met in the same way.
    pub goal_met: bool,
    /// What the browser itself leaves to reach, where that is measured beside it.
    pub floor: Option<f64>,
}

impl Limit {
    /// The verdict on a case; none where it was not measured.
    pub fn judge(&self, measured: &Measured, case: &str) -> Option<Verdict> {
        let own = measured.row(&self.subject.label(), case)?;
        let (figure, twin, floor) = match &self.against {
            Against::InsideMs => (median(&own.inside), 1.0, None),
            Against::IdleMb(engine) => {
                measured.browser.starts_with(engine).then_some(())?;
                let floor = self.floor.and_then(|floor| measured.row(&floor.label(), case));
                (median(&own.medians), 1.0, floor.map(|row| median(&row.medians)))
            }
            Against::Row(base) => {
                let base = measured.row(&base.label(), case)?;
                let floor = self.floor.and_then(|floor| measured.row(&floor.label(), case));
                let floor = floor.map(|row| median(&row.ratios(base)));
                (median(&own.ratios(base)), twin(tables::named(self.table)?, measured, case)?, floor)
            }
        };
        let holds = |wanted: f64| match self.bound {
            Bound::AtMost => figure <= wanted + (twin - 1.0).abs(),
            Bound::AtLeast => figure >= wanted - (twin - 1.0).abs(),
        };
        let (met, goal_met) = (holds(self.limit), holds(self.goal.unwrap_or(self.limit)));
        figure.is_finite().then_some(Verdict { figure, twin, met, goal_met, floor })
    }
}

/// What the same peer twice came to: differences below that mean nothing.
pub fn twin(table: &Table, measured: &Measured, case: &str) -> Option<f64> {
    let mut rows = table.subjects.iter().map(|subject| measured.row(&subject.label(), case));
    let (base, twin): (&Row, &Row) = (rows.next()??, rows.next()??);
    Some(median(&twin.ratios(base)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_names_rows_and_cases_that_exist() {
        for limit in LIMITS {
            let table = tables::named(limit.table).unwrap();
            for case in limit.cases {
                assert!(table.cases.iter().any(|known| known.name == *case), "{}: {case}", limit.what);
            }
            let has = |subject: &Subject| table.subjects.iter().any(|row| row == subject);
            assert!(has(&limit.subject) && limit.floor.iter().all(has), "{}", limit.what);
            assert!(!matches!(&limit.against, Against::Row(base) if !has(base)), "{}", limit.what);
        }
    }

    #[test]
    fn a_limit_gives_way_by_the_twin_and_no_more() {
        let row = |subject: Subject, medians: [f64; 3]| Row {
            subject: subject.label(),
            case: "cached fetch".into(),
            medians: medians.into(),
            ..Row::default()
        };
        let judge = |twin: f64, own: f64| {
            let rows = [row(WORKBOX, [10.0; 3]), row(WORKBOX.twin(), [twin; 3]), row(LONGSHORE_BUNDLED, [own; 3])];
            let measured = Measured { rows: rows.into(), ..Measured::default() };
            let limit = LIMITS.iter().find(|limit| limit.table == "cold").unwrap();
            limit.judge(&measured, "cached fetch").map(|verdict| (verdict.met, verdict.goal_met))
        };
        assert_eq!(judge(10.0, 10.0), Some((true, false)));
        assert_eq!(judge(10.0, 10.1), Some((false, false)));
        assert_eq!(judge(9.8, 10.1), Some((true, false)));
        assert_eq!(judge(10.0, 9.4), Some((true, true)));
    }
}
