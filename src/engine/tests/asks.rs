//! What a request itself demands, above its route's strategy.

use super::world::{Said, URL, World, ok, route, status};
use crate::http::{CacheMode, RequestHead};
use crate::route::Strategy;
use crate::time::Span;

const FRESH: i64 = 10;
const STALE: i64 = 100;

fn check(strategy: Strategy, request: RequestHead, age: Option<i64>, said: Said, expected: &str) {
    let mut world = World::with(route(strategy));
    if let Some(age) = age {
        world.seed(URL, Span::seconds(age));
    }
    let words = format!("{} {:?} {:?} {age:?}", strategy.as_str(), request.cache, request.headers);
    world.begin(request);
    if !world.fetches().is_empty() {
        world.network(said);
    }
    assert_eq!(world.story(), expected, "{words}");
    world.assert_over();
}

fn mode(cache: CacheMode) -> RequestHead {
    RequestHead { cache, ..RequestHead::get(URL) }
}

fn field(name: &str, value: &str) -> RequestHead {
    RequestHead { headers: [(name, value)].into_iter().collect(), ..RequestHead::get(URL) }
}

fn new() -> Said {
    ok("\"2\"", "new")
}

fn unchanged() -> Said {
    status(304, &[("etag", "\"1\"")])
}

#[test]
fn a_cache_mode_is_the_callers_word_above_the_strategy() {
    for strategy in [Strategy::CacheFirst, Strategy::StaleWhileRevalidate, Strategy::NetworkFirst] {
        check(strategy, mode(CacheMode::NoStore), Some(FRESH), new(), "fetch network");
        check(strategy, mode(CacheMode::NoStore), None, new(), "fetch network");
        check(strategy, mode(CacheMode::Reload), Some(FRESH), new(), "fetch network put updated");
        check(strategy, mode(CacheMode::Reload), Some(FRESH), ok("\"1\"", "old"), "fetch network put");
        check(strategy, mode(CacheMode::Reload), None, new(), "fetch network put");
        check(strategy, mode(CacheMode::NoCache), Some(FRESH), new(), "fetch? network put updated");
        check(strategy, mode(CacheMode::NoCache), Some(FRESH), unchanged(), "fetch? stored refresh");
        check(strategy, mode(CacheMode::NoCache), None, new(), "fetch network put");
        check(strategy, mode(CacheMode::ForceCache), Some(STALE), new(), "stored");
        check(strategy, mode(CacheMode::ForceCache), None, new(), "fetch network put");
        check(strategy, mode(CacheMode::OnlyIfCached), Some(STALE), new(), "stored");
        check(strategy, mode(CacheMode::OnlyIfCached), None, new(), "504");
    }
}

#[test]
fn the_requests_own_directives_count_as_its_cache_mode_does() {
    let strategy = Strategy::CacheFirst;
    check(strategy, field("cache-control", "no-store"), Some(FRESH), new(), "fetch network");
    check(strategy, field("cache-control", "no-cache"), Some(FRESH), unchanged(), "fetch? stored refresh");
    check(strategy, field("cache-control", "max-age=0"), Some(FRESH), new(), "fetch? network put updated");
    check(strategy, field("cache-control", "only-if-cached"), Some(STALE), new(), "stored");
    check(strategy, field("cache-control", "only-if-cached"), None, new(), "504");
}

#[test]
fn a_page_with_conditions_of_its_own_gets_its_own_304() {
    for strategy in [Strategy::CacheFirst, Strategy::StaleWhileRevalidate, Strategy::NetworkFirst] {
        check(strategy, field("if-none-match", "\"1\""), Some(FRESH), unchanged(), "fetch network");
        check(strategy, field("if-none-match", "\"0\""), Some(FRESH), new(), "fetch network put updated");
        let both = RequestHead { cache: CacheMode::NoCache, ..field("if-none-match", "\"1\"") };
        check(strategy, both, Some(FRESH), unchanged(), "fetch network");
    }
}

#[test]
fn network_only_stays_so_when_the_page_asks_for_revalidation() {
    check(Strategy::NetworkOnly, mode(CacheMode::NoCache), Some(FRESH), status(503, &[]), "fetch network");
    check(Strategy::NetworkOnly, field("cache-control", "no-cache"), Some(FRESH), new(), "fetch network");
}

#[test]
fn only_a_revalidation_goes_past_the_browsers_own_cache() {
    let check = |request: RequestHead, age: Option<i64>, expected: Option<CacheMode>| {
        let mut world = World::with(route(Strategy::NetworkFirst));
        if let Some(age) = age {
            world.seed(URL, Span::seconds(age));
        }
        let words = format!("{:?} {age:?}", request.cache);
        world.begin(request);
        let modes: Vec<_> = world.fetches().into_iter().map(|(_, upstream)| upstream.cache).collect();
        assert_eq!(modes, [expected], "{words}");
    };
    check(mode(CacheMode::Default), None, None);
    check(mode(CacheMode::Default), Some(STALE), Some(CacheMode::NoCache));
    check(mode(CacheMode::NoCache), Some(STALE), None);
    check(mode(CacheMode::Reload), Some(STALE), None);
    check(mode(CacheMode::NoStore), Some(STALE), None);
}

#[test]
fn an_answer_selected_by_another_field_value_is_not_used() {
    let mut world = World::with(route(Strategy::CacheFirst));
    let asks = |value: &str| field("accept-language", value);
    world.begin(asks("en"));
    let Ok((mut head, body)) = ok("\"1\"", "hello") else { return };
    head.headers.set("vary", "Accept-Language");
    world.network(Ok((head, body)));
    let (same, other) = (world.begin(asks("en")), world.begin(asks("de")));
    assert_eq!((world.got(same), world.got(other)), ("stored".to_owned(), "nothing".to_owned()));
    world.network(new());
    world.assert_over();
}
