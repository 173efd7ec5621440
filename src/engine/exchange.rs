//! One request from a page, from the moment it is taken to its last effect.
//! Knows nothing of other requests: joining, generations and the queue are the engine's.
//!
//! ```text
//! Looking ──on_entry──▶ Fetching ──on_response──▶ Storing ──on_committed──▶ Done
//!    │                     │ network gave nothing
//!    └──────── answered ───┴──▶ FallingBack ──on_entry──▶ Done
//! ```

use super::action::{Action, Company, Standing};
use super::answer::problem;
use super::effect::{Answer, Compare, Upstream};
use super::plan::Plan;
use super::strategy;
use crate::cache::{Entry, EntryKey, declared_length, inspect};
use crate::fault::FetchError;
use crate::freshness::Invalidation;
use crate::freshness::{
    Reuse, Stored, assess, conditions, confirms, may_use, refresh, selected, served, storable, strip, vary_matches,
};
use crate::http::{CacheMode, Headers, RequestHead, ResponseHead};
use crate::ids::{BodyId, Generation};
use crate::time::Timestamp;

/// The limit group of precached entries: fetched by the worker itself, so no page's fields select among them.
pub const PRECACHE: &str = "precache";

/// One request under way.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// What the page asked for.
    pub head: RequestHead,
    /// What the route wants.
    pub plan: Plan,
    /// The generation the fetch began under.
    pub generation: Generation,
    /// The usable stored entry, once looked up.
    pub stored: Option<Entry>,
    /// What was stored and may not be used: it still tells whether a new answer says something else.
    former: Option<Entry>,
    /// What it found about the stored entry.
    pub standing: Standing,
    /// Set while it looks for what somebody else's fetch has stored: when that which it knew had arrived.
    awaited: Option<Timestamp>,
    /// When the fetch went out.
    requested_at: Timestamp,
    /// Whether the fetch carried conditions of ours, so that a 304 is meant for us.
    conditional: bool,
    state: State,
    answered: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Looking,
    Fetching,
    Storing,
    FallingBack,
    Done,
}

impl Exchange {
    /// Takes a request; the first thing it does is look at what is stored.
    pub fn begin(head: RequestHead, plan: Plan, generation: Generation, now: Timestamp) -> (Exchange, Vec<Action>) {
        let lookup = Action::Lookup(plan.keys.clone());
        let exchange = Exchange {
            head,
            plan,
            generation,
            stored: None,
            former: None,
            awaited: None,
            standing: Standing::Missing,
            requested_at: now,
            conditional: false,
            state: State::Looking,
            answered: false,
        };
        (exchange, vec![lookup])
    }

    /// Hears what the store holds; a failing store counts as an empty one, so the network answers.
    pub fn on_entry(&mut self, found: Option<Entry>, invalidation: Invalidation, now: Timestamp) -> Vec<Action> {
        match self.state {
            State::Looking => {
                self.weigh(found, invalidation, now);
                if self.is_awaited() {
                    let mut actions = self.answer_stored(now);
                    actions.extend(self.finish());
                    return actions;
                }
                strategy::begin(self, may_use(&self.head), now)
            }
            State::FallingBack => self.answer_fallback(found, now),
            State::Fetching | State::Storing | State::Done => Vec::new(),
        }
    }

    /// Hears what the network said.
    pub fn on_response(&mut self, result: Result<(ResponseHead, BodyId), FetchError>, now: Timestamp) -> Vec<Action> {
        if self.state != State::Fetching {
            return Vec::new();
        }
        let (head, body) = match result {
            Ok(answer) => answer,
            Err(_) => return self.without_network(now),
        };
        if head.status == 304 && self.conditional {
            let confirmed = self.stored.as_ref().is_some_and(|entry| confirms(&entry.head, &head));
            if !confirmed {
                // RFC 9111, 4.3.4: a 304 about something else says nothing of what is stored, so ask without conditions.
                self.set_aside();
                return self.fetch(now);
            }
            return self.not_modified(&head, now);
        }
        // Only a success can be a false one: error pages come as HTML, or as problem documents, from the most orderly of servers.
        let poisoned = matches!(head.status, 200..=299) && inspect(&self.head.url, &head, &self.plan.expects).is_err();
        // RFC 9111, 4.3.3: a 5xx while validating may be treated as no answer. So may a captive portal's page, and its 511
        // (RFC 6585, 6).
        if (matches!(head.status, 500 | 502 | 503 | 504 | 511) || poisoned) && self.stored.is_some() {
            return self.without_network(now);
        }
        let mut actions = self.answer(Answer::Network { body });
        let keeps = self.plan.strategy.stores() && !poisoned && storable(&self.head, &head).is_ok();
        if !keeps {
            actions.extend(self.part_with(head.status));
            return actions;
        }
        self.state = State::Storing;
        actions.push(Action::Store {
            declared: declared_length(&head),
            compare: self.comparison(&head),
            entry: Box::new(self.entry(head, now)),
            body,
        });
        actions
    }

    /// An answer that is not kept. 404 and 410 take what is stored with them: it is gone, and must not be shown again as if it
    /// were there. What is precached goes with its revision only.
    fn part_with(&mut self, status: u16) -> Vec<Action> {
        let gone = matches!(status, 404 | 410) && self.plan.strategy.stores();
        match self.known().filter(|entry| gone && entry.group != PRECACHE) {
            Some(entry) => {
                let forget = Action::Forget(entry.key.clone());
                self.state = State::Storing;
                vec![forget]
            }
            None => self.finish(),
        }
    }

    /// Patience has run out: a stored answer, if there is one, goes out and the network loses.
    pub fn on_timeout(&mut self, company: Company, now: Timestamp) -> Vec<Action> {
        if self.state != State::Fetching || self.answered || self.stored.is_none() {
            return Vec::new();
        }
        let mut actions = self.answer_stored(now);
        if company == Company::Alone {
            actions.push(Action::Abort);
            actions.extend(self.finish());
        }
        actions
    }

    /// The answer is kept, or could not be; either way there is nothing more to do.
    pub fn on_committed(&mut self) -> Vec<Action> {
        if self.state == State::Storing { self.finish() } else { Vec::new() }
    }

    /// Somebody else's fetch has stored the answer: look there. What was not there before is the answer, whatever the strategy: it
    /// has just come from the network. Where nothing new is found, the strategy begins anew.
    pub fn look_again(&mut self, now: Timestamp) -> Vec<Action> {
        if self.answered {
            // Its page has an answer, and the revalidation it waited for is done.
            return self.finish();
        }
        let known = self.known().map_or(Timestamp::default(), |entry| entry.received_at);
        let (fresh, actions) = Exchange::begin(self.head.clone(), self.plan.clone(), self.generation, now);
        *self = Exchange { awaited: Some(known), ..fresh };
        actions
    }

    /// Whether the new answer says something else than the stored one, as far as validators can tell.
    #[must_use]
    pub fn differs(&self, head: &ResponseHead) -> Option<bool> {
        let stored = &self.known()?.head.headers;
        let pair = |name: &str| (stored.first(name).map(str::to_owned), head.headers.first(name).map(str::to_owned));
        match (pair("etag"), pair("last-modified")) {
            ((Some(old), Some(new)), _) | (_, (Some(old), Some(new))) => Some(old != new),
            _ => None,
        }
    }

    /// What is stored, usable or not.
    #[must_use]
    pub fn known(&self) -> Option<&Entry> {
        self.stored.as_ref().or(self.former.as_ref())
    }

    /// Goes on as if nothing were stored.
    pub fn set_aside(&mut self) {
        self.former = self.stored.take().or(self.former.take());
        self.standing = Standing::Missing;
    }

    /// Answers from what is stored.
    pub fn answer_stored(&mut self, now: Timestamp) -> Vec<Action> {
        let Some(entry) = &self.stored else { return Vec::new() };
        let head = Box::new(served(entry.view(), now));
        let key = entry.key.clone();
        self.answer(Answer::Stored { key, head })
    }

    /// Goes to the network, with the stored entry's validators where there are any.
    pub fn fetch(&mut self, now: Timestamp) -> Vec<Action> {
        self.state = State::Fetching;
        self.requested_at = now;
        let extra = match &self.stored {
            // A page that brings its own conditions wants its own 304.
            Some(entry) if !has_conditions(&self.head.headers) => conditions(entry.view()),
            _ => Headers::default(),
        };
        self.conditional = extra.iter().next().is_some();
        let cache = if self.head.cache == CacheMode::Default && self.plan.strategy.stores() {
            // Revalidation must reach the server, past the browser's own HTTP cache.
            self.stored.is_some().then_some(CacheMode::NoCache)
        } else {
            None
        };
        vec![Action::Fetch(Upstream { url: None, extra, cache, integrity: None })]
    }

    /// As `fetch`, but a stored answer steps in once patience runs out.
    pub fn fetch_patiently(&mut self, now: Timestamp) -> Vec<Action> {
        let mut actions = self.fetch(now);
        if let (Some(patience), true) = (self.plan.patience, self.stored.is_some()) {
            actions.push(Action::Wait(patience));
        }
        actions
    }

    /// Ends with a word of our own.
    pub fn refuse(&mut self, status: u16, title: &str) -> Vec<Action> {
        let mut actions = self.answer(problem(status, title));
        actions.extend(self.finish());
        actions
    }

    /// Ends.
    pub fn finish(&mut self) -> Vec<Action> {
        self.state = State::Done;
        vec![Action::Finish]
    }

    fn answer(&mut self, answer: Answer) -> Vec<Action> {
        if std::mem::replace(&mut self.answered, true) { Vec::new() } else { vec![Action::Respond(answer)] }
    }

    fn is_awaited(&self) -> bool {
        let newer = |known| self.stored.as_ref().is_some_and(|entry| entry.received_at > known);
        self.awaited.is_some_and(newer) && self.standing != Standing::Invalidated
    }

    fn weigh(&mut self, found: Option<Entry>, invalidation: Invalidation, now: Timestamp) {
        let Some(entry) = found.filter(|entry| entry.group == PRECACHE || vary_matches(entry.view(), &self.head))
        else {
            return;
        };
        self.standing = match assess(entry.view(), self.plan.policy, invalidation, now) {
            Reuse::Fresh => Standing::Fresh,
            Reuse::Stale if invalidation == Invalidation::Invalidated => Standing::Invalidated,
            Reuse::Stale => Standing::Stale,
            Reuse::Expired => {
                self.former = Some(entry);
                return;
            }
        };
        self.stored = Some(entry);
    }

    fn not_modified(&mut self, head: &ResponseHead, now: Timestamp) -> Vec<Action> {
        let Some(entry) = &mut self.stored else { return self.without_network(now) };
        entry.head = refresh(&entry.head, head);
        entry.requested_at = self.requested_at;
        entry.received_at = now;
        entry.generation = self.generation;
        let renewed = Box::new(entry.clone());
        self.state = State::Storing;
        let mut actions = self.answer_stored(now);
        actions.push(Action::Refresh(renewed));
        actions
    }

    fn without_network(&mut self, now: Timestamp) -> Vec<Action> {
        if self.answered || self.stored.is_some() {
            let mut actions = self.answer_stored(now);
            actions.extend(self.finish());
            return actions;
        }
        if let Some(keys) = self.plan.fallback.clone() {
            self.state = State::FallingBack;
            return vec![Action::Lookup(keys)];
        }
        let mut actions = self.answer(Answer::Failed);
        actions.extend(self.finish());
        actions
    }

    fn answer_fallback(&mut self, found: Option<Entry>, now: Timestamp) -> Vec<Action> {
        self.stored = found;
        let answer = self.answer_stored(now);
        let mut actions = if answer.is_empty() { self.answer(Answer::Failed) } else { answer };
        actions.extend(self.finish());
        actions
    }

    fn comparison(&self, head: &ResponseHead) -> Compare {
        if self.known().is_some() && self.differs(head).is_none() { Compare::Bytes } else { Compare::No }
    }

    fn entry(&self, mut head: ResponseHead, now: Timestamp) -> Entry {
        strip(&mut head.headers);
        Entry {
            key: self.plan.keys.first().cloned().unwrap_or_else(|| EntryKey(self.head.url.clone())),
            url: self.head.url.clone(),
            selected: selected(&self.head, &head),
            head,
            requested_at: self.requested_at,
            received_at: now,
            generation: self.generation,
            group: self.plan.group.clone(),
            tags: self.plan.tags.clone(),
            size: 0,
        }
    }
}

impl Entry {
    /// The entry as `freshness` sees it.
    #[must_use]
    pub fn view(&self) -> Stored<'_> {
        Stored {
            head: &self.head,
            selected: &self.selected,
            requested_at: self.requested_at,
            received_at: self.received_at,
        }
    }
}

/// Whether a page asks about a copy of its own, and so wants its own 304.
pub fn has_conditions(headers: &Headers) -> bool {
    ["if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range"]
        .iter()
        .any(|name| headers.has(name))
}
