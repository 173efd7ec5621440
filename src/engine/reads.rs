//! The engine's reads: what happens to exchanges and precache entries, and what they ask for in turn.
//! How one exchange decides is in `exchange` and `strategy`; who shares a fetch in `flights`.

use super::action::{Action, Company};
use super::effect::{Answer, CommitResult, Effect, Reason};
use super::exchange::{Exchange, PRECACHE};
use super::machine::{Engine, Job};
use super::plan::{Plan, Taken};
use crate::cache::{Entry, Generations, Target};
use crate::fault::{FetchError, StoreError};
use crate::freshness::Invalidation;
use crate::http::{RequestHead, ResponseHead, bare};
use crate::ids::{BodyId, ExchangeId, Generation};
use crate::queue::Wake;
use crate::route::Strategy;
use crate::tabs::Event;
use crate::time::Timestamp;

impl Engine {
    /// A page's request that a route, or the precache list, wants.
    pub fn begin(&mut self, id: ExchangeId, head: RequestHead, taken: Taken, now: Timestamp) {
        let plan = self.plan(&head, taken);
        self.open(id, head, plan, now);
    }

    /// Whether what a page has loaded already is something that this route would have stored.
    #[must_use]
    pub fn wants_warm(&self, route: usize) -> bool {
        self.config.warm && self.config.routes.get(route).is_some_and(|route| route.strategy.stores())
    }

    /// Stores what a page loaded before this worker controlled it, unless it is stored already.
    pub fn warm(&mut self, id: ExchangeId, head: RequestHead, taken: Taken, now: Timestamp) {
        let mut plan = self.plan(&head, taken);
        // Whatever is stored is good enough: nobody waits for this answer.
        plan.strategy = Strategy::CacheFirst;
        plan.any_age = true;
        self.open(id, head, plan, now);
    }

    /// Hears what a lookup found.
    pub fn on_entry(&mut self, id: ExchangeId, found: Result<Option<Entry>, StoreError>, now: Timestamp) {
        // A store that fails is an empty one: the network answers.
        let found = found.unwrap_or_default().map(Box::new);
        match self.jobs.get_mut(&id) {
            Some(Job::Page { exchange, .. }) => {
                let invalidation = match &found {
                    Some(entry) if is_invalidated(&self.generations, entry) => Invalidation::Invalidated,
                    _ => Invalidation::None,
                };
                exchange.on_entry(found, invalidation, now);
            }
            // An entry of the precache list looks nothing up.
            Some(Job::Precache(_)) | None => {}
        }
        self.act(id, now);
    }

    /// Hears what the network said to an exchange's fetch, for itself and all who wait with it.
    pub fn on_response(&mut self, id: ExchangeId, result: Result<(ResponseHead, BodyId), FetchError>, now: Timestamp) {
        let wake = match &result {
            Ok(_) => Wake::FetchSucceeded,
            // A fetch that nobody waits for was given up by ourselves, which says nothing of the network.
            Err(FetchError::Network(_)) if self.jobs.get(&id).is_some() => Wake::FetchFailed,
            Err(_) => Wake::Timer,
        };
        match self.jobs.get_mut(&id) {
            // It has not asked: whoever did answers for it.
            Some(Job::Page { pilot: Some(pilot), .. }) if *pilot != id => {}
            Some(Job::Page { exchange, pilot }) => {
                let shares = pilot.is_some();
                exchange.on_response(&result, now);
                if shares {
                    let stores = exchange.actions.iter().any(|action| matches!(action, Action::Commit { .. }));
                    self.disembark(id, &result, stores, now);
                }
            }
            Some(Job::Precache(precaching)) => precaching.on_response(&result, now),
            None => {}
        }
        self.act(id, now);
        if let Ok((_, body)) = result {
            // Effects are carried out in order: whoever wanted the body has it by then.
            self.drop_body(Some(body));
        }
        self.wake(wake, now);
    }

    pub(super) fn on_patience(&mut self, id: ExchangeId, now: Timestamp) {
        let Some(Job::Page { exchange, pilot }) = self.jobs.get_mut(&id) else { return };
        let shared = pilot.is_some_and(|pilot| pilot != id || self.flights.has_passengers(id));
        exchange.on_timeout(if shared { Company::Shared } else { Company::Alone }, now);
        self.act(id, now);
    }

    pub(super) fn on_stored(&mut self, id: ExchangeId, updated: Option<Event>, result: CommitResult, now: Timestamp) {
        if let (Ok(done), Some(event)) = (&result, updated)
            && !done.superseded
            && !done.same_bytes
        {
            self.push(Effect::Broadcast(event));
        }
        match self.jobs.get_mut(&id) {
            Some(Job::Page { exchange, .. }) => exchange.on_committed(),
            Some(Job::Precache(precaching)) => precaching.on_committed(result),
            None => {}
        }
        self.act(id, now);
    }

    /// Does what a job wants done.
    pub(super) fn act(&mut self, id: ExchangeId, now: Timestamp) {
        let actions = self.jobs.get_mut(&id).map(Job::take_actions).unwrap_or_default();
        for action in actions {
            let effect = match action {
                Action::Lookup(keys) => Effect::Lookup { exchange: id, keys },
                Action::Wait(span) => Effect::Timer { at: now + span, reason: Reason::Patience(id) },
                Action::Pause(span) => Effect::Timer { at: now + span, reason: Reason::TryAgain(id) },
                Action::Abort => Effect::Abort { exchange: id },
                Action::Fetch(upstream) => {
                    self.take_off(id, upstream);
                    continue;
                }
                Action::Respond(answer) => {
                    let used = matches!(answer, Answer::Stored { .. });
                    self.respond(id, answer);
                    if used {
                        self.note_use(id, now);
                    }
                    continue;
                }
                Action::Commit { op, updated } => {
                    self.store(id, op, updated);
                    continue;
                }
                Action::Invalidate(url) => {
                    let raise = self.raise(&[Target::Url(bare(&url).to_owned())], now);
                    let updated = Event::Updated { url: Some(url), tags: Vec::new(), etag: None };
                    self.store(id, raise, Some(updated));
                    continue;
                }
                Action::Finish(outcome) => {
                    if let Some(Job::Precache(_)) = self.jobs.get(&id) {
                        self.precached(id, outcome, now);
                    } else {
                        self.finish(id, outcome);
                        self.land(id, now);
                    }
                    continue;
                }
            };
            self.push(effect);
        }
    }

    fn plan(&self, head: &RequestHead, Taken { route, keys }: Taken) -> Plan {
        let mut plan = self.places.plan(route.and_then(|index| self.config.routes.get(index)), head, keys);
        plan.route = route;
        plan
    }

    fn open(&mut self, id: ExchangeId, head: RequestHead, plan: Plan, now: Timestamp) {
        let exchange = Box::new(Exchange::begin(head, plan, self.generations.current(), now));
        self.jobs.insert(id, Job::Page { exchange, pilot: None });
        self.act(id, now);
    }

    fn finish(&mut self, id: ExchangeId, outcome: Result<(), String>) {
        self.jobs.remove(&id);
        self.push(Effect::Finish { exchange: id, outcome });
    }
}

/// Whether a stored answer shows a state from before a write. What is precached goes with its revision, not with what was
/// forgotten.
impl Engine {
    /// Whether nothing has been written from here since to what an answer is about. What was made old by a tag has been seen all the same.
    #[must_use]
    pub fn is_current(&self, entry: &Entry) -> bool {
        !self.generations.is_invalidated(bare(&entry.url), &[], entry.generation)
    }
}

fn is_invalidated(generations: &Generations, entry: &Entry) -> bool {
    let pinned = if entry.group == PRECACHE { generations.forgotten() } else { Generation::default() };
    generations.is_invalidated(bare(&entry.url), &entry.tags, entry.generation.max(pinned))
}

/// What an invalidation by page or write names, as generation targets.
pub(super) fn targets(urls: &[String], tags: &[String]) -> Vec<Target> {
    let mut targets = Vec::new();
    for url in urls {
        targets.push(Target::Url(bare(url).to_owned()));
    }
    for tag in tags {
        targets.push(Target::Tag(tag.clone()));
    }
    targets
}
