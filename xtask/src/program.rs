//! `cargo xtask bench` and `cargo xtask score`: Longshore beside its peers, and judged by the public suite for HTTP caches, in a real browser.
//! Measures and judges nothing itself: both are programs of the e2e crate. Their clocks run in the page, so their own profile does not matter.

use std::process::{Command, ExitCode};

use crate::failure::Failure;
use crate::package;
use crate::setup;
use crate::workspace::Workspace;

/// Provides everything and hands the arguments on to the program of that name.
pub fn run(workspace: &Workspace, name: &str, arguments: &[String]) -> Result<ExitCode, Failure> {
    setup::run(workspace, setup::EVERYTHING)?;
    for over in package::provide(workspace)? {
        println!("  {over}");
    }
    println!("{name}");
    let mut command = Command::new("cargo");
    command.current_dir(&workspace.root).env("LONGSHORE_TOOLS", &workspace.tools);
    command.args(["run", "--quiet", "--package", "e2e", "--bin", name, "--"]).args(arguments);
    let status = command.status().map_err(|error| Failure::new(format!("cannot run cargo: {error}")))?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
