//! One precache entry on its way into the store: looked up, fetched, stored, tried again.
//! Knows one entry only; whether the whole install succeeded is for whoever counts them.

use super::action::Action;
use super::effect::{CommitResult, Committed, Compare, Keep, Op, Upstream};
use super::exchange::PRECACHE;
use super::plan::{LASTING, Place};
use crate::cache::{Entry, declared_length, inspect};
use crate::fault::FetchError;
use crate::freshness::ready;
use crate::http::{CacheMode, Headers, ResponseHead, offer_parts};
use crate::ids::{BodyId, Generation};
use crate::time::{Span, Timestamp};
use std::rc::Rc;

/// How often an entry is tried before the install fails.
const TRIES: u32 = 4;

/// One entry of the precache list.
#[derive(Clone, Debug)]
pub struct Precaching {
    /// What it wants done next, for the engine to take.
    pub actions: Vec<Action>,
    /// What to fetch, and where it goes.
    place: Rc<Place>,
    tries: u32,
    requested_at: Timestamp,
    /// The generation its fetch began under.
    pub generation: Generation,
    /// Whether an answer is stored already, which does should the server not be reached.
    stored: bool,
}

impl Precaching {
    /// Starts with a look: a revision that is stored already is not fetched again.
    #[must_use]
    pub fn begin(place: Rc<Place>, now: Timestamp) -> Precaching {
        Precaching {
            actions: vec![Action::Lookup(vec![place.key.clone()])],
            place,
            tries: 0,
            requested_at: now,
            generation: Generation::default(),
            stored: false,
        }
    }

    /// Hears whether it is there.
    pub fn on_entry(&mut self, found: bool, now: Timestamp) {
        self.stored = found;
        // Without a revision only the server can tell whether it has changed since the last install.
        if found && self.place.listed.revision.is_some() { self.end(Ok(())) } else { self.retry(now) }
    }

    /// Goes out (again).
    pub fn retry(&mut self, now: Timestamp) {
        self.tries += 1;
        self.requested_at = now;
        let listed = &self.place.listed;
        // An unrevisioned URL carries its own hash, so the browser's copy of it is good; a revisioned one may be an older
        // revision there.
        let cache = if listed.revision.is_some() { CacheMode::Reload } else { CacheMode::Default };
        self.actions.push(Action::Fetch(Upstream {
            url: Some(self.place.url.clone()),
            extra: Headers::default(),
            cache: Some(cache),
            integrity: listed.integrity.clone(),
        }));
    }

    /// Hears what the network said.
    pub fn on_response(&mut self, result: &Result<(ResponseHead, BodyId), FetchError>, now: Timestamp) {
        let (head, body) = match result {
            Ok(answer) => answer,
            Err(error) => return self.failed(&error.to_string()),
        };
        if head.status != 200 {
            return self.failed(&format!("the server said {}", head.status));
        }
        if let Err(poison) = inspect(&self.place.url, head, &[]) {
            return self.failed(&poison.to_string());
        }
        let mut kept = head.clone();
        offer_parts(&mut kept);
        let mut entry = Box::new(Entry {
            key: self.place.key.clone(),
            url: self.place.url.clone(),
            selected: Headers::default(),
            head: kept,
            requested_at: self.requested_at,
            received_at: now,
            generation: self.generation,
            group: PRECACHE.to_owned(),
            tags: Vec::new(),
            size: 0,
            ready: None,
        });
        entry.ready = ready(entry.view(), LASTING);
        let declared = declared_length(head);
        let op = Op::PutEntry { entry, body: *body, declared, compare: Compare::No, keep: Keep::ALWAYS };
        self.actions.push(Action::Commit { op, updated: None });
    }

    /// Hears whether it was stored.
    pub fn on_committed(&mut self, result: CommitResult) {
        match result {
            Ok(Committed { superseded: true, .. }) => self.failed("a write came in between"),
            Ok(_) => self.end(Ok(())),
            Err(error) => self.failed(&error.to_string()),
        }
    }

    fn failed(&mut self, reason: &str) {
        if self.tries < TRIES {
            self.actions.push(Action::Pause(Span(250 << self.tries)));
        } else if self.stored {
            self.end(Ok(()));
        } else {
            let url = &self.place.listed.url;
            self.end(Err(format!("precache {url}: {reason} (tried {} times)", self.tries)));
        }
    }

    fn end(&mut self, outcome: Result<(), String>) {
        self.actions.push(Action::Finish(outcome));
    }
}
