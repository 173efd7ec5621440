//! One precache entry on its way into the store: fetched, stored, tried again.
//! Knows one entry only; how many are fetched at a time, and what a failure means, is `installing`'s to say.

use super::action::Action;
use super::config::Revision;
use super::effect::{CommitResult, Committed, Compare, Keep, Op, Upstream};
use super::exchange::PRECACHE;
use super::installing::Aim;
use super::plan::{LASTING, Place};
use crate::cache::{Entry, declared_length, inspect};
use crate::fault::FetchError;
use crate::freshness::ready;
use crate::http::{CacheMode, Headers, ResponseHead, offer_parts};
use crate::ids::{BodyId, Generation};
use crate::time::{Span, Timestamp};
use std::rc::Rc;

/// How often an entry is tried at install, and one with an integrity always: each try asks another way.
const TRIES: u32 = 4;

/// A parameter that no cache on the way has seen: with the time behind it, it names nothing that is stored there.
const BUST: &str = "longshore-past-caches=";

/// One entry of the precache list.
#[derive(Debug)]
pub struct Precaching {
    /// What it wants done next, for the engine to take.
    pub actions: Vec<Action>,
    /// What to fetch, and where it goes.
    place: Rc<Place>,
    tries: u32,
    /// How many tries there are.
    most: u32,
    requested_at: Timestamp,
    /// The generation its fetch began under.
    pub generation: Generation,
    /// Whether an answer is stored already, which does should the server not be reached; unless it must have an integrity, which nobody
    /// knows of what is stored.
    stored: bool,
}

impl Precaching {
    /// An entry that has not been fetched yet.
    #[must_use]
    pub fn begin(place: Rc<Place>, aim: Aim, stored: bool) -> Precaching {
        // A repair is tried again at the worker's next start.
        let most = if aim == Aim::Repair && place.listed.integrity.is_none() { 1 } else { TRIES };
        Precaching {
            actions: Vec::new(),
            place,
            tries: 0,
            most,
            requested_at: Timestamp(0),
            generation: Generation::default(),
            stored,
        }
    }

    /// Goes out (again). Browsers do not tell an answer that fails its integrity from no answer. So the second try goes past the browser's
    /// cache, the third past those on the way, which may hold an older revision, and the last asks for the answer as it is, only to learn
    /// whether there is one.
    pub fn retry(&mut self, now: Timestamp) {
        self.tries += 1;
        self.requested_at = now;
        let listed = &self.place.listed;
        let mut url = self.place.url.clone();
        let mut cache = match listed.revision {
            // The browser may hold an earlier revision.
            Revision::Told(_) => CacheMode::Reload,
            Revision::Unknown => CacheMode::NoCache,
            Revision::InUrl => CacheMode::Default,
        };
        if listed.integrity.is_some() && self.tries > 1 {
            cache = CacheMode::Reload;
            if self.tries > 2 {
                url.push_str(if url.as_bytes().contains(&b'?') { "&" } else { "?" });
                url.push_str(BUST);
                url.push_str(&now.0.to_string());
            }
        }
        let integrity = if self.is_probe() { None } else { listed.integrity.clone() };
        self.actions.push(Action::Fetch(Upstream {
            url: Some(url),
            extra: Headers::default(),
            cache: Some(cache),
            integrity,
        }));
    }

    /// Whether this try is made to learn why the others failed.
    fn is_probe(&self) -> bool {
        self.place.listed.integrity.is_some() && self.tries == TRIES
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
        if self.is_probe() {
            return self.failed("what came does not have its integrity, also past all caches");
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
        if self.tries < self.most {
            self.actions.push(Action::Pause(Span(250 << self.tries)));
        } else if self.stored && self.place.listed.integrity.is_none() {
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
