//! What a page can ask of the worker: the queue's list and wishes, invalidation, versions, wakes.
//! Answers promises only; the message port is the shell's.

use super::channel::or_null;
use super::clock;
use super::driver::Driver;
use super::objects::{error, get, object, set, text, texts};
use crate::ids::MutationId;
use crate::queue::{Cause, Command, Row, State, Wake};
use crate::time::Span;
use js_sys::Array;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

/// The longest that a wake holds the worker.
const HOLD: Span = Span::seconds(20);

impl Driver {
    /// Carries out a page's command, named by its `kind`.
    pub async fn command(self: &Rc<Self>, message: JsValue) -> Result<JsValue, JsValue> {
        let kind = text(&message, "kind").unwrap_or_default();
        match kind.as_str() {
            "hello" => Ok(object(&[
                ("origin", self.owner.as_str().into()),
                ("seq", (self.channel.last() as f64).into()),
                ("version", self.place.version.as_str().into()),
                ("scope", self.place.scope.as_str().into()),
            ])),
            "version" => Ok(self.place.version.as_str().into()),
            "queue.list" => self.list(get(&message, "bodies").is_truthy()).await,
            "queue.retry" => self.wish(Command::Retry(id_of(&message)?)).await,
            "queue.discard" => self.wish(Command::Discard(id_of(&message)?)).await,
            "queue.flush" => self.wish(Command::Flush).await,
            "cache.invalidate" => {
                let (urls, tags) = (texts(&message, "urls"), texts(&message, "tags"));
                let urls: Vec<String> =
                    urls.iter().map(|url| crate::engine::absolute(&self.place.origin, url)).collect();
                let ticket = self.next_id();
                let answer = self.answer_to(ticket);
                self.tell(|engine| engine.invalidate(ticket, &urls, &tags, clock::now()));
                JsFuture::from(answer).await
            }
            "wake" => self.wake(&text(&message, "reason").unwrap_or_default()).await,
            "warm" => {
                let routes = Array::from(&get(&message, "routes"));
                let routes: Vec<i32> =
                    routes.iter().filter_map(|route| route.as_f64()).map(|route| route as i32).collect();
                self.warm(&texts(&message, "urls"), &routes);
                Ok(JsValue::UNDEFINED)
            }
            "connectivity" => {
                // A page's word that it is online is worth a try; that it is offline is found out by trying.
                if get(&message, "online").is_truthy() { self.wake("online").await } else { Ok(JsValue::UNDEFINED) }
            }
            _ => Err(error("LongshoreError", &format!("unknown command \"{kind}\""))),
        }
    }

    /// Looks at what waits; resolves once nothing is under way, with whether nothing is left to send.
    pub async fn wake(self: &Rc<Self>, reason: &str) -> Result<JsValue, JsValue> {
        let wake = match reason {
            "start" => Wake::Start,
            "sync" => Wake::Sync,
            "timer" => Wake::Timer,
            "online" => Wake::Online,
            "flush" => Wake::Flush,
            _ => Wake::Page,
        };
        self.tell(|engine| engine.wake(wake, clock::now()));
        JsFuture::from(self.quiet(HOLD)).await?;
        let left = self
            .engine
            .borrow()
            .rows()
            .any(|row| row.not_before().is_some() || matches!(row.state, State::Leased { .. }));
        Ok((!left).into())
    }

    async fn wish(self: &Rc<Self>, command: Command) -> Result<JsValue, JsValue> {
        let ticket = self.next_id();
        let answer = self.answer_to(ticket);
        self.tell(|engine| engine.command(ticket, command, clock::entropy(), clock::now()));
        JsFuture::from(answer).await
    }

    /// The rows as the store has them: another worker may have written some.
    async fn list(self: &Rc<Self>, bodies: bool) -> Result<JsValue, JsValue> {
        let rows = self.database.rows().await.map_err(|failure| error("LongshoreError", &failure.to_string()))?;
        let list = Array::new();
        for row in rows {
            let item = describe(&row);
            if bodies && row.draft.body.is_some() {
                let body = self
                    .database
                    .row_body(&row.id)
                    .await
                    .map_err(|failure| error("LongshoreError", &failure.to_string()))?;
                set(&item, "body", &or_null(body));
            }
            list.push(&item);
        }
        Ok(list.into())
    }
}

fn id_of(message: &JsValue) -> Result<MutationId, JsValue> {
    text(message, "id")
        .map(MutationId)
        .ok_or_else(|| error("LongshoreError", "id: expected the id of a mutation, a text"))
}

fn describe(row: &Row) -> JsValue {
    let (state, status, reason) = match &row.state {
        State::Pending => ("pending", None, None),
        State::Leased { .. } => ("sending", None, None),
        State::Waiting { cause, .. } => {
            let status = match cause {
                Cause::Server(status) => Some(*status),
                Cause::Unauthorized => Some(401),
                Cause::Network | Cause::Portal => None,
            };
            ("waiting", status, Some(crate::queue::QueuedReason::of(&row.state).as_str().to_owned()))
        }
        State::Unknown { .. } => ("unknown", None, Some("timeout".to_owned())),
        State::Conflict { status } => ("conflict", Some(*status), None),
        State::Dead { status, reason } => ("dead", *status, Some(reason.clone())),
    };
    let not_before = match &row.state {
        State::Waiting { until, .. } | State::Unknown { until, .. } => Some(until.0 as f64),
        State::Pending | State::Leased { .. } | State::Conflict { .. } | State::Dead { .. } => None,
    };
    let body = row.draft.body.as_ref();
    object(&[
        ("id", row.id.0.as_str().into()),
        ("lane", row.draft.lane.as_str().into()),
        ("method", row.draft.method.as_str().into()),
        ("url", row.draft.url.as_str().into()),
        ("state", state.into()),
        ("attempts", row.attempts.into()),
        ("notBefore", or_null(not_before)),
        ("createdAt", (row.created_at.0 as f64).into()),
        ("key", row.key.as_str().into()),
        ("status", or_null(status)),
        ("reason", or_null(reason)),
        ("contentType", or_null(body.and_then(|facts| facts.content_type.clone()))),
        ("size", (body.map_or(0, |facts| facts.size) as f64).into()),
    ])
}
