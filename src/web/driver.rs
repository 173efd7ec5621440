//! The driver: one engine, and everything of the browser that it needs carried out.
//! Takes effects from the engine until there are none; what each means is in `perform`.

use super::bodies::{Bodies, Take};
use super::channel::Channel;
use super::clock::{self, Timer};
use super::lock::DrainLock;
use super::objects::{deferred, error, object};
use super::store::Database;
use super::tasks;
use crate::cache::EntryKey;
use crate::engine::config::Config;
use crate::engine::{Answer, Effect, Engine, Instance, Op, Reason};
use crate::http::RequestHead;
use crate::ids::{BodyId, ExchangeId};
use crate::queue::Wake;
use crate::time::{Span, Timestamp};
use js_sys::{Function, Promise};
use litemap::LiteMap;
use std::cell::{Cell, RefCell};
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
    /// Longshore's own version.
    pub version: String,
    /// Resolves when the shell gives this instance up.
    pub ended: JsValue,
}

/// An engine at work in a browser.
pub struct Driver {
    /// Itself, for the tasks it starts.
    me: Weak<Driver>,
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
    pub live: RefCell<LiteMap<ExchangeId, Live>>,
    /// The commands under way: how each is answered.
    pub commands: RefCell<LiteMap<u64, (Function, Function)>>,
    /// Set by word from another worker: the raised generations are read again before the next lookup.
    pub outdated: Rc<Cell<bool>>,
    /// Who and where.
    pub place: Place,
    /// This instance's name, in leases and envelopes.
    pub owner: String,
    timers: RefCell<LiteMap<Reason, Timer>>,
    waiting: RefCell<Vec<Function>>,
    last_id: Cell<u64>,
}

/// What the driver holds of one exchange.
#[derive(Default)]
pub struct Live {
    /// The page's request; none for the precache.
    pub request: Option<Request>,
    /// Settles the page's answer.
    pub respond: Option<Function>,
    /// Settles once the exchange is over, with its outcome.
    pub done: Option<(Function, Function)>,
    /// Ends its fetch.
    pub abort: Option<AbortController>,
    /// The body that its lookup found.
    pub found: Option<(EntryKey, JsValue)>,
    /// A write's head and bytes, to send it past us when it cannot be kept.
    pub write: Option<(RequestHead, Option<JsValue>)>,
    /// Told which row keeps the write, so that the shell can answer for it should we trap.
    pub ticket: JsValue,
}

impl Driver {
    /// A driver for a config that has been checked. Nothing is opened yet.
    pub fn new(config: Config, place: Place) -> Rc<Driver> {
        let owner = clock::entropy().uuid();
        let outdated = Rc::new(Cell::new(false));
        let flag = Rc::clone(&outdated);
        let instance = Instance { owner: owner.clone(), origin: place.origin.clone() };
        Rc::new_cyclic(|me| Driver {
            me: me.clone(),
            engine: RefCell::new(Engine::new(config, instance)),
            database: Database::new(&place.scope_path),
            channel: Channel::join(&place.scope_path, &owner, hear(me.clone(), flag)),
            bodies: Bodies::default(),
            lock: Rc::default(),
            live: RefCell::default(),
            commands: RefCell::default(),
            outdated,
            place,
            owner,
            timers: RefCell::default(),
            waiting: RefCell::default(),
            last_id: Cell::new(0),
        })
    }

    /// Reads the raised generations; a store that fails leaves the old ones.
    pub async fn restore(&self) {
        if let Ok((current, rows)) = self.database.generations().await {
            self.engine.borrow_mut().restore(current, rows);
        }
    }

    /// Reads the writes that earlier instances left; a store that fails is read again when the lock is had.
    pub async fn restore_writes(&self) {
        if let Ok(rows) = self.database.rows().await {
            self.engine.borrow_mut().restore_writes(rows, clock::now());
        }
    }

    /// A number for a new exchange or command.
    pub fn next_id(&self) -> u64 {
        self.last_id.set(self.last_id.get() + 1);
        self.last_id.get()
    }

    /// Tells the engine something, and carries out what follows.
    pub fn tell<T>(&self, tell: impl FnOnce(&mut Engine) -> T) -> T {
        let told = tell(&mut self.engine.borrow_mut());
        self.drain();
        told
    }

    /// Starts a task of the driver's.
    pub fn spawn<F: Future<Output = ()> + 'static>(&self, task: impl FnOnce(Rc<Driver>) -> F) {
        if let Some(me) = self.me.upgrade() {
            tasks::start(task(me));
        }
    }

    /// Resolves once the queue has nothing under way and nothing that could go out, or after `limit`.
    pub fn quiet(&self, limit: Span) -> Promise {
        if self.engine.borrow().is_drained(clock::now()) {
            return Promise::resolve(&JsValue::UNDEFINED);
        }
        let (promise, resolve, _) = deferred();
        self.waiting.borrow_mut().push(resolve.clone());
        let timer = Timer::after(limit, move || call(&resolve, &JsValue::UNDEFINED));
        let held = promise.clone();
        self.spawn(|_| async move {
            // The timer lives as long as somebody waits.
            let _ = wasm_bindgen_futures::JsFuture::from(held).await;
            drop(timer);
        });
        promise
    }

    /// Calls back at a moment, in place of what was planned for the same reason.
    pub fn plan(&self, at: Timestamp, reason: Reason) {
        let me = self.me.clone();
        let timer = Timer::after(at.since(clock::now()), move || {
            if let Some(me) = me.upgrade() {
                let fired = me.timers.borrow_mut().remove(&reason);
                if clock::now() < at {
                    // Browsers round clock and timers apart. The engine asks for a moment once, so it must not be told early.
                    me.plan(at, reason);
                } else {
                    me.tell(|engine| engine.on_timer(reason, clock::now()));
                }
                drop(fired);
            }
        });
        self.timers.borrow_mut().insert(reason, timer);
    }

    /// Answers a command.
    pub fn settle(&self, ticket: u64, result: Result<(), String>) {
        let Some((resolve, reject)) = self.commands.borrow_mut().remove(&ticket) else { return };
        match result {
            Ok(()) => call(&resolve, &JsValue::UNDEFINED),
            Err(message) => call(&reject, &error("LongshoreError", &message)),
        }
    }

    /// A promise for the answer to a command with this number.
    pub fn answer_to(&self, ticket: u64) -> Promise {
        let (promise, resolve, reject) = deferred();
        self.commands.borrow_mut().insert(ticket, (resolve, reject));
        promise
    }

    /// Registers an exchange; gives the promises of its answer and its end.
    pub fn open(&self, live: Live) -> (ExchangeId, JsValue) {
        let id = ExchangeId(self.next_id());
        let mut live = live;
        let (response, respond, _) = deferred();
        let (done, resolve, reject) = deferred();
        live.respond = Some(respond);
        live.done = Some((resolve, reject));
        self.live.borrow_mut().insert(id, live);
        (id, object(&[("response", response.into()), ("done", done.into())]))
    }

    fn drain(&self) {
        let mut effects = Vec::new();
        while let Some(effect) = self.engine.borrow_mut().poll_output() {
            effects.push(effect);
        }
        let mut uses = LiteMap::new_vec();
        effects.iter().filter_map(body_of).for_each(|body| *uses.entry(body).or_insert(0_u32) += 1);
        for effect in effects {
            // The last of several users gets the body itself, the others copies.
            let take = body_of(&effect).map_or(Take::Last, |body| {
                let left = uses.entry(body).or_insert(1);
                *left -= 1;
                if *left == 0 { Take::Last } else { Take::Copy }
            });
            self.perform(effect, take);
        }
        if self.engine.borrow().is_drained(clock::now()) {
            let waiting = std::mem::take(&mut *self.waiting.borrow_mut());
            waiting.iter().for_each(|resolve| call(resolve, &JsValue::UNDEFINED));
        }
    }
}

/// Calls a promise's resolver, which cannot fail.
pub fn call(function: &Function, value: &JsValue) {
    let _ = function.call1(&JsValue::UNDEFINED, value);
}

/// What word from another worker leads to: its generations are read before the next lookup, its rows are looked at.
fn hear(me: Weak<Driver>, outdated: Rc<Cell<bool>>) -> impl Fn() {
    move || {
        outdated.set(true);
        if let Some(me) = me.upgrade() {
            me.tell(|engine| engine.wake(Wake::OtherWorker, clock::now()));
        }
    }
}

fn body_of(effect: &Effect) -> Option<BodyId> {
    match effect {
        Effect::Respond { answer: Answer::Network { body }, .. } => Some(*body),
        Effect::Send { body, .. } => *body,
        Effect::Commit { ops, .. } => ops.iter().find_map(|op| match op {
            Op::PutEntry { body, .. } => Some(*body),
            Op::PutRow { body, .. } => *body,
            _ => None,
        }),
        _ => None,
    }
}
