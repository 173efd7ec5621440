//! The engine itself: what it holds, how it starts, and whose commit or timer an answer belongs to.
//! The logic of reads is in `reads`, of writes in `writes`.

use super::action::Action;
use super::config::Config;
use super::effect::{Answer, CommitResult, Durability, Effect, Op, Reason};
use super::exchange::Exchange;
use super::installing::Run;
use super::plan::Places;
use super::precaching::Precaching;
use super::under_way::UnderWay;
use crate::cache::{EntryKey, Flights, Generations};
use crate::ids::{BodyId, CommitId, ExchangeId, Generation};
use crate::queue::{self, Owner, Queue};
use crate::tabs::Event;
use crate::time::Timestamp;
use std::collections::VecDeque;

/// Which worker instance this is and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// A name no other instance has, for leases.
    pub owner: String,
    /// The origin, such as `https://app.example`.
    pub origin: String,
}

/// One worker's mind.
#[derive(Debug)]
pub struct Engine {
    /// What was configured, but for the precache list, which lies in `places`.
    pub(super) config: Config,
    pub(super) places: Places,
    /// Requests and precache entries under way.
    pub(super) jobs: UnderWay<ExchangeId, Job>,
    /// The precache list, while it is gone through.
    pub(super) run: Option<Box<Run>>,
    /// Who fetches for whom.
    pub(super) flights: Flights<ExchangeId>,
    pub(super) generations: Generations,
    pub(super) queue: Queue,
    /// Pages of writes that came by a form, with where to send them.
    pub(super) forms: UnderWay<ExchangeId, String>,
    /// Hits not yet written down: key, limit group and moment.
    pub(super) uses: Vec<(EntryKey, String, Timestamp)>,
    pub(super) commits: UnderWay<CommitId, Purpose>,
    last_commit: u64,
    outputs: VecDeque<Effect>,
}

/// One thing under way that looks up, fetches and stores.
#[derive(Debug)]
pub enum Job {
    /// A page's request.
    Page {
        /// Its machine.
        exchange: Box<Exchange>,
        /// The pilot of the fetch that it shares: itself, or the one whose answer it waits for.
        pilot: Option<ExchangeId>,
    },
    /// An entry of the precache list.
    Precache(Box<Precaching>),
}

/// Whom a commit's answer is for.
#[derive(Debug)]
pub(super) enum Purpose {
    /// An exchange or precache entry has stored its answer; the events to send if it changed something.
    Stored {
        exchange: ExchangeId,
        /// To send unless superseded, or found to be the same bytes.
        updated: Option<Event>,
    },
    /// The queue.
    Queue {
        token: CommitId,
        /// To send once it is stored.
        events: Vec<Event>,
    },
    /// A page declared URLs and tags stale.
    Invalidated { ticket: u64, events: Vec<Event> },
    /// Housekeeping: nobody waits, and the next one makes up for a failure.
    Nobody,
}

impl Job {
    /// What it wants done next.
    pub(super) fn take_actions(&mut self) -> Vec<Action> {
        std::mem::take(match self {
            Job::Page { exchange, .. } => &mut exchange.actions,
            Job::Precache(precaching) => &mut precaching.actions,
        })
    }
}

impl Engine {
    /// An engine that knows nothing yet of what is stored.
    #[must_use]
    pub fn new(mut config: Config, instance: Instance) -> Engine {
        let list = std::mem::take(&mut config.precache);
        let options = queue::Options {
            max_pending: config.max_pending,
            max_pending_bytes: config.max_pending_bytes,
            parallel: config.parallel,
        };
        Engine {
            places: Places::of(list, &instance.origin),
            queue: Queue::new(Owner(instance.owner), options),
            config,
            jobs: UnderWay::default(),
            run: None,
            flights: Flights::default(),
            generations: Generations::default(),
            forms: UnderWay::default(),
            uses: Vec::new(),
            commits: UnderWay::default(),
            last_commit: 0,
            outputs: VecDeque::new(),
        }
    }

    /// Takes over the raised generations from the store: at start, and whenever another worker has raised some.
    pub fn restore(&mut self, current: Generation, rows: impl IntoIterator<Item = (String, Generation)>) {
        self.generations.learn(current, rows.into_iter());
        if let Some(up_to) = self.generations.forget() {
            self.commit(Durability::Relaxed, vec![Op::Forget { up_to }], Purpose::Nobody);
        }
    }

    /// Takes over the writes that earlier instances left in the store; once, and before the first write, wake or command. A
    /// wake sets them going.
    pub fn restore_writes(&mut self, rows: Vec<queue::Row>, now: Timestamp) {
        self.queue.restore(rows, now);
    }

    /// The next thing to do, until there is none.
    pub fn poll_output(&mut self) -> Option<Effect> {
        self.outputs.pop_front()
    }

    /// Hears how a commit went.
    pub fn on_committed(&mut self, id: CommitId, result: CommitResult, now: Timestamp) {
        match self.commits.remove(&id) {
            Some(Purpose::Stored { exchange, updated }) => self.on_stored(exchange, updated, result, now),
            Some(Purpose::Queue { token, events }) => self.on_queue_committed(token, events, result.map(drop), now),
            Some(Purpose::Invalidated { ticket, events }) => self.on_invalidated(ticket, events, result.map(drop)),
            Some(Purpose::Nobody) | None => {}
        }
    }

    /// Hears that a timer it asked for has run out.
    pub fn on_timer(&mut self, reason: Reason, now: Timestamp) {
        match reason {
            Reason::Patience(id) => self.on_patience(id, now),
            Reason::TryAgain(id) => self.retry_precaching(id, now),
            Reason::Queue(_) => self.wake(queue::Wake::Timer, now),
        }
    }

    pub(super) fn push(&mut self, effect: Effect) {
        self.outputs.push_back(effect);
    }

    pub(super) fn respond(&mut self, exchange: ExchangeId, answer: Answer) {
        self.push(Effect::Respond { exchange, answer });
    }

    pub(super) fn commit(&mut self, durability: Durability, ops: Vec<Op>, purpose: Purpose) {
        self.last_commit += 1;
        let id = CommitId(self.last_commit);
        self.commits.insert(id, purpose);
        self.push(Effect::Commit { id, durability, ops });
    }

    pub(super) fn drop_body(&mut self, body: Option<BodyId>) {
        if let Some(body) = body {
            self.push(Effect::Drop(body));
        }
    }
}
