//! Routes that leave the decision to HTTP: what goes out, what is asked, what is stored.

use super::world::{Said, URL, World, head, offline, ok, route, status};
use crate::cache::EntryKey;
use crate::engine::Answer;
use crate::http::{CacheMode, Method, RequestHead};
use crate::route::{Respect, Route, Strategy};
use crate::time::Span;

fn http(strategy: Strategy) -> Route {
    Route { respect: Respect::Http, ..route(strategy) }
}

/// A world with an entry of this age and Cache-Control (none where that is empty).
fn world(strategy: Strategy, control: &str, seconds: i64) -> World {
    let mut world = World::with(http(strategy));
    world.seed(URL, Span::seconds(seconds));
    for (entry, _) in world.entries.values_mut().filter(|_| !control.is_empty()) {
        entry.head.headers.set("cache-control", control);
    }
    world
}

fn tell(mut world: World, request: RequestHead, said: Said) -> String {
    world.begin(request);
    if !world.fetches().is_empty() {
        world.network(said);
    }
    world.assert_over();
    world.story()
}

fn same() -> Said {
    status(304, &[("etag", "\"1\"")])
}

fn failing() -> Said {
    status(503, &[])
}

#[test]
fn the_headers_decide_whatever_the_strategy_and_the_routes_times() {
    let check = |control: &str, seconds: i64, said: fn() -> Said, expected: &str| {
        for strategy in [Strategy::CacheFirst, Strategy::NetworkFirst, Strategy::StaleWhileRevalidate] {
            let story = tell(world(strategy, control, seconds), RequestHead::get(URL), said());
            assert_eq!(story, expected, "{} {control:?} {seconds}", strategy.as_str());
        }
    };
    check("max-age=60", 59, offline, "stored");
    check("max-age=60", 60, same, "fetch? stored refresh");
    check("max-age=60", 60, failing, "fetch? stored");
    check("max-age=60", 60, offline, "fetch? stored");
    check("", 1, same, "fetch? stored refresh");
    check("max-age=600, no-cache", 1, same, "fetch? stored refresh");
    check("max-age=600, no-cache", 1, failing, "fetch? network");
    check("max-age=600, no-cache", 1, offline, "fetch? 504");
    check("max-age=60, must-revalidate", 59, offline, "stored");
    check("max-age=60, must-revalidate", 61, failing, "fetch? network");
    check("max-age=60, must-revalidate", 61, offline, "fetch? 504");
    check("max-age=60, stale-while-revalidate=60", 61, same, "stored fetch? refresh");
    check("max-age=60, stale-while-revalidate=60", 61, offline, "stored fetch?");
    check("max-age=60, stale-if-error=10", 61, failing, "fetch? stored");
    check("max-age=60, stale-if-error=10", 99, failing, "fetch? network");
    check("max-age=60, stale-if-error=10", 99, offline, "fetch? stored");
}

#[test]
fn the_request_has_its_say() {
    let check = |cache: CacheMode, asked: &str, seconds: i64, said: Said, expected: &str| {
        let headers = [("cache-control", asked)].into_iter().filter(|(_, asked)| !asked.is_empty()).collect();
        let request = RequestHead { cache, headers, ..RequestHead::get(URL) };
        let story = tell(world(Strategy::CacheFirst, "max-age=60, immutable", seconds), request, said);
        assert_eq!(story, expected, "{cache:?} {asked:?} {seconds}");
    };
    check(CacheMode::Default, "max-age=10", 20, same(), "fetch? stored refresh");
    check(CacheMode::Default, "max-stale", 99, offline(), "stored");
    check(CacheMode::Default, "min-fresh=30", 40, same(), "fetch? stored refresh");
    check(CacheMode::Default, "no-store", 1, ok("\"2\"", "new"), "fetch network");
    check(CacheMode::Default, "only-if-cached", 1, offline(), "stored");
    check(CacheMode::Default, "only-if-cached", 99, offline(), "504");
    check(CacheMode::NoCache, "", 1, offline(), "stored");
    check(CacheMode::NoCache, "", 99, same(), "fetch? stored refresh");
    check(CacheMode::Reload, "", 1, ok("\"2\"", "new"), "fetch network put updated");
    check(CacheMode::ForceCache, "", 99, offline(), "stored");
}

#[test]
fn answers_are_stored_as_http_allows() {
    let check = |code: u16, control: &str, expected: &str| {
        let fields = [("content-type", "text/javascript"), ("cache-control", control)];
        let story = tell(
            World::with(http(Strategy::CacheFirst)),
            RequestHead::get(URL),
            Ok((head(code, &fields), "x".to_owned())),
        );
        assert_eq!(story, expected, "{code} {control:?}");
    };
    check(200, "max-age=60", "fetch network put");
    check(200, "no-store", "fetch network");
    check(404, "max-age=60", "fetch network put");
    check(404, "", "fetch network put");
    check(500, "", "fetch network");
    check(500, "max-age=60", "fetch network put");
    check(206, "max-age=60", "fetch network");
    let only = RequestHead { cache: CacheMode::OnlyIfCached, ..RequestHead::get(URL) };
    assert_eq!(tell(World::with(http(Strategy::CacheFirst)), only, offline()), "504");
    assert_eq!(tell(World::with(http(Strategy::CacheFirst)), RequestHead::get(URL), offline()), "fetch failed");
}

#[test]
fn what_must_not_be_stored_of_an_answer_is_not() {
    let mut world = World::with(http(Strategy::CacheFirst));
    world.get(URL);
    let fields = [
        ("cache-control", "max-age=60, no-cache=\"x-a\""),
        ("x-a", "1"),
        ("x-b", "2"),
        ("connection", "x-c"),
        ("x-c", "3"),
    ];
    world.network(Ok((head(200, &fields), "x".to_owned())));
    let (entry, _) = &world.entries[&EntryKey::of(URL)];
    let names: Vec<&str> = entry.head.headers.iter().map(|(name, _)| name).collect();
    // The last is ours: parts can be had of what is stored.
    assert_eq!(names, ["cache-control", "x-b", "accept-ranges"]);
}

#[test]
fn a_head_is_answered_by_what_a_get_has_stored_and_tells_of_it() {
    let check = |control: &str, seconds: i64, said: Said, expected: &str| {
        let request = RequestHead { method: Method::Head, ..RequestHead::get(URL) };
        let story = tell(world(Strategy::CacheFirst, control, seconds), request, said);
        assert_eq!(story, expected, "{control:?} {seconds}");
    };
    check("max-age=60", 59, offline(), "bodiless");
    check("max-age=60", 61, same(), "fetch? bodiless refresh");
    check("max-age=60", 61, ok("\"1\"", ""), "fetch? network refresh");
    check("max-age=60", 61, ok("", ""), "fetch? network refresh");
    check("max-age=60", 61, ok("\"2\"", ""), "fetch? network raise updated");
    check("max-age=60", 61, status(403, &[("etag", "\"2\"")]), "fetch? network");
    check("max-age=60", 61, status(404, &[]), "fetch? network remove updated");
    let head = RequestHead { method: Method::Head, ..RequestHead::get(URL) };
    assert_eq!(tell(World::with(http(Strategy::CacheFirst)), head, ok("\"1\"", "")), "fetch network");
}

#[test]
fn what_a_head_has_found_old_is_asked_about() {
    let mut world = world(Strategy::CacheFirst, "max-age=60", 10);
    world.begin(RequestHead { method: Method::Head, cache: CacheMode::NoCache, ..RequestHead::get(URL) });
    world.network(ok("\"2\"", ""));
    world.get(URL);
    world.network(same());
    assert_eq!(world.story(), "fetch? network raise updated fetch? stored refresh");
    world.assert_over();
}

#[test]
fn the_browsers_own_cache_is_left_out() {
    for seeded in [false, true] {
        let mut world =
            if seeded { world(Strategy::CacheFirst, "", 1) } else { World::with(http(Strategy::CacheFirst)) };
        world.get(URL);
        assert_eq!(world.fetches()[0].1.cache, Some(CacheMode::NoStore), "{seeded}");
    }
}

#[test]
fn what_a_page_has_loaded_is_taken_from_the_browsers_own_cache() {
    let mut world = World::with(http(Strategy::CacheFirst));
    world.warm(URL);
    assert_eq!(world.fetches()[0].1.cache, None);
}

#[test]
fn answers_that_vary_are_kept_beside_each_other() {
    let mut world = World::with(http(Strategy::CacheFirst));
    let ask = |kind: &str| RequestHead { headers: [("accept", kind)].into_iter().collect(), ..RequestHead::get(URL) };
    let fields = [("cache-control", "max-age=60"), ("vary", "accept")];
    for kind in ["text/css", "text/html"] {
        world.begin(ask(kind));
        world.network(Ok((head(200, &fields), kind.to_owned())));
    }
    for kind in ["text/css", "text/html"] {
        let id = world.begin(ask(kind));
        let Some(Answer::Stored { key, .. }) = world.answers.get(&id) else { panic!("{kind} is not stored") };
        assert_eq!(world.entries.get(key).map(|(_, body)| body.as_str()), Some(kind));
    }
    world.begin(ask("text/plain"));
    world.network(Ok((head(200, &fields), "plain".to_owned())));
    assert_eq!(world.story(), "fetch network put fetch network put stored stored fetch network put");
    // A write makes all of them old.
    world.tell(|engine, now| engine.invalidate(1, &[URL.to_owned()], &[], now));
    for kind in ["text/css", "text/html"] {
        world.begin(ask(kind));
        world.network(Ok((head(200, &fields), "new".to_owned())));
    }
    assert!(world.story().ends_with("fetch network put updated fetch network put updated"), "{}", world.story());
    world.assert_over();
}
