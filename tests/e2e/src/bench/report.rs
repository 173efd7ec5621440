//! What the runs come to: one table, as text, JSON and Markdown. Judges nothing.

use std::path::Path;

use serde_json::{Value, json};

use super::figures::{median, range};
use super::machine::Machine;
use super::options::Options;
use super::peer::{CASES, Case, PAIRS, PEERS};
use super::trial::Trial;
use crate::fail::{Fail, Outcome};

/// A bench's results.
pub struct Report {
    machine: Machine,
    browser: String,
    /// Whether every page had the clock of 5 µs.
    fine_clock: bool,
    workbox: String,
    runs: usize,
    samples: usize,
    rows: Vec<Row>,
    versus: Vec<Versus>,
}

/// One peer in one case.
struct Row {
    peer: &'static str,
    case: &'static str,
    /// One median per run, ms.
    medians: Vec<f64>,
    /// One 95th percentile per run, ms.
    p95s: Vec<f64>,
    /// This peer's median over the floor's, per run.
    to_floor: Vec<f64>,
    /// Requests at the server per run, of all cases together.
    requests: Vec<usize>,
}

/// Longshore's medians over Workbox's.
struct Versus {
    strategy: &'static str,
    case: &'static str,
    ratios: Vec<f64>,
}

impl Report {
    /// Sums the runs up.
    pub fn new(options: &Options, machine: Machine, trials: &[Trial], root: &Path) -> Outcome<Self> {
        let over = |peer: usize, base: usize, case: usize| -> Vec<f64> {
            trials.iter().map(|trial| trial.median(peer, case) / trial.median(base, case)).collect()
        };
        let mut rows = Vec::new();
        let mut versus = Vec::new();
        for (case, Case { name, .. }) in CASES.iter().enumerate() {
            rows.extend(PEERS.iter().enumerate().map(|(place, peer)| Row {
                peer: peer.name,
                case: name,
                medians: trials.iter().map(|trial| trial.median(place, case)).collect(),
                p95s: trials.iter().map(|trial| trial.p95(place, case)).collect(),
                to_floor: over(place, 0, case),
                requests: trials.iter().filter_map(|trial| trial.requests.get(place).copied()).collect(),
            }));
            versus.extend(PAIRS.iter().map(|(strategy, longshore, workbox)| Versus {
                strategy,
                case: name,
                ratios: over(*longshore, *workbox, case),
            }));
        }
        Ok(Self {
            machine,
            browser: trials.first().map_or_else(String::new, |trial| trial.browser.clone()),
            fine_clock: trials.iter().all(|trial| trial.isolated),
            workbox: workbox_version(root)?,
            runs: options.runs,
            samples: options.samples,
            rows,
            versus,
        })
    }

    /// The table for a terminal.
    pub fn text(&self) -> String {
        let mut lines = vec![format!("warm cached fetch seen by the page, ms ({})", self.conditions())];
        for case in &CASES {
            lines.push(format!(
                "\n{:<44}{:>8}{:>8}{:>9}  {:<14}{}",
                case.name, "median", "p95", "/ floor", "(runs)", "requests"
            ));
            for row in self.rows.iter().filter(|row| row.case == case.name) {
                lines.push(format!(
                    "{:<44}{:>8.3}{:>8.3}{:>9.2}  {:<14}{}",
                    row.peer,
                    median(&row.medians),
                    median(&row.p95s),
                    median(&row.to_floor),
                    spread(&row.to_floor),
                    requests(&row.requests)
                ));
            }
        }
        lines.push(String::new());
        for versus in &self.versus {
            lines.push(format!(
                "Longshore / Workbox, {}, {}: {:.2} {}",
                versus.strategy,
                versus.case,
                median(&versus.ratios),
                spread(&versus.ratios)
            ));
        }
        lines.push(self.noise());
        lines.join("\n")
    }

    /// The figures, raw and summed up.
    pub fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            json!({
                "peer": row.peer, "case": row.case,
                "medianMs": median(&row.medians), "p95Ms": median(&row.p95s), "toFloor": median(&row.to_floor),
                "runs": { "medianMs": row.medians, "p95Ms": row.p95s, "toFloor": row.to_floor, "requests": row.requests },
            })
        });
        let versus = self.versus.iter().map(|versus| {
            json!({
                "strategy": versus.strategy, "case": versus.case,
                "longshoreToWorkbox": median(&versus.ratios), "runs": versus.ratios,
            })
        });
        json!({
            "bench": "warm cached fetch seen by the page",
            "machine": self.machine.json(),
            "browser": self.browser,
            "fineClock": self.fine_clock,
            "longshore": env!("CARGO_PKG_VERSION"),
            "workbox": self.workbox,
            "runs": self.runs, "samples": self.samples,
            "rows": rows.collect::<Vec<_>>(),
            "versus": versus.collect::<Vec<_>>(),
        })
    }

    /// The page for `benches/RESULTS.md`.
    pub fn markdown(&self) -> String {
        let mut lines = vec![
            "# Results".to_owned(),
            String::new(),
            "Written by `cargo xtask bench --write`; not edited by hand. `benches/README.md` says how it is measured."
                .to_owned(),
            String::new(),
            "## Warm cached fetch seen by the page".to_owned(),
            String::new(),
            format!("{}.", self.conditions()),
            String::new(),
            "Milliseconds; ratios are the median of the runs' ratios, with the lowest and highest run behind."
                .to_owned(),
            String::new(),
            "| | case | median | p95 | / floor | requests at the server |".to_owned(),
            "|---|---|---:|---:|---:|---:|".to_owned(),
        ];
        for row in &self.rows {
            lines.push(format!(
                "| {} | {} | {:.2} | {:.2} | {:.2} {} | {} |",
                row.peer,
                row.case,
                median(&row.medians),
                median(&row.p95s),
                median(&row.to_floor),
                spread(&row.to_floor),
                requests(&row.requests)
            ));
        }
        lines.extend([String::new(), "| Longshore / Workbox | case | ratio |".to_owned(), "|---|---|---:|".to_owned()]);
        for versus in &self.versus {
            let (ratio, spread) = (median(&versus.ratios), spread(&versus.ratios));
            lines.push(format!("| {} | {} | {ratio:.2} {spread} |", versus.strategy, versus.case));
        }
        lines.extend([String::new(), format!("{}.", self.noise()), String::new()]);
        lines.join("\n")
    }

    fn conditions(&self) -> String {
        let Machine { cpu, cores, memory, load } = &self.machine;
        let busy = if self.machine.was_busy() { " (busy: noisy figures)" } else { "" };
        let clock = if self.fine_clock { "" } else { ", coarse clock" };
        format!(
            "{} on {cpu}, {cores} cores, {memory} GB, load {load} at the start{busy}; Longshore {}, Workbox {}; \
             {} runs of {} fetches per row, a quarter of it where they are apart{clock}",
            self.browser,
            env!("CARGO_PKG_VERSION"),
            self.workbox,
            self.runs,
            self.samples
        )
    }

    /// What the same worker beside itself gave: differences below that mean nothing.
    fn noise(&self) -> String {
        let twin = PEERS.get(1).map_or("", |peer| peer.name);
        let ratios: Vec<f64> =
            self.rows.iter().filter(|row| row.peer == twin).flat_map(|row| row.to_floor.iter().copied()).collect();
        let (low, high) = range(&ratios);
        format!("Noise (the floor beside its twin, all cases and runs): {low:.2} to {high:.2}")
    }
}

/// The lowest and the highest run.
fn spread(ratios: &[f64]) -> String {
    let (low, high) = range(ratios);
    format!("({low:.2}-{high:.2})")
}

/// Requests per run: one number where all are equal.
fn requests(runs: &[usize]) -> String {
    let (low, high) = (runs.iter().min().unwrap_or(&0), runs.iter().max().unwrap_or(&0));
    if low == high { low.to_string() } else { format!("{low} to {high}") }
}

/// The version of Workbox that was measured.
fn workbox_version(root: &Path) -> Outcome<String> {
    let text = std::fs::read_to_string(root.join("node_modules/workbox-strategies/package.json"))?;
    let package: Value = serde_json::from_str(&text)?;
    package["version"].as_str().map(str::to_owned).ok_or_else(|| Fail::assert("Workbox tells no version"))
}
