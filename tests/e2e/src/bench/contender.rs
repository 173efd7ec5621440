//! One subject in a browser: its origin, its tab, and the things that a table has it do.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::origin::{Files, Origin};
use super::subject::Subject;
use super::table::{Act, Case, Table};
use super::tables::{BURST, BURST_PAGE, PRECACHED};
use crate::engine::Browser;
use crate::fail::{Fail, Outcome};
use crate::page::Page;

/// Measured fetches in one turn.
const BATCH: usize = 20;

/// Fetches at the start of a turn that are not counted: others have run since.
const SETTLING: usize = 3;

/// Fetches in one turn at 50 in flight.
const RUSH: usize = 150;

/// How many of them are under way.
const IN_FLIGHT: usize = 50;

/// Entries stored by one call of the page, which must end before the driver's patience does.
const FILLED_AT_ONCE: usize = 200;

/// What a stopped worker's process gets to end in.
const STOPPING: Duration = Duration::from_millis(50);

/// How often a worker that runs again is stopped again.
const TRIES: usize = 5;

/// Whether a worker is still to be stopped before a turn that wants it stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// It is to be stopped.
    Needed,
    /// Another's stop has ended it too.
    Done,
}

/// One subject in a browser.
pub struct Contender {
    /// Who it is.
    pub subject: &'static Subject,
    /// Its server.
    pub origin: Origin,
    /// Its tab.
    pub page: Page,
    /// What its server serves.
    files: Arc<Files>,
    /// The last part of its servers' address.
    number: u8,
    /// The number of the next entry to insert, or write to make.
    next: Cell<usize>,
}

/// What a turn gave.
#[derive(Debug, Default, Clone)]
pub struct Figures {
    /// What the page saw, in the unit of the table.
    pub page: Vec<f64>,
    /// What the worker took, in ms; empty without a worker.
    pub inside: Vec<f64>,
    /// What the whole browser took, in MB; only where memory is measured.
    pub browser: Vec<f64>,
    /// Whether the worker ran before the turn began.
    pub was_running: bool,
}

impl Contender {
    /// Opens the subject in a tab, and waits for its worker unless that is installed later.
    pub async fn open(
        browser: &Rc<Browser>,
        table: &Table,
        subject: &'static Subject,
        place: usize,
        files: Arc<Files>,
    ) -> Outcome<Self> {
        let number = place as u8 + 2;
        let origin = Origin::start(number, files.clone()).await?;
        let installs = table.cases.iter().any(|case| case.act.begins_anew());
        let page = Page::open(browser, &origin.url(if installs { "/?later" } else { "/" })).await?;
        let contender = Self { subject, origin, page, files, number, next: Cell::new(0) };
        contender.page.eval("bench.ready.then(() => true)").await.map_err(|fail| contender.blame(fail))?;
        Ok(contender)
    }

    /// Puts the entries into its store that the subject is to have.
    pub async fn fill(&self) -> Outcome {
        if self.subject.waiting > 0 {
            self.pile(self.subject.waiting).await?;
        }
        if self.subject.entries == 0 {
            return Ok(());
        }
        let began = Instant::now();
        // The first comes in the usual way and makes the databases.
        self.time(vec!["/data/1k/0".to_owned()], 1024).await?;
        sleep(Duration::from_millis(500)).await;
        for from in (0..self.subject.entries).step_by(FILLED_AT_ONCE) {
            let to = self.subject.entries.min(from + FILLED_AT_ONCE);
            let wish = json!({ "from": from, "to": to, "database": self.subject.timestamps() });
            let filled = self.page.run("const { fill } = await import('/fill.js'); await fill(args)", wish).await;
            filled.map_err(|fail| self.blame(fail))?;
        }
        println!("filled: {}, {:.0} s", self.subject.label(), began.elapsed().as_secs_f64());
        Ok(())
    }

    /// One turn of a case, from a worker that is stopped where the case wants that; `stop` says whether that is still to be done.
    pub async fn turn(&self, case: &Case, mut stop: Stop) -> Outcome<Figures> {
        for _ in 0..TRIES {
            if case.act.stops() && stop == Stop::Needed {
                self.stop().await?;
            }
            let figures = self.act(case).await?;
            if !(case.act.stops() && figures.was_running) {
                return Ok(figures);
            }
            stop = Stop::Needed;
        }
        Err(Fail::assert(format!("{}: its worker does not stay stopped", self.subject.label())))
    }

    /// What the case wants, once, whether the worker runs or not.
    pub async fn act(&self, case: &Case) -> Outcome<Figures> {
        let mut figures = match case.act {
            Act::Fetches(urls) => {
                let paths = (0..SETTLING + BATCH).map(|at| case.path(at % urls)).collect();
                self.time(paths, case.data.1.bytes()).await?
            }
            Act::Spread => {
                // A stride without a divisor in common with the counts of entries goes all over them.
                let begin = self.next.replace(self.next.get() + BATCH);
                let numbers = (begin..begin + SETTLING + BATCH).map(|at| at * 7919 % self.subject.entries);
                self.time(numbers.map(|number| case.path(number)).collect(), case.data.1.bytes()).await?
            }
            Act::Inserts => {
                let begin = self.next.replace(self.next.get() + SETTLING + BATCH);
                let numbers = begin..begin + SETTLING + BATCH;
                self.time(numbers.map(|number| case.path(number)).collect(), case.data.1.bytes()).await?
            }
            Act::Rush => return self.rush(case).await,
            Act::Cold => return self.time(vec![case.path(0)], case.data.1.bytes()).await,
            Act::ColdNavigation => return self.navigate().await,
            Act::Install => return self.install(case).await,
            // Done in a browser of its own.
            Act::Attach => return Ok(Figures::default()),
            Act::Enqueue { before, in_flight } => return self.enqueue(before, in_flight).await,
            Act::Drain { latency } => return self.drain(latency).await,
            Act::ColdWrite => return self.single_write().await,
        };
        figures.page.drain(..SETTLING);
        figures.inside.drain(..SETTLING.min(figures.inside.len()));
        Ok(figures)
    }

    /// Ends its worker; in Firefox all workers that idle end while this waits.
    async fn stop(&self) -> Outcome {
        self.page.browser.stop_worker(&self.page.window).await?;
        sleep(STOPPING).await;
        Ok(())
    }

    /// The oldest of what was inserted must be gone, and the newest must be there. The server refuses meanwhile.
    pub async fn check_evicted(&self, case: &Case) -> Outcome {
        let newest = self.next.get().saturating_sub(1);
        for (number, wanted) in [(0, 503), (1, 503), (newest, 200)] {
            let answer = self.page.fetch(&case.path(number), Value::Null).await.map_err(|fail| self.blame(fail))?;
            if answer["status"] != json!(wanted) {
                let label = self.subject.label();
                return Err(Fail::assert(format!("{label}: entry {number} of {newest}: {answer}, wanted {wanted}")));
            }
        }
        Ok(())
    }

    /// Fetches one path after the other.
    async fn time(&self, paths: Vec<String>, size: usize) -> Outcome<Figures> {
        self.call("time", json!({ "paths": paths, "size": size })).await
    }

    async fn rush(&self, case: &Case) -> Outcome<Figures> {
        let paths: Vec<String> = (0..RUSH).map(|at| case.path(at % IN_FLIGHT)).collect();
        let wish = json!({ "paths": paths, "size": case.data.1.bytes(), "inFlight": IN_FLIGHT });
        let figures = self.call("rush", wish).await?;
        let rate = |ms: &f64| RUSH as f64 * 1000.0 / ms;
        Ok(Figures { page: figures.page.iter().map(rate).collect(), ..figures })
    }

    /// Navigates to the page of the burst, gives its time to the last answer, and returns.
    async fn navigate(&self) -> Outcome<Figures> {
        self.page.go(&self.origin.url(BURST_PAGE)).await?;
        let burst = self.page.eval("burst").await.map_err(|fail| self.blame(fail))?;
        self.page.go(&self.origin.url("/")).await?;
        let seen = "await bench.ready; return await bench.seen(args.began, 0)";
        let seen = self.page.run(seen, burst.clone()).await.map_err(|fail| self.blame(fail))?;
        Ok(Figures {
            page: burst["took"].as_f64().into_iter().collect(),
            was_running: seen["wasRunning"] == json!(true),
            ..Figures::default()
        })
    }

    /// A first install on a new origin; what it precached must be answered with the server refusing.
    async fn install(&self, case: &Case) -> Outcome<Figures> {
        let origin = self.new_origin().await?;
        self.page.go(&origin.url("/?later")).await?;
        let paths: Vec<String> = (0..PRECACHED).map(|number| case.path(number)).collect();
        let size = case.data.1.bytes();
        let figures = self.call("install", json!({ "paths": paths, "size": size })).await?;
        let asked = origin.take_asked().len();
        if asked < PRECACHED {
            return Err(Fail::assert(format!("{}: {asked} of {PRECACHED} files were fetched", self.subject.label())));
        }
        if self.subject.script.is_some() {
            origin.close();
            self.page.until("controlling worker", "navigator.serviceWorker.controller !== null").await?;
            self.time(vec![case.path(0), case.path(PRECACHED - 1)], size).await?;
        }
        Ok(figures)
    }

    /// Has the page do something; its name stands before what fails.
    async fn call(&self, what: &str, wish: Value) -> Outcome<Figures> {
        let wanted = wish["paths"].as_array().map_or(0, Vec::len);
        let answer =
            self.page.run(&format!("return bench.{what}(args)"), wish).await.map_err(|fail| self.blame(fail))?;
        let series = |name: &str| -> Vec<f64> {
            answer[name].as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
        };
        let was_running = answer["wasRunning"] == json!(true);
        let figures = Figures { page: series("page"), inside: series("inside"), was_running, ..Figures::default() };
        if what == "time" && figures.page.len() != wanted {
            return Err(Fail::assert(format!("{}: {} of {wanted} times", self.subject.label(), figures.page.len())));
        }
        Ok(figures)
    }

    /// An origin that no worker was ever installed on.
    pub(super) async fn new_origin(&self) -> Outcome<Origin> {
        Ok(Origin::start(self.number, self.files.clone()).await?)
    }

    /// The number of the next entry or write.
    pub(super) fn next(&self) -> usize {
        self.next.replace(self.next.get() + 1)
    }

    /// The failure with the subject's name in front.
    pub(super) fn blame(&self, fail: Fail) -> Fail {
        fail.during(&self.subject.label())
    }
}

const _: () = assert!(BURST <= IN_FLIGHT);
