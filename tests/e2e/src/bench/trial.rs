//! One run of a table: a tab per subject, warmed, checked, then measured in turns.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::contender::{Contender, Figures, Stop};
use super::options::Options;
use super::origin::Files;
use super::table::{Act, Case, Source, Table};
use super::tables::BURST_PAGE;
use crate::engine::{self, Browser, Engine};
use crate::fail::{Fail, Outcome};

/// How long work behind the answers may take before requests are counted.
const AFTERMATH: Duration = Duration::from_millis(300);

/// A browser with everyone in it.
pub struct Arena {
    browser: Rc<Browser>,
    table: &'static Table,
    /// In the order of the table's rows.
    contenders: Vec<Contender>,
}

/// What one run gave.
pub struct Trial {
    /// By row of the table, then by case.
    pub figures: Vec<Vec<Figures>>,
    /// Requests for data that reached each row's origin while it was measured.
    pub requests: Vec<usize>,
}

impl Arena {
    /// Starts a browser, opens everyone in an order that changes with the run, and gets them warm.
    pub async fn open(options: &Options, table: &'static Table, files: &[Arc<Files>], run: usize) -> Outcome<Self> {
        let wishes =
            engine::Options { short_idle: table.stops_workers(), exact_clock: true, ..engine::Options::default() };
        let browser = Rc::new(Browser::start(options.engine, wishes).await?);
        let rows: Vec<_> = table.subjects.iter().zip(files).collect();
        let mut contenders = Vec::new();
        for place in turns(run, rows.len()) {
            let Some((subject, files)) = rows.get(place) else { continue };
            let contender = Contender::open(&browser, table, subject, place, Arc::clone(files)).await?;
            contenders.push((place, contender));
        }
        contenders.sort_by_key(|(place, _)| *place);
        let contenders = contenders.into_iter().map(|(_, contender)| contender).collect();
        let arena = Self { browser, table, contenders };
        arena.warm_up().await?;
        Ok(arena)
    }

    /// The browser's name and version.
    pub fn browser(&self) -> String {
        self.browser.name()
    }

    /// Whether all pages have the fine clock.
    pub async fn has_fine_clock(&self) -> Outcome<bool> {
        for contender in &self.contenders {
            if contender.page.eval("crossOriginIsolated").await? != json!(true) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Measures everyone once.
    pub async fn measure(&self, options: &Options, run: usize) -> Outcome<Trial> {
        if self.table.source == Source::Store {
            self.check().await?;
        }
        let mut figures = vec![vec![Figures::default(); self.table.cases.len()]; self.contenders.len()];
        let rounds = |case: &Case| (case.turns * options.samples).div_ceil(100);
        for round in 0..self.table.cases.iter().map(rounds).max().unwrap_or_default() {
            for (at, case) in self.table.cases.iter().enumerate().filter(|(_, case)| round < rounds(case)) {
                self.round(case, run + round, |place, turn| {
                    if let Some(all) = figures.get_mut(place).and_then(|cases| cases.get_mut(at)) {
                        all.page.extend(turn.page);
                        all.inside.extend(turn.inside);
                    }
                })
                .await?;
            }
        }
        sleep(AFTERMATH).await;
        let asked: Vec<_> = self.contenders.iter().map(|contender| contender.origin.take_asked()).collect();
        self.check_afterwards(&asked).await?;
        Ok(Trial { figures, requests: asked.iter().map(Vec::len).collect() })
    }

    /// Everyone's turn in one case; who begins changes with every round.
    async fn round(&self, case: &Case, round: usize, mut take: impl FnMut(usize, Figures)) -> Outcome {
        for (nth, place) in turns(round, self.contenders.len()).into_iter().enumerate() {
            let Some(contender) = self.contenders.get(place) else { continue };
            if !case.is_for(contender.subject) {
                continue;
            }
            // In Firefox a stop is a wait in which all that idle end, so one does for all.
            let stop = if nth == 0 || self.browser.engine == Engine::Chromium { Stop::Needed } else { Stop::Done };
            take(place, contender.turn(case, stop).await?);
        }
        Ok(())
    }

    /// Code gets warm, and answers get stored; a store that is to be full is filled.
    async fn warm_up(&self) -> Outcome {
        for contender in &self.contenders {
            contender.fill().await?;
            for case in self.table.cases {
                let turns = match case.act {
                    Act::Install | Act::Attach | Act::Enqueue { .. } | Act::Drain { .. } => 0,
                    Act::Inserts => 6,
                    Act::Fetches(_) | Act::Spread => 2,
                    Act::Rush | Act::Cold | Act::ColdNavigation | Act::ColdWrite => 1,
                };
                for _ in 0..turns {
                    // Nobody is stopped here: that ends all workers, also one that has yet to store what it answered.
                    contender.act(case).await?;
                }
            }
        }
        sleep(AFTERMATH).await;
        Ok(())
    }

    /// Every worker must answer while its origin refuses and the browser's own cache is empty: then it is the worker's store that answers. A
    /// worker that lets a request pass is found out here, or by the count of requests afterwards.
    async fn check(&self) -> Outcome {
        self.forget().await?;
        for contender in self.contenders.iter().filter(|contender| contender.subject.script.is_some()) {
            contender.origin.close();
            for case in self.table.cases {
                contender.turn(case, Stop::Needed).await.map_err(|fail| fail.during("with its server refusing"))?;
            }
            contender.origin.reopen();
            if contender.page.eval("navigator.serviceWorker.controller !== null").await? != json!(true) {
                return Err(Fail::assert(format!("{}: no worker controls its page", contender.subject.label())));
            }
        }
        sleep(AFTERMATH).await;
        self.forget().await?;
        for contender in &self.contenders {
            contender.origin.take_asked();
        }
        Ok(())
    }

    /// Nobody may have asked the server for what is stored; whoever inserted must have dropped the oldest.
    async fn check_afterwards(&self, asked: &[Vec<String>]) -> Outcome {
        let workers = || self.contenders.iter().zip(asked).filter(|(contender, _)| contender.subject.script.is_some());
        if self.table.source == Source::Store {
            for (contender, asked) in workers().filter(|(contender, _)| !contender.subject.revalidates) {
                // Chromium itself asks for a page while it starts the page's worker.
                let asked: Vec<_> = asked.iter().filter(|path| *path != BURST_PAGE).collect();
                if !asked.is_empty() {
                    let name = contender.subject.label();
                    return Err(Fail::assert(format!("{name}: requests reached the server while measured: {asked:?}")));
                }
            }
        }
        for case in self.table.cases.iter().filter(|case| case.act == Act::Inserts) {
            self.forget().await?;
            for (contender, _) in workers() {
                contender.origin.close();
                contender.check_evicted(case).await?;
                contender.origin.reopen();
            }
        }
        Ok(())
    }

    /// Empties the browser's own cache, where a driver can do that.
    async fn forget(&self) -> Outcome {
        if self.browser.engine == Engine::Chromium {
            self.browser.devtools("Network.clearBrowserCache", json!({})).await?;
        }
        Ok(())
    }
}

/// The places of so many for a round: begins with another each time, and every second time goes backwards.
fn turns(round: usize, count: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..count).collect();
    places.rotate_left(round % count.max(1));
    if (round / count.max(1) + round) % 2 == 1 {
        places.reverse();
    }
    places
}
