//! `cargo xtask`: one word for each thing a contributor does; provisions what that thing needs.
//! Holds no logic: every command is a file of its own.

mod apt;
mod browsers;
mod compile;
mod demo;
mod failure;
mod lock;
mod manifest;
mod npm;
mod package;
mod program;
mod rename;
mod report;
mod run;
mod rust;
mod setup;
mod sizes;
mod stamp;
mod suites;
mod tally;
mod test;
mod tidy;
mod tools;
mod workspace;

use std::process::ExitCode;

use failure::Failure;
use workspace::Workspace;

/// What a call without a known command prints.
const USAGE: &str = "\
cargo xtask COMMAND

  setup   install everything the other commands need
  build   make dist/: worker shell, glue, wasm, page client, types; print a size table
  demo    build, then serve the demo app       [--port N]
  test    run everything that can fail         [--only host|wasm|e2e|lint] [--engine NAME] [--filter TEXT]
  bench   measure against Workbox and others   [--table warm,cold] [--entries] [--engine NAME] [--json FILE] [--write]
  score   judge by the public suite for HTTP caches, in Chromium    [--checks] [--write]
  tidy    check the house rules that no compiler knows";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Hands the arguments to the command they name.
fn dispatch(arguments: &[String]) -> Result<ExitCode, Failure> {
    let Some((command, rest)) = arguments.split_first() else {
        eprintln!("{USAGE}");
        return Ok(ExitCode::FAILURE);
    };
    let workspace = Workspace::find()?;
    match command.as_str() {
        "setup" => setup::run(&workspace, setup::EVERYTHING).map(|()| ExitCode::SUCCESS),
        "build" => package::run(&workspace).map(|()| ExitCode::SUCCESS),
        "demo" => demo::run(&workspace, rest),
        "test" => test::run(&workspace, rest),
        "bench" => program::run(&workspace, "bench", rest),
        "score" => program::run(&workspace, "score", rest),
        "tidy" => tidy::run(&workspace),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        other => Err(Failure::new(format!("no command {other:?}\n\n{USAGE}"))),
    }
}
