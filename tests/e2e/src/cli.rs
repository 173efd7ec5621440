//! What the command line asks for. Reads arguments only: nothing is started here.

use std::path::PathBuf;

use crate::engine::Engine;

/// The text shown for a wrong argument.
pub const USAGE: &str = "usage: e2e [--engine chromium|firefox|webkit]... [--filter TEXT]... [--list] \
[--screenshots DIR] [--server FILE] [--dist DIR]";

/// The wishes of one run.
pub struct Options {
    /// Engines to drive, in this order; all three unless named.
    pub engines: Vec<Engine>,
    /// Only scenarios whose name contains one of these; all when empty.
    pub filters: Vec<String>,
    /// Print the names and stop.
    pub list: bool,
    /// Where screenshots of the demo and of failures go; none are kept without it.
    pub screenshots: Option<PathBuf>,
    /// The demo server's binary; the one beside this binary unless given.
    pub server: Option<PathBuf>,
    /// The built runtime; `dist/` of the repository unless given.
    pub dist: PathBuf,
}

impl Options {
    /// Reads the arguments after the program's name.
    pub fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            engines: Vec::new(),
            filters: Vec::new(),
            list: false,
            screenshots: None,
            server: None,
            dist: repository().join("dist"),
        };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let mut value = || arguments.next().ok_or(format!("{argument} wants a value"));
            match argument.as_str() {
                "--engine" => options.engines.push(value()?.parse()?),
                "--filter" => options.filters.push(value()?),
                "--list" => options.list = true,
                "--screenshots" => options.screenshots = Some(value()?.into()),
                "--server" => options.server = Some(value()?.into()),
                "--dist" => options.dist = value()?.into(),
                _ => return Err(format!("unknown argument {argument}")),
            }
        }
        if options.engines.is_empty() {
            options.engines = Engine::ALL.to_vec();
        }
        Ok(options)
    }

    /// Whether a scenario of this name is wanted.
    pub fn wants(&self, name: &str) -> bool {
        self.filters.is_empty() || self.filters.iter().any(|filter| name.contains(filter.as_str()))
    }
}

/// The root of the repository that this suite was built in.
pub fn repository() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
