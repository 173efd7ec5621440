//! What each effect means in a browser, and how its outcome gets back to the engine.
//! Decides nothing.

use super::bodies::{Body, Take};
use super::clock;
use super::driver::{Driver, Live, call};
use super::heads;
use super::network;
use super::objects::{error, get, set, text};
use super::store::{Found, Ready};
use crate::cache::EntryKey;
use crate::engine::{Answer, Durability, Effect, Lock, Op, Upstream};
use crate::fault::{FetchError, StoreError};
use crate::ids::{BodyId, CommitId, ExchangeId};
use crate::queue::Row;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Response};

impl Driver {
    /// Carries out one effect; `take` says whether a body it names has further users.
    pub fn perform(&self, effect: Effect, take: Take) {
        match effect {
            Effect::Lookup { exchange, keys } => self.look_up(exchange, keys),
            Effect::Fetch { exchange, upstream } => self.fetch(exchange, upstream),
            Effect::Abort { exchange } => {
                if let Some(abort) = self.live.borrow_mut().get_mut(&exchange).and_then(|live| live.abort.take()) {
                    abort.abort();
                }
            }
            Effect::Respond { exchange, answer } => self.respond(exchange, answer, take),
            Effect::Commit { id, durability, ops } => self.commit(id, durability, ops, take),
            Effect::Send { row, body } => self.send(*row, body),
            Effect::LoadRows => self.spawn(|me| async move {
                let rows = me.database.rows().await;
                me.tell(|engine| engine.on_rows(rows, clock::now()));
            }),
            Effect::MakeRoom { token } => self.spawn(move |me| async move {
                // Whether room was made shows when the commit is tried again.
                let _ = me.database.make_room().await;
                me.tell(|engine| engine.on_room_made(token, clock::now()));
            }),
            Effect::AskLock => self.ask_lock(),
            Effect::ReleaseLock => self.lock.release(),
            Effect::RegisterSync => self.spawn(|_| async { register_sync().await }),
            Effect::Broadcast(event) => self.channel.send(event),
            Effect::Timer { at, reason } => self.plan(at, reason),
            Effect::Reply { ticket, result } => self.settle(ticket, result.map_err(|error| error.to_string())),
            Effect::Finish { exchange, outcome } => self.finish(exchange, outcome),
            Effect::Drop(body) => self.bodies.drop_body(body),
        }
    }

    /// Ends an exchange that the engine never heard of: its page gets what a failed fetch gives.
    pub fn give_up(&self, exchange: ExchangeId) {
        self.finish(exchange, Ok(()));
    }

    fn look_up(&self, exchange: ExchangeId, keys: Vec<EntryKey>) {
        self.spawn(move |me| async move {
            if me.outdated.replace(false) {
                me.restore().await;
            }
            let found = match me.database.find(&keys).await {
                Ok(Some(Found { entry, body })) => {
                    if let Some(live) = me.live.borrow_mut().get_mut(&exchange) {
                        live.found = Some((entry.key.clone(), body));
                    }
                    Ok(Some(entry))
                }
                Ok(None) => Ok(None),
                Err(error) => Err(error),
            };
            me.tell(|engine| engine.on_entry(exchange, found, clock::now()));
        });
    }

    fn fetch(&self, exchange: ExchangeId, upstream: Upstream) {
        self.spawn(move |me| async move {
            let result = me.fetch_response(exchange, &upstream).await;
            let result =
                result.map(|response| (heads::of_response(&response), me.bodies.hold(Body::Response(response))));
            me.tell(|engine| engine.on_response(exchange, result, clock::now()));
        });
    }

    async fn fetch_response(&self, exchange: ExchangeId, upstream: &Upstream) -> Result<Response, FetchError> {
        let abort = AbortController::new().map_err(|_| FetchError::Network("no AbortController".to_owned()))?;
        let request = {
            let mut lives = self.live.borrow_mut();
            let live = lives.entry(exchange).or_default();
            live.abort = Some(abort.clone());
            live.request.clone()
        };
        network::fetch(request.as_ref(), upstream, &abort).await
    }

    fn respond(&self, exchange: ExchangeId, answer: Answer, take: Take) {
        let (respond, found) = match self.live.borrow_mut().get_mut(&exchange) {
            Some(live) => (live.respond.take(), live.found.take()),
            None => (None, None),
        };
        let Some(respond) = respond else { return };
        let response = match answer {
            Answer::Stored { key, head } => {
                let body = found.filter(|(found, _)| *found == key).map(|(_, body)| body);
                let Some(body) = body else { return self.pass_through(exchange, respond) };
                heads::to_response(head.status, &head.headers, &body)
            }
            Answer::Network { body } => match self.bodies.take(body, take) {
                Some(Body::Response(response)) => Ok(response),
                Some(Body::Bytes(_)) | None => Ok(Response::error()),
            },
            Answer::Made { status, headers, body } => heads::to_response(status, &headers, &JsValue::from_str(&body)),
            Answer::Failed => Ok(Response::error()),
            Answer::PassThrough => return self.pass_through(exchange, respond),
        };
        call(&respond, &response.unwrap_or_else(|_| Response::error()));
    }

    /// The page's own request, past us: what would have happened without a worker.
    fn pass_through(&self, exchange: ExchangeId, respond: js_sys::Function) {
        let (request, write) = match self.live.borrow_mut().get_mut(&exchange) {
            Some(live) => (live.request.clone(), live.write.take()),
            None => (None, None),
        };
        self.spawn(|_| async move {
            let request = match write {
                Some((head, body)) => network::rebuild(&head, body.as_ref(), None).ok(),
                None => request,
            };
            let response = match request {
                Some(request) => network::send(&request).await.ok(),
                None => None,
            };
            call(&respond, &response.unwrap_or_else(Response::error));
        });
    }

    fn commit(&self, id: CommitId, durability: Durability, ops: Vec<Op>, take: Take) {
        // Bodies are taken now: the next effect may let them go.
        let taken: Vec<(Op, Option<Body>)> = ops.into_iter().map(|op| self.with_body(op, take)).collect();
        self.spawn(move |me| async move {
            let result = match ready(taken).await {
                Ok(ready) => me.database.commit(&ready, durability).await.inspect(|_| me.note_tickets(&ready)),
                Err(error) => Err(error),
            };
            me.tell(|engine| engine.on_committed(id, result, clock::now()));
        });
    }

    fn with_body(&self, op: Op, take: Take) -> (Op, Option<Body>) {
        let body = match &op {
            Op::PutEntry { body, .. } => self.bodies.take(*body, take),
            // The queue keeps a write's bytes in hand until it says otherwise.
            Op::PutRow { body: Some(body), .. } => self.bodies.take(*body, Take::Copy),
            _ => None,
        };
        (op, body)
    }

    /// Tells the shell which writes are kept by now.
    fn note_tickets(&self, ready: &[Ready]) {
        for Ready { op, .. } in ready {
            if let Op::PutRow { row, body } = op {
                for live in self.live.borrow().values().filter(|live| live.ticket.is_object()) {
                    let own = live.write.as_ref().is_some_and(|(head, _)| head.url == row.draft.url)
                        && get(&live.ticket, "body") == number(*body);
                    if own {
                        set(&live.ticket, "queued", &row.id.0.as_str().into());
                    }
                }
            }
        }
    }

    fn send(&self, row: Row, body: Option<BodyId>) {
        let in_hand = body.and_then(|body| self.bodies.take(body, Take::Copy));
        self.spawn(move |me| async move {
            let id = row.id.clone();
            let bytes = match in_hand {
                Some(Body::Bytes(bytes)) => Ok(Some(bytes)),
                Some(Body::Response(_)) | None if row.draft.body.is_none() => Ok(None),
                Some(Body::Response(_)) | None => me.database.row_body(&id).await,
            };
            let result = match bytes {
                Ok(None) if row.draft.body.is_some() => Err(FetchError::NoBody),
                Ok(bytes) => network::send_row(&row, bytes.as_ref()).await,
                // Nothing was sent; the row stays and is tried again.
                Err(error) => Err(FetchError::Network(error.to_string())),
            };
            let result =
                result.map(|response| (heads::of_response(&response), me.bodies.hold(Body::Response(response))));
            me.tell(|engine| engine.on_answered(id, result, clock::entropy(), clock::now()));
        });
    }

    fn ask_lock(&self) {
        let name = format!("longshore-drain:{}", self.place.scope_path);
        let tell = |lock: Lock| {
            // The answer comes as a task of its own, never from inside another effect.
            let mut me = None;
            self.spawn(|driver| {
                me = Some(driver);
                async {}
            });
            move || {
                if let Some(me) = me {
                    me.tell(|engine| engine.on_lock(lock, clock::now()));
                }
            }
        };
        if !self.lock.ask(&name, self.place.ended.clone(), tell(Lock::Granted), tell(Lock::Lost)) {
            self.spawn(|me| async move { me.tell(|engine| engine.on_lock(Lock::Missing, clock::now())) });
        }
    }

    fn finish(&self, exchange: ExchangeId, outcome: Result<(), String>) {
        let Some(Live { respond, done, .. }) = self.live.borrow_mut().remove(&exchange) else { return };
        if let Some(respond) = respond {
            // Whoever waited for an answer that never came gets the error that a failed fetch gives.
            call(&respond, &Response::error());
        }
        let Some((resolve, reject)) = done else { return };
        match outcome {
            Ok(()) => call(&resolve, &JsValue::UNDEFINED),
            Err(message) => call(&reject, &error("LongshoreInstallError", &message)),
        }
    }
}

/// Reads the bodies of a commit's ops, and holds them to the length they were declared with.
async fn ready(taken: Vec<(Op, Option<Body>)>) -> Result<Vec<Ready>, StoreError> {
    let mut ready = Vec::with_capacity(taken.len());
    for (op, body) in taken {
        let bytes = match body {
            Some(Body::Bytes(bytes)) => Some(bytes),
            Some(Body::Response(response)) => Some(read(&response).await?),
            None => None,
        };
        if let (Op::PutEntry { declared: Some(declared), .. }, Some(bytes)) = (&op, &bytes) {
            let length = u64::from(js_sys::Uint8Array::new(bytes).length());
            if length != *declared {
                return Err(StoreError::Failed(format!("the body was cut off: {length} of {declared} bytes")));
            }
        }
        ready.push(Ready { op, bytes });
    }
    Ok(ready)
}

async fn read(response: &Response) -> Result<JsValue, StoreError> {
    let cut_off = |error: JsValue| {
        let message = text(&error, "message").unwrap_or_default();
        StoreError::Failed(format!("the body was cut off: {message}"))
    };
    let promise = response.array_buffer().map_err(cut_off)?;
    JsFuture::from(promise).await.map_err(cut_off)
}

/// Background Sync only speeds things up: where it is missing or refused, pages hold the timer.
async fn register_sync() {
    let sync = get(&get(&js_sys::global(), "registration"), "sync");
    if !sync.is_object() {
        return;
    }
    if let Ok(promise) = sync.unchecked_into::<super::bind::Sync>().register("longshore-queue") {
        let _ = JsFuture::from(promise).await;
    }
}

/// A body's number as the ticket carries it.
pub fn number(body: Option<BodyId>) -> JsValue {
    body.map_or(JsValue::NULL, |body| JsValue::from_f64(body.0 as f64))
}
