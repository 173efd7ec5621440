//! From a route, or the precache list, to the plan for one request.
//! Does not match routes: the index comes from the shell.

use super::config::Precached;
use super::effect::Keep;
use super::exchange::PRECACHE;
use crate::cache::{Entry, EntryKey};
use crate::freshness::{Lifetime, Policy, Respect, ready, ttl};
use crate::http::{Ready, RequestHead, ResponseType};
use crate::route::{self, Limits, Packing, Priority, Route, Strategy};
use crate::text::joined;
use crate::time::{Span, Timestamp};
use std::rc::Rc;

/// How long a stored answer that is known to be outdated waits for the network before it goes out all the same.
const PATIENCE: Span = Span::seconds(3);

/// Good until invalidated, unless its headers say otherwise: what cache-first makes of an answer, and how precached ones are marked for
/// routes that show them.
pub const LASTING: Policy =
    Policy { respect: Respect::Route, stale_time: None, max_age: None, silent: Lifetime::Forever };

/// A policy under which nothing ages.
const ANY_AGE: Policy =
    Policy { respect: Respect::Route, stale_time: Some(Span(i64::MAX)), max_age: None, silent: Lifetime::Forever };

/// What a route (or the precache list) wants for one request.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Who is asked first.
    pub strategy: Strategy,
    /// Where an answer may be stored, best first; new answers go under the first.
    pub keys: Vec<EntryKey>,
    /// The route, by its place in the config; none for what only the precache list wants.
    pub route: Option<usize>,
    /// The route's times.
    pub policy: Policy,
    /// Whether what is stored is good whatever its age.
    pub any_age: bool,
    /// Whether answers that cannot be read are stored too.
    pub store_opaque: bool,
    /// The content types a stored answer may have; empty: what the URL's ending suggests.
    pub expects: Vec<String>,
    /// Tags for a stored answer, filled in.
    pub tags: Vec<String>,
    /// The limit group.
    pub group: String,
    /// How much the group may hold.
    pub limits: Limits,
    /// When its answers go, beside those of others.
    pub priority: Priority,
    /// How its bytes lie in the store.
    pub packing: Packing,
    /// How long to wait for the network while a stored answer stands by.
    pub patience: Option<Span>,
    /// The stored page to show when there is nothing else.
    pub fallback: Option<Vec<EntryKey>>,
}

impl Plan {
    /// By what a stored answer is judged.
    #[must_use]
    pub fn judges_by(&self) -> Policy {
        if self.any_age { ANY_AGE } else { self.policy }
    }

    /// The mark for an answer that is stored under this plan, where its strategy lets one go out unasked.
    #[must_use]
    pub fn mark(&self, entry: &Entry) -> Option<Ready> {
        // What is opaque only the engine's shell can put together.
        if !self.strategy.answers_unasked() || entry.head.kind == ResponseType::Opaque {
            return None;
        }
        if entry.group == PRECACHE {
            return ready(entry.view(), LASTING);
        }
        Some(Ready { route: Some(self.route?), ..ready(entry.view(), self.policy)? })
    }

    /// How an answer is kept that came at this moment.
    #[must_use]
    pub fn keeps(&self, received_at: Timestamp) -> Keep {
        Keep {
            until: self.policy.max_age.map(|age| received_at + age),
            priority: self.priority,
            packing: self.packing,
            most: self.limits.each,
        }
    }

    /// How many seconds a stored answer stays fresh, negative once stale; none where its age does not count.
    #[must_use]
    pub fn ttl(&self, entry: &Entry, now: Timestamp) -> Option<i64> {
        let lasts = entry.group == PRECACHE && !self.any_age;
        ttl(entry.view(), if lasts { LASTING } else { self.judges_by() }, now)
    }

    /// The keys that come after this one.
    #[must_use]
    pub fn keys_after(&self, key: &EntryKey) -> Vec<EntryKey> {
        let place = self.keys.iter().position(|other| other == key);
        place.and_then(|place| self.keys.get(place + 1..)).unwrap_or_default().to_vec()
    }
}

/// What the worker shell has found about a request that is to be served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The route that takes it; none where only the precache list does.
    pub route: Option<usize>,
    /// Where an answer may lie, best first.
    pub keys: Vec<EntryKey>,
}

/// Where precached URLs lie.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// The worker's origin, such as `https://app.example`.
    origin: String,
    /// In written order. Shared, so that the fetch of one has its own hold on it.
    pub precached: Vec<Rc<Place>>,
}

/// One entry of the precache list, found.
#[derive(Debug)]
pub struct Place {
    /// Its absolute URL.
    pub url: String,
    /// Where it is stored.
    pub key: EntryKey,
    /// What the list says of it.
    pub listed: Precached,
}

impl Places {
    /// Resolves a precache list against the origin.
    #[must_use]
    pub fn of(list: Vec<Precached>, origin: &str) -> Places {
        let mut precached = Vec::new();
        for listed in list {
            let url = absolute(origin, &listed.url);
            let key = EntryKey::precached(&url, listed.revision.text());
            precached.push(Rc::new(Place { url, key, listed }));
        }
        Places { origin: origin.to_owned(), precached }
    }

    /// The keys of all.
    #[must_use]
    pub fn keys(&self) -> Vec<EntryKey> {
        let mut keys = Vec::new();
        for place in &self.precached {
            keys.push(place.key.clone());
        }
        keys
    }

    /// What a route wants for a request whose answer may lie under these keys; without a route, what the precache list does.
    #[must_use]
    pub fn plan(&self, route: Option<&Route>, head: &RequestHead, keys: Vec<EntryKey>) -> Plan {
        let Some(route) = route else { return precache_plan(keys) };
        let respect = match route.respect {
            route::Respect::Route => Respect::Route,
            route::Respect::Http => Respect::Http,
        };
        // Where headers are silent the strategy speaks: cache-first means that what is stored is good.
        let silent = if route.strategy == Strategy::CacheFirst { Lifetime::Forever } else { Lifetime::None };
        Plan {
            strategy: route.strategy,
            route: None,
            keys,
            policy: Policy { respect, stale_time: route.stale_time, max_age: route.max_age, silent },
            any_age: false,
            store_opaque: route.store_opaque,
            expects: route.expects.clone(),
            tags: route.tags_for(&head.method, &head.url),
            group: route.name.clone(),
            limits: route.limits,
            priority: route.priority,
            packing: route.packing,
            patience: if route.strategy == Strategy::NetworkFirst { route.timeout } else { Some(PATIENCE) },
            fallback: route.fallback.as_deref().map(|path| self.fallback(path)),
        }
    }

    fn fallback(&self, path: &str) -> Vec<EntryKey> {
        let url = absolute(&self.origin, path);
        let mut keys = Vec::from_iter(self.key_of(&url));
        keys.push(EntryKey::of(&url));
        keys
    }

    fn key_of(&self, url: &str) -> Option<EntryKey> {
        self.precached.iter().find(|place| place.url == url).map(|place| place.key.clone())
    }
}

fn precache_plan(keys: Vec<EntryKey>) -> Plan {
    Plan {
        strategy: Strategy::CacheFirst,
        route: None,
        keys,
        policy: LASTING,
        // Its revision says how long it is good.
        any_age: true,
        store_opaque: false,
        expects: Vec::new(),
        tags: Vec::new(),
        group: PRECACHE.to_owned(),
        limits: Limits::NONE,
        priority: Priority::Normal,
        packing: Packing::Plain,
        patience: None,
        fallback: None,
    }
}

/// A path of the config as an absolute URL.
#[must_use]
pub fn absolute(origin: &str, path: &str) -> String {
    if path.starts_with('/') { joined(&[origin, path]) } else { path.to_owned() }
}
