//! How much memory a large attachment takes: a file is chosen, sent while the server is gone, and sent on once it is back.
//! Every row of every run has a browser of its own, whose processes are watched meanwhile.

mod gauge;
mod server;
pub mod sheet;

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tempfile::NamedTempFile;
use tokio::time::sleep;

use self::gauge::{Gauge, Memory};
use self::server::Server;
use super::contender::Figures;
use super::machine::Machine;
use super::options::Options;
use super::origin::Files;
use super::results::{self, Measured};
use super::subject::{Peer, Subject};
use super::table::Table;
use super::trial::Trial;
use crate::cli::repository;
use crate::engine::{self, Browser};
use crate::fail::{Fail, Outcome};
use crate::page::{self, Page};
use crate::{ensure, ensure_eq};

/// The file's length.
const LENGTH: usize = 60 << 20;

/// What a browser gets to become quiet in, and a worker to end what it has begun.
const QUIET: Duration = Duration::from_secs(2);

/// The least processor time of whoever was kept busy for 0.6 s, in ticks of 10 ms.
const BUSY: u64 = 30;

/// One row in a browser of its own.
struct Sitting {
    page: Page,
    server: Server,
    subject: &'static Subject,
    /// The browser's first process.
    root: u32,
    /// The process in which the worker runs; without a worker, the page's.
    pid: u32,
    /// The least that was seen before something was measured.
    idle: Memory,
}

/// All runs of the table.
pub async fn measure(options: &Options, table: &'static Table, files: &[Arc<Files>]) -> Outcome<Measured> {
    let machine = Machine::read();
    let file = NamedTempFile::with_suffix(".bin")?;
    // Bytes that do not repeat and are not to be compressed.
    let bytes: Vec<u8> = (0..LENGTH as u32 / 4).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    std::fs::write(file.path(), &bytes)?;
    let (mut trials, mut browser) = (Vec::new(), String::new());
    for run in 0..options.runs {
        let mut trial = Trial { figures: Vec::new(), requests: Vec::new() };
        for (subject, files) in table.subjects.iter().zip(files) {
            let mut sitting =
                Sitting::open(options, subject, files.clone()).await.map_err(|fail| blame(subject, fail))?;
            let figures = sitting.measure(&file, &bytes).await.map_err(|fail| blame(subject, fail))?;
            println!("{}: {}", subject.label(), told(&figures));
            browser = sitting.page.browser.name();
            trial.figures.push(figures.into());
            trial.requests.push(1);
        }
        trials.push(trial);
        println!("{}, run {} of {}", table.key, run + 1, options.runs);
    }
    Ok(Measured {
        browser,
        machine,
        versions: results::versions(&repository())?,
        runs: options.runs,
        samples: 1,
        fine_clock: true,
        rows: Measured::rows_of(table, &trials),
    })
}

impl Sitting {
    /// Starts a browser, shows it the page, waits until it is quiet, and finds the process to watch.
    async fn open(options: &Options, subject: &'static Subject, files: Arc<Files>) -> Outcome<Self> {
        let server = Server::start(files).await?;
        let browser = Rc::new(Browser::start(options.engine, engine::Options::default()).await?);
        let page = Page::open(&browser, &server.url("/attach.html")).await?;
        page.eval("attach.ready.then(() => true)").await?;
        let Some(root) = browser.root() else { return Err(Fail::Browser("no process is known".into())) };
        let own = busy(&page, root, "attach.work()").await?;
        let pid = if subject.script.is_some() { busy(&page, root, "attach.workThere()").await? } else { own };
        if subject.script.is_some() {
            println!(
                "{}: its worker runs in {} process",
                subject.label(),
                if own == pid { "its page's" } else { "another" }
            );
        }
        sleep(QUIET).await;
        let idle = Memory::now(pid, root);
        Ok(Self { page, server, subject, root, pid, idle })
    }

    /// Both cases, in the order of the table's.
    async fn measure(&mut self, file: &NamedTempFile, bytes: &[u8]) -> Outcome<[Figures; 2]> {
        self.page.pick_file("#file", file.path()).await?;
        self.server.down().await;
        let kept = self.watched("attach.send()").await?;
        self.server.up().await?;
        let sends = if self.subject.peer == Peer::Nobody { "attach.send()" } else { "attach.flush()" };
        let sent = self.watched(sends).await?;
        self.check(bytes).await?;
        Ok([kept, sent])
    }

    /// Does something in the page and gives the peak of the memory meanwhile, over the lower of what it was at first and just before.
    async fn watched(&mut self, what: &str) -> Outcome<Figures> {
        self.idle = self.idle.min(Memory::now(self.pid, self.root));
        let gauge = Gauge::start(self.pid, self.root);
        let done = self.page.run(&format!("await {what}"), json!(null)).await;
        sleep(QUIET).await;
        let peak = gauge.end()?;
        done?;
        Ok(Figures {
            page: vec![peak.own - self.idle.own],
            browser: vec![peak.all - self.idle.all],
            ..Figures::default()
        })
    }

    /// The file must have come, once and whole, and the worker must have been where it was looked for.
    async fn check(&self, bytes: &[u8]) -> Outcome {
        let count = || async {
            Ok(Some(self.server.count()).filter(|count| *count > 0).ok_or_else(|| "nothing has come".to_owned()))
        };
        page::wait("file at the server", count).await?;
        let received = self.server.take_received();
        ensure_eq!(received.len(), 1, "how often the file has come");
        let whole = received.iter().all(|body| file_of(body).is_some_and(|file| file.starts_with(bytes)));
        ensure!(whole, "what has come is not the file");
        if self.subject.script.is_some() {
            let pid = busy(&self.page, self.root, "attach.workThere()").await?;
            ensure_eq!(pid, self.pid, "the worker's process at the end");
        }
        Ok(())
    }
}

/// The process that has been busy while the page, or the worker, was asked to be.
async fn busy(page: &Page, root: u32, work: &str) -> Outcome<u32> {
    let before = gauge::ticks(root);
    page.run(&format!("await {work}"), json!(null)).await?;
    let used = gauge::ticks(root).into_iter().map(|(pid, ticks)| {
        let earlier = before.iter().find(|(known, _)| *known == pid).map_or(0, |(_, ticks)| *ticks);
        (ticks.saturating_sub(earlier), pid)
    });
    match used.max() {
        Some((ticks, pid)) if ticks >= BUSY => Ok(pid),
        most => Err(Fail::assert(format!("no process was busy enough: {most:?}"))),
    }
}

/// What stands behind the head of a form's only part.
fn file_of(body: &[u8]) -> Option<&[u8]> {
    let end = body.windows(4).position(|four| four == b"\r\n\r\n")?;
    body.get(end + 4..)
}

/// One line for the terminal while it goes on.
fn told(figures: &[Figures; 2]) -> String {
    let texts = figures.iter().map(|case| {
        let text = |figures: &[f64]| figures.first().map_or_else(String::new, |mb| format!("{mb:.0}"));
        format!("{} MB ({} in all)", text(&case.page), text(&case.browser))
    });
    texts.collect::<Vec<_>>().join(", ")
}

fn blame(subject: &Subject, fail: Fail) -> Fail {
    fail.during(&subject.label())
}
