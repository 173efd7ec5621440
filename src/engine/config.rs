//! The worker's config, checked: from a neutral value to what the engine works with.
//! Does not know JavaScript or JSON: `web/` turns one, the tests turn the other into a [`Value`].

mod checker;
mod error;
mod mutation;
mod own_path;
mod precache;
mod route;
mod suggest;
mod value;

pub use error::{ConfigError, Problem};
pub use precache::Precached;
pub use value::Value;

use crate::route::{Glob, MutationRoute, Route};
use checker::{Checker, set};
use own_path::check_own_path;

/// Everything `longshore.start()` was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// A fingerprint of the whole config, 16 hex digits: rows remember under which one they were made. Functions count only as
    /// being there, since their text is not known.
    pub version: String,
    /// `routes`, in written order: the first that matches serves a request. Default: none.
    pub routes: Vec<Route>,
    /// `mutations`, in written order: the first that matches queues a write. Default: none.
    pub mutations: Vec<MutationRoute>,
    /// `precache`: what the worker fetches at install, and then the routes' `fallback` pages that it does not list. Default: none.
    pub precache: Vec<Precached>,
    /// `cleanup`: names of other tools' caches to delete once this worker is active, `*` standing for any run. Default: none.
    pub cleanup: Vec<String>,
    /// `base`: the path under which Longshore's own files lie. Default: `/longshore/`.
    pub base: String,
    /// `skipWaiting`: whether a new worker takes over at once. Default: `false`, it waits until the old one's tabs are closed.
    pub skip_waiting: bool,
    /// `warm`: whether what a page has loaded before the worker controlled it is put through the routes. Default: `true`.
    pub warm: bool,
    /// `maxPending`: how many writes may wait in the queue; beyond it a page gets 507. Default: as many as storage holds.
    pub max_pending: Option<usize>,
}

const KEYS: [&str; 8] = ["routes", "mutations", "precache", "cleanup", "base", "skipWaiting", "warm", "maxPending"];

impl Config {
    /// Checks the whole config; on failure every error there is, in written order.
    ///
    /// Durations are texts such as `"300ms"`, `"3s"`, `"5m"`, `"24h"`, `"7d"`; a number is an error, since its unit would be a guess.
    pub fn check(value: &Value) -> Result<Config, Vec<ConfigError>> {
        let mut checker = Checker::default();
        let mut config = Config { version: value.fingerprint(), ..Config::default() };
        if let Some(fields) = checker.fields("config", value) {
            for (key, value) in fields {
                config.read(&mut checker, key, value);
            }
        }
        config.precache_fallbacks();
        checker.finish(config)
    }

    /// Whether an older tool's cache is to be deleted. Longshore's own are never.
    #[must_use]
    pub fn cleans(&self, cache_name: &str) -> bool {
        !cache_name.starts_with("longshore") && self.cleanup.iter().any(|glob| Glob::stars(glob).matches(cache_name))
    }

    fn read(&mut self, checker: &mut Checker, key: &str, value: &Value) {
        match key {
            "routes" => self.routes = checker.list(key, value, "a list of routes", route::read),
            "mutations" => self.mutations = checker.list(key, value, "a list of mutation routes", mutation::read),
            "precache" => self.precache = precache::read_all(checker, key, value),
            "cleanup" => self.cleanup = checker.list(key, value, "a list of cache names", read_cache_name),
            "base" => set(&mut self.base, read_base(checker, key, value)),
            "skipWaiting" => set(&mut self.skip_waiting, checker.flag(key, value)),
            "warm" => set(&mut self.warm, checker.flag(key, value)),
            "maxPending" => self.max_pending = checker.count(key, value),
            _ => checker.unknown_key(key, key, &KEYS),
        }
    }

    /// A fallback page that is not stored beforehand would be missing exactly when it is needed.
    fn precache_fallbacks(&mut self) {
        for path in self.routes.iter().filter_map(|route| route.fallback.as_ref()) {
            if !self.precache.iter().any(|entry| entry.url == *path) {
                self.precache.push(Precached { url: path.clone(), revision: None, integrity: None });
            }
        }
    }
}

impl Default for Config {
    /// What an empty config means.
    fn default() -> Config {
        Config {
            version: String::new(),
            routes: Vec::new(),
            mutations: Vec::new(),
            precache: Vec::new(),
            cleanup: Vec::new(),
            base: "/longshore/".to_owned(),
            skip_waiting: false,
            warm: true,
            max_pending: None,
        }
    }
}

fn read_cache_name(checker: &mut Checker, at: &str, value: &Value) -> Option<String> {
    let expected = "the name of a cache such as \"workbox-*\"";
    let text = checker.text(at, value, expected)?;
    if text.is_empty() { checker.unfit(at, expected, value) } else { Some(text.to_owned()) }
}

fn read_base(checker: &mut Checker, at: &str, value: &Value) -> Option<String> {
    let expected = "a path that starts and ends with \"/\"";
    let text = checker.text(at, value, expected)?;
    let fine = text.ends_with('/') && !text.contains('?') && check_own_path(text).is_ok();
    if fine { Some(text.to_owned()) } else { checker.unfit(at, expected, value) }
}
