//! The figures of all tables and engines, as they stand in `benches/results.json`. A new run replaces only what it measured.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::contender::Figures;
use super::figures::{median, p95, rounded};
use super::machine::Machine;
use super::table::Table;
use super::trial::Trial;
use crate::fail::{Fail, Outcome};

/// By engine, then by table.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Results {
    /// By engine, then by table.
    pub engines: BTreeMap<String, BTreeMap<String, Measured>>,
}

/// One table as it was measured in one engine.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Measured {
    /// The browser's name and version.
    pub browser: String,
    /// Where it ran.
    pub machine: Machine,
    /// What was compared: name and version.
    pub versions: BTreeMap<String, String>,
    /// How often it was measured.
    pub runs: usize,
    /// Measured fetches per row and run in the case with the most.
    pub samples: usize,
    /// Whether every page had a clock of 5 µs (Firefox: 20 µs).
    pub fine_clock: bool,
    /// One for each subject and case.
    pub rows: Vec<Row>,
}

/// One subject in one case, with a figure per run.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Row {
    /// The subject's label.
    pub subject: String,
    /// The case's name.
    pub case: String,
    /// Medians, in the table's unit.
    pub medians: Vec<f64>,
    /// 95th percentiles.
    pub p95s: Vec<f64>,
    /// Medians of the time inside the worker, ms; empty without a worker.
    pub inside: Vec<f64>,
    /// What the whole browser took, MB; only where memory is measured.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub browsers: Vec<f64>,
    /// Requests at the server, of all cases together.
    pub requests: Vec<usize>,
}

impl Results {
    /// Reads the file; without one there are none.
    pub fn read(file: &Path) -> Outcome<Self> {
        if !file.exists() {
            return Ok(Self::default());
        }
        Ok(serde_json::from_str(&fs::read_to_string(file)?)?)
    }

    /// Takes over what another run measured.
    pub fn merge(&mut self, other: &Self) {
        for (engine, tables) in &other.engines {
            let own = self.engines.entry(engine.clone()).or_default();
            own.extend(tables.iter().map(|(key, measured)| (key.clone(), measured.clone())));
        }
    }

    /// What an engine gave in a table.
    pub fn of(&self, engine: &str, table: &Table) -> Option<&Measured> {
        self.engines.get(engine)?.get(table.key)
    }

    /// The file: JSON, with a line for each row.
    pub fn json(&self) -> Outcome<String> {
        let mut engines = Vec::new();
        for (engine, tables) in &self.engines {
            let mut texts = Vec::new();
            for (key, measured) in tables {
                let head = serde_json::to_string(&Measured { rows: Vec::new(), ..measured.clone() })?;
                let rows = measured.rows.iter().map(serde_json::to_string).collect::<Result<Vec<_>, _>>()?;
                // The rows come last.
                let head = head.strip_suffix("]}").unwrap_or(&head);
                texts.push(format!("    {key:?}: {head}\n      {}\n    ]}}", rows.join(",\n      ")));
            }
            engines.push(format!("  {engine:?}: {{\n{}\n  }}", texts.join(",\n")));
        }
        Ok(format!("{{\n{}\n}}\n", engines.join(",\n")))
    }
}

impl Measured {
    /// A row by its names.
    pub fn row(&self, subject: &str, case: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.subject == subject && row.case == case)
    }

    /// The rows of some runs of a table.
    pub fn rows_of(table: &'static Table, trials: &[Trial]) -> Vec<Row> {
        let mut rows = Vec::new();
        for (at, case) in table.cases.iter().enumerate() {
            for (place, subject) in table.subjects.iter().enumerate().filter(|(_, subject)| case.is_for(subject)) {
                let figures = || trials.iter().filter_map(|trial| trial.figures.get(place)?.get(at));
                let each = |take: fn(&Figures) -> f64| figures().map(take).filter(|figure| figure.is_finite());
                rows.push(Row {
                    subject: subject.label(),
                    case: case.name.to_owned(),
                    medians: each(|figures| rounded(median(&figures.page))).collect(),
                    p95s: each(|figures| rounded(p95(&figures.page))).collect(),
                    inside: each(|figures| rounded(median(&figures.inside))).collect(),
                    browsers: each(|figures| rounded(median(&figures.browser))).collect(),
                    requests: trials.iter().filter_map(|trial| trial.requests.get(place).copied()).collect(),
                });
            }
        }
        rows
    }
}

impl Row {
    /// This row's medians over another's, run by run.
    pub fn ratios(&self, base: &Self) -> Vec<f64> {
        self.medians.iter().zip(&base.medians).map(|(own, base)| own / base).collect()
    }
}

/// The versions of what is compared.
pub fn versions(root: &Path) -> Outcome<BTreeMap<String, String>> {
    let mut versions = BTreeMap::from([("Longshore".to_owned(), env!("CARGO_PKG_VERSION").to_owned())]);
    for (name, package) in [("Workbox", "workbox-strategies"), ("Serwist", "serwist")] {
        let text = fs::read_to_string(root.join("node_modules").join(package).join("package.json"))?;
        let package: serde_json::Value = serde_json::from_str(&text)?;
        let version = package["version"].as_str().ok_or_else(|| Fail::assert(format!("{name} tells no version")))?;
        versions.insert(name.to_owned(), version.to_owned());
    }
    Ok(versions)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_as_it_was_written_and_a_new_run_replaces_only_its_own() {
        let row = Row { subject: "Workbox".into(), case: "1 KB".into(), medians: vec![1.5, 2.25], ..Row::default() };
        let of = |key: &str, browser: &str| {
            let measured =
                Measured { browser: browser.into(), rows: vec![row.clone(), row.clone()], ..Measured::default() };
            let tables = BTreeMap::from([(key.to_owned(), measured)]);
            Results { engines: BTreeMap::from([("chromium".to_owned(), tables)]) }
        };
        let mut results = of("warm", "old");
        results.merge(&of("cold", "old"));
        results.merge(&of("warm", "new"));
        let read: Results = serde_json::from_str(&results.json().unwrap()).unwrap();
        let tables = &read.engines["chromium"];
        assert_eq!((tables["warm"].browser.as_str(), tables["cold"].browser.as_str()), ("new", "old"));
        assert_eq!(tables["warm"].rows[1].medians, [1.5, 2.25]);
    }
}
