//! What an answer of ours says of how it came about (RFC 9211).

use super::world::{Said, URL, Waits, World, offline, ok, route, status};
use crate::engine::Answer;
use crate::http::{CacheMode, Headers, RequestHead};
use crate::ids::ExchangeId;
use crate::route::{Respect, Route, Strategy};
use crate::time::Span;

fn fields(world: &World, id: ExchangeId) -> &Headers {
    match world.answers.get(&id) {
        Some(Answer::Stored { head, .. }) => &head.headers,
        Some(Answer::Made { headers, .. }) => headers,
        other => panic!("expected an answer of ours, got {other:?}"),
    }
}

fn told(mut world: World, request: RequestHead, said: Said) -> String {
    let id = world.begin(request);
    world.later(Span(7));
    if !world.fetches().is_empty() {
        world.network(said);
    }
    fields(&world, id).get("cache-status").unwrap_or_default()
}

/// A route whose answers are fresh for a minute, with one of this age.
fn aged(route: Route, seconds: i64) -> World {
    let mut world = World::with(Route { fallback: Some("/offline.html".to_owned()), ..route });
    world.seed("https://app.example/offline.html", Span::seconds(70));
    world.seed(URL, Span::seconds(seconds));
    world
}

#[test]
fn answers_from_the_store_say_why_and_for_how_long() {
    use Strategy::{CacheFirst, CacheOnly, NetworkFirst, StaleWhileRevalidate};
    let check = |strategy: Strategy, seconds: i64, said: Said, expected: &str| {
        let found = told(aged(route(strategy), seconds), RequestHead::get(URL), said);
        assert_eq!(found, expected, "{} {seconds}", strategy.as_str());
    };
    let same = || status(304, &[("etag", "\"1\"")]);
    check(CacheFirst, 10, offline(), "Longshore; hit; ttl=50");
    check(CacheOnly, 70, offline(), "Longshore; hit; ttl=-10");
    check(StaleWhileRevalidate, 70, offline(), "Longshore; hit; ttl=-10");
    check(CacheFirst, 70, same(), "Longshore; fwd=stale; fwd-status=304; ttl=60; stored");
    check(CacheFirst, 70, status(503, &[]), "Longshore; fwd=stale; fwd-status=503; ttl=-11");
    check(CacheFirst, 70, offline(), "Longshore; fwd=stale; ttl=-11; detail=offline");
    check(NetworkFirst, 10, offline(), "Longshore; fwd=bypass; ttl=49; detail=offline");
    let forever = Route { stale_time: None, max_age: None, ..route(CacheFirst) };
    assert_eq!(told(aged(forever, 10), RequestHead::get(URL), offline()), "Longshore; hit");
    let missing = RequestHead::get("https://app.example/other.js");
    let fallback = told(aged(route(NetworkFirst), 10), missing, offline());
    assert_eq!(fallback, "Longshore; fwd=uri-miss; ttl=-11; detail=fallback");
}

#[test]
fn one_that_outlasts_patience_says_so() {
    let mut world = aged(route(Strategy::NetworkFirst), 70);
    let id = world.get(URL);
    world.later(Span::seconds(2));
    let fields = fields(&world, id);
    assert_eq!(fields.get("cache-status").as_deref(), Some("Longshore; fwd=stale; ttl=-12; detail=timeout"));
    assert_eq!(fields.get("server-timing").as_deref(), Some("longshore;desc=store;dur=2000"));
}

#[test]
fn one_that_another_has_fetched_is_collapsed() {
    let mut world = World::with(route(Strategy::CacheFirst));
    world.get(URL);
    let Ok((mut head, body)) = ok("\"1\"", "new") else { return };
    head.headers.set("content-length", "2000000");
    world.waits = vec![Waits::Commits];
    let late = world.get(URL);
    world.network(Ok((head, body)));
    world.store_answers();
    assert_eq!(fields(&world, late).get("cache-status").as_deref(), Some("Longshore; fwd=uri-miss; ttl=60; collapsed"));
}

#[test]
fn refusals_say_why_and_other_caches_keep_their_word() {
    let http = || Route { respect: Respect::Http, fallback: None, ..route(Strategy::CacheFirst) };
    let only =
        RequestHead { headers: [("cache-control", "only-if-cached")].into_iter().collect(), ..RequestHead::get(URL) };
    assert_eq!(told(World::with(http()), only, offline()), "Longshore; detail=only-if-cached");
    let check = |control: &str, cache: CacheMode, expected: &str| {
        let mut world = World::with(http());
        world.seed(URL, Span::seconds(70));
        for (entry, _) in world.entries.values_mut() {
            entry.head.headers.set("cache-control", control);
            entry.head.headers.set("cache-status", "cdn; hit");
        }
        assert_eq!(told(world, RequestHead { cache, ..RequestHead::get(URL) }, offline()), expected, "{control}");
    };
    check("max-age=60, must-revalidate", CacheMode::Default, "Longshore; fwd=stale; detail=offline");
    check("max-age=90", CacheMode::Default, "cdn; hit, Longshore; hit; ttl=20");
    check("max-age=90", CacheMode::NoCache, "cdn; hit, Longshore; fwd=request; ttl=19; detail=offline");
}
