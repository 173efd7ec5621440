//! One request from a page, from the moment it is taken to its last effect.
//! Knows nothing of other requests: joining, generations and the queue are the engine's.
//!
//! ```text
//! Looking ──on_entry──▶ Fetching ──on_response──▶ Storing ──on_committed──▶ Done
//!    │                     │ network gave nothing
//!    └──────── answered ───┴──▶ FallingBack ──on_entry──▶ Done
//! ```

mod part;
mod provenance;
mod response;

use super::action::{Action, Company, Standing};
use super::answer::problem;
use super::effect::{Answer, Op, Upstream};
use super::plan::Plan;
use super::strategy;
use crate::cache::{Entry, EntryKey};
use crate::freshness::{
    Invalidation, Respect, Reuse, StandIn, Stored, assess, conditions, is_conditional, may_use, selected, vary_matches,
};
use crate::http::{CacheMode, CacheStatus, Came, Headers, Method, Mode, RequestHead, ResponseType};
use crate::ids::Generation;
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
    /// What it wants done next, for the engine to take.
    pub actions: Vec<Action>,
    /// The usable stored entry, once looked up.
    pub stored: Option<Box<Entry>>,
    /// What was stored and may not be used: it still tells whether a new answer says something else.
    former: Option<Box<Entry>>,
    /// What it found about the stored entry.
    pub standing: Standing,
    /// When the stored entry may go out although it had to be asked about and no good answer came.
    pub stand_in: StandIn,
    /// How the answer comes about, as far as it has.
    status: CacheStatus,
    /// Set while it looks for what somebody else's fetch has stored: when that which it knew had arrived.
    awaited: Option<Timestamp>,
    /// When the fetch went out.
    requested_at: Timestamp,
    /// Whether the fetch carried conditions of ours, so that a 304 is meant for us.
    conditional: bool,
    /// Whether it asks by its URL and fields: not for the part any more that its page asked for.
    by_url: bool,
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
    pub fn begin(head: RequestHead, plan: Plan, generation: Generation, now: Timestamp) -> Exchange {
        let mut exchange = Exchange {
            actions: Vec::new(),
            head,
            plan,
            generation,
            stored: None,
            former: None,
            status: CacheStatus::new(Came::Hit),
            awaited: None,
            standing: Standing::Missing,
            stand_in: StandIn::OnError,
            requested_at: now,
            conditional: false,
            by_url: false,
            state: State::Looking,
            answered: false,
        };
        if let (true, Some(first)) = (exchange.seeks_parts(), exchange.plan.keys.first()) {
            let part = first.part();
            exchange.plan.keys.insert(1, part);
        }
        exchange.actions.push(Action::Lookup(exchange.plan.keys.clone()));
        exchange
    }

    /// Hears what the store holds; a failing store counts as an empty one, so the network answers.
    pub fn on_entry(&mut self, found: Option<Box<Entry>>, invalidation: Invalidation, now: Timestamp) {
        match self.state {
            State::Looking => {
                let others = found.as_ref().map(|entry| self.keys_past(entry)).unwrap_or_default();
                self.weigh(found, invalidation, now);
                if self.stored.is_none() && !others.is_empty() {
                    // What was found is of no use; what lies under the next key may be.
                    self.actions.push(Action::Lookup(others));
                } else if self.respects_http() && !self.plan.any_age {
                    strategy::begin_by_http(self, invalidation, now);
                } else if self.is_awaited() {
                    self.end_with_stored(now);
                } else {
                    strategy::begin(self, may_use(&self.head), now);
                }
            }
            State::FallingBack => {
                self.stored = found;
                if self.stored.is_none() {
                    self.answer(Answer::Failed);
                }
                self.end_with_stored(now);
            }
            State::Fetching | State::Storing | State::Done => {}
        }
    }

    /// Patience has run out: a stored answer, if there is one, goes out and the network loses.
    pub fn on_timeout(&mut self, company: Company, now: Timestamp) {
        if self.state != State::Fetching || self.answered || self.stored.is_none() {
            return;
        }
        self.status.detail = Some("timeout");
        self.answer_stored(now);
        if company == Company::Alone {
            self.actions.push(Action::Abort);
            self.finish();
        }
    }

    /// The answer is kept, or could not be; either way there is nothing more to do.
    pub fn on_committed(&mut self) {
        if self.state == State::Storing {
            self.finish();
        }
    }

    /// Somebody else's fetch has stored the answer: look there. What was not there before is the answer, whatever the strategy: it
    /// has just come from the network. Where nothing new is found, the strategy begins anew.
    pub fn look_again(&mut self) {
        if self.answered {
            // Its page has an answer, and the revalidation it waited for is done.
            return self.finish();
        }
        self.awaited = Some(self.known().map_or(Timestamp::default(), |entry| entry.received_at));
        self.status.collapsed = true;
        self.stored = None;
        self.former = None;
        self.standing = Standing::Missing;
        self.state = State::Looking;
        self.actions.push(Action::Lookup(self.plan.keys.clone()));
    }

    /// What is stored, usable or not.
    #[must_use]
    pub fn known(&self) -> Option<&Entry> {
        self.stored.as_deref().or(self.former.as_deref())
    }

    /// Goes on as if nothing were stored.
    pub fn set_aside(&mut self) {
        self.former = self.stored.take().or(self.former.take());
        self.standing = Standing::Missing;
    }

    /// Answers from what is stored, if anything is.
    pub fn answer_stored(&mut self, now: Timestamp) {
        if let Some(answer) = self.stored_answer(now) {
            self.answer(answer);
        }
    }

    /// The same, and that is all.
    pub fn end_with_stored(&mut self, now: Timestamp) {
        self.answer_stored(now);
        self.finish();
    }

    /// The same with one that is fresh, which is marked for those that come after.
    pub fn end_with_fresh(&mut self, now: Timestamp) {
        self.answer_stored(now);
        match self.unmarked() {
            Some(entry) => {
                let keep = self.plan.keeps(entry.received_at);
                self.commit(Op::RefreshEntry { entry, keep }, None);
            }
            None => self.finish(),
        }
    }

    /// Goes to the network, with the stored entry's validators where there are any. A request for a part goes as it is; once its page
    /// has an answer, the whole is asked for in its place.
    pub fn fetch(&mut self, now: Timestamp) {
        self.state = State::Fetching;
        self.requested_at = now;
        self.status.came = self.why_asked();
        if self.wants_part() {
            if !self.answered {
                self.actions.push(Action::Fetch(Upstream::default()));
                return;
            }
            if !self.may_turn() {
                return self.finish();
            }
            self.turn_to_whole();
        }
        // It goes out as it is: conditions make a server refuse it (RFC 9110, 13.1.2), and no cache of the browser's answers it.
        let posts = self.head.method == Method::Post;
        let extra = match &self.stored {
            // A page that brings its own conditions wants its own 304.
            Some(entry) if !posts && !is_conditional(&self.head.headers) => conditions(entry.view()),
            _ => Headers::default(),
        };
        self.conditional = extra.iter().next().is_some();
        let ours = self.head.cache == CacheMode::Default && self.plan.strategy.stores() && !posts;
        let cache = match self.plan.policy.respect {
            // Two caches that go by the same fields: the browser's own would only hide the server's word. What a page has just loaded
            // is fetched from there all the same.
            Respect::Http if ours && !self.plan.any_age => Some(CacheMode::NoStore),
            // Revalidation must reach the server, past the browser's own HTTP cache.
            Respect::Route if ours && self.stored.is_some() => Some(CacheMode::NoCache),
            Respect::Http | Respect::Route => None,
        };
        self.actions.push(Action::Fetch(self.upstream(extra, cache)));
    }

    /// As `fetch`, but a stored answer, if there is one, steps in once patience runs out.
    pub fn fetch_patiently(&mut self, now: Timestamp) {
        self.fetch(now);
        if let (Some(patience), true) = (self.plan.patience, self.stored.is_some()) {
            self.actions.push(Action::Wait(patience));
        }
    }

    /// Ends with a word of our own.
    pub fn refuse(&mut self, status: u16, title: &str) {
        let mut answer = problem(status, title);
        if let Answer::Made { headers, .. } = &mut answer {
            if self.state == State::Looking {
                self.status.came = Came::Refused;
            }
            self.status.append_to(headers);
        }
        self.answer(answer);
        self.finish();
    }

    /// Ends.
    pub fn finish(&mut self) {
        self.state = State::Done;
        self.actions.push(Action::Finish(Ok(())));
    }

    fn answer(&mut self, answer: Answer) {
        if !std::mem::replace(&mut self.answered, true) {
            self.actions.push(Action::Respond(answer));
        }
    }

    /// The stored answer with the mark that it lacks.
    fn unmarked(&self) -> Option<Box<Entry>> {
        let stored = self.stored.as_ref().filter(|entry| entry.ready.is_none())?;
        let ready = self.plan.mark(stored)?;
        Some(Box::new(Entry { ready: Some(ready), ..Entry::clone(stored) }))
    }

    fn respects_http(&self) -> bool {
        self.plan.policy.respect == Respect::Http && self.plan.strategy.stores()
    }

    fn is_awaited(&self) -> bool {
        let newer = |known| self.stored.as_ref().is_some_and(|entry| entry.received_at > known);
        self.awaited.is_some_and(newer) && self.standing != Standing::Invalidated
    }

    /// Whether the request agrees with what is stored in the fields that its `Vary` names, and a part holds what it wants.
    fn is_answered_by(&self, entry: &Entry) -> bool {
        let enough = entry.head.status != 206 || self.lies_within(entry).is_some();
        enough && (entry.group == PRECACHE || vary_matches(entry.view(), &self.head))
    }

    /// Where else to look, should this not be what is wanted. Where `Vary` speaks against it, the answer wanted lies beside it, and will
    /// be stored there.
    fn keys_past(&mut self, entry: &Entry) -> Vec<EntryKey> {
        if !self.is_answered_by(entry)
            && let Some(first) = self.plan.keys.first_mut().filter(|first| **first == entry.key)
            && let Some(variant) = entry.key.variant(&selected(&self.head, &entry.head))
        {
            *first = variant;
            return self.plan.keys.clone();
        }
        self.plan.keys_after(&entry.key)
    }

    fn weigh(&mut self, found: Option<Box<Entry>>, invalidation: Invalidation, now: Timestamp) {
        // Fetch, 4.1: only `no-cors` may have what is opaque.
        let mode = self.head.mode;
        let readable = |entry: &Entry| entry.head.kind != ResponseType::Opaque || mode == Mode::NoCors;
        let Some(entry) = found.filter(|entry| self.is_answered_by(entry) && readable(entry)) else { return };
        self.standing = match assess(entry.view(), self.plan.judges_by(), invalidation, now) {
            Reuse::Fresh => Standing::Fresh,
            Reuse::Stale if invalidation == Invalidation::Invalidated => Standing::Invalidated,
            Reuse::Stale => Standing::Stale,
            Reuse::Expired => {
                // Of several, the one under the best key is what a new answer will replace.
                self.former.get_or_insert(entry);
                return;
            }
        };
        self.stored = Some(entry);
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
