//! Runs the scenarios, one after the other, and says how each went. Retries only a browser that went away.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, timeout};

use crate::cli::Options;
use crate::cx::{Cx, Setup};
use crate::engine::{Browser, Engine};
use crate::fail::{Fail, Outcome};
use crate::scenarios::{self, Scenario};

/// Longer than this no scenario may take, but the killed-browser run.
const LONGEST: Duration = Duration::from_secs(240);

/// Counts of one run.
#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    /// Scenarios that held.
    passed: u32,
    /// Scenarios that did not.
    failed: u32,
    /// Scenarios that this machine or engine cannot run.
    skipped: u32,
}

/// Runs what was asked for and gives the number of failures.
pub async fn run(options: &Options) -> u32 {
    let scenarios: Vec<Scenario> =
        scenarios::all().into_iter().filter(|scenario| options.wants(scenario.name)).collect();
    if options.list {
        scenarios.iter().for_each(|scenario| println!("{}", scenario.name));
        return 0;
    }
    let server = options.server.clone().or_else(beside_us);
    let Some(server) = server.filter(|file| file.is_file()) else {
        println!("the demo server is not built: cargo build -p demo-server");
        println!("0 passed, 1 failed");
        return 1;
    };
    let setup = Rc::new(Setup { server, dist: options.dist.clone(), screenshots: options.screenshots.clone() });
    let mut total = Tally::default();
    let mut by_engine = BTreeMap::new();
    for engine in &options.engines {
        let started = Instant::now();
        let tally = run_engine(*engine, &scenarios, &setup).await;
        total.passed += tally.passed;
        total.failed += tally.failed;
        total.skipped += tally.skipped;
        by_engine.insert(*engine, (tally, started.elapsed()));
    }
    if by_engine.len() > 1 {
        for (engine, (tally, took)) in by_engine {
            println!("{}: {} in {} s", engine.name(), tally.line(), took.as_secs());
        }
    }
    println!("{}", total.line());
    total.failed
}

/// Runs all scenarios in one engine.
async fn run_engine(engine: Engine, scenarios: &[Scenario], setup: &Rc<Setup>) -> Tally {
    let mut tally = Tally::default();
    let shared: Rc<RefCell<Option<Rc<Browser>>>> = Rc::default();
    for scenario in scenarios {
        let name = format!("{}::{}", engine.name(), scenario.name);
        let started = Instant::now();
        let cx = || Cx { engine, setup: setup.clone(), shared: shared.clone() };
        let mut outcome = attempt(scenario, cx()).await;
        if let Err(Fail::Browser(reason)) = &outcome {
            println!("test {name} ... once more, the browser went away ({reason})");
            shared.borrow_mut().take();
            outcome = attempt(scenario, cx()).await;
        }
        let took = started.elapsed().as_secs_f32();
        match outcome {
            Ok(()) => {
                tally.passed += 1;
                println!("test {name} ... ok ({took:.1} s)");
            }
            Err(Fail::Skip(reason)) => {
                tally.skipped += 1;
                println!("test {name} ... skipped ({reason})");
            }
            Err(Fail::Assert(reason) | Fail::Browser(reason)) => {
                tally.failed += 1;
                println!("test {name} ... FAILED ({reason})");
                picture_of_failure(setup, &shared, &name).await;
            }
        }
        tidy(&shared).await;
    }
    tally
}

/// Runs one scenario within its time, unless its engine is missing.
async fn attempt(scenario: &Scenario, cx: Cx) -> Outcome {
    if let Some(missing) = cx.engine.missing() {
        let reason = format!("{missing} is not installed");
        return Err(if std::env::var_os("CI").is_some() { Fail::Assert(reason) } else { Fail::Skip(reason) });
    }
    if !scenario.engines.contains(&cx.engine) {
        return Err(Fail::Skip(scenario.why_not.into()));
    }
    let limit = LONGEST * scenario.lengths;
    match timeout(limit, (scenario.run)(cx)).await {
        Ok(outcome) => outcome,
        Err(_) => Err(Fail::assert(format!("not finished within {} s", limit.as_secs()))),
    }
}

/// Readies the shared browser for the next scenario, or gives it up.
async fn tidy(shared: &Rc<RefCell<Option<Rc<Browser>>>>) {
    let running = shared.borrow().clone();
    if let Some(browser) = running
        && !matches!(timeout(Duration::from_secs(20), browser.tidy()).await, Ok(Ok(())))
    {
        shared.borrow_mut().take();
    }
}

/// Keeps a picture of the shared browser's focused tab.
async fn picture_of_failure(setup: &Setup, shared: &Rc<RefCell<Option<Rc<Browser>>>>, name: &str) {
    let running = shared.borrow().clone();
    let (Some(folder), Some(browser)) = (&setup.screenshots, running) else {
        return;
    };
    let file = folder.join(format!("failed-{}.png", name.replace("::", "-")));
    let shot = async {
        std::fs::create_dir_all(folder)?;
        browser.session().screenshot(&file).await?;
        Ok::<(), Fail>(())
    };
    // A picture of a failure is a help, not a result.
    drop(timeout(Duration::from_secs(10), shot).await);
}

/// The demo server that was built with this suite, in either profile.
fn beside_us() -> Option<PathBuf> {
    let target = std::env::current_exe().ok()?;
    let profile = target.parent()?;
    let target = profile.parent()?;
    [profile.to_owned(), target.join("release"), target.join("debug")]
        .into_iter()
        .map(|folder| folder.join("demo-server"))
        .find(|file| file.is_file())
}

/// Waits until someone asks the suite to stop.
pub async fn interrupted() {
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
}

impl Tally {
    /// The counts as the last line has them.
    fn line(self) -> String {
        let skipped = if self.skipped > 0 { format!(", {} skipped", self.skipped) } else { String::new() };
        format!("{} passed, {} failed{skipped}", self.passed, self.failed)
    }
}
