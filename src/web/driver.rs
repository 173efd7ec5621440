//! The driver: one engine, and everything of the browser that it needs carried out.
//! Takes effects from the engine until there are none; what each means is in `perform`.

use super::bodies::{Bodies, Take};
use super::channel::Channel;
use super::clock::{self, Timer};
use super::lock::DrainLock;
use super::objects::{deferred, error, text, texts};
use super::shelf::Shelf;
use super::store::Database;
use super::tasks::{self, when};
use crate::cache::EntryKey;
use crate::engine::config::Config;
use crate::engine::{Answer, Effect, Engine, Instance, Op, Reason};
use crate::http::RequestHead;
use crate::ids::{BodyId, ExchangeId};
use crate::queue::Wake;
use crate::time::{Span, Timestamp};
use js_sys::{Function, Promise};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, Request};

/// Who and where this worker is.
pub struct Place {
    /// The scope's URL.
    pub scope: String,
    /// The scope's path, in the names of database, channel and lock.
    pub scope_path: String,
    /// The origin.
    pub origin: String,
    /// Names the route table (the config), for marks on stored answers.
    pub table: String,
    /// Longshore's own version.
    pub version: String,
    /// The shell's function that forgets ready answers: those of these entry keys and generation rows, or all.
    pub forget: JsValue,
    /// The shell's function that keeps answers that cannot be read, and gives them back.
    pub opaque: JsValue,
    /// The shell's function that says whether a page observes what lies under an entry key.
    pub observed: JsValue,
    /// The shell's store of large bodies; undefined where there is none.
    pub chunks: JsValue,
    /// The shell's function that sends a write.
    pub send: JsValue,
    /// The shell's function that holds a write against what the server has; undefined where it has none.
    pub reconcile: JsValue,
    /// Resolves when the shell gives this instance up.
    pub ended: JsValue,
}

/// An engine at work in a browser.
pub struct Driver {
    /// The mind. Never borrowed across an await or a call into JavaScript that could call back.
    pub engine: RefCell<Engine>,
    /// The store.
    pub database: Rc<Database>,
    /// The tabs.
    pub channel: Rc<Channel>,
    /// The bodies under way.
    pub bodies: Bodies,
    /// One drainer at a time.
    pub lock: Rc<DrainLock>,
    /// The exchanges under way.
    pub live: Shelf<Live>,
    /// The commands under way: how each is answered.
    pub commands: Shelf<Settle>,
    /// How often another worker's word has made the raised generations outdated that we know.
    pub outdated: Cell<u32>,
    /// As of which such word they were read again.
    pub learned: Cell<u32>,
    /// Who and where.
    pub place: Place,
    /// This instance's name, in leases and envelopes.
    pub owner: String,
    /// Resolves once the writes of earlier instances are known to the engine; none before they are first asked for.
    writes: RefCell<Option<Promise>>,
    /// Whether the shell has given this instance up.
    ended: Cell<bool>,
    timers: RefCell<Vec<(Reason, Timer)>>,
    /// Those who wait for a quiet queue, each with the timer that ends its patience.
    waiting: RefCell<Vec<(Function, Timer)>>,
    last_id: Cell<u64>,
}

/// What the driver holds of one exchange.
#[derive(Default)]
pub struct Live {
    /// The page's request; none for the precache.
    pub request: Option<Request>,
    /// Settles the page's answer.
    pub respond: Cell<Option<Function>>,
    /// Settles once the exchange is over, with its outcome.
    pub done: Cell<Option<Settle>>,
    /// Ends its fetch.
    pub abort: Cell<Option<AbortController>>,
    /// The body that its lookup found.
    pub found: Cell<Option<(EntryKey, JsValue)>>,
    /// A write's head and bytes, to send it past us when it cannot be kept.
    pub write: OnceCell<(RequestHead, Option<JsValue>)>,
    /// Told which row keeps the write, so that the shell can answer for it should we trap.
    pub ticket: JsValue,
}

/// What resolves and what rejects a promise.
pub struct Settle(Function, Function);

impl Settle {
    /// Settles it. An error is given this name.
    pub fn with(&self, outcome: Result<(), String>, name: &str) {
        match outcome {
            Ok(()) => call(&self.0, &JsValue::UNDEFINED),
            Err(message) => call(&self.1, &error(name, &message)),
        }
    }
}

impl Driver {
    /// A driver for a config that has been checked. Nothing is opened yet.
    pub fn new(config: Config, place: Place) -> Rc<Driver> {
        let owner = clock::entropy().uuid();
        let instance = Instance { owner: owner.clone(), origin: place.origin.clone() };
        let (ended, chunks) = (place.ended.clone(), place.chunks.clone());
        let driver = Rc::new_cyclic(|me| Driver {
            engine: RefCell::new(Engine::new(config, instance)),
            database: Database::new(&place.scope_path, &place.table, &place.observed),
            channel: Channel::join(&place.scope_path, &owner, hear(me.clone())),
            bodies: Bodies::new(chunks),
            lock: Rc::default(),
            live: Shelf::default(),
            commands: Shelf::default(),
            outdated: Cell::new(1),
            learned: Cell::default(),
            place,
            owner,
            writes: RefCell::default(),
            ended: Cell::default(),
            timers: RefCell::default(),
            waiting: RefCell::default(),
            last_id: Cell::new(0),
        });
        if ended.is_object() {
            let me = Rc::downgrade(&driver);
            when(ended.unchecked_into(), move |_| {
                if let Some(me) = me.upgrade() {
                    me.ended.set(true);
                }
            });
        }
        driver
    }

    /// Has the shell forget what it holds ready under these names; undefined stands for everything. The names from that place on are
    /// keys of entries that are gone. Its promise ends once whatever of them lies outside the database is gone too.
    pub fn have_forgotten(&self, names: &JsValue, gone_from: u32) -> Promise {
        ask_shell(&self.place.forget, names, &gone_from.into())
    }

    /// Has the shell keep an answer that cannot be read, and promise the bytes that stand for it; without one, promise what it has kept.
    pub fn opaque(&self, key: &EntryKey, answer: &JsValue) -> Promise {
        ask_shell(&self.place.opaque, &key.0.as_str().into(), answer)
    }

    /// Reads the raised generations where they may have been raised since; a store that fails leaves the old ones, until the next time.
    pub async fn learn(&self) {
        let outdated = self.outdated.get();
        if self.learned.get() != outdated
            && let Ok((current, rows)) = self.database.generations().await
            && let Ok(mut engine) = self.engine.try_borrow_mut()
        {
            engine.restore(current, rows);
            self.learned.set(outdated);
        }
    }

    /// Resolves once the engine knows the writes that earlier instances left. Whatever is about writes waits for it; they are read
    /// at the first need, so that no answer from the store does. The promise says whether they are known: a store that fails is read
    /// again at the next need.
    pub fn writes(self: &Rc<Self>) -> Promise {
        let mut writes = self.writes.borrow_mut();
        let reading = writes.get_or_insert_with(|| {
            let me = Rc::clone(self);
            tasks::promise(async move {
                let Ok((rows, paused)) = me.database.rows().await else {
                    me.writes.take();
                    return Ok(JsValue::FALSE);
                };
                me.tell(|engine| {
                    engine.pause(paused);
                    engine.restore_writes(rows, clock::now());
                    // A fetch that succeeded meanwhile has woken nothing.
                    engine.wake(Wake::Timer, clock::now());
                });
                Ok(JsValue::TRUE)
            })
        });
        reading.clone()
    }

    /// A number for a new exchange or command.
    pub fn next_id(&self) -> u64 {
        self.last_id.set(self.last_id.get() + 1);
        self.last_id.get()
    }

    /// Tells the engine something, and carries out what follows.
    pub fn tell(self: &Rc<Self>, tell: impl FnOnce(&mut Engine)) {
        // After a trap the mind stays borrowed, and another instance goes on: what still comes back here concerns nobody.
        if self.ended.get() {
            return;
        }
        let Ok(mut engine) = self.engine.try_borrow_mut() else { return };
        tell(&mut engine);
        drop(engine);
        self.drain();
    }

    /// Resolves once the queue has nothing under way and nothing that could go out, or after `limit`.
    pub fn quiet(&self, limit: Span) -> Promise {
        if self.engine.borrow().is_drained(clock::now()) {
            return Promise::resolve(&JsValue::UNDEFINED);
        }
        let (promise, resolve, _) = deferred();
        let late = resolve.clone();
        let timer = Timer::after(limit, move || call(&late, &JsValue::UNDEFINED));
        self.waiting.borrow_mut().push((resolve, timer));
        promise
    }

    /// Calls back at a moment, in place of what was planned for the same reason.
    pub fn plan(self: &Rc<Self>, at: Timestamp, reason: Reason) {
        let me = Rc::downgrade(self);
        let timer = Timer::after(at.since(clock::now()), move || {
            let Some(me) = me.upgrade() else { return };
            if clock::now() < at {
                // Browsers round clock and timers apart. The engine asks for a moment once, so it must not be told early.
                me.plan(at, reason);
            } else {
                me.forget(reason);
                me.tell(|engine| engine.on_timer(reason, clock::now()));
            }
        });
        self.forget(reason);
        self.timers.borrow_mut().push((reason, timer));
    }

    /// Answers a command.
    pub fn settle(&self, ticket: u64, result: Result<(), String>) {
        if let Some(settle) = self.commands.take(ticket) {
            settle.with(result, "LongshoreError");
        }
    }

    /// A promise for the answer to a command with this number.
    pub fn answer_to(&self, ticket: u64) -> Promise {
        let (promise, resolve, reject) = deferred();
        self.commands.put(ticket, Settle(resolve, reject));
        promise
    }

    /// Registers an exchange; gives the promises of its answer and its end.
    pub fn open(&self, live: Live) -> (ExchangeId, Promise, Promise) {
        let id = self.next_id();
        let (response, respond, _) = deferred();
        let (done, resolve, reject) = deferred();
        live.respond.set(Some(respond));
        live.done.set(Some(Settle(resolve, reject)));
        self.live.put(id, live);
        (ExchangeId(id), response, done)
    }

    fn forget(&self, reason: Reason) {
        self.timers.borrow_mut().retain(|(planned, _)| *planned != reason);
    }

    fn drain(self: &Rc<Self>) {
        let mut effects = VecDeque::new();
        while let Some(effect) = self.engine.borrow_mut().poll_output() {
            effects.push_back(effect);
        }
        while let Some(effect) = effects.pop_front() {
            // The last of several users gets the body itself, the others copies.
            let body = body_of(&effect);
            let shared = body.is_some() && effects.iter().any(|later| body_of(later) == body);
            self.perform(effect, if shared { Take::Copy } else { Take::Last });
        }
        if self.engine.borrow().is_drained(clock::now()) {
            for (resolve, _) in self.waiting.take() {
                call(&resolve, &JsValue::UNDEFINED);
            }
        }
    }
}

/// Has a function of the shell do something, and promises what comes of it.
pub fn ask_shell(function: &JsValue, what: &JsValue, more: &JsValue) -> Promise {
    let asked = match function.dyn_ref::<Function>() {
        Some(function) => function.call2(&JsValue::UNDEFINED, what, more),
        None => Ok(JsValue::UNDEFINED),
    };
    asked.map_or_else(|error| Promise::reject(&error), |promise| Promise::resolve(&promise))
}

/// Calls a promise's resolver, which cannot fail.
pub fn call(function: &Function, value: &JsValue) {
    let _ = function.call1(&JsValue::UNDEFINED, value);
}

/// What word from another worker leads to: its generations are read before the next lookup, its rows are looked at.
fn hear(me: Weak<Driver>) -> impl Fn(&JsValue) {
    move |message| {
        if let Some(me) = me.upgrade() {
            me.outdated.set(me.outdated.get() + 1);
            drop(me.have_forgotten(&JsValue::UNDEFINED, 0));
            me.tell(|engine| {
                if text(message, "kind").as_deref() == Some("paused") {
                    engine.pause(texts(message, "paused"));
                }
                engine.wake(Wake::OtherWorker, clock::now());
            });
        }
    }
}

fn body_of(effect: &Effect) -> Option<BodyId> {
    match effect {
        Effect::Respond { answer: Answer::Network { body }, .. } => Some(*body),
        Effect::Send { body, .. } => *body,
        Effect::Commit { ops, .. } => ops.iter().find_map(|op| match op {
            Op::PutEntry { body, .. } => Some(*body),
            Op::PutRow { body, .. } | Op::PutSide { body, .. } => *body,
            _ => None,
        }),
        _ => None,
    }
}
