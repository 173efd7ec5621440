//! The engine's reads: exchanges, the flights they share, precaching, and what a stored answer means for the tabs.
//! How one exchange decides is in `exchange` and `strategy`.

use super::action::{Action, Company};
use super::effect::{Answer, CommitResult, Durability, Effect, Op, Reason, Upstream};
use super::exchange::{Exchange, has_conditions};
use super::machine::{Engine, Job, Purpose, Role, Seat};
use super::plan::bare;
use super::precaching::{Next, Precaching};
use crate::cache::{Boarding, Entry, EntryKey, FlightKey, Target};
use crate::fault::{FetchError, StoreError};
use crate::freshness::{Invalidation, Lifetime, Policy, Respect};
use crate::http::{CacheMode, RequestHead, ResponseHead};
use crate::ids::{BodyId, ExchangeId, Generation};
use crate::queue::Wake;
use crate::route::Strategy;
use crate::tabs::Event;
use crate::time::{Span, Timestamp};

/// Passengers share a body of at most this many bytes; a larger one they read from the store.
const SHARED_BYTES: u64 = 1 << 20;
/// So many hits are written down at once.
const USES_BATCH: usize = 64;

impl Engine {
    /// A page's request that a route, or the precache list, wants.
    pub fn begin(&mut self, id: ExchangeId, head: RequestHead, route: Option<usize>, now: Timestamp) {
        let route = route.and_then(|index| self.config.routes.get(index));
        let plan = self.places.plan(route, &head);
        let (exchange, actions) = Exchange::begin(head, plan, self.generations.current(), now);
        self.jobs.insert(id, Job::Page { exchange: Box::new(exchange), flight: None });
        self.act(id, actions, now);
    }

    /// Starts the precache; the ids are finished one by one, each with its outcome.
    pub fn install(&mut self, mut next_id: impl FnMut() -> ExchangeId, now: Timestamp) -> Vec<ExchangeId> {
        let listed: Vec<_> =
            self.places.precached().map(|(url, key, listed)| (url.clone(), key.clone(), listed.clone())).collect();
        let start = |(url, key, listed)| {
            let id = next_id();
            let (precaching, action) = Precaching::begin(listed, url, key, now);
            self.jobs.insert(id, Job::Precache(precaching));
            self.act(id, vec![action], now);
            id
        };
        listed.into_iter().map(start).collect()
    }

    /// The worker is the active one: what earlier versions precached is of no use any more.
    pub fn activate(&mut self) {
        let keys: Vec<EntryKey> = self.places.precached().map(|(_, key, _)| key.clone()).collect();
        self.commit(Durability::Relaxed, vec![Op::KeepPrecached { keys }], Purpose::Nobody);
    }

    /// Whether what a page has loaded already is something that this route would have stored.
    #[must_use]
    pub fn wants_warm(&self, route: usize) -> bool {
        self.config.warm && self.config.routes.get(route).is_some_and(|route| route.strategy.stores())
    }

    /// Stores what a page loaded before this worker controlled it, unless it is stored already.
    pub fn warm(&mut self, id: ExchangeId, head: RequestHead, route: usize, now: Timestamp) {
        let mut plan = self.places.plan(self.config.routes.get(route), &head);
        // Whatever is stored is good enough: nobody waits for this answer.
        plan.strategy = Strategy::CacheFirst;
        plan.policy = Policy {
            respect: Respect::Route,
            stale_time: Some(Span(i64::MAX)),
            max_age: None,
            silent: Lifetime::Forever,
        };
        let (exchange, actions) = Exchange::begin(head, plan, self.generations.current(), now);
        self.jobs.insert(id, Job::Page { exchange: Box::new(exchange), flight: None });
        self.act(id, actions, now);
    }

    /// Hears what a lookup found.
    pub fn on_entry(&mut self, id: ExchangeId, found: Result<Option<Entry>, StoreError>, now: Timestamp) {
        // A store that fails is an empty one: the network answers.
        let found = found.unwrap_or_default();
        let invalidation = found.as_ref().map_or(Invalidation::None, |entry| self.invalidation(entry));
        match self.jobs.get_mut(&id) {
            Some(Job::Page { exchange, .. }) => {
                let actions = exchange.on_entry(found, invalidation, now);
                self.act(id, actions, now);
            }
            Some(Job::Precache(precaching)) => {
                let next = precaching.on_entry(found, now);
                self.follow(id, next, now);
            }
            None => {}
        }
    }

    /// Hears what the network said to an exchange's fetch, for itself and all who wait with it.
    pub fn on_response(&mut self, id: ExchangeId, result: Result<(ResponseHead, BodyId), FetchError>, now: Timestamp) {
        let wake = match &result {
            Ok(_) => Wake::FetchSucceeded,
            // A fetch that nobody waits for was given up by ourselves, which says nothing of the network.
            Err(FetchError::Network(_)) if self.jobs.contains_key(&id) => Wake::FetchFailed,
            Err(_) => Wake::Timer,
        };
        match self.jobs.get_mut(&id) {
            // It has not asked: whoever did answers for it.
            Some(Job::Page { flight: Some(Seat { role: Role::Passenger, .. }), .. }) => {}
            Some(Job::Page { exchange, flight }) => {
                let seat = flight.clone();
                let actions = exchange.on_response(result.clone(), now);
                let stores = actions.iter().any(Action::writes);
                if let Some(seat) = seat {
                    self.disembark(id, &seat, &result, stores, now);
                }
                self.act(id, actions, now);
            }
            Some(Job::Precache(precaching)) => {
                let next = precaching.on_response(result.clone(), now);
                self.follow(id, next, now);
            }
            None => {}
        }
        if let Ok((_, body)) = result {
            // Effects are carried out in order: whoever wanted the body has it by then.
            self.drop_body(Some(body));
        }
        self.wake(wake, now);
    }

    pub(super) fn on_patience(&mut self, id: ExchangeId, now: Timestamp) {
        let Some(Job::Page { exchange, flight }) = self.jobs.get_mut(&id) else { return };
        let shared =
            flight.as_ref().is_some_and(|seat| seat.role == Role::Passenger || self.flights.has_passengers(&seat.key));
        let company = if shared { Company::Shared } else { Company::Alone };
        let actions = exchange.on_timeout(company, now);
        self.act(id, actions, now);
    }

    pub(super) fn on_try_again(&mut self, id: ExchangeId, now: Timestamp) {
        if let Some(Job::Precache(precaching)) = self.jobs.get_mut(&id) {
            let next = precaching.retry(now);
            self.follow(id, next, now);
        }
    }

    pub(super) fn on_stored(&mut self, id: ExchangeId, updated: Option<Event>, result: CommitResult, now: Timestamp) {
        if let (Ok(done), Some(event)) = (&result, updated)
            && !done.superseded
            && !done.same_bytes
        {
            self.push(Effect::Broadcast(event));
        }
        match self.jobs.get_mut(&id) {
            Some(Job::Page { exchange, .. }) => {
                let actions = exchange.on_committed();
                self.act(id, actions, now);
            }
            Some(Job::Precache(precaching)) => {
                let next = precaching.on_committed(result);
                self.follow(id, next, now);
            }
            None => {}
        }
    }

    fn act(&mut self, id: ExchangeId, actions: Vec<Action>, now: Timestamp) {
        for action in actions {
            match action {
                Action::Lookup(keys) => self.push(Effect::Lookup { exchange: id, keys }),
                Action::Fetch(upstream) => self.take_off(id, upstream),
                Action::Wait(span) => self.push(Effect::Timer { at: now + span, reason: Reason::Patience(id) }),
                Action::Abort => self.push(Effect::Abort { exchange: id }),
                Action::Respond(answer) => {
                    let used = matches!(answer, Answer::Stored { .. });
                    self.respond(id, answer);
                    if used {
                        self.note_use(id, now);
                    }
                }
                Action::Store { entry, body, declared, compare } => {
                    let updated = self.updated_event(id, &entry);
                    let trim = self.trim_op(id);
                    let mut ops = vec![Op::PutEntry { entry, body, declared, compare }];
                    ops.extend(trim);
                    self.commit(Durability::Relaxed, ops, Purpose::Stored { exchange: id, updated });
                }
                Action::Refresh(entry) => {
                    self.commit(
                        Durability::Relaxed,
                        vec![Op::RefreshEntry { entry }],
                        Purpose::Stored { exchange: id, updated: None },
                    );
                }
                Action::Forget(key) => {
                    let updated = self.gone_event(id);
                    self.commit(
                        Durability::Relaxed,
                        vec![Op::RemoveEntry { key }],
                        Purpose::Stored { exchange: id, updated },
                    );
                }
                Action::Finish => self.finish(id, now),
            }
        }
    }

    fn follow(&mut self, id: ExchangeId, next: Next, now: Timestamp) {
        match next {
            Next::Act(action) => self.act(id, vec![action], now),
            Next::Pause(span) => self.push(Effect::Timer { at: now + span, reason: Reason::TryAgain(id) }),
            Next::End(outcome) => {
                self.jobs.remove(&id);
                self.push(Effect::Finish { exchange: id, outcome });
            }
        }
    }

    /// Fetches alone, or joins whoever is fetching the same already.
    fn take_off(&mut self, id: ExchangeId, mut upstream: Upstream) {
        let generation = self.generations.current();
        match self.jobs.get_mut(&id) {
            Some(Job::Page { exchange, flight }) => {
                exchange.generation = generation;
                if let Some(key) = FlightKey::of(&exchange.head, &exchange.plan.group, generation) {
                    let role = match self.flights.board(&key, id) {
                        Boarding::Pilot => Role::Pilot,
                        Boarding::Passenger => Role::Passenger,
                    };
                    *flight = Some(Seat { key, role });
                    if role == Role::Passenger {
                        return;
                    }
                    let (url, tags) = (bare(&exchange.head.url), &exchange.plan.tags);
                    if exchange.plan.strategy.stores()
                        && self.generations.is_invalidated(url, tags, Generation::default())
                    {
                        // Written to: the browser's own cache, which no write of ours clears, may hold the state before.
                        upstream.cache = Some(CacheMode::NoCache);
                    }
                }
            }
            Some(Job::Precache(precaching)) => precaching.generation = generation,
            None => {}
        }
        self.push(Effect::Fetch { exchange: id, upstream });
    }

    /// The pilot's answer is there: passengers get it too, or wait until it is stored.
    fn disembark(
        &mut self,
        id: ExchangeId,
        seat: &Seat,
        result: &Result<(ResponseHead, BodyId), FetchError>,
        stores: bool,
        now: Timestamp,
    ) {
        let passengers = self.flights.land(&seat.key);
        if stores {
            // Whoever comes before it is stored waits for that, instead of asking the network again.
            self.flights.board(&seat.key, id);
        } else if let Some(Job::Page { flight, .. }) = self.jobs.get_mut(&id) {
            *flight = None;
        }
        let large = matches!(result, Ok((head, _)) if head.headers.first("content-length").and_then(|v| v.parse().ok()).is_some_and(|n: u64| n > SHARED_BYTES));
        for passenger in passengers {
            if large && stores {
                self.flights.board(&seat.key, passenger);
                continue;
            }
            let Some(Job::Page { exchange, flight }) = self.jobs.get_mut(&passenger) else { continue };
            *flight = None;
            let unasked = matches!(result, Ok((head, _)) if head.status == 304)
                && exchange.stored.is_none()
                && !has_conditions(&exchange.head.headers);
            if unasked {
                // The pilot asked with its stored answer's validators; this one has none to stand by.
                let actions = exchange.look_again(now);
                self.act(passenger, actions, now);
                continue;
            }
            let actions = exchange.on_response(result.clone(), now);
            // The pilot stores for all.
            let actions = actions.into_iter().map(|action| match action {
                action if action.writes() => Action::Finish,
                action => action,
            });
            let actions = actions.collect();
            self.act(passenger, actions, now);
        }
    }

    /// The exchange is over. If it flew a fetch whose answer is stored now, those who came late look there.
    fn finish(&mut self, id: ExchangeId, now: Timestamp) {
        let Some(job) = self.jobs.remove(&id) else { return };
        self.push(Effect::Finish { exchange: id, outcome: Ok(()) });
        let Job::Page { flight: Some(Seat { key, role: Role::Pilot }), .. } = job else { return };
        for late in self.flights.land(&key) {
            if let Some(Job::Page { exchange, flight }) = self.jobs.get_mut(&late) {
                *flight = None;
                let actions = exchange.look_again(now);
                self.act(late, actions, now);
            }
        }
    }

    fn invalidation(&self, entry: &Entry) -> Invalidation {
        if self.generations.is_invalidated(bare(&entry.url), &entry.tags, entry.generation) {
            Invalidation::Invalidated
        } else {
            Invalidation::None
        }
    }

    fn updated_event(&self, id: ExchangeId, entry: &Entry) -> Option<Event> {
        let Some(Job::Page { exchange, .. }) = self.jobs.get(&id) else { return None };
        exchange.known()?;
        if exchange.differs(&entry.head) == Some(false) {
            return None;
        }
        let etag = entry.head.headers.first("etag").map(str::to_owned);
        Some(Event::Updated { url: Some(entry.url.clone()), tags: entry.tags.clone(), etag })
    }

    fn gone_event(&self, id: ExchangeId) -> Option<Event> {
        let Some(Job::Page { exchange, .. }) = self.jobs.get(&id) else { return None };
        let entry = exchange.known()?;
        Some(Event::Updated { url: Some(entry.url.clone()), tags: entry.tags.clone(), etag: None })
    }

    fn trim_op(&mut self, id: ExchangeId) -> Vec<Op> {
        let Some(Job::Page { exchange, .. }) = self.jobs.get(&id) else { return Vec::new() };
        let Some(keep) = exchange.plan.max_entries else { return Vec::new() };
        let group = exchange.plan.group.clone();
        let mut ops = self.take_uses();
        ops.push(Op::Trim { group, keep });
        ops
    }

    fn note_use(&mut self, id: ExchangeId, now: Timestamp) {
        let Some(Job::Page { exchange, .. }) = self.jobs.get(&id) else { return };
        let (Some(entry), Some(_)) = (&exchange.stored, exchange.plan.max_entries) else { return };
        // Its own group: a precached page that a route shows must not be trimmed with the route's answers.
        self.uses.insert(entry.key.clone(), (entry.group.clone(), now));
        if self.uses.len() >= USES_BATCH {
            let ops = self.take_uses();
            self.commit(Durability::Relaxed, ops, Purpose::Nobody);
        }
    }

    fn take_uses(&mut self) -> Vec<Op> {
        let uses: Vec<_> =
            std::mem::take(&mut self.uses).into_iter().map(|(key, (group, at))| (key, group, at)).collect();
        if uses.is_empty() { Vec::new() } else { vec![Op::Touch { uses }] }
    }
}

/// What an invalidation by page or write names, as generation targets.
pub(super) fn targets(urls: &[String], tags: &[String]) -> Vec<Target> {
    let urls = urls.iter().map(|url| Target::Url(bare(url).to_owned()));
    urls.chain(tags.iter().map(|tag| Target::Tag(tag.clone()))).collect()
}
