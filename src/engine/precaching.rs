//! One precache entry on its way into the store: looked up, fetched, stored, tried again.
//! Knows one entry only; whether the whole install succeeded is for whoever counts them.

use super::action::Action;
use super::effect::{CommitResult, Committed, Compare, Upstream};
use super::exchange::PRECACHE;
use crate::cache::{Entry, EntryKey, declared_length, inspect};
use crate::engine::config::Precached;
use crate::fault::FetchError;
use crate::http::{CacheMode, Headers, ResponseHead};
use crate::ids::{BodyId, Generation};
use crate::time::{Span, Timestamp};

/// How often an entry is tried before the install fails.
const TRIES: u32 = 4;

/// One entry of the precache list.
#[derive(Clone, Debug)]
pub struct Precaching {
    /// What to fetch, absolute.
    pub url: String,
    /// Where it goes.
    pub key: EntryKey,
    /// What the list says of it.
    listed: Precached,
    tries: u32,
    requested_at: Timestamp,
    /// The generation its fetch began under.
    pub generation: Generation,
    /// Whether an answer is stored already, which does should the server not be reached.
    stored: bool,
}

/// What follows for an entry.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Do this.
    Act(Action),
    /// Nothing for this long, then `retry`.
    Pause(Span),
    /// Over, this way.
    End(Result<(), String>),
}

impl Precaching {
    /// Starts with a look: a revision that is stored already is not fetched again.
    #[must_use]
    pub fn begin(listed: Precached, url: String, key: EntryKey, now: Timestamp) -> (Precaching, Action) {
        let lookup = Action::Lookup(vec![key.clone()]);
        let generation = Generation::default();
        (Precaching { url, key, listed, tries: 0, requested_at: now, generation, stored: false }, lookup)
    }

    /// Hears whether it is there.
    pub fn on_entry(&mut self, found: Option<Entry>, now: Timestamp) -> Next {
        self.stored = found.is_some();
        // Without a revision only the server can tell whether it has changed since the last install.
        if self.stored && self.listed.revision.is_some() { Next::End(Ok(())) } else { self.retry(now) }
    }

    /// Goes out (again).
    pub fn retry(&mut self, now: Timestamp) -> Next {
        self.tries += 1;
        self.requested_at = now;
        // An unrevisioned URL carries its own hash, so the browser's copy of it is good; a revisioned one may be an older
        // revision there.
        let cache = if self.listed.revision.is_some() { CacheMode::Reload } else { CacheMode::Default };
        Next::Act(Action::Fetch(Upstream {
            url: Some(self.url.clone()),
            extra: Headers::default(),
            cache: Some(cache),
            integrity: self.listed.integrity.clone(),
        }))
    }

    /// Hears what the network said.
    pub fn on_response(&mut self, result: Result<(ResponseHead, BodyId), FetchError>, now: Timestamp) -> Next {
        let (head, body) = match result {
            Ok(answer) => answer,
            Err(error) => return self.failed(error.to_string()),
        };
        if head.status != 200 {
            return self.failed(format!("the server said {}", head.status));
        }
        if let Err(poison) = inspect(&self.url, &head, &[]) {
            return self.failed(poison.to_string());
        }
        Next::Act(Action::Store {
            declared: declared_length(&head),
            compare: Compare::No,
            entry: Box::new(Entry {
                key: self.key.clone(),
                url: self.url.clone(),
                selected: Headers::default(),
                head,
                requested_at: self.requested_at,
                received_at: now,
                generation: self.generation,
                group: PRECACHE.to_owned(),
                tags: Vec::new(),
                size: 0,
            }),
            body,
        })
    }

    /// Hears whether it was stored.
    pub fn on_committed(&mut self, result: CommitResult) -> Next {
        match result {
            Ok(Committed { superseded: true, .. }) => self.failed("a write came in between".to_owned()),
            Ok(_) => Next::End(Ok(())),
            Err(error) => self.failed(error.to_string()),
        }
    }

    fn failed(&mut self, reason: String) -> Next {
        if self.tries >= TRIES && self.stored {
            return Next::End(Ok(()));
        }
        if self.tries >= TRIES {
            return Next::End(Err(format!("precache {}: {reason} (tried {} times)", self.listed.url, self.tries)));
        }
        Next::Pause(Span(250 << self.tries.min(6)))
    }
}
