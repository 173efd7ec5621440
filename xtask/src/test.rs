//! `cargo xtask test`: everything that can fail, a line per suite and engine, a total last.
//! Knows no suite by name; shows whole outputs only of those that fail.

use std::env;
use std::process::ExitCode;
use std::time::Duration;

use crate::browsers::Engine;
use crate::demo;
use crate::failure::Failure;
use crate::package;
use crate::report::{self, Counts};
use crate::run::{self, Heard};
use crate::setup::{self, Need};
use crate::suites::{self, Counting, Group, Suite};
use crate::tally;
use crate::workspace::Workspace;

/// No suite takes this long; a browser that hangs must not hold the report.
const LIMIT: Duration = Duration::from_secs(25 * 60);

/// What the runners print when the browser or its driver did not come up, or died. Assertions print none of it.
const BROWSER_TROUBLE: &[&str] = &[
    "driver failed to start",
    "driver failed to bind port",
    "session not created",
    "failed to create a",
    "Failed to decode response from marionette",
    "chrome not reachable",
    "disconnected: not connected to DevTools",
    "tab crashed",
];

/// What the command line asks for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Options {
    /// One part only.
    only: Option<Group>,
    /// One engine only, and nothing that runs in none.
    engine: Option<Engine>,
    /// Tests whose names contain this.
    filter: Option<String>,
}

/// Provides what the chosen suites need, runs them and reports.
pub fn run(workspace: &Workspace, arguments: &[String]) -> Result<ExitCode, Failure> {
    let options = parse(arguments)?;
    setup::run(workspace, needs(&options))?;
    let chosen: Vec<Suite> = suites::all().into_iter().filter(|suite| options.want(suite)).collect();
    let mut total = Counts::default();
    let mut products = None;
    println!("test");
    for suite in &chosen {
        if suite.group == Group::E2e && products.is_none() {
            let (counts, stands) = build(workspace);
            total += counts;
            products = Some(stands);
        }
        total += match (absent(workspace, suite), products) {
            (Some(reason), _) => leave_out(&suite.title(), &reason),
            (None, Some(false)) => leave_out_failed(&suite.title(), "nothing to test: the build failed"),
            (None, _) => run_suite(workspace, suite, &options)?,
        };
    }
    println!("{}", total.line());
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reads the options.
fn parse(arguments: &[String]) -> Result<Options, Failure> {
    let mut options = Options::default();
    let mut rest = arguments.iter();
    while let Some(flag) = rest.next() {
        let value = rest.next().ok_or_else(|| Failure::new(format!("{flag} needs a value")));
        match flag.as_str() {
            "--only" => options.only = Some(Group::named(value?)?),
            "--engine" => options.engine = Some(Engine::named(value?)?),
            "--filter" => options.filter = Some(value?.clone()),
            other => {
                return Err(Failure::new(format!("test takes --only, --engine and --filter, got {other:?}")));
            }
        }
    }
    Ok(options)
}

impl Options {
    /// Whether a suite is asked for.
    fn want(&self, suite: &Suite) -> bool {
        let part = self.only.is_none_or(|only| only == suite.group);
        let engine = self.engine.is_none_or(|engine| suite.engine == Some(engine));
        // A name of a test says nothing about linters.
        part && engine && (self.filter.is_none() || suite.counting != Counting::Whole)
    }
}

/// What must be installed for the chosen part.
fn needs(options: &Options) -> &'static [Need] {
    match options.only {
        Some(Group::Lint) => &[Need::Compiler, Need::Linters, Need::WasmTarget, Need::Npm],
        Some(Group::Host) => &[Need::Compiler, Need::Npm],
        Some(Group::Wasm | Group::E2e) | None => setup::EVERYTHING,
    }
}

/// The product and the server that e2e tests drive. Over budget fails the build, and still leaves something to test.
fn build(workspace: &Workspace) -> (Counts, bool) {
    let built =
        package::provide(workspace).and_then(|over| demo::build_server(workspace, demo::Profile::Dev).map(|()| over));
    let (complaints, stands) = match built {
        Ok(over) => (over, true),
        Err(failure) => (vec![failure.to_string()], false),
    };
    let counts = Counts::one(complaints.is_empty());
    println!("{:<28} {:<7} {}", "build", if counts.failed == 0 { "ok" } else { "FAILED" }, counts.line());
    complaints.iter().for_each(|complaint| println!("    {complaint}"));
    (counts, stands)
}

/// Why a suite cannot run on this machine, if so.
fn absent(workspace: &Workspace, suite: &Suite) -> Option<String> {
    let missing = suite.engine?.missing(workspace);
    (!missing.is_empty()).then(|| format!("this machine has no {}", missing.join(", ")))
}

/// A suite that cannot run: named and skipped on somebody's machine, a failure where CI promises all engines.
fn leave_out(title: &str, reason: &str) -> Counts {
    if env::var_os("CI").is_some() {
        return leave_out_failed(title, reason);
    }
    report::skipped(title, reason);
    Counts { passed: 0, failed: 0, skipped: 1 }
}

/// A suite that had to run and could not.
fn leave_out_failed(title: &str, reason: &str) -> Counts {
    println!("{title:<28} FAILED  {reason}");
    Counts::one(false)
}

/// Runs one suite; a browser that does not come up gets one more chance, for all to see.
fn run_suite(workspace: &Workspace, suite: &Suite, options: &Options) -> Result<Counts, Failure> {
    let title = suite.title();
    report::running(&title);
    let mut heard = hear(workspace, suite, options)?;
    let mut counts = count(suite, &heard, options);
    if suite.group == Group::Wasm && counts.failed == 1 && browser_died(&heard.output) {
        println!("{title:<28} retry   the browser did not come up or died; its output:\n{}", heard.output.trim_end());
        heard = hear(workspace, suite, options)?;
        counts = count(suite, &heard, options);
    }
    if counts.failed > 0 {
        println!("──── {title}: whole output");
        println!("{}", heard.output.trim_end());
        println!("────");
    }
    report::suite(&title, counts, heard.took);
    if counts.failed == 0 {
        notes(&heard.output).for_each(|note| println!("    {note}"));
    }
    Ok(counts)
}

/// The lines of a good run that must still be seen: what was left out, and what needed a second browser.
fn notes(output: &str) -> impl Iterator<Item = &str> {
    let tests = output.lines().filter(|line| line.starts_with("test "));
    tests.filter(|line| line.contains(" ... skipped") || line.contains(" ... once more"))
}

/// Runs the suite's commands up to the first that fails, as if they were one.
fn hear(workspace: &Workspace, suite: &Suite, options: &Options) -> Result<Heard, Failure> {
    let mut whole: Option<Heard> = None;
    for command in suite.commands(workspace, options.filter.as_deref())? {
        let mut next = run::capture_within(command, LIMIT)?;
        if let Some(before) = whole.take() {
            next.output.insert_str(0, &before.output);
            next.took += before.took;
        }
        let stop = !next.went_well();
        whole = Some(next);
        if stop {
            break;
        }
    }
    whole.ok_or_else(|| Failure::new(format!("{} has no command", suite.title())))
}

/// The suite's counts.
fn count(suite: &Suite, heard: &Heard, options: &Options) -> Counts {
    match suite.counting {
        Counting::Whole => Counts::one(heard.went_well()),
        Counting::Libtest => tally::agreed(tally::libtest(&heard.output), heard, options.filter.is_some()),
        Counting::Node => tally::agreed(tally::node(&heard.output), heard, options.filter.is_some()),
        Counting::LastLine => tally::agreed(tally::last_line(&heard.output), heard, options.filter.is_some()),
    }
}

/// Whether the output is about the browser itself, and no test was seen to fail.
fn browser_died(output: &str) -> bool {
    let says = |what: &&str| output.contains(*what);
    BROWSER_TROUBLE.iter().any(says) && tally::libtest(output).failed == 0
}

#[cfg(test)]
mod tests {
    use super::{Group, Options, browser_died, notes, parse};
    use crate::browsers::Engine;
    use crate::suites;

    /// Parses words.
    fn parsed(words: &str) -> Result<Options, String> {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        parse(&words).map_err(|failure| failure.to_string())
    }

    #[test]
    fn options_are_read_and_strangers_refused() {
        let all = parsed("--only e2e --engine webkit --filter queue").unwrap();
        let filter = Some("queue".to_owned());
        assert_eq!(all, Options { only: Some(Group::E2e), engine: Some(Engine::Webkit), filter });
        for wrong in ["--only all", "--engine opera", "--filter", "--quick yes"] {
            assert!(parsed(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_engine_leaves_out_what_runs_in_none() {
        let names = |words| {
            let options = parsed(words).unwrap();
            suites::all().iter().filter(|suite| options.want(suite)).map(suites::Suite::title).collect::<Vec<_>>()
        };
        assert_eq!(names("--engine webkit"), ["e2e webkit"]);
        assert_eq!(names("--only wasm"), ["wasm chromium", "wasm firefox"]);
        assert_eq!(names("--only host --filter a"), ["host tests", "js tests"]);
        assert_eq!(names("").len(), 12);
    }

    #[test]
    fn skips_and_second_tries_are_seen_in_a_good_run_too() {
        let output =
            "test a ... ok (1 s)\ntest b ... skipped (no quota)\ntest c ... once more, the browser went away (x)\n";
        assert_eq!(notes(output).count(), 2);
    }

    #[test]
    fn only_a_dead_browser_is_worth_another_try_never_a_failed_assertion() {
        assert!(browser_died("Error: driver failed to start\n"));
        let failed = "tab crashed\ntest result: FAILED. 1 passed; 1 failed; 0 ignored";
        assert!(!browser_died(failed));
        assert!(!browser_died("assertion `left == right` failed"));
    }
}
