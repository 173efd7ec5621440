//! What the bench's command line asks for. Reads arguments only: nothing is started here.

use std::path::PathBuf;

use crate::cli::repository;
use crate::engine::Engine;

/// The text shown for a wrong argument.
pub const USAGE: &str = "usage: bench [--runs 5] [--samples 200] [--engine chromium|firefox|webkit] \
[--json FILE] [--write] [--dist DIR]";

/// The wishes of one bench.
pub struct Options {
    /// The browser to measure in.
    pub engine: Engine,
    /// How many browsers are started, one after the other; each gives one ratio per peer.
    pub runs: usize,
    /// Measured fetches per peer, case and run; a quarter of it in cases with pauses.
    pub samples: usize,
    /// Where the figures go as JSON.
    pub json: Option<PathBuf>,
    /// Whether benches/RESULTS.md is written anew.
    pub write: bool,
    /// The built runtime; `dist/` of the repository unless given.
    pub dist: PathBuf,
}

impl Options {
    /// Reads the arguments after the program's name.
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            engine: Engine::Chromium,
            runs: 5,
            samples: 200,
            json: None,
            write: false,
            dist: repository().join("dist"),
        };
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} wants a value"));
            match argument.as_str() {
                "--engine" => options.engine = value()?.parse()?,
                "--runs" => options.runs = at_least_one(&value()?)?,
                "--samples" => options.samples = at_least_one(&value()?)?,
                "--json" => options.json = Some(value()?.into()),
                "--write" => options.write = true,
                "--dist" => options.dist = value()?.into(),
                _ => return Err(format!("unknown argument {argument}")),
            }
        }
        Ok(options)
    }
}

fn at_least_one(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|number| *number > 0).ok_or(format!("expected a number from 1, got {text}"))
}
