//! Why a command stopped, in words for the person at the terminal.
//! Not for programs: nobody matches on it, so it is one sentence and no enum.

use std::fmt;
use std::io;
use std::path::Path;

/// A sentence that says what went wrong and, where known, what to do.
#[derive(Debug)]
pub struct Failure {
    /// The sentence, possibly with a tool's own output below it.
    said: String,
}

impl Failure {
    /// A failure told by the caller.
    pub fn new(said: impl Into<String>) -> Self {
        Self { said: said.into() }
    }

    /// A failure of the file system, with the file and what was wanted of it.
    pub fn file(wanted: &str, path: &Path, error: &io::Error) -> Self {
        Self::new(format!("cannot {wanted} {}: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.said)
    }
}
