//! The command line. Checks its shape only: whether a folder exists or a port is free shows when it is used.

use std::{net::SocketAddr, path::PathBuf};

/// What is printed under a mistake.
pub const USAGE: &str = "usage: demo-server --listen 127.0.0.1:PORT --db FILE [--static DIR] [--mount /PREFIX=DIR]... \
                         [--faults 127.0.0.1:PORT] [--spa]";

/// What one server is started with.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where the site and its API are served; port 0 lets the system pick.
    pub listen: SocketAddr,
    /// The SQLite file, made when missing.
    pub db: PathBuf,
    /// The folder served at `/`, if any.
    pub site: Option<PathBuf>,
    /// Further folders, each under its own path prefix.
    pub mounts: Vec<Mount>,
    /// Where tests command outages; `None` leaves every fault and test resource out.
    pub faults: Option<SocketAddr>,
    /// Whether a navigation to an unknown path gets `index.html`.
    pub spa: bool,
}

/// A folder served under a path prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mount {
    /// The prefix with its leading slash and without a trailing one, such as `/longshore`.
    pub prefix: String,
    /// The folder whose files appear below the prefix.
    pub folder: PathBuf,
}

/// A command line that cannot be used.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Mistake {
    /// A flag that must be given is not there.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A flag stands without its value.
    #[error("{0} needs a value")]
    NoValue(String),
    /// A flag nobody knows.
    #[error("unknown argument {0}")]
    Unknown(String),
    /// An address that is none.
    #[error("{flag}: expected an address such as 127.0.0.1:8080, got {value}")]
    Address {
        /// The flag that took the value.
        flag: String,
        /// What was given.
        value: String,
    },
    /// A mount that is not `/prefix=folder`.
    #[error("--mount: expected /prefix=folder, got {0}")]
    Mount(String),
}

impl Options {
    /// Reads the arguments after the program's name.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, Mistake> {
        let mut arguments = arguments.into_iter();
        let (mut listen, mut db, mut site, mut faults) = (None, None, None, None);
        let (mut mounts, mut spa) = (Vec::new(), false);
        while let Some(flag) = arguments.next() {
            let mut value = || arguments.next().ok_or_else(|| Mistake::NoValue(flag.clone()));
            match flag.as_str() {
                "--listen" => listen = Some(address(&flag, value()?)?),
                "--faults" => faults = Some(address(&flag, value()?)?),
                "--db" => db = Some(PathBuf::from(value()?)),
                "--static" => site = Some(PathBuf::from(value()?)),
                "--mount" => mounts.push(mount(value()?)?),
                "--spa" => spa = true,
                _ => return Err(Mistake::Unknown(flag)),
            }
        }
        let listen = listen.ok_or(Mistake::Missing("--listen"))?;
        let db = db.ok_or(Mistake::Missing("--db"))?;
        Ok(Self { listen, db, site, mounts, faults, spa })
    }
}

fn address(flag: &str, value: String) -> Result<SocketAddr, Mistake> {
    value.parse().map_err(|_| Mistake::Address { flag: flag.to_owned(), value })
}

fn mount(value: String) -> Result<Mount, Mistake> {
    match value.split_once('=') {
        Some((prefix, folder)) if prefix.starts_with('/') && !folder.is_empty() => {
            Ok(Mount { prefix: prefix.trim_end_matches('/').to_owned(), folder: folder.into() })
        }
        _ => Err(Mistake::Mount(value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(line: &str, expected: Result<(), &str>) {
        let got = Options::parse(line.split_whitespace().map(str::to_owned));
        assert_eq!(got.map(|_| ()).map_err(|error| error.to_string()), expected.map_err(str::to_owned), "{line}");
    }

    #[test]
    fn mistakes_are_named() {
        check("--listen 127.0.0.1:0 --db a.db --static demo --mount /longshore=dist --spa", Ok(()));
        check("--db a.db", Err("--listen is missing"));
        check("--listen 127.0.0.1:0", Err("--db is missing"));
        check("--listen", Err("--listen needs a value"));
        check("--listen here", Err("--listen: expected an address such as 127.0.0.1:8080, got here"));
        check("--mount dist", Err("--mount: expected /prefix=folder, got dist"));
        check("--what", Err("unknown argument --what"));
    }
}
