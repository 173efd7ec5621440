//! The world around the workers: what outlives them, and what an effect of theirs sets going.
//! How things end is in `outside`, death in `death`.

use super::app::{self, View, Write, write_of};
use super::death::Stop;
use super::ledger::{Ledger, Wish};
use super::random::Random;
use super::server::Server;
use super::store::{Ready, Store};
use super::trace::Trace;
use super::worker::{Body, Live, Open, Worker};
use longshore::cache::EntryKey;
use longshore::engine::{Answer, Effect, Engine, Op, Taken};
use longshore::http::{Headers, RequestHead};
use longshore::ids::{BodyId, CommitId, ExchangeId, MutationId};
use longshore::queue::{Command, CommandError, Only, Row, State, Wake};
use longshore::tabs::{Event, News};
use longshore::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A part of the world that is not what it should be: the checks must find it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mutant {
    /// All is as it should be.
    None,
    /// A store that says yes to a first row and forgets it, now and then.
    DropsCommits,
    /// A server that does not know keys.
    ForgetsKeys,
    /// A driver that reports a commit before it is made.
    ReportsEarly,
    /// A driver that sends no key.
    SendsNoKey,
    /// A lock that everybody gets.
    OpenLock,
    /// A driver that sends each row twice, the second time under another key.
    SendsTwice,
    /// A driver that tells no worker what is paused.
    KeepsPauses,
    /// A driver that says of a write that could not be merged that nothing is left of it.
    DropsConflicts,
    /// A store that writes an outdated answer all the same, under the newest generation.
    StoresOutdated,
}

/// Whether requests get through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// They do, unless luck decides otherwise.
    Fine,
    /// None does.
    Down,
}

/// Everything there is.
pub struct World {
    /// The clock that the engine sees, which can be set back.
    pub now: i64,
    /// Where the first clock has been before it was set back.
    pub ahead: i64,
    /// The clock that timers run by.
    pub mono: i64,
    /// IndexedDB.
    pub store: Store,
    /// The server.
    pub server: Server,
    /// Whether requests get through.
    pub weather: Weather,
    /// The workers that live, the oldest first.
    pub workers: Vec<Worker>,
    /// Who holds the drain lock.
    pub holder: Option<u64>,
    /// Who waits for it.
    pub line: VecDeque<u64>,
    /// Requests that nobody waits for any more, and which may still arrive.
    pub late: Vec<Row>,
    /// The books.
    pub ledger: Ledger,
    /// Every effect so far.
    pub trace: Trace,
    /// Where the newest worker is to be stopped.
    pub stop: Option<Stop>,
    /// Stops so far, by what was under way.
    pub stops: BTreeMap<String, usize>,
    /// Events that tabs heard, by kind.
    pub heard: BTreeMap<&'static str, usize>,
    /// Whether a worker has died beside another.
    pub left_alone: bool,
    /// Writes that have a key of their pages' own, and may be asked for again.
    pub keyed: Vec<Write>,
    /// What is wrong with this world.
    pub mutant: Mutant,
    /// Steps so far.
    pub steps: u64,
    /// How many workers have stopped.
    pub crashes: u64,
    pub(super) random: Random,
    pub(super) early: Vec<Vec<Ready>>,
    tickets: BTreeMap<u64, MutationId>,
    answered: BTreeSet<u64>,
    next: u64,
}

impl World {
    /// An empty store, a server without writes, and one worker at its start.
    pub fn new(seed: u64, mutant: Mutant) -> World {
        let mut world = World {
            now: 1_000_000_000,
            ahead: 0,
            mono: 0,
            store: Store::default(),
            server: Server { forgetful: mutant == Mutant::ForgetsKeys, ..Server::default() },
            weather: Weather::Fine,
            workers: Vec::new(),
            holder: None,
            line: VecDeque::new(),
            late: Vec::new(),
            ledger: Ledger::default(),
            trace: Trace::default(),
            stop: None,
            stops: BTreeMap::new(),
            heard: BTreeMap::new(),
            left_alone: false,
            keyed: Vec::new(),
            mutant,
            steps: 0,
            crashes: 0,
            random: Random::new(seed),
            early: Vec::new(),
            tickets: BTreeMap::new(),
            answered: BTreeSet::new(),
            next: 0,
        };
        world.start();
        world
    }

    /// A number that nothing else has.
    pub fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Starts a worker beside those there are: boot reads the store, the wake comes later.
    pub fn start(&mut self) {
        let name = self.number();
        let mut worker = Worker::new(name);
        worker.engine.restore(self.store.current, self.store.generations.clone());
        worker.engine.pause(if self.mutant == Mutant::KeepsPauses { Vec::new() } else { self.store.paused.clone() });
        worker.paused = self.store.paused.clone();
        worker.engine.restore_writes(self.store.rows.values().cloned().collect(), Timestamp(self.now));
        worker.open.push(Open::Start);
        self.workers.push(worker);
        self.trace.note(|| format!("worker {name} starts"));
    }

    /// A page of a worker reads.
    pub fn read(&mut self, worker: usize, view: &View) {
        let exchange = ExchangeId(self.number());
        let name = self.workers[worker].name;
        let expects = Some(self.ledger.told_version(name, &view.url, &self.server));
        let live = Live { url: view.url.clone(), expects, ..Live::default() };
        self.workers[worker].lives.insert(exchange, live);
        let head = RequestHead::get(&view.url);
        let taken = Taken { route: Some(view.route), keys: vec![EntryKey::of(&view.url)] };
        self.tell(name, |engine, now| engine.begin(exchange, head, taken, now));
    }

    /// A page of a worker writes.
    pub fn write(&mut self, worker: usize, write: &Write) {
        (self.now, self.mono) = (self.now + 1, self.mono + 1);
        let (exchange, entropy) = (ExchangeId(self.number()), self.random.entropy());
        let Worker { name, news, .. } = self.workers[worker];
        let body = self.workers[worker].hold(Body::Bytes(write.number.to_string()));
        let live = Live { url: write.url(), write: Some(write.clone()), ..Live::default() };
        self.workers[worker].lives.insert(exchange, live);
        let (asked, at, informed) = (self.steps, self.now, news == 0);
        let wish = Wish { number: write.number, worker: name, asked, at, informed, answered: None };
        self.ledger.wishes.insert(exchange, wish);
        if self.ledger.settled.contains(&write.number) {
            self.ledger.late.insert(write.number);
        }
        let request = write.request(body);
        self.tell(name, |engine, now| engine.submit(exchange, request, entropy, now));
    }

    /// A person wants something of the newest worker.
    pub fn command(&mut self, command: Command) {
        let (ticket, entropy) = (self.number(), self.random.entropy());
        if let Command::Discard(id) = &command {
            self.ledger.unwanted.insert(id.clone());
            self.tickets.insert(ticket, id.clone());
        }
        if let Some(name) = self.workers.last().map(|worker| worker.name) {
            self.tell(name, |engine, now| engine.command(ticket, command, Only::Any, entropy, now));
        }
    }

    /// A person pauses something, or ends all pauses: stored first, then the workers are told.
    pub fn pause(&mut self, paused: Option<String>) {
        match paused {
            Some(paused) => self.store.paused.push(paused),
            None => self.store.paused.clear(),
        }
        (0..self.workers.len()).for_each(|worker| self.tell_paused(worker, self.store.paused.clone()));
        self.wake(Wake::Timer);
    }

    /// A worker hears what is paused.
    pub fn tell_paused(&mut self, worker: usize, paused: Vec<String>) {
        let worker = &mut self.workers[worker];
        if self.mutant != Mutant::KeepsPauses {
            worker.engine.pause(paused.clone());
        }
        worker.paused = paused;
    }

    /// A page declares a lane's views outdated.
    pub fn invalidate(&mut self, lane: u64) {
        let ticket = self.number();
        let (urls, tags) = ([format!("{}/api/l{lane}", app::ORIGIN)], [format!("lane:l{lane}")]);
        if let Some(name) = self.workers.last().map(|worker| worker.name) {
            self.tell(name, |engine, now| engine.invalidate(ticket, &urls, &tags, now));
        }
    }

    /// Tells a worker's engine something, and sets going what it wants.
    pub fn tell(&mut self, name: u64, tell: impl FnOnce(&mut Engine, Timestamp)) {
        let now = Timestamp(self.now);
        let Some(worker) = self.workers.iter_mut().find(|worker| worker.name == name) else { return };
        tell(&mut worker.engine, now);
        for (effect, last) in worker.drain() {
            self.trace.effect(name, self.now, &effect);
            let what = super::death::kind(&effect);
            if self.stops_before(name, what) {
                return;
            }
            self.perform(name, effect, last);
            if self.stops_after(name, what) {
                return;
            }
        }
    }

    /// Every worker is woken.
    pub fn wake(&mut self, wake: Wake) {
        let names: Vec<u64> = self.workers.iter().map(|worker| worker.name).collect();
        names.into_iter().for_each(|name| self.tell(name, |engine, now| engine.wake(wake, now)));
    }

    fn perform(&mut self, name: u64, effect: Effect, last: bool) {
        let mono = self.mono;
        let now = self.now;
        let Some(worker) = self.workers.iter_mut().find(|worker| worker.name == name) else { return };
        match effect {
            Effect::Lookup { exchange, keys } => worker.open.push(Open::Look(exchange, keys)),
            Effect::Fetch { exchange, upstream } => {
                let url = worker.lives.get(&exchange).map(|live| live.url.clone());
                let condition = upstream.extra.first("if-none-match").map(str::to_owned);
                worker.open.push(Open::Fetch(exchange, upstream.url.or(url).unwrap_or_default(), condition));
            }
            Effect::Abort { exchange } => abort(worker, exchange),
            Effect::Respond { exchange, answer } => self.respond(name, exchange, answer, last),
            Effect::Commit { id, ops, .. } => self.commit(name, id, ops, last),
            Effect::Send { row, body } => self.send(name, *row, body),
            Effect::Reconcile { row } => worker.open.push(Open::Reconcile(row)),
            Effect::LoadRows => worker.open.push(Open::Load),
            Effect::MakeRoom { token } => worker.open.push(Open::Room(token)),
            Effect::AskLock => self.line.push_back(name),
            Effect::ReleaseLock => {
                if self.holder != Some(name) && self.mutant != Mutant::OpenLock {
                    self.ledger.breach(format!("worker {name} gives back a lock that it has not"));
                }
                self.holder = None;
            }
            Effect::RegisterSync | Effect::Progress { .. } => {}
            Effect::Broadcast(event) => self.broadcast(name, &event),
            Effect::Timer { at, reason } => drop(worker.timers.insert(reason, (mono + (at.0 - now).max(0), at))),
            Effect::Reply { ticket, result } => self.reply(ticket, result),
            Effect::Finish { exchange, .. } => {
                let live = worker.lives.remove(&exchange);
                if live.is_some_and(|live| live.answers == 0 && !live.url.is_empty()) {
                    self.ledger.breach(format!("exchange {exchange:?} ended without an answer"));
                }
            }
            Effect::Drop(body) => drop(worker.bodies.remove(&body)),
        }
    }

    fn respond(&mut self, name: u64, exchange: ExchangeId, answer: Answer, last: bool) {
        let Some(worker) = self.workers.iter_mut().find(|worker| worker.name == name) else { return };
        let body = match &answer {
            Answer::Network { body } => worker.take(*body, last),
            _ => None,
        };
        let Some(live) = worker.lives.get_mut(&exchange) else {
            return self.ledger.breach(format!("{exchange:?} is answered after its end"));
        };
        live.answers += 1;
        if live.answers > 1 {
            return self.ledger.breach(format!("{exchange:?} is answered twice"));
        }
        let found = live.found.take();
        match &answer {
            Answer::Stored { key, .. } if found.as_ref().is_none_or(|(found, _)| found != key) => {
                self.ledger.breach(format!("{exchange:?} is answered from what its lookup did not find"));
            }
            Answer::Network { .. } if !matches!(body, Some(Body::Response(_))) => {
                self.ledger.breach(format!("{exchange:?} is answered with a body that is gone"));
            }
            Answer::PassThrough => worker.open.push(Open::Pass(exchange)),
            _ => {}
        }
        if let Some(wish) = self.ledger.wishes.get_mut(&exchange) {
            wish.answered = Some(self.steps);
            let number = wish.number;
            self.answer_write(name, number, &answer, body);
        }
    }

    /// What a write's page may believe from now on.
    fn answer_write(&mut self, name: u64, number: u64, answer: &Answer, body: Option<Body>) {
        let done = self.server.has_done(number);
        match answer {
            Answer::Made { status: 202, headers, .. } => self.promise(number, headers),
            Answer::Made { status: 507, .. } => {
                let again = self.ledger.wishes.values().filter(|wish| wish.number == number).count() > 1;
                if !again && (done || self.store.rows.values().any(|row| write_of(row) == number)) {
                    self.ledger.breach(format!("write {number} was refused for want of room, and kept all the same"));
                }
            }
            // The body says what the server did: see `outside`.
            Answer::Network { .. } if body.is_some_and(|body| body == Body::Response(super::outside::taken())) => {
                if !done {
                    self.ledger.breach(format!("write {number} was told to be done, and is not"));
                }
                self.ledger.told.push((name, number));
            }
            _ => {}
        }
    }

    fn promise(&mut self, number: u64, headers: &Headers) {
        let Some(id) = headers.first("longshore-queued").map(|id| MutationId(id.to_owned())) else {
            return self.ledger.breach(format!("write {number}: 202 without an id"));
        };
        let kept = self.store.rows.contains_key(&id) || self.server.has_done(number);
        if !kept && !self.ledger.unwanted.contains(&id) {
            self.ledger.breach(format!("write {number}: 202 before its row {id} is stored"));
        }
        if self.store.rows.contains_key(&id) {
            self.ledger.promised.insert(id, number);
        }
    }

    fn commit(&mut self, name: u64, id: CommitId, ops: Vec<Op>, last: bool) {
        let Some(worker) = self.workers.iter_mut().find(|worker| worker.name == name) else { return };
        for op in &ops {
            let Op::PutRow { row, .. } = op else { continue };
            // One that found no room began before.
            let begins = matches!(row.state, State::Leased { .. })
                && worker.leased.insert(row.id.clone(), (**row).clone()) != Some((**row).clone());
            if begins && is_paused(&worker.paused, row) {
                self.ledger.breach(format!("write {} is paused, and begins to be sent", write_of(row)));
            }
        }
        let with_body = |op: Op| {
            let body = match &op {
                Op::PutEntry { body, .. } => worker.take(*body, last),
                Op::PutRow { body: Some(body), .. } | Op::PutSide { body: Some(body), .. } => worker.take(*body, false),
                _ => None,
            };
            (op, body)
        };
        let taken: Vec<(Op, Option<Body>)> = ops.into_iter().map(with_body).collect();
        let missing = |(op, body): &(Op, Option<Body>)| match op {
            Op::PutEntry { .. } | Op::PutRow { body: Some(_), .. } | Op::PutSide { body: Some(_), .. } => {
                body.is_none()
            }
            _ => false,
        };
        if taken.iter().any(missing) {
            self.ledger.breach(format!("{id:?} of worker {name} stores a body that is gone"));
        }
        if taken.iter().any(|(_, body)| matches!(body, Some(Body::Response(_)))) {
            return worker.open.push(Open::Reading(id, taken));
        }
        let bytes = |body| match body {
            Some(Body::Bytes(bytes)) => Some(bytes),
            Some(Body::Response(_)) | None => None,
        };
        worker
            .open
            .push(Open::Commit(id, taken.into_iter().map(|(op, body)| Ready { op, bytes: bytes(body) }).collect()));
    }

    fn send(&mut self, name: u64, row: Row, body: Option<BodyId>) {
        if self.store.rows.get(&row.id) != Some(&row) {
            self.ledger.breach(format!("write {} is sent before its lease is stored", write_of(&row)));
        }
        if self.holder != Some(name) {
            self.ledger.breach(format!("worker {name} sends without the lock"));
        }
        if self.workers.iter().flat_map(Worker::sending).any(|other| other.draft.lane == row.draft.lane) {
            self.ledger.breach(format!("write {} is sent while another of its lane is under way", write_of(&row)));
        }
        let Some(worker) = self.workers.iter_mut().find(|worker| worker.name == name) else { return };
        let bytes = match body.and_then(|body| worker.take(body, false)) {
            Some(Body::Bytes(bytes)) => Some(bytes),
            Some(Body::Response(_)) | None => None,
        };
        worker.open.push(Open::Send(Box::new(row), bytes));
    }

    fn broadcast(&mut self, name: u64, event: &Event) {
        let kind = event.kind();
        *self.heard.entry(kind).or_default() += 1;
        if let Event::Write { about, news: News::Settled { .. } | News::Discarded } = event
            && self.store.rows.contains_key(&about.id)
        {
            self.ledger.breach(format!("tabs are told that {} is {kind}, and the store has it", about.id));
        }
        self.workers.iter_mut().filter(|worker| worker.name != name).for_each(|worker| worker.news += 1);
    }

    fn reply(&mut self, ticket: u64, result: Result<(), CommandError>) {
        if !self.answered.insert(ticket) {
            self.ledger.breach(format!("command {ticket} is answered twice"));
        }
        if let (Some(id), Ok(())) = (self.tickets.get(&ticket), result)
            && self.store.rows.contains_key(id)
        {
            self.ledger.breach(format!("{id} is said to be discarded, and is stored"));
        }
    }
}

fn is_paused(paused: &[String], row: &Row) -> bool {
    let names = [row.id.0.clone(), format!("lane:{}", row.draft.lane), "all".to_owned()];
    names.iter().any(|name| paused.contains(name))
}

fn abort(worker: &mut Worker, exchange: ExchangeId) {
    let lost = || Err(longshore::fault::FetchError::Network("aborted".to_owned()));
    for open in &mut worker.open {
        match open {
            Open::Fetch(other, ..) | Open::Fetched(other, _) if *other == exchange => {
                *open = Open::Fetched(exchange, lost());
            }
            _ => {}
        }
    }
}

/// Where a precached page lies in the simulated app.
pub fn precached() -> EntryKey {
    EntryKey::precached(&format!("{}/index.html", app::ORIGIN), Some("1"))
}
