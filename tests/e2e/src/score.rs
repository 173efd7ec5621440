//! The public suite http-tests/cache-tests (npm: `http-cache-tests`), run in a page that a Longshore worker controls.
//! Holds none of its tests: they are served from node_modules by the suite's own server.

mod report;

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::timeout;

use crate::cli::repository;
use crate::cx::ready;
use crate::engine::Browser;
use crate::fail::{Fail, Outcome};
use crate::page::Page;
use crate::port::Port;
use crate::process::Guard;
use crate::site::Site;

pub use report::page;

/// The whole suite must be through by then; it waits 3 s in every test whose answer must grow old.
const LONGEST: Duration = Duration::from_secs(110);

/// Who answers the suite's requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A Longshore worker with a route that respects HTTP for everything.
    Longshore,
    /// The browser alone.
    Browser,
}

/// One test of the suite, and how it went.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Test {
    /// Its name in the suite.
    pub id: String,
    /// What it states.
    pub name: String,
    /// The part of the suite it is in.
    pub group: String,
    /// `required`, `optimal`, or `check` for one that tells and does not judge.
    pub kind: String,
    /// Tests without which it says nothing.
    pub needs: Vec<String>,
    /// Why it failed, if it did.
    pub failure: Option<String>,
}

/// The outcome of a run.
#[derive(Debug, Clone)]
pub struct Score(Vec<Test>);

impl Score {
    /// How many tests of a kind passed, and of how many.
    pub fn of(&self, kind: &str) -> (usize, usize) {
        let of_kind = || self.0.iter().filter(|test| test.kind == kind);
        (of_kind().filter(|test| test.failure.is_none()).count(), of_kind().count())
    }

    /// The tests of a kind that failed.
    pub fn failed(&self, kind: &str) -> impl Iterator<Item = &Test> {
        self.0.iter().filter(move |test| test.kind == kind && test.failure.is_some())
    }

    /// `required 130 of 137, optimal 70 of 77`.
    pub fn line(&self) -> String {
        let part = |kind: &str| {
            let (passed, all) = self.of(kind);
            format!("{kind} {passed} of {all}")
        };
        [part("required"), part("optimal")].join(", ")
    }
}

/// Runs the whole suite in a tab of this browser, whose own cache must be off ([`Options::uncached`](crate::engine::Options)).
pub async fn run(browser: &Rc<Browser>, dist: &Path, subject: Subject) -> Outcome<Score> {
    let server = Server::start(dist).await?;
    let page = match subject {
        Subject::Longshore => {
            let page = Page::open(browser, &server.url("/")).await?;
            ready(&page).await?;
            page
        }
        Subject::Browser => Page::open(browser, &server.url("/alone.html")).await?,
    };
    let begin = "const { score } = await import('/score.js');
        score().then((tests) => { window.scored = { tests }; }, (error) => { window.scored = { error: String(error) }; });";
    page.run(begin, json!(null)).await?;
    let mut scored = match page.until_within(LONGEST, "end of the suite", "window.scored").await {
        Ok(scored) => scored,
        Err(fail) => {
            let without = page.eval("(await import('/score.js')).withoutResult().slice(0, 40)").await?;
            return Err(fail.during(&format!("without a result, the oldest first: {without}")));
        }
    };
    if let Some(error) = scored.get("error") {
        return Err(Fail::assert(format!("the suite broke off: {error}")));
    }
    Ok(Score(serde_json::from_value(scored["tests"].take())?))
}

/// The suite's version, as it is installed.
pub fn suite_version() -> Outcome<String> {
    let manifest: serde_json::Value = serde_json::from_slice(&std::fs::read(installed().join("package.json"))?)?;
    Ok(manifest["version"].as_str().unwrap_or("?").to_owned())
}

/// Where npm puts the suite.
fn installed() -> PathBuf {
    repository().join("node_modules/http-cache-tests")
}

/// The suite's own server, in a folder that holds the suite, our page and Longshore.
struct Server {
    /// The process.
    _child: Guard,
    /// What it serves.
    _folder: TempDir,
    /// Where it listens.
    port: Port,
}

impl Server {
    async fn start(dist: &Path) -> Outcome<Self> {
        let suite = installed().canonicalize().map_err(|_| Fail::assert("the suite is not installed: npm ci"))?;
        let site = Site::new("cache-tests")?;
        // Every request of the suite: its reads by the header fields, its writes handed through with the server's own answers.
        site.worker(&json!({
            "routes": [{ "match": "/test/*", "strategy": "cache-first", "respect": "http" }],
            "mutations": [{ "match": "/test/*", "methods": ["POST", "PUT", "DELETE", "M-SEARCH"], "onRetryable": "answer" }],
        }))?;
        let folder = site.into_folder();
        for part in ["client", "lib", "tests"] {
            symlink(suite.join(part), folder.path().join(part))?;
        }
        symlink(dist.canonicalize()?, folder.path().join("longshore"))?;
        let port = Port::lease()?;
        let mut command = Command::new("node");
        command
            .arg(suite.join("server/server.mjs"))
            .current_dir(folder.path())
            .env("npm_config_protocol", "http")
            .env("npm_config_port", port.number().to_string())
            .env("npm_config_pidfile", folder.path().join("server.pid"));
        let (child, mut lines) = Guard::spawn(&mut command)
            .map_err(|error| Fail::assert(format!("the suite's server does not start: {error}")))?;
        let first = timeout(Duration::from_secs(10), lines.next_line()).await;
        if !matches!(&first, Ok(Ok(Some(line))) if line.starts_with("Listening")) {
            return Err(Fail::assert(format!("the suite's server said {first:?}; its errors: {}", child.errors())));
        }
        // What it prints must be taken away, or it blocks on a full pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { _child: child, _folder: folder, port })
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port.number())
    }
}
