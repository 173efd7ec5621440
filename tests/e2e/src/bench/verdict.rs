//! Whether a table's rows meet what is asked of them. What is asked stands in `limits.rs`.

use super::figures::median;
use super::limits::{Against, Bound, Limit};
use super::results::{Measured, Row};
use super::table::Table;
use super::tables;

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
            Against::Case(other) => {
                let other = measured.row(&self.subject.label(), other)?;
                (median(&own.ratios(other)), twin(tables::named(self.table)?, measured, case)?, None)
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
    use crate::bench::limits::LIMITS;
    use crate::bench::subject::{LONGSHORE_BUNDLED, Subject, WORKBOX};

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
            let has_case = |name: &str| table.cases.iter().any(|known| known.name == name);
            assert!(!matches!(limit.against, Against::Case(other) if !has_case(other)), "{}", limit.what);
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
