//! `cargo xtask tidy`: the house rules that neither the compiler nor clippy knows.
//! Every check is a function from sources to findings, with a test that shows it finding something.

mod floors;
mod headings;
mod length;
mod names;
mod pages;
mod panics;
mod source;

use std::fmt;
use std::process::ExitCode;

use crate::failure::Failure;
use crate::workspace::Workspace;
use source::Source;

/// One place that breaks a rule.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    /// The file, from the root.
    file: String,
    /// The line, counted from 1; 0 when the whole file is meant.
    line: usize,
    /// The rule and what breaks it.
    says: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(out, "{}: {}", self.file, self.says),
            line => write!(out, "{}:{line}: {}", self.file, self.says),
        }
    }
}

/// Runs every check and prints what they found.
pub fn run(workspace: &Workspace) -> Result<ExitCode, Failure> {
    let sources = source::read_all(&workspace.root)?;
    let mut findings = Vec::new();
    for source in &sources {
        for check in [floors::check, headings::check, length::check, names::check, panics::check] {
            findings.extend(check(source));
        }
    }
    findings.extend(pages::check(&workspace.root));
    for finding in &findings {
        println!("{finding}");
    }
    println!("tidy: {} files read, {} findings", sources.len(), findings.len());
    Ok(if findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

impl Finding {
    /// A finding on a line of a source.
    fn at(source: &Source, line: usize, says: impl Into<String>) -> Self {
        Self { file: source.path.clone(), line, says: says.into() }
    }
}
