//! What the queue's tables have a subject do: writes kept while the server refuses, and sent once it answers.
//! Every turn but a cold one is on an origin of its own, so that no queue is left from the one before.

use std::time::Duration;

use serde_json::{Value, json};

use super::contender::{Contender, Figures};
use super::origin::Origin;
use crate::fail::{Fail, Outcome};

/// Writes in one turn.
pub const WRITES: usize = 1000;

/// Writes at the start of a turn that are kept and sent before anything is measured.
const SETTLING: usize = 40;

/// Writes under way while nothing is measured.
const QUICKLY: usize = 20;

/// Writes made by one call of the page, which must end before the driver's patience does.
const AT_ONCE: usize = 500;

impl Contender {
    /// Writes per second while so many wait already.
    pub(super) async fn enqueue(&self, before: usize, in_flight: usize) -> Outcome<Figures> {
        let origin = self.settle().await?;
        origin.writes().refuse(Duration::ZERO);
        self.make(0, before, QUICKLY).await?;
        let mut took = 0.0;
        let mut inside = Vec::new();
        for from in (before..before + WRITES).step_by(AT_ONCE) {
            let made =
                self.writes("enqueue", json!({ "from": from, "to": from + AT_ONCE, "inFlight": in_flight })).await?;
            took += made["took"].as_f64().unwrap_or(f64::NAN);
            inside.extend(self.seen(&made["began"], AT_ONCE).await?.inside);
        }
        self.check_waiting(before + WRITES).await?;
        self.leave().await?;
        Ok(Figures { page: vec![WRITES as f64 * 1000.0 / took], inside, was_running: true, ..Figures::default() })
    }

    /// Writes per second that are sent once the server answers, each after this time.
    pub(super) async fn drain(&self, latency: Duration) -> Outcome<Figures> {
        let origin = self.settle().await?;
        origin.writes().refuse(latency);
        self.make(0, WRITES, QUICKLY).await?;
        self.check_waiting(WRITES).await?;
        let took = self.send_all(&origin, WRITES).await?;
        self.leave().await?;
        Ok(Figures {
            page: vec![WRITES as f64 / took.as_secs_f64()],
            inside: Vec::new(),
            was_running: true,
            ..Figures::default()
        })
    }

    /// One write, from request to answer, while the server refuses; it waits no more afterwards.
    pub(super) async fn single_write(&self) -> Outcome<Figures> {
        let made = self.writes("single", json!({ "number": self.next() })).await?;
        let seen = self.seen(&made["began"], 1).await?;
        self.writes("discard", json!({ "id": made["id"] })).await?;
        Ok(Figures { page: made["took"].as_f64().into_iter().collect(), ..seen })
    }

    /// Has so many writes wait.
    pub(super) async fn pile(&self, writes: usize) -> Outcome {
        self.make(0, writes, QUICKLY).await?;
        self.check_waiting(writes).await
    }

    /// A new origin with a worker whose queue has been full and is empty again.
    async fn settle(&self) -> Outcome<Origin> {
        let origin = self.new_origin().await?;
        self.page.go(&origin.url("/")).await?;
        self.page.eval("bench.ready.then(() => true)").await.map_err(|fail| self.blame(fail))?;
        self.make(0, SETTLING, QUICKLY).await?;
        self.send_all(&origin, SETTLING).await?;
        Ok(origin)
    }

    /// Opens the origin and waits until all writes have been sent, once each, and the queue is empty.
    async fn send_all(&self, origin: &Origin, count: usize) -> Outcome<Duration> {
        self.writes("drain", Value::Null).await?;
        let wrong = |wrong: String| self.blame(Fail::assert(wrong));
        let took = origin.writes().all(count).await.map_err(wrong)?;
        self.page
            .until("empty queue", "import('/writes.js').then(async ({ waiting }) => (await waiting()) === 0)")
            .await?;
        origin.writes().check_once(0..count).map_err(wrong)?;
        Ok(took)
    }

    /// Makes the writes of these numbers, unmeasured.
    async fn make(&self, from: usize, to: usize, in_flight: usize) -> Outcome {
        for from in (from..to).step_by(AT_ONCE) {
            let wish = json!({ "from": from, "to": to.min(from + AT_ONCE), "inFlight": in_flight });
            self.writes("enqueue", wish).await?;
        }
        Ok(())
    }

    /// All that were made must wait: none sent, none lost.
    async fn check_waiting(&self, wanted: usize) -> Outcome {
        let waiting = self.writes("waiting", Value::Null).await?;
        if waiting != json!(wanted) {
            return Err(self.blame(Fail::assert(format!("{waiting} of {wanted} writes wait"))));
        }
        Ok(())
    }

    /// Ends the worker for good, and what it would still send.
    async fn leave(&self) -> Outcome {
        self.writes("leave", Value::Null).await?;
        self.page.go(&self.origin.url("/?later")).await
    }

    /// What the worker knows of the last fetches.
    async fn seen(&self, began: &Value, count: usize) -> Outcome<Figures> {
        let wish = json!({ "began": began, "count": count });
        let seen = self.page.run("return await bench.seen(args.began, args.count)", wish).await;
        let seen = seen.map_err(|fail| self.blame(fail))?;
        let inside = seen["inside"].as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
        Ok(Figures { page: Vec::new(), inside, was_running: seen["wasRunning"] == json!(true), ..Figures::default() })
    }

    /// Calls a function of `benches/writes.js`.
    async fn writes(&self, what: &str, wish: Value) -> Outcome<Value> {
        let body = format!("const {{ {what} }} = await import('/writes.js'); return await {what}(args)");
        self.page.run(&body, wish).await.map_err(|fail| self.blame(fail))
    }
}

const _: () = assert!(WRITES.is_multiple_of(AT_ONCE));
