//! The score: Longshore judged by the public suite http-tests/cache-tests, in Chromium with the browser's own cache off.
//! Builds nothing of Longshore's: `dist/` must stand before it runs (`cargo xtask score` sees to that).

use std::process::ExitCode;
use std::rc::Rc;

use e2e::cli::repository;
use e2e::engine::{Browser, Engine, Options};
use e2e::fail::Outcome;
use e2e::program;
use e2e::score::{self, Score, Subject};

/// The text shown for a wrong argument.
const USAGE: &str = "usage: score [--checks] [--write]";

fn main() -> ExitCode {
    let (mut checks, mut write) = (false, false);
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--checks" => checks = true,
            "--write" => write = true,
            _ => {
                eprintln!("unknown argument {argument}\n{USAGE}");
                return ExitCode::from(2);
            }
        }
    }
    program::report("no score", show(checks, write))
}

/// Runs the suite and prints what failed, then the score; to write it down, the browser alone is scored as well.
async fn show(checks: bool, write: bool) -> Outcome {
    let (longshore, browser) = scored(Subject::Longshore, true).await?;
    let kinds: &[&str] = if checks { &["required", "optimal", "check"] } else { &["required", "optimal"] };
    print!("{}", longshore.failures(kinds));
    println!("{}", longshore.line());
    if write {
        let others = [
            ("Chromium's own cache", scored(Subject::Browser, false).await?.0),
            ("nobody: Chromium with its cache off", scored(Subject::Browser, true).await?.0),
        ];
        let file = repository().join("benches/CACHE-TESTS.md");
        std::fs::write(&file, score::page(&browser, &score::suite_version()?, &longshore, &others))?;
        println!("written: benches/CACHE-TESTS.md");
    }
    Ok(())
}

/// One run in a browser of its own, and which browser it was.
async fn scored(subject: Subject, uncached: bool) -> Outcome<(Score, String)> {
    let options = Options { uncached, ..Options::default() };
    let browser = Rc::new(Browser::start(Engine::Chromium, options).await?);
    let score = score::run(&browser, &repository().join("dist"), subject).await?;
    let capabilities = browser.session().capabilities().clone();
    let version = capabilities.get("browserVersion").and_then(|version| version.as_str()).unwrap_or("?").to_owned();
    Ok((score, format!("Chromium {version}")))
}
