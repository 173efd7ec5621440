//! One worker instance: an engine, and what the driver in `web/` holds for it.
//! Dies with everything in it; what it has asked of the outside may still happen.

use super::app;
use super::store::Ready;
use longshore::cache::{Entry, EntryKey};
use longshore::engine::{Answer, CommitResult, Effect, Engine, Instance, Op, Reason};
use longshore::fault::{FetchError, StoreError};
use longshore::http::ResponseHead;
use longshore::ids::{BodyId, CommitId, ExchangeId, Generation, MutationId};
use longshore::queue::Row;
use longshore::time::Timestamp;
use std::collections::BTreeMap;

/// A response's body on its way: what it says, and whether it breaks off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stream {
    /// The bytes.
    pub text: String,
    /// Whether reading it fails.
    pub cut: bool,
}

/// Something with bytes in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A response whose body has not been read.
    Response(Stream),
    /// A request's bytes.
    Bytes(String),
}

/// What the outside has been asked for and has not finished, by stage: each step is an event of its own, and the worker may die
/// between any two.
#[derive(Clone, Debug)]
pub enum Open {
    /// A lookup that has not begun.
    Look(ExchangeId, Vec<EntryKey>),
    /// The raised generations have been read, for a lookup.
    Restored(Generation, Vec<(String, Generation)>, ExchangeId, Vec<EntryKey>),
    /// The lookup is done; its answer is not heard yet.
    Found(ExchangeId, Result<Option<(Entry, String)>, StoreError>),
    /// A read on its way to the server, with its URL and `If-None-Match`.
    Fetch(ExchangeId, String, Option<String>),
    /// The read's answer on its way back.
    Fetched(ExchangeId, Result<(ResponseHead, Stream), FetchError>),
    /// A commit whose bodies are still coming in.
    Reading(CommitId, Vec<(Op, Option<Body>)>),
    /// A transaction that has not run.
    Commit(CommitId, Vec<Ready>),
    /// The transaction is over, one way or the other; that is not heard yet.
    Committed(CommitId, CommitResult),
    /// Every row is to be read.
    Load,
    /// The rows as they were read, and what is paused.
    Loaded(Result<(Vec<Row>, Vec<String>), StoreError>),
    /// Room is to be made for a commit.
    Room(CommitId),
    /// A row on its way to the server.
    Send(Box<Row>, Option<String>),
    /// The row's answer on its way back.
    Answer(Box<Row>, Result<(ResponseHead, Stream), FetchError>),
    /// A row that is to be held against what the server has.
    Reconcile(Box<Row>),
    /// A page's own request, past the worker.
    Pass(ExchangeId),
    /// A wake that the shell has promised.
    Start,
}

/// What is held of one exchange.
#[derive(Clone, Debug, Default)]
pub struct Live {
    /// What is read.
    pub url: String,
    /// The body that its lookup found.
    pub found: Option<(EntryKey, String)>,
    /// A write, to be sent past us when it cannot be kept.
    pub write: Option<app::Write>,
    /// The version that its page may expect, since it was told of the write that made it.
    pub expects: Option<usize>,
    /// How many answers its page has had.
    pub answers: u32,
}

/// A running worker.
pub struct Worker {
    /// Its name in leases and for the lock.
    pub name: u64,
    /// Its mind.
    pub engine: Engine,
    /// What is outstanding, in the order it was asked for.
    pub open: Vec<Open>,
    /// Timers: when each fires, by a clock that nobody sets, and for which moment.
    pub timers: BTreeMap<Reason, (i64, Timestamp)>,
    /// Messages of other workers that it has not heard yet.
    pub news: usize,
    /// Whether the raised generations are read again before the next lookup.
    pub outdated: bool,
    /// Exchanges under way.
    pub lives: BTreeMap<ExchangeId, Live>,
    /// The last lease of each row that it has asked the store for.
    pub leased: BTreeMap<MutationId, Row>,
    /// What it knows to be paused.
    pub paused: Vec<String>,
    /// Bodies in hand.
    pub bodies: BTreeMap<BodyId, Body>,
    last_body: u64,
}

impl Worker {
    /// A worker that has not read anything.
    pub fn new(name: u64) -> Worker {
        let instance = Instance { owner: name.to_string(), origin: app::ORIGIN.to_owned() };
        Worker {
            name,
            engine: Engine::new(app::config(), instance),
            open: Vec::new(),
            timers: BTreeMap::new(),
            news: 0,
            outdated: false,
            lives: BTreeMap::new(),
            leased: BTreeMap::new(),
            paused: Vec::new(),
            bodies: BTreeMap::new(),
            last_body: 0,
        }
    }

    /// Holds a body under a new number.
    pub fn hold(&mut self, body: Body) -> BodyId {
        self.last_body += 1;
        self.bodies.insert(BodyId(self.last_body), body);
        BodyId(self.last_body)
    }

    /// Gives a body out; the last user gets the body itself.
    pub fn take(&mut self, id: BodyId, last: bool) -> Option<Body> {
        if last { self.bodies.remove(&id) } else { self.bodies.get(&id).cloned() }
    }

    /// Everything the engine wants now, each with whether it is the last user of its body.
    pub fn drain(&mut self) -> Vec<(Effect, bool)> {
        let effects: Vec<Effect> = std::iter::from_fn(|| self.engine.poll_output()).collect();
        let mut left: BTreeMap<BodyId, u32> = BTreeMap::new();
        effects.iter().filter_map(body_of).for_each(|body| *left.entry(body).or_default() += 1);
        let last = |effect: &Effect| match body_of(effect).and_then(|body| left.get_mut(&body)) {
            Some(left) => {
                *left -= 1;
                *left == 0
            }
            None => true,
        };
        let lasts: Vec<bool> = effects.iter().map(last).collect();
        effects.into_iter().zip(lasts).collect()
    }

    /// The rows that are being sent.
    pub fn sending(&self) -> impl Iterator<Item = &Row> {
        self.open.iter().filter_map(|open| match open {
            Open::Send(row, _) | Open::Answer(row, _) => Some(&**row),
            _ => None,
        })
    }
}

impl Open {
    /// Its kind, for counting stops.
    pub fn kind(&self) -> &'static str {
        match self {
            Open::Look(..) | Open::Restored(..) => "lookup",
            Open::Found(..) => "lookup, answer unheard",
            Open::Fetch(..) => "fetch",
            Open::Fetched(..) => "fetch, answer unheard",
            Open::Reading(..) => "commit, body being read",
            Open::Commit(..) => "commit",
            Open::Committed(_, Ok(_)) => "commit, success unheard",
            Open::Committed(_, Err(_)) => "commit, failure unheard",
            Open::Load | Open::Loaded(_) => "rows being read",
            Open::Room(_) => "room being made",
            Open::Send(..) => "send",
            Open::Answer(..) => "send, answer unheard",
            Open::Reconcile(_) => "row being merged",
            Open::Pass(_) => "request past us",
            Open::Start => "start",
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
