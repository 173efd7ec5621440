//! What the bench's command line asks for. Reads arguments only: nothing is started here.

use std::path::PathBuf;

use super::table::Table;
use super::tables::{self, ENTRIES, TABLES};
use crate::cli::repository;
use crate::engine::Engine;

/// The text shown for a wrong argument.
pub const USAGE: &str = "usage: bench [--table warm,swr,throughput,cold,unrouted,precache,eviction,queue,backlog,memory,entries] [--entries] \
[--engine chromium|firefox|webkit] [--runs 5] [--samples 100] [--json FILE] [--write] [--dist DIR]";

/// The wishes of one bench.
pub struct Options {
    /// The browser to measure in.
    pub engine: Engine,
    /// What is measured; all but the one that takes long, unless named.
    pub tables: Vec<&'static Table>,
    /// How often each table is measured; each time gives one ratio per row.
    pub runs: usize,
    /// Measured fetches per row and run in the case with the most; others take less in proportion.
    pub samples: usize,
    /// Where the figures go as JSON.
    pub json: Option<PathBuf>,
    /// Whether `benches/RESULTS.md` and what belongs to it are written anew.
    pub write: bool,
    /// The built runtime; `dist/` of the repository unless given.
    pub dist: PathBuf,
}

impl Options {
    /// Reads the arguments after the program's name.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            engine: Engine::Chromium,
            tables: Vec::new(),
            runs: 5,
            samples: 100,
            json: None,
            write: false,
            dist: repository().join("dist"),
        };
        let mut named: Vec<&str> = Vec::new();
        let mut entries = false;
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} wants a value"));
            match argument.as_str() {
                "--engine" => options.engine = value()?.parse()?,
                "--table" => named.extend(keys(&value()?)?),
                "--entries" => entries = true,
                "--runs" => options.runs = at_least_one(&value()?)?,
                "--samples" => options.samples = at_least_one(&value()?)?,
                "--json" => options.json = Some(value()?.into()),
                "--write" => options.write = true,
                "--dist" => options.dist = value()?.into(),
                _ => return Err(format!("unknown argument {argument}")),
            }
        }
        let wanted = |key: &str| match key {
            ENTRIES => entries || named.contains(&key),
            _ => named.is_empty() || named.contains(&key),
        };
        options.tables = TABLES.iter().filter(|table| wanted(table.key)).collect();
        Ok(options)
    }
}

/// The tables of a list such as `warm,cold`.
fn keys(list: &str) -> Result<Vec<&'static str>, String> {
    list.split(',').map(|key| Ok(tables::named(key).ok_or(format!("no table is called {key}"))?.key)).collect()
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or(format!("expected a number from 1, got {text}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_all_but_the_long_one_unless_named() {
        let keys = |arguments: &[&str]| -> Vec<&str> {
            let options = Options::parse(arguments.iter().map(|argument| (*argument).to_owned())).unwrap();
            options.tables.iter().map(|table| table.key).collect()
        };
        assert!(!keys(&[]).contains(&ENTRIES));
        assert_eq!(keys(&["--entries"]).len(), TABLES.len());
        assert_eq!(keys(&["--table", "cold,warm"]), ["warm", "cold"]);
        assert_eq!(keys(&["--table", "entries"]), [ENTRIES]);
        assert_eq!(keys(&["--table", "cold", "--entries"]), ["cold", ENTRIES]);
    }
}
