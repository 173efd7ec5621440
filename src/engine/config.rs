//! The worker's config, checked: from a neutral value to what the engine works with.
//! Does not know JavaScript or JSON: `web/` turns one, the tests turn the other into a [`Value`].

mod checker;
mod conditions;
mod error;
mod own_path;
mod read;
mod schema;
mod source;
mod suggest;
mod value;

pub use conditions::{mutation_conditions, route_conditions};
pub use error::ConfigError;
pub use source::Source;
pub use value::Value;

use crate::route::{Limits, MutationRoute, Route};
use checker::Checker;

/// What of `longshore.start()`'s config the engine goes by; `base`, `cleanup`, `skipWaiting`, `memory` and `killSwitch` are the shell's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The shell's name for the whole config, functions and all: rows remember under which one they were made. Whoever reads the config
    /// fills it in.
    pub version: String,
    /// `routes`, in written order: the first that matches serves a request. Default: none.
    pub routes: Vec<Route>,
    /// `mutations`, in written order: the first that matches queues a write. Default: none.
    pub mutations: Vec<MutationRoute>,
    /// `precache`: what the worker fetches at install, and then the routes' `fallback` pages that it does not list. Default: none.
    pub precache: Vec<Precached>,
    /// `warm`: whether what a page has loaded before the worker controlled it is put through the routes. Default: `true`.
    pub warm: bool,
    /// `maxPending`: how many writes may wait in the queue; beyond it a page gets 507. Default: as many as storage holds.
    pub max_pending: Option<usize>,
    /// `maxPendingBytes`: how many bytes the bodies of all that waits may have; beyond it a page gets 507. Default: as many as storage holds.
    pub max_pending_bytes: Option<u64>,
    /// `parallel`: how many requests of the queue may be open at once. Default: 4, of the six that browsers open to an HTTP/1.1 host.
    pub parallel: usize,
    /// `limits`: how much may be stored in all, precached answers not counted. Default: as much as the browser lets us.
    pub limits: Limits,
}

/// One thing to fetch at install.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Precached {
    /// Its path on the own origin, with or without a query.
    pub url: String,
    /// What tells whether it has changed.
    pub revision: Revision,
    /// Subresource integrity that the answer must have, such as `sha256-…`. Default: none.
    pub integrity: Option<String>,
    /// `group`: whether the worker can do without it. Default: it cannot.
    pub group: Group,
}

/// What tells whether a precached answer is the one that is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Revision {
    /// A text that changes with the content.
    Told(String),
    /// `null`: the URL itself changes with the content, so what is stored under it is the same for ever.
    InUrl,
    /// Nothing: the server is asked at each install.
    Unknown,
}

impl Revision {
    /// The text of it, which is part of the key.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        if let Revision::Told(text) = self { Some(text) } else { None }
    }
}

/// How much depends on a precached answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// The installation fails without it.
    Critical,
    /// It is fetched once the worker is active; whatever comes of that.
    Optional,
}

impl Precached {
    /// An entry of which nothing is known but its URL.
    #[must_use]
    pub fn asked(url: &str) -> Precached {
        Precached { url: url.to_owned(), revision: Revision::Unknown, integrity: None, group: Group::Critical }
    }
}

impl Config {
    /// Checks the whole config; on failure every error there is, in written order. The syntax of patterns is the shell's to check, which
    /// has done so before it asks for this.
    ///
    /// Durations are texts such as `"300ms"`, `"3s"`, `"5m"`, `"24h"`, `"7d"`; a number is an error, since its unit would be a guess.
    pub fn check(value: &Value) -> Result<Config, Vec<ConfigError>> {
        let mut checker = Checker::default();
        checker.check("", &schema::CONFIG, value);
        if !checker.errors.is_empty() {
            return Err(checker.errors);
        }
        Ok(Config::read(value))
    }

    /// Reads a config that has been checked: what does not fit is taken for missing.
    #[must_use]
    pub fn read(value: &impl Source) -> Config {
        let mut config = read::config(value);
        config.precache_fallbacks();
        config
    }

    /// A fallback page that is not stored beforehand would be missing exactly when it is needed.
    fn precache_fallbacks(&mut self) {
        for route in &self.routes {
            let Some(url) = &route.fallback else { continue };
            if !self.precache.iter().any(|entry| entry.url == *url) {
                self.precache.push(Precached::asked(url));
            }
        }
    }
}

impl Default for Config {
    /// What an empty config means.
    fn default() -> Config {
        read::config(&Value::Map(Vec::new()))
    }
}
