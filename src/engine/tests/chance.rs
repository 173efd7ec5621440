//! Anything in any order, answers twice and too late among it: each exchange is answered once and ends once, and nothing
//! stays in memory. The world checks every effect as it comes.

use super::world::{ORIGIN, Said, Waits, World, head, listed, offline, ok, route as a_route, status};
use crate::engine::config::Config;
use crate::engine::{Aim, Effect, Lock};
use crate::fault::{FetchError, StoreError};
use crate::http::{CacheMode, Method, RequestHead};
use crate::ids::{CommitId, Entropy, ExchangeId};
use crate::queue::{Command, Only, Wake};
use crate::route::{self, Limits, Route};
use crate::time::Span;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Get {
        url: u8,
        route: u8,
        cache: u8,
        conditions: bool,
    },
    Post {
        url: u8,
    },
    Install,
    Seed {
        url: u8,
        age: i64,
    },
    /// Answers one of the open questions.
    Answer {
        which: u8,
        how: u8,
    },
    /// Answers a question that was answered before, or never put.
    Repeat {
        id: u8,
        how: u8,
    },
    Invalidate {
        url: u8,
    },
    Discard,
    Later {
        ms: i64,
    },
    Wake,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        6 => (0..3_u8, 0..6_u8, 0..9_u8, any::<bool>())
            .prop_map(|(url, route, cache, conditions)| Step::Get { url, route, cache, conditions: conditions && cache == 8 }),
        2 => (0..3_u8).prop_map(|url| Step::Post { url }),
        1 => Just(Step::Install),
        2 => (0..3_u8, prop_oneof![Just(10), Just(100), Just(4_000)]).prop_map(|(url, age)| Step::Seed { url, age }),
        12 => (any::<u8>(), 0..10_u8).prop_map(|(which, how)| Step::Answer { which, how }),
        2 => (any::<u8>(), 0..10_u8).prop_map(|(id, how)| Step::Repeat { id, how }),
        1 => (0..3_u8).prop_map(|url| Step::Invalidate { url }),
        1 => Just(Step::Discard),
        2 => prop_oneof![Just(250), Just(2_000), Just(20_000)].prop_map(|ms| Step::Later { ms }),
        1 => Just(Step::Wake),
    ];
    proptest::collection::vec(step, 1..60)
}

fn url(n: u8) -> String {
    format!("{ORIGIN}/api/{n}.js")
}

fn said(how: u8) -> Said {
    let large = [("content-type", "text/javascript"), ("content-length", "2000000"), ("etag", "\"3\"")];
    match how {
        0..=2 => ok("\"2\"", "new"),
        3 => Ok((head(200, &large), "large".to_owned())),
        4 => status(304, &[("etag", "\"1\"")]),
        5 => status(304, &[("etag", "\"9\"")]),
        6 => status(503, &[]),
        7 => status(404, &[]),
        8 => Ok((head(200, &[("content-type", "text/html")]), "login".to_owned())),
        _ => offline(),
    }
}

fn request(n: u8, cache: u8, conditions: bool) -> RequestHead {
    let mut head = RequestHead::get(&url(n));
    head.cache = match cache {
        0 => CacheMode::NoStore,
        1 => CacheMode::Reload,
        2 => CacheMode::NoCache,
        3 => CacheMode::ForceCache,
        4 => CacheMode::OnlyIfCached,
        _ => CacheMode::Default,
    };
    if conditions {
        head.headers.set("if-none-match", "\"1\"");
    }
    head
}

fn world() -> World {
    let limited = |route: Route| Route {
        limits: Limits { entries: 2, ..Limits::NONE },
        fallback: Some("/offline.html".to_owned()),
        ..route
    };
    let routes: Vec<Route> = route::Strategy::ALL.into_iter().map(|strategy| limited(a_route(strategy))).collect();
    let precache = vec![listed("/offline.html", None), listed("/api/0.js", Some("1"))];
    let mut world = World::of(Config { routes, precache, ..Config::default() });
    world.waits = vec![Waits::Lookups, Waits::Commits];
    world.lock = None;
    world
}

fn answer(world: &mut World, effect: Effect, how: u8) {
    let broken = || StoreError::Failed("broken".to_owned());
    match effect {
        Effect::Fetch { exchange, .. } => world.respond_to(exchange, said(how)),
        Effect::Lookup { exchange, .. } if how == 9 => {
            world.tell(|engine, now| engine.on_entry(exchange, Err(broken()), now));
        }
        Effect::Commit { .. } if how >= 8 => {
            world.store_says.push_back(if how == 8 { broken() } else { StoreError::Quota("full".to_owned()) });
            world.carry_out(effect);
        }
        Effect::Send { row, .. } => {
            world.open.push(Effect::Send { row, body: None });
            let last = world.open.len() - 1;
            world.open.swap(0, last);
            world.server(if how == 5 { Err(FetchError::Timeout) } else { said(how) });
        }
        Effect::AskLock => {
            let lock = if how == 9 { Lock::Missing } else { Lock::Granted };
            world.tell(|engine, now| engine.on_lock(lock, now));
        }
        other => world.carry_out(other),
    }
}

fn take(world: &mut World, step: Step) {
    match step {
        Step::Get { url, route, cache, conditions } => {
            let route = (route < 5).then_some(usize::from(route));
            world.begin_on(request(url, cache, conditions), route);
        }
        Step::Post { url: n } => {
            let head = RequestHead { method: Method::Post, ..RequestHead::get(&url(n)) };
            world.submit(head, 0);
        }
        Step::Install => {
            world.precache(Aim::Install);
        }
        Step::Seed { url: n, age } => world.seed(&url(n), Span::seconds(age)),
        Step::Answer { which, how } => {
            if !world.open.is_empty() {
                let place = usize::from(which) % world.open.len();
                let effect = world.open.remove(place);
                answer(world, effect, how);
            }
        }
        Step::Repeat { id, how } => {
            let id = u64::from(id % 64);
            world.respond_to(ExchangeId(id), said(how));
            world.tell(|engine, now| engine.on_entry(ExchangeId(id), Ok(None), now));
            let done =
                world.log.iter().any(|effect| matches!(effect, Effect::Commit { id: other, .. } if other.0 == id));
            let open =
                world.open.iter().any(|effect| matches!(effect, Effect::Commit { id: other, .. } if other.0 == id));
            if done && !open {
                world.tell(|engine, now| engine.on_committed(CommitId(id), Ok(Default::default()), now));
            }
        }
        Step::Invalidate { url: n } => world.tell(|engine, now| engine.invalidate(900, &[url(n)], &[], now)),
        Step::Discard => {
            if let Some(id) = world.rows.keys().next().cloned() {
                world.tell(|engine, now| engine.command(901, Command::Discard(id), Only::Any, Entropy(1), now));
            }
        }
        Step::Later { ms } => world.later(Span(ms)),
        Step::Wake => world.wake(Wake::Page),
    }
}

/// Everything is answered, one thing after another, until nobody waits.
fn settle(world: &mut World) {
    world.waits.clear();
    for round in 0..400 {
        if !world.open.is_empty() {
            let effect = world.open.remove(0);
            answer(world, effect, 0);
        } else if world.engine.jobs.is_empty() {
            return;
        } else {
            world.later(Span::seconds(20));
        }
        assert!(round < 399, "it never ends: {:?}", world.engine.jobs);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn every_exchange_is_answered_once_and_ends_once(steps in steps()) {
        let mut world = world();
        for step in steps {
            take(&mut world, step);
        }
        settle(&mut world);
        world.assert_over();
    }

    #[test]
    fn the_same_trace_gives_the_same_effects(steps in steps()) {
        let run = || {
            let mut world = world();
            steps.iter().cloned().for_each(|step| take(&mut world, step));
            world.log
        };
        prop_assert_eq!(run(), run());
    }
}
