//! What each effect means in a browser, and how its outcome gets back to the engine.
//! Decides nothing.

use super::bodies::{Bodies, Body, Take};
use super::clock;
use super::driver::{Driver, Live, ask_shell, call};
use super::heads;
use super::json::Json;
use super::network::{self, words};
use super::objects::{get, set, text};
use super::store::{Found, Ready, length};
use super::tasks::{start, when};
use crate::cache::EntryKey;
use crate::engine::{Answer, Durability, Effect, Lock, Op, Upstream};
use crate::fault::{FetchError, StoreError};
use crate::http::{ResponseHead, ResponseType};
use crate::ids::{BodyId, CommitId, ExchangeId};
use crate::queue::Row;
use js_sys::{Array, Function, Promise};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Response};

impl Driver {
    /// Carries out one effect; `take` says whether a body it names has further users.
    pub fn perform(self: &Rc<Self>, effect: Effect, take: Take) {
        let me = Rc::clone(self);
        match effect {
            Effect::Lookup { exchange, keys } => self.look_up(exchange, keys),
            Effect::Fetch { exchange, upstream } => self.fetch(exchange, &upstream),
            Effect::Abort { exchange } => {
                if let Some(abort) = self.live.get(exchange.0).and_then(|live| live.abort.take()) {
                    abort.abort();
                }
            }
            Effect::Respond { exchange, answer } => self.respond(exchange, answer, take),
            Effect::Commit { id, durability, ops } => self.commit(id, durability, ops, take),
            Effect::Send { row, body } => self.send(row, body),
            Effect::Reconcile { row } => self.reconcile(&row),
            Effect::LoadRows => start(async move {
                let found = me.database.rows().await;
                me.tell(|engine| {
                    let rows = found.map(|(rows, paused)| {
                        engine.pause(paused);
                        rows
                    });
                    engine.on_rows(rows, clock::now());
                });
            }),
            Effect::MakeRoom { token } => start(async move {
                me.make_room().await;
                me.tell(|engine| engine.on_room_made(token, clock::now()));
            }),
            Effect::AskLock => self.ask_lock(),
            Effect::ReleaseLock => self.lock.release(),
            Effect::RegisterSync => register_sync(),
            Effect::Broadcast(event) => self.channel.send(event),
            Effect::Progress { done, total, failed } => self.channel.post(&[
                ("kind", Json::Text("precache")),
                ("done", Json::Number(done as i64)),
                ("total", Json::Number(total as i64)),
                ("failed", Json::Number(failed as i64)),
            ]),
            Effect::Timer { at, reason } => self.plan(at, reason),
            Effect::Reply { ticket, result } => self.settle(ticket, result.map_err(|error| error.to_string())),
            Effect::Finish { exchange, outcome } => self.finish(exchange, outcome),
            Effect::Drop(body) => self.bodies.drop_body(body),
        }
    }

    fn look_up(self: &Rc<Self>, exchange: ExchangeId, keys: Vec<EntryKey>) {
        let me = Rc::clone(self);
        start(async move {
            me.learn().await;
            let found = match me.database.find(&keys).await {
                // What cannot be unpacked is as good as none.
                Ok(Some(Found { entry, body })) => Ok(me.bodies.unpack(body).await.map(|body| Found { entry, body })),
                missing => missing,
            };
            let found = found.map(|found| {
                let Found { entry, body } = found?;
                if let Some(live) = me.live.get(exchange.0) {
                    live.found.set(Some((entry.key.clone(), body)));
                }
                Some(entry)
            });
            me.tell(|engine| engine.on_entry(exchange, found, clock::now()));
        });
    }

    fn fetch(self: &Rc<Self>, exchange: ExchangeId, upstream: &Upstream) {
        let live = self.live.get(exchange.0).unwrap_or_default();
        let request = AbortController::new().and_then(|abort| {
            let request = network::upstream_request(live.request.as_ref(), upstream, &abort);
            live.abort.set(Some(abort));
            request
        });
        let me = Rc::clone(self);
        when(network::fetch(request), move |answer| {
            let answer = answer.map(|response| me.take_in(response)).map_err(words);
            me.tell(|engine| engine.on_response(exchange, answer, clock::now()));
        });
    }

    /// The head of a response, and the number that its body goes by from here.
    fn take_in(&self, response: JsValue) -> (ResponseHead, BodyId) {
        let response: Response = response.unchecked_into();
        (heads::of_response(&response), self.bodies.hold(Body::Response(response)))
    }

    fn respond(self: &Rc<Self>, exchange: ExchangeId, answer: Answer, take: Take) {
        let Some(live) = self.live.get(exchange.0) else { return };
        let Some(respond) = live.respond.take() else { return };
        let response = match answer {
            Answer::Stored { key, head, .. } if head.kind == ResponseType::Opaque => {
                // It can be handed on only as it came.
                let me = Rc::clone(self);
                return when(self.opaque(&key, &JsValue::UNDEFINED), move |kept| match kept {
                    Ok(kept) if kept.is_object() => call(&respond, &kept),
                    Ok(_) | Err(_) => me.pass_through(&live, respond),
                });
            }
            Answer::Stored { key, head, cut } => match live.found.take() {
                Some((found, body)) if found == key => {
                    let body = self.bodies.cut(&key, body, cut);
                    heads::to_response(head.status, &head.headers, &body)
                }
                Some(_) | None => return self.pass_through(&live, respond),
            },
            Answer::Network { body } => Ok(Bodies::answer(self.bodies.take(body, take))),
            Answer::Made { status, headers, body } => heads::to_response(status, &headers, &JsValue::from_str(&body)),
            Answer::Failed => Ok(Response::error()),
            Answer::PassThrough => return self.pass_through(&live, respond),
        };
        call(&respond, &response.unwrap_or_else(|_| Response::error()));
    }

    /// The page's own request, past us: what would have happened without a worker.
    fn pass_through(&self, live: &Live, respond: Function) {
        let answer = match (live.write.get(), &live.request) {
            (Some((head, body)), _) => {
                ask_shell(&self.place.send, &network::passable(head), &body.clone().unwrap_or_default())
            }
            (None, Some(request)) => network::fetch(Ok(Clone::clone(request))),
            (None, None) => network::fetch(Err(JsValue::UNDEFINED)),
        };
        when(answer, move |response| {
            call(&respond, &response.unwrap_or_else(|_| Response::error().into()));
        });
    }

    fn commit(self: &Rc<Self>, id: CommitId, durability: Durability, ops: Vec<Op>, take: Take) {
        // Bodies are taken now: the next effect may let them go.
        let bodies = Array::new();
        for op in &ops {
            bodies.push(&self.bytes_of(op, take));
        }
        let names = touched(&ops);
        let raises = ops.iter().any(|op| matches!(op, Op::Raise { .. }));
        // Before, since what is being replaced must not go out any more; and after, since it may have been read meanwhile.
        let known = names.length();
        drop(self.forget_some(&names, known));
        let me = Rc::clone(self);
        start(async move {
            let result = match JsFuture::from(Promise::all(&bodies)).await {
                Ok(bodies) => match ready(ops, &bodies.unchecked_into()) {
                    Ok(ready) => loop {
                        let result = me.database.commit(&ready, durability, &names).await;
                        if result.is_ok() {
                            me.note_tickets(&ready);
                        } else {
                            // What it would have removed is still there.
                            names.set_length(known);
                        }
                        // Answers make room for an answer when the disk is full; for the queue's rows it is the queue that says so.
                        let full = matches!(result, Err(StoreError::Quota(_)));
                        if full && durability == Durability::Relaxed && !me.database.full.replace(true) {
                            me.make_room().await;
                            continue;
                        }
                        me.database.full.set(me.database.full.get() && result.is_err());
                        break result;
                    },
                    Err(error) => Err(error),
                },
                Err(error) => Err(cut_off(&text(&error, "message").unwrap_or_default())),
            };
            match &result {
                // What was to be raised is raised in the engine's memory alone: the shell must not go by the store.
                Err(_) if raises => drop(me.have_forgotten(&JsValue::NULL, 0)),
                // Where it failed, what has been stored of a large body goes.
                Ok(_) | Err(_) => drop(me.forget_some(&names, known)),
            }
            me.tell(|engine| engine.on_committed(id, result, clock::now()));
        });
    }

    /// Removes answers that were unused the longest, and whatever of them lies elsewhere. Whether room was made shows when what found
    /// none is tried again.
    pub async fn make_room(&self) {
        let removed = Array::new();
        let _ = self.database.make_room(&removed).await;
        // It waits for the shell and never fails.
        let _ = JsFuture::from(self.forget_some(&removed, 0)).await;
    }

    fn forget_some(&self, names: &Array, gone_from: u32) -> Promise {
        if names.length() > 0 { self.have_forgotten(names, gone_from) } else { Promise::resolve(&JsValue::UNDEFINED) }
    }

    /// The bytes that an op stores, or a promise of them; undefined where it stores none.
    fn bytes_of(&self, op: &Op, take: Take) -> JsValue {
        let stored = match op {
            Op::PutEntry { entry, body, keep, .. } => self.bodies.take(*body, take).map(|body| match body {
                Body::Response(response) if entry.head.kind == ResponseType::Opaque => {
                    self.opaque(&entry.key, &response).into()
                }
                body => self.bodies.to_store(body, &entry.key, keep),
            }),
            // The queue keeps a write's bytes in hand until it says otherwise.
            Op::PutRow { body: Some(body), .. } | Op::PutSide { body: Some(body), .. } => {
                match self.bodies.take(*body, Take::Copy) {
                    Some(Body::Bytes(bytes)) => Some(bytes),
                    _ => None,
                }
            }
            _ => None,
        };
        stored.unwrap_or_default()
    }

    /// Tells the shell which writes are kept by now.
    fn note_tickets(&self, ready: &[Ready]) {
        for Ready { op, .. } in ready {
            let Op::PutRow { row, body } = op else { continue };
            for live in self.live.all() {
                let own = live.write.get().is_some_and(|(head, _)| head.url == row.draft.url)
                    && live.ticket.is_object()
                    && get(&live.ticket, "body") == number(*body);
                if own {
                    set(&live.ticket, "queued", &row.id.0.as_str().into());
                }
            }
        }
    }

    fn send(self: &Rc<Self>, row: Box<Row>, body: Option<BodyId>) {
        let in_hand = body.and_then(|body| self.bodies.take(body, Take::Copy));
        let me = Rc::clone(self);
        start(async move {
            let bytes = match in_hand {
                Some(Body::Bytes(bytes)) => Ok(Some(bytes)),
                _ if row.body.is_none() => Ok(None),
                _ => me.database.row_body(&row.id).await,
            };
            let answer = match bytes {
                Ok(None) if row.body.is_some() => {
                    Err(FetchError::Unsendable("its body is not in the store".to_owned()))
                }
                Ok(bytes) => {
                    let sent = ask_shell(&me.place.send, &network::sendable(&row), &bytes.unwrap_or_default());
                    JsFuture::from(sent).await.map_err(words)
                }
                // Nothing was sent; the row stays and is tried again.
                Err(error) => Err(FetchError::Network(error.to_string())),
            };
            let answer = answer.map(|response| {
                let (mut head, body) = me.take_in(response);
                heads::make_absolute(&mut head);
                (head, body)
            });
            me.tell(|engine| engine.on_answered(row.id, answer, clock::entropy(), clock::now()));
        });
    }

    fn ask_lock(self: &Rc<Self>) {
        let name = format!("longshore-drain:{}", self.place.scope_path);
        let me = Rc::clone(self);
        let tell = Rc::new(move |lock| me.tell(|engine| engine.on_lock(lock, clock::now())));
        if !self.lock.ask(&name, self.place.ended.clone(), Rc::clone(&tell)) {
            // The answer comes as a task of its own, never from inside another effect.
            when(Promise::resolve(&JsValue::UNDEFINED), move |_| tell(Lock::Missing));
        }
    }

    fn finish(self: &Rc<Self>, exchange: ExchangeId, outcome: Result<(), String>) {
        let Some(live) = self.live.take(exchange.0) else { return };
        if let Some(respond) = live.respond.take() {
            // Whoever waited for an answer that never came gets the error that a failed fetch gives.
            call(&respond, &Response::error());
        }
        if let Some(done) = live.done.take() {
            done.with(outcome, "LongshoreInstallError");
        }
        // Nobody waits here, so this is the time to look at what earlier instances left.
        let _ = self.writes();
    }
}

/// The entry keys and generation rows that a commit changes.
fn touched(ops: &[Op]) -> Array {
    let names = Array::new();
    for op in ops {
        match op {
            Op::PutEntry { entry, .. } | Op::RefreshEntry { entry, .. } => {
                names.push(&entry.key.0.as_str().into());
            }
            Op::RemoveEntry { key } => {
                names.push(&key.0.as_str().into());
            }
            Op::Raise { rows, .. } => {
                for (row, _) in rows {
                    names.push(&row.as_str().into());
                }
            }
            // What lies over reads may be another write now (`sw/more/layers.js`).
            Op::PutRow { .. } | Op::RemoveRow { .. } => {
                names.push(&"rows".into());
            }
            // What is trimmed is not wrong, only old; what is forgotten makes nothing wrong that is held ready.
            Op::Touch { .. } | Op::Forget { .. } | Op::Trim { .. } | Op::KeepPrecached { .. } | Op::PutSide { .. } => {}
        }
    }
    names
}

/// Puts ops and the bytes they store together, and holds the bytes to the length they were declared with.
fn ready(ops: Vec<Op>, bodies: &Array) -> Result<Vec<Ready>, StoreError> {
    let mut ready = Vec::with_capacity(ops.len());
    for (op, bytes) in ops.into_iter().zip(bodies.iter()) {
        let bytes = Some(bytes).filter(|bytes| !bytes.is_undefined());
        if let (Op::PutEntry { declared: Some(declared), .. }, Some(bytes)) = (&op, &bytes) {
            let length = length(bytes);
            if length != *declared {
                return Err(cut_off(&format!("{length} of {declared} bytes")));
            }
        }
        ready.push(Ready { op, bytes });
    }
    Ok(ready)
}

fn cut_off(what: &str) -> StoreError {
    StoreError::Failed(format!("the body was cut off: {what}"))
}

/// Background Sync only speeds things up: where it is missing or refused, pages hold the timer.
fn register_sync() {
    let sync = get(&get(&js_sys::global(), "registration"), "sync");
    if sync.is_object()
        && let Ok(promise) = sync.unchecked_into::<super::bind::Sync>().register("longshore-queue")
    {
        when(promise, drop);
    }
}

/// A body's number as the ticket carries it.
pub fn number(body: Option<BodyId>) -> JsValue {
    body.map_or(JsValue::NULL, |body| JsValue::from_f64(body.0 as f64))
}
