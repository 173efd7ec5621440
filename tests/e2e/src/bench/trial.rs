//! One run: a fresh browser with a tab per peer, warmed, checked, then measured in turns.

use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use super::figures::{median, p95};
use super::options::Options;
use super::origin::{Files, Origin};
use super::peer::{CASES, Case, PEERS, Peer};
use crate::engine::{self, Browser, Engine};
use crate::fail::{Fail, Outcome};
use crate::page::Page;

/// Measured fetches in one turn of one peer.
const BATCH: usize = 20;

/// Fetches at the start of a turn that are not counted: other peers have run since.
const SETTLING: usize = 3;

/// Fetches per case before anything is counted: code gets warm, answers get stored.
const WARM_UP: usize = 30;

/// Fetches per case while the origin refuses.
const CHECKS: usize = 5;

/// How long work behind the answers may take before requests are counted.
const AFTERMATH: Duration = Duration::from_millis(300);

/// What one run gave.
pub struct Trial {
    /// The browser's name and version.
    pub browser: String,
    /// Whether the pages had the fine clock.
    pub isolated: bool,
    /// The times in ms of every peer, in the order of [`PEERS`], then of [`CASES`].
    pub times: Vec<Vec<Vec<f64>>>,
    /// Requests for data that reached each peer's origin while it was measured.
    pub requests: Vec<usize>,
}

/// One peer in a browser.
struct Contender {
    peer: &'static Peer,
    origin: Origin,
    page: Page,
}

impl Trial {
    /// Starts a browser and measures every peer in it.
    pub async fn run(options: &Options, files: &[Files], number: usize) -> Outcome<Self> {
        let browser = Rc::new(Browser::start(options.engine, engine::Options::default()).await?);
        let contenders = open(&browser, files, number).await?;
        for contender in &contenders {
            contender.fetch_each(WARM_UP).await?;
        }
        sleep(AFTERMATH).await;
        check(&browser, &contenders).await?;
        let times = measure(options, &contenders, number).await?;
        sleep(AFTERMATH).await;
        let requests: Vec<usize> = contenders.iter().map(|contender| contender.origin.take_asked()).collect();
        for (contender, requests) in contenders.iter().zip(&requests) {
            if *requests > 0 && !contender.peer.revalidates {
                let name = contender.peer.name;
                return Err(Fail::assert(format!("{name}: {requests} requests reached the server while measured")));
            }
        }
        let mut isolated = true;
        for contender in &contenders {
            isolated &= contender.page.eval("window.crossOriginIsolated").await? == json!(true);
        }
        Ok(Self { browser: name_of(&browser), isolated, times, requests })
    }

    /// The median of a peer in a case, both by their place.
    pub fn median(&self, peer: usize, case: usize) -> f64 {
        self.series(peer, case).map_or(f64::NAN, median)
    }

    /// The 95th percentile of a peer in a case, both by their place.
    pub fn p95(&self, peer: usize, case: usize) -> f64 {
        self.series(peer, case).map_or(f64::NAN, p95)
    }

    /// The medians in a line, in the order of the table.
    pub fn line(&self) -> String {
        let of = |case| (0..PEERS.len()).map(|peer| format!("{:.2}", self.median(peer, case))).collect::<Vec<_>>();
        let cases = CASES.iter().enumerate().map(|(place, case)| format!("{}: {}", case.name, of(place).join(" ")));
        cases.collect::<Vec<_>>().join(" | ")
    }

    fn series(&self, peer: usize, case: usize) -> Option<&[f64]> {
        self.times.get(peer)?.get(case).map(Vec::as_slice)
    }
}

impl Contender {
    async fn fetch_each(&self, count: usize) -> Outcome {
        for case in &CASES {
            self.time(case, count).await?;
        }
        Ok(())
    }

    /// The times of some fetches, one after the other.
    async fn time(&self, case: &Case, count: usize) -> Outcome<Vec<f64>> {
        let wish = json!({ "path": case.path, "size": case.bytes, "count": count, "gap": case.gap });
        let times =
            self.page.run("return window.time(args)", wish).await.map_err(|fail| fail.during(self.peer.name))?;
        let times: Vec<f64> = times.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
        if times.len() == count {
            Ok(times)
        } else {
            Err(Fail::assert(format!("{}: {} of {count} times", self.peer.name, times.len())))
        }
    }
}

/// Opens every peer in a tab, each run in another order.
async fn open(browser: &Rc<Browser>, files: &[Files], number: usize) -> Outcome<Vec<Contender>> {
    let mut contenders = Vec::new();
    for place in turns(number) {
        let (Some(peer), Some(files)) = (PEERS.get(place), files.get(place)) else { continue };
        let origin = Origin::start(place as u8 + 2, files.clone()).await?;
        let page = Page::open(browser, &origin.url()).await?;
        page.until("controlling worker", "window.ready || (() => { throw new Error(window.failed ?? 'not yet') })()")
            .await
            .map_err(|fail| fail.during(peer.name))?;
        contenders.push((place, Contender { peer, origin, page }));
    }
    contenders.sort_by_key(|(place, _)| *place);
    Ok(contenders.into_iter().map(|(_, contender)| contender).collect())
}

/// Every peer must answer while its origin refuses and the browser's own cache is empty: then it is the worker's store
/// that answers. A worker that lets a request pass is found out here, or by the count of requests afterwards.
async fn check(browser: &Rc<Browser>, contenders: &[Contender]) -> Outcome {
    forget(browser).await?;
    for contender in contenders {
        contender.origin.close();
        let checked = contender.fetch_each(CHECKS).await;
        contender.origin.reopen();
        checked.map_err(|fail| fail.during("with its server refusing"))?;
        let controlled = contender.page.eval("navigator.serviceWorker.controller !== null").await?;
        if controlled != json!(true) {
            return Err(Fail::assert(format!("{}: its worker does not control the page", contender.peer.name)));
        }
    }
    sleep(AFTERMATH).await;
    forget(browser).await?;
    for contender in contenders {
        contender.origin.take_asked();
    }
    Ok(())
}

/// Empties the browser's own cache, where a driver can do that.
async fn forget(browser: &Browser) -> Outcome {
    if browser.engine == Engine::Chromium {
        browser.devtools("Network.clearBrowserCache", json!({})).await?;
    }
    Ok(())
}

/// Lets the peers take turns until each has its samples; who begins changes with every round.
async fn measure(options: &Options, contenders: &[Contender], number: usize) -> Outcome<Vec<Vec<Vec<f64>>>> {
    let mut times = vec![vec![Vec::new(); CASES.len()]; contenders.len()];
    let mut left = options.samples;
    let mut round = number;
    while left > 0 {
        let count = left.min(BATCH);
        for place in turns(round) {
            let (Some(contender), Some(times)) = (contenders.get(place), times.get_mut(place)) else { continue };
            for (case, times) in CASES.iter().zip(times) {
                let batch = contender.time(case, SETTLING + count.div_ceil(case.one_in)).await?;
                times.extend(batch.into_iter().skip(SETTLING));
            }
        }
        left -= count;
        round += 1;
    }
    Ok(times)
}

/// The places of the peers for a round: begins with another each time, and every second time goes backwards.
fn turns(round: usize) -> Vec<usize> {
    let mut places: Vec<usize> = (0..PEERS.len()).collect();
    places.rotate_left(round % PEERS.len());
    if (round / PEERS.len() + round) % 2 == 1 {
        places.reverse();
    }
    places
}

fn name_of(browser: &Browser) -> String {
    let session = browser.session();
    let version = session.capabilities().get("browserVersion").and_then(Value::as_str).unwrap_or("of unknown version");
    format!("{} {version}", browser.engine.name())
}
