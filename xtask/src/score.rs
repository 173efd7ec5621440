//! `cargo xtask score`: Longshore judged by the public suite http-tests/cache-tests, in Chromium.
//! Judges nothing itself: the suite comes from npm, and a program of the e2e crate runs it.

use std::process::{Command, ExitCode};

use crate::failure::Failure;
use crate::package;
use crate::setup;
use crate::workspace::Workspace;

/// Provides everything and hands the arguments on.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<ExitCode, Failure> {
    setup::run(workspace, setup::EVERYTHING)?;
    for over in package::provide(workspace)? {
        println!("  {over}");
    }
    println!("score");
    let mut command = Command::new("cargo");
    command.current_dir(&workspace.root).env("LONGSHORE_TOOLS", &workspace.tools);
    command.args(["run", "--quiet", "--package", "e2e", "--bin", "score", "--"]).args(arguments);
    let status = command.status().map_err(|error| Failure::new(format!("cannot run cargo: {error}")))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
