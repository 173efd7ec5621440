//! Results as Markdown, for `benches/RESULTS.md` and for a terminal.

use super::figures::{median, range};
use super::limits::{Bound, LIMITS, Limit};
use super::memory::sheet;
use super::results::{Measured, Results, Row};
use super::table::{Case, Table, Unit};
use super::tables::{self, TABLES};
use super::verdict::{Verdict, twin};

/// The whole page.
pub fn page(results: &Results) -> String {
    let mut parts = vec![
        "# Results".to_owned(),
        "Written by `cargo xtask bench --write`, with [results.json](results.json) and the picture; not edited by hand. \
         [README.md](README.md) says how it is measured."
            .to_owned(),
        "![Medians of every table](results.svg)".to_owned(),
        "## Limits".to_owned(),
        limits(results, LIMITS.iter()),
    ];
    for table in TABLES {
        let engines = results.engines.iter().filter_map(|(engine, tables)| Some((engine, tables.get(table.key)?)));
        let mut engines = engines.peekable();
        if engines.peek().is_some() {
            parts.push(format!("## {}", table.title));
        }
        for (engine, measured) in engines {
            parts.push(format!("### {engine}"));
            parts.push(self::table(table, measured));
        }
    }
    parts.join("\n\n") + "\n"
}

/// What is asked of the figures, and how it came out in each engine.
pub fn limits(results: &Results, limits: impl Iterator<Item = &'static Limit>) -> String {
    let mut heads: Vec<String> = ["", "", "case", "limit", "goal"].map(str::to_owned).into();
    for engine in results.engines.keys() {
        heads.extend([engine.clone(), "A/A".to_owned(), "met?".to_owned()]);
    }
    let mut rows = Vec::new();
    for (limit, case) in limits.flat_map(|limit| limit.cases.iter().map(move |case| (limit, case))) {
        let sign = if limit.bound == Bound::AtMost { "≤" } else { "≥" };
        let goal = limit.goal.map_or_else(String::new, |goal| format!("{sign} {goal:.2}"));
        let what = [limit.point.to_string(), limit.what.to_owned(), (*case).to_owned()];
        let mut row: Vec<String> = what.into();
        row.extend([format!("{sign} {:.2}", limit.limit), goal]);
        for engine in results.engines.keys() {
            row.extend(outcome(limit, results, engine, case));
        }
        rows.push(row);
    }
    let about = "Ratios of medians, the median of the runs. A limit is met when the ratio is not beyond it by more than the A/A twin, the \
                 same peer measured twice, differs from 1.";
    format!("{about}\n\n{}", grid(&heads, 3, &rows))
}

/// The three cells of a limit for an engine.
fn outcome(limit: &Limit, results: &Results, engine: &str, case: &str) -> [String; 3] {
    let measured = tables::named(limit.table).and_then(|table| results.of(engine, table));
    match measured.and_then(|measured| limit.judge(measured, case)) {
        Some(verdict) => {
            let Verdict { figure, twin, .. } = verdict;
            let word = match (verdict.met, verdict.goal_met, limit.goal) {
                (false, ..) => match verdict.floor {
                    Some(floor) => format!("**not met**; floor {floor:.2}"),
                    None => "**not met**".to_owned(),
                },
                (true, true, Some(_)) => "goal met".to_owned(),
                (true, ..) => "met".to_owned(),
            };
            [format!("{figure:.2}"), format!("{twin:.2}"), word]
        }
        None => [String::new(), String::new(), "not measured".to_owned()],
    }
}

/// One table in one engine.
pub fn table(table: &Table, measured: &Measured) -> String {
    let Some(base) = table.subjects.iter().next() else { return String::new() };
    let is_memory = table.unit == Unit::Megabytes;
    let unit = if table.unit == Unit::Milliseconds { "ms" } else { "requests/s" };
    let median_of = format!("median, {unit}");
    let ratio_to = format!("/ {}", base.label());
    let heads = ["case", "", &median_of, "p95", "inside the worker, ms", &ratio_to, "of the runs"];
    let mut rows = Vec::new();
    let mut noise = Vec::new();
    for case in table.cases {
        let Some(first) = measured.row(&base.label(), case.name) else { continue };
        let own = table.subjects.iter().filter_map(|subject| measured.row(&subject.label(), case.name));
        rows.extend(own.map(|row| match is_memory {
            true => sheet::cells(row, first),
            false => cells(table, case, row, first),
        }));
        noise.extend(twin(table, measured, case.name).map(|twin| format!("{}: {twin:.2}", case.name)));
    }
    let heads = if is_memory { sheet::heads(&base.label()) } else { heads.map(str::to_owned) };
    format!("{}\n\n{}\n\nA/A twin: {}.", conditions(measured), grid(&heads, 2, &rows), noise.join("; "))
}

fn cells(table: &Table, case: &Case, row: &Row, base: &Row) -> Vec<String> {
    let places = if table.unit == Unit::Milliseconds { 2 } else { 0 };
    let ratios = row.ratios(base);
    let (low, high) = range(&ratios);
    let inside = if row.inside.is_empty() { String::new() } else { format!("{:.3}", median(&row.inside)) };
    vec![
        case.name.to_owned(),
        row.subject.clone(),
        format!("{:.places$}", median(&row.medians)),
        format!("{:.places$}", median(&row.p95s)),
        inside,
        format!("{:.2}", median(&ratios)),
        format!("{low:.2} to {high:.2}"),
    ]
}

/// Where and how it was measured.
fn conditions(measured: &Measured) -> String {
    let machine = &measured.machine;
    let busy = if machine.was_busy() { " (busy: noisy figures)" } else { "" };
    let clock = if measured.fine_clock { "" } else { ", coarse clock" };
    let versions = measured.versions.iter().map(|(name, version)| format!("{name} {version}"));
    format!(
        "{} on {}, {} cores, {} GB, load {} at the start{busy}; {}; runs: {}{clock}.",
        measured.browser,
        machine.cpu,
        machine.cores,
        machine.memory,
        machine.load,
        versions.collect::<Vec<_>>().join(", "),
        measured.runs
    )
}

/// A table whose columns stand below each other in plain text too; those from `figures` on are flush right.
fn grid(heads: &[String], figures: usize, rows: &[Vec<String>]) -> String {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).chain(heads.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0).max(3)
    };
    let line = |cells: &[String]| {
        let padded = cells.iter().enumerate().map(|(column, cell)| {
            let width = width(column);
            if column < figures { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        format!("| {} |", padded.collect::<Vec<_>>().join(" | "))
    };
    let rule = (0..heads.len()).map(|column| match column < figures {
        true => "-".repeat(width(column)),
        false => format!("{}:", "-".repeat(width(column) - 1)),
    });
    let mut lines = vec![line(heads), format!("| {} |", rule.collect::<Vec<_>>().join(" | "))];
    lines.extend(rows.iter().map(|row| line(row)));
    lines.join("\n")
}
