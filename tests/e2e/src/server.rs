//! The demo server as a child process, with its faults and its log. Serves a site folder on a port of its own,
//! which makes an origin of its own, so that no test sees another's storage.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::timeout;

use crate::fail::{Fail, Outcome};
use crate::page;
use crate::port::Port;
use crate::process::Guard;
use crate::site::Site;

/// A server for one test.
pub struct Server {
    /// The running process; none while it is stopped.
    child: Option<Guard>,
    /// What to start.
    program: PathBuf,
    /// The runtime's files.
    dist: PathBuf,
    /// Its own folder: the database.
    folder: TempDir,
    /// The port that the site is at, kept over a restart.
    port: Port,
    /// The port that takes orders.
    control: Port,
    /// Talks to the control port.
    client: reqwest::Client,
    /// The site that it serves.
    pub site: Site,
}

/// What the server has seen, from `GET /log`.
#[derive(Debug, Clone, Deserialize)]
pub struct Log {
    /// Effects in the order in which they were made.
    pub applied: Vec<Applied>,
    /// Arrivals per idempotency key.
    pub seen: BTreeMap<String, u64>,
    /// Answers given again from the store.
    pub replayed: u64,
    /// Requests that are being answered now.
    pub open: u64,
    /// The last requests.
    pub requests: Vec<Arrival>,
}

/// One effect.
#[derive(Debug, Clone, Deserialize)]
pub struct Applied {
    /// Its idempotency key.
    #[serde(default)]
    pub key: Option<String>,
    /// The lane of `/api/echo/{lane}/{n}`.
    #[serde(default)]
    pub lane: Option<String>,
    /// The number of `/api/echo/{lane}/{n}`.
    #[serde(default)]
    pub n: Option<Value>,
}

/// One request.
#[derive(Debug, Clone, Deserialize)]
pub struct Arrival {
    /// Its method.
    pub method: String,
    /// Its path, maybe with a query.
    pub path: String,
    /// The answer's status; none when none went out.
    #[serde(default)]
    pub status: Option<u16>,
}

impl Server {
    /// Starts a server for a site.
    pub async fn start(program: &std::path::Path, dist: &std::path::Path, site: Site) -> Outcome<Self> {
        let mut server = Self {
            child: None,
            program: program.to_owned(),
            dist: dist.to_owned(),
            folder: tempfile::tempdir()?,
            port: Port::lease()?,
            control: Port::lease()?,
            client: reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(10)).build()?,
            site,
        };
        server.up().await?;
        Ok(server)
    }

    /// The address of a path on it.
    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port.number())
    }

    /// Starts it again, at the same port with the same database.
    pub async fn up(&mut self) -> Outcome {
        let mut command = Command::new(&self.program);
        command
            .args(["--listen", &format!("127.0.0.1:{}", self.port.number())])
            .args(["--faults", &format!("127.0.0.1:{}", self.control.number())])
            .arg("--db")
            .arg(self.folder.path().join("db.sqlite"))
            .arg("--static")
            .arg(self.site.folder())
            .arg("--mount")
            .arg(format!("/longshore={}", self.dist.display()));
        let (guard, mut lines) = Guard::spawn(&mut command)
            .map_err(|error| Fail::assert(format!("{} does not start: {error}", self.program.display())))?;
        let first = timeout(Duration::from_secs(10), lines.next_line()).await;
        if !matches!(&first, Ok(Ok(Some(line))) if line.starts_with("listening")) {
            let errors = guard.errors();
            return Err(Fail::assert(format!(
                "the server said {first:?} in place of its address; its errors: {errors}"
            )));
        }
        // What it prints later must be taken away, or it blocks on a full pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        self.child = Some(guard);
        page::wait("control port", || async {
            Ok(TcpStream::connect(("127.0.0.1", self.control.number()))
                .await
                .map(|_| ())
                .map_err(|error| error.to_string()))
        })
        .await
    }

    /// Kills it: from now on every connection is refused.
    pub async fn down(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().await;
        }
    }

    /// Sets the faults; each call replaces all of them.
    pub async fn faults(&self, faults: Value) -> Outcome {
        let answer = self.client.put(self.order("/faults")).json(&faults).send().await?;
        let status = answer.status();
        if !status.is_success() {
            return Err(Fail::assert(format!("faults {faults}: {status} {}", answer.text().await?)));
        }
        Ok(())
    }

    /// Takes all faults away.
    pub async fn no_faults(&self) -> Outcome {
        self.faults(json!({})).await
    }

    /// What it has seen until now.
    pub async fn log(&self) -> Outcome<Log> {
        Ok(self.client.get(self.order("/log")).send().await?.json().await?)
    }

    /// Forgets the requests seen, not the effects.
    pub async fn clear_log(&self) -> Outcome {
        self.client.delete(self.order("/log")).send().await?;
        Ok(())
    }

    /// Waits until the log is as wanted.
    pub async fn until(&self, what: &str, wanted: impl FnMut(&Log) -> bool) -> Outcome<Log> {
        let wanted = RefCell::new(wanted);
        page::wait(what, || async {
            let log = self.log().await?;
            let holds = (wanted.borrow_mut())(&log);
            Ok(if holds { Ok(log) } else { Err(log.brief()) })
        })
        .await
    }

    /// Puts a test value at `/api/value/{key}` past all workers.
    pub async fn put_value(&self, key: &str, body: &str) -> Outcome {
        let answer = self.client.put(self.url(&format!("/api/value/{key}"))).body(body.to_owned()).send().await?;
        if !answer.status().is_success() {
            return Err(Fail::assert(format!("PUT value {key}: {}", answer.status())));
        }
        Ok(())
    }

    /// Writes JSON past all workers, as somebody else would.
    pub async fn write(&self, method: &str, path: &str, body: Value) -> Outcome<Value> {
        let method = reqwest::Method::from_bytes(method.as_bytes()).map_err(|error| Fail::assert(error.to_string()))?;
        let answer = self.client.request(method.clone(), self.url(path)).json(&body).send().await?;
        if !answer.status().is_success() {
            return Err(Fail::assert(format!("{method} {path}: {} {}", answer.status(), answer.text().await?)));
        }
        Ok(answer.json().await?)
    }

    /// Reads JSON past all workers.
    pub async fn json(&self, path: &str) -> Outcome<Value> {
        Ok(self.client.get(self.url(path)).send().await?.json().await?)
    }

    /// An address at the control port.
    fn order(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.control.number())
    }
}

impl Log {
    /// The numbers applied in a lane, in order.
    pub fn lane(&self, lane: &str) -> Vec<u64> {
        let of_lane = self.applied.iter().filter(|applied| applied.lane.as_deref() == Some(lane));
        of_lane.filter_map(|applied| number(applied.n.as_ref()?)).collect()
    }

    /// How many requests came for a method and a path (without its query).
    pub fn arrivals(&self, method: &str, path: &str) -> usize {
        self.of(method, path).count()
    }

    /// The statuses that went out for a method and a path (without its query).
    pub fn statuses(&self, method: &str, path: &str) -> Vec<u16> {
        self.of(method, path).filter_map(|arrival| arrival.status).collect()
    }

    /// The requests for a method and a path (without its query).
    fn of<'a>(&'a self, method: &'a str, path: &'a str) -> impl Iterator<Item = &'a Arrival> {
        let same = move |arrival: &&Arrival| arrival.method == method && arrival.path.split('?').next() == Some(path);
        self.requests.iter().filter(same)
    }

    /// What a failed wait shows of it.
    fn brief(&self) -> String {
        let last: Vec<_> = self.requests.iter().rev().take(12).map(|a| format!("{} {}", a.method, a.path)).collect();
        format!(
            "{} applied, {} replayed, {} open, last requests {last:?}",
            self.applied.len(),
            self.replayed,
            self.open
        )
    }
}

/// A number that may be written as text.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}
