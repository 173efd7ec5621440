//! A browser of plain maps around the engine: its store answers by itself unless told to wait, its network when told.
//! Every effect is checked against what the shell relies on: one answer, one end, no body after it was dropped.

use crate::cache::{Entry, EntryKey, Target};
use crate::engine::config::{Config, Precached, Revision};
use crate::engine::{
    Aim, Answer, Committed, Compare, Effect, Engine, Instance, Lock, Op, Reason, Taken, Upstream, WriteRequest,
};
use crate::fault::{FetchError, StoreError};
use crate::http::{Headers, Method, Ready, RequestHead, ResponseHead};
use crate::ids::{BodyId, CommitId, Entropy, ExchangeId, Generation, MutationId};
use crate::queue::{BodyFacts, Row, Wake};
use crate::route::{MutationRoute, Route, Strategy, Template};
use crate::tabs::Event;
use crate::time::{Span, Timestamp};
use std::collections::{BTreeMap, VecDeque};

pub(super) const ORIGIN: &str = "https://app.example";
pub(super) const URL: &str = "https://app.example/app.js";

/// What the network says, and the bytes it sends.
pub(super) type Said = Result<(ResponseHead, String), FetchError>;

pub(super) struct World {
    pub(super) engine: Engine,
    pub(super) now: Timestamp,
    pub(super) entries: BTreeMap<EntryKey, (Entry, String)>,
    pub(super) rows: BTreeMap<MutationId, Row>,
    pub(super) raised: BTreeMap<String, Generation>,
    pub(super) current: Generation,
    /// Bodies that have not been dropped.
    pub(super) bodies: BTreeMap<BodyId, String>,
    /// Every effect so far.
    pub(super) log: Vec<Effect>,
    pub(super) answers: BTreeMap<ExchangeId, Answer>,
    pub(super) ends: BTreeMap<ExchangeId, Result<(), String>>,
    /// Lookups, fetches, commits and sends that nobody has answered yet.
    pub(super) open: Vec<Effect>,
    /// Which of them the world leaves open.
    pub(super) waits: Vec<Waits>,
    /// What the next commits answer; then all succeed.
    pub(super) store_says: VecDeque<StoreError>,
    pub(super) lookups_fail: bool,
    pub(super) lock: Option<Lock>,
    /// The bytes of every body there ever was: a commit takes them when it is asked for.
    texts: BTreeMap<BodyId, String>,
    begun: Vec<ExchangeId>,
    last: u64,
}

/// Something that the world does not answer by itself for now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waits {
    Lookups,
    Commits,
}

pub(super) fn route(strategy: Strategy) -> Route {
    Route {
        name: strategy.as_str().to_owned(),
        stale_time: Some(Span::seconds(60)),
        max_age: Some(Span::hours(1)),
        timeout: (strategy == Strategy::NetworkFirst).then_some(Span::seconds(2)),
        tags: vec![Template::parse("api").unwrap()],
        ..Route::new(strategy)
    }
}

pub(super) fn listed(url: &str, revision: Option<&str>) -> Precached {
    let revision = revision.map_or(Revision::Unknown, |text| Revision::Told(text.to_owned()));
    Precached { revision, ..Precached::asked(url) }
}

pub(super) fn head(status: u16, fields: &[(&str, &str)]) -> ResponseHead {
    ResponseHead { headers: fields.iter().copied().collect(), ..ResponseHead::new(status) }
}

/// A 200 with this ETag (none when empty) and body.
pub(super) fn ok(etag: &str, body: &str) -> Said {
    let mut answer = head(200, &[("content-type", "text/javascript")]);
    if !etag.is_empty() {
        answer.headers.set("etag", etag);
    }
    Ok((answer, body.to_owned()))
}

pub(super) fn status(status: u16, fields: &[(&str, &str)]) -> Said {
    Ok((head(status, fields), String::new()))
}

pub(super) fn offline() -> Said {
    Err(FetchError::Network("no network".to_owned()))
}

impl World {
    /// One route for everything.
    pub(super) fn with(route: Route) -> World {
        World::of(Config { routes: vec![route], ..Config::default() })
    }

    pub(super) fn of(mut config: Config) -> World {
        if config.mutations.is_empty() {
            let tags = vec![Template::parse("written").unwrap()];
            config.mutations = vec![MutationRoute { invalidates: tags, ..MutationRoute::default() }];
        }
        World {
            engine: Engine::new(config, Instance { owner: "me".to_owned(), origin: ORIGIN.to_owned() }),
            now: Timestamp(1_000_000_000),
            entries: BTreeMap::new(),
            rows: BTreeMap::new(),
            raised: BTreeMap::new(),
            current: Generation::default(),
            bodies: BTreeMap::new(),
            log: Vec::new(),
            answers: BTreeMap::new(),
            ends: BTreeMap::new(),
            open: Vec::new(),
            waits: Vec::new(),
            store_says: VecDeque::new(),
            lookups_fail: false,
            lock: Some(Lock::Granted),
            texts: BTreeMap::new(),
            begun: Vec::new(),
            last: 0,
        }
    }

    /// Puts an answer into the store, as old as that, with ETag `"1"` and body `old`.
    pub(super) fn seed(&mut self, url: &str, age: Span) {
        let Ok((head, body)) = ok("\"1\"", "old") else { return };
        let key = EntryKey::of(url);
        let entry = Entry {
            key: key.clone(),
            url: url.to_owned(),
            selected: Headers::default(),
            head,
            requested_at: self.now - age,
            received_at: self.now - age,
            generation: Generation::default(),
            group: "seeded".to_owned(),
            tags: vec!["api".to_owned()],
            size: 3,
            ready: Some(Ready { from: self.now - age, until: self.now, born: self.now - age, route: Some(0) }),
        };
        self.entries.insert(key, (entry, body));
    }

    pub(super) fn get(&mut self, url: &str) -> ExchangeId {
        self.begin(RequestHead::get(url))
    }

    pub(super) fn begin(&mut self, head: RequestHead) -> ExchangeId {
        self.begin_on(head, Some(0))
    }

    pub(super) fn warm(&mut self, url: &str) {
        let id = self.fresh_id();
        let taken = self.taken(url, Some(0));
        self.tell(|engine, now| engine.warm(id, RequestHead::get(url), taken, now));
    }

    pub(super) fn begin_on(&mut self, head: RequestHead, route: Option<usize>) -> ExchangeId {
        let id = self.fresh_id();
        let taken = self.taken(&head.url, route);
        self.tell(|engine, now| engine.begin(id, head, taken, now));
        id
    }

    /// What the worker shell would find.
    fn taken(&self, url: &str, route: Option<usize>) -> Taken {
        let listed = self.engine.places.precached.iter().find(|place| place.url == url);
        let mut keys = Vec::from_iter(route.map(|_| EntryKey::of(url)));
        keys.extend(listed.map(|place| place.key.clone()));
        Taken { route, keys }
    }

    /// Goes through the precache list; the shell says what is stored.
    pub(super) fn precache(&mut self, aim: Aim) -> ExchangeId {
        self.last += 1;
        let id = ExchangeId(self.last);
        let stored: Vec<_> = self.entries.keys().map(|key| key.0.clone()).collect();
        self.tell(|engine, now| engine.precache(id, aim, &stored, now));
        id
    }

    /// A POST of a few bytes to this path.
    pub(super) fn post(&mut self, path: &str) -> ExchangeId {
        let head = RequestHead { method: Method::Post, ..RequestHead::get(&format!("{ORIGIN}{path}")) };
        self.submit(head, 0)
    }

    pub(super) fn submit(&mut self, head: RequestHead, route: usize) -> ExchangeId {
        let id = self.fresh_id();
        let body = self.hold("sent");
        let facts = BodyFacts { size: 4, content_type: Some("application/json".to_owned()) };
        let write = WriteRequest {
            head,
            route,
            body: Some((body, facts)),
            client: None,
            base: None,
            lane: None,
            identity: None,
        };
        let entropy = Entropy(u128::from(self.last));
        self.tell(|engine, now| engine.submit(id, write, entropy, now));
        id
    }

    /// Answers the oldest open fetch.
    pub(super) fn network(&mut self, said: Said) {
        let place = self.open.iter().position(|effect| matches!(effect, Effect::Fetch { .. }));
        let Effect::Fetch { exchange, .. } = self.open.remove(place.expect("a fetch is open")) else { return };
        self.respond_to(exchange, said);
    }

    pub(super) fn respond_to(&mut self, exchange: ExchangeId, said: Said) {
        let result = said.map(|(head, body)| (head, self.hold(&body)));
        self.tell(|engine, now| engine.on_response(exchange, result, now));
    }

    /// Answers the oldest open send.
    pub(super) fn server(&mut self, said: Said) {
        let place = self.open.iter().position(|effect| matches!(effect, Effect::Send { .. }));
        let Effect::Send { row, .. } = self.open.remove(place.expect("a send is open")) else { return };
        let result = said.map(|(head, body)| (head, self.hold(&body)));
        self.tell(|engine, now| engine.on_answered(row.id.clone(), result, Entropy(u128::MAX), now));
    }

    /// Answers everything that waits for the store, and what follows of it.
    pub(super) fn store_answers(&mut self) {
        self.waits.clear();
        for effect in std::mem::take(&mut self.open) {
            match self.automatic(&effect) {
                true => self.carry_out(effect),
                false => self.open.push(effect),
            }
        }
    }

    /// Time passes, and the timers that were asked for until then run out.
    pub(super) fn later(&mut self, span: Span) {
        let until = self.now + span;
        let mut timers: BTreeMap<Reason, Timestamp> = BTreeMap::new();
        for effect in &self.log {
            if let Effect::Timer { at, reason } = effect {
                timers.insert(*reason, *at);
            }
        }
        for (reason, at) in timers {
            if at > self.now && at <= until {
                let now = self.now;
                self.now = at;
                self.tell(|engine, now| engine.on_timer(reason, now));
                self.now = now;
            }
        }
        self.now = until;
    }

    /// The fetches that are open.
    pub(super) fn fetches(&self) -> Vec<(ExchangeId, Upstream)> {
        let fetch = |effect: &Effect| match effect {
            Effect::Fetch { exchange, upstream } => Some((*exchange, upstream.clone())),
            _ => None,
        };
        self.open.iter().filter_map(fetch).collect()
    }

    pub(super) fn updates(&self) -> Vec<Option<String>> {
        let update = |effect: &Effect| match effect {
            Effect::Broadcast(Event::Updated { url, .. }) => Some(url.clone()),
            _ => None,
        };
        self.log.iter().filter_map(update).collect()
    }

    pub(super) fn ops(&self) -> Vec<Op> {
        let ops = |effect: &Effect| match effect {
            Effect::Commit { ops, .. } => Some(ops.clone()),
            _ => None,
        };
        self.log.iter().filter_map(ops).flatten().collect()
    }

    /// All is over: every page has its one answer, and nothing is left in memory.
    pub(super) fn assert_over(&self) {
        for id in &self.begun {
            assert!(self.answers.contains_key(id), "{id:?} was never answered: {}", self.story());
            assert!(self.ends.contains_key(id), "{id:?} never ended: {}", self.story());
        }
        assert!(self.engine.jobs.is_empty(), "jobs are left: {:?}", self.engine.jobs);
        assert_eq!(self.engine.flights, crate::cache::Flights::default(), "flights are left");
        assert!(self.engine.commits.is_empty(), "commits are left");
        assert!(self.engine.forms.is_empty(), "forms are left");
        // The body of a page's answer is the page's; every other one must have been let go.
        let given = |body: &BodyId| self.answers.values().any(|answer| *answer == Answer::Network { body: *body });
        let left: Vec<_> = self.bodies.iter().filter(|(body, _)| !given(body)).collect();
        assert!(left.is_empty(), "bodies are left: {left:?}");
    }

    pub(super) fn tell(&mut self, tell: impl FnOnce(&mut Engine, Timestamp)) {
        tell(&mut self.engine, self.now);
        self.drain();
    }

    fn drain(&mut self) {
        let mut mine = VecDeque::new();
        loop {
            while let Some(effect) = self.engine.poll_output() {
                self.note(&effect);
                if self.automatic(&effect) {
                    mine.push_back(effect);
                } else if is_question(&effect) {
                    self.open.push(effect);
                }
            }
            let Some(effect) = mine.pop_front() else { return };
            self.answer(effect);
        }
    }

    /// The store, or the lock, does what it was asked.
    pub(super) fn carry_out(&mut self, effect: Effect) {
        self.answer(effect);
        self.drain();
    }

    fn automatic(&self, effect: &Effect) -> bool {
        match effect {
            Effect::Lookup { .. } => !self.waits.contains(&Waits::Lookups),
            Effect::Commit { .. } => !self.waits.contains(&Waits::Commits),
            Effect::LoadRows | Effect::MakeRoom { .. } => true,
            Effect::AskLock => self.lock.is_some(),
            _ => false,
        }
    }

    fn answer(&mut self, effect: Effect) {
        let now = self.now;
        match effect {
            Effect::Lookup { exchange, keys } => {
                let found = keys.iter().find_map(|key| self.entries.get(key)).map(|(entry, _)| entry.clone());
                let fault = StoreError::Failed("broken".to_owned());
                let found = if self.lookups_fail { Err(fault) } else { Ok(found) };
                self.engine.on_entry(exchange, found, now);
            }
            Effect::Commit { id, ops, .. } => self.write(id, ops),
            Effect::LoadRows => self.engine.on_rows(Ok(self.rows.values().cloned().collect()), now),
            Effect::MakeRoom { token } => self.engine.on_room_made(token, now),
            Effect::AskLock => {
                if let Some(lock) = self.lock {
                    self.engine.on_lock(lock, now);
                }
            }
            other => panic!("not the world's to answer: {other:?}"),
        }
    }

    fn write(&mut self, id: CommitId, ops: Vec<Op>) {
        if let Some(error) = self.store_says.pop_front() {
            return self.engine.on_committed(id, Err(error), self.now);
        }
        let mut done = Committed::default();
        for op in ops {
            match op {
                Op::PutEntry { entry, body, compare, .. } => self.put(*entry, body, compare, &mut done),
                Op::RefreshEntry { entry, .. } => {
                    if let Some((old, _)) = self.entries.get_mut(&entry.key) {
                        *old = *entry;
                    }
                }
                Op::RemoveEntry { key } => drop(self.entries.remove(&key)),
                Op::Raise { rows, current } => {
                    self.raised.extend(rows);
                    self.current = current;
                }
                Op::Forget { up_to } => {
                    self.raised.retain(|_, raised| *raised > up_to);
                    self.raised.insert(Target::All.row_key(), up_to);
                }
                Op::PutRow { row, .. } => drop(self.rows.insert(row.id.clone(), *row)),
                Op::RemoveRow { id } => drop(self.rows.remove(&id)),
                Op::Touch { .. } | Op::Trim { .. } | Op::KeepPrecached { .. } | Op::PutSide { .. } => {}
            }
        }
        self.engine.on_committed(id, Ok(done), self.now);
    }

    fn put(&mut self, entry: Entry, body: BodyId, compare: Compare, done: &mut Committed) {
        let text = self.texts(body);
        let own = [Target::All, Target::Url(entry.url.clone()), Target::Begun(entry.url.clone())];
        let targets = own.into_iter().chain(entry.tags.iter().map(|tag| Target::Tag(tag.clone())));
        let newest = targets.filter_map(|target| self.raised.get(&target.row_key())).max();
        if newest.is_some_and(|raised| *raised > entry.generation) {
            done.superseded = true;
            return;
        }
        let old = self.entries.get(&entry.key).map(|(_, text)| text);
        done.same_bytes = compare == Compare::Bytes && old == Some(&text);
        let entry = Entry { size: text.len() as u64, ..entry };
        self.entries.insert(entry.key.clone(), (entry, text));
    }

    /// What the shell relies on in every effect.
    fn note(&mut self, effect: &Effect) {
        match effect {
            Effect::Lookup { exchange, .. } | Effect::Fetch { exchange, .. } | Effect::Abort { exchange } => {
                assert!(!self.ends.contains_key(exchange), "{effect:?} after the end");
            }
            Effect::Respond { exchange, answer } => {
                assert!(!self.ends.contains_key(exchange), "{effect:?} after the end");
                if let Answer::Network { body } = answer {
                    assert!(self.bodies.contains_key(body), "{effect:?} after its body was dropped");
                }
                let before = self.answers.insert(*exchange, answer.clone());
                assert_eq!(before, None, "{exchange:?} was answered twice");
            }
            Effect::Commit { ops, .. } => {
                for op in ops {
                    if let Op::PutEntry { body, .. } | Op::PutRow { body: Some(body), .. } = op {
                        assert!(self.bodies.contains_key(body), "{op:?} after its body was dropped");
                    }
                }
            }
            Effect::Send { row, .. } => assert_eq!(self.rows.get(&row.id), Some(&**row), "sent as stored"),
            Effect::Finish { exchange, outcome } => {
                let before = self.ends.insert(*exchange, outcome.clone());
                assert_eq!(before, None, "{exchange:?} ended twice");
            }
            Effect::Drop(body) => assert!(self.bodies.remove(body).is_some(), "{body:?} was dropped twice"),
            Effect::LoadRows
            | Effect::MakeRoom { .. }
            | Effect::Reconcile { .. }
            | Effect::AskLock
            | Effect::ReleaseLock
            | Effect::RegisterSync
            | Effect::Broadcast(_)
            | Effect::Timer { .. }
            | Effect::Progress { .. }
            | Effect::Reply { .. } => {}
        }
        self.log.push(effect.clone());
    }
}

impl World {
    fn fresh_id(&mut self) -> ExchangeId {
        self.last += 1;
        self.begun.push(ExchangeId(self.last));
        ExchangeId(self.last)
    }

    fn hold(&mut self, text: &str) -> BodyId {
        self.last += 1;
        self.bodies.insert(BodyId(self.last), text.to_owned());
        self.texts.insert(BodyId(self.last), text.to_owned());
        BodyId(self.last)
    }

    /// The bytes of a body; a commit took them when it was asked for.
    fn texts(&self, body: BodyId) -> String {
        self.texts.get(&body).cloned().unwrap_or_default()
    }

    pub(super) fn wake(&mut self, wake: Wake) {
        self.tell(|engine, now| engine.wake(wake, now));
    }
}

fn is_question(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Lookup { .. } | Effect::Fetch { .. } | Effect::Commit { .. } | Effect::Send { .. } | Effect::AskLock
    )
}
