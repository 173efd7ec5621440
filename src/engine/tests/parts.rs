//! Requests with Range: cut from what is stored, passed on where nothing is, and the whole fetched behind.

use super::world::{ORIGIN, Said, URL, World, head, listed, offline, ok, route, status};
use crate::engine::config::Config;
use crate::engine::{Aim, Answer, Effect, Upstream};
use crate::http::{CacheMode, Credentials, Part, RequestHead};
use crate::route::{Respect, Route, Strategy};
use crate::time::Span;

const FRESH: i64 = 10;
const STALE: i64 = 100;

fn asking(fields: &[(&str, &str)]) -> RequestHead {
    RequestHead { headers: fields.iter().copied().collect(), same_origin: true, ..RequestHead::get(URL) }
}

fn part() -> RequestHead {
    asking(&[("range", "bytes=1-1")])
}

/// A 206 of a whole with this ETag and length.
fn some(etag: &str, length: &str) -> Said {
    let range = ["bytes 1-1/", length].concat();
    status(206, &[("content-type", "text/javascript"), ("etag", etag), ("content-range", &range)])
}

fn seeded(strategy: Strategy, age: Option<i64>) -> World {
    let mut world = World::with(route(strategy));
    if let Some(age) = age {
        world.seed(URL, Span::seconds(age));
    }
    world
}

/// What happens, the network saying one thing after another.
fn check(strategy: Strategy, request: RequestHead, age: Option<i64>, said: &[Said], expected: &str) {
    let mut world = seeded(strategy, age);
    let words = format!("{} {:?} {age:?} {said:?}", strategy.as_str(), request.headers);
    world.begin(request);
    for said in said {
        if !world.fetches().is_empty() {
            world.network(said.clone());
        }
    }
    assert_eq!(world.story(), expected, "{words}");
    world.assert_over();
}

#[test]
fn a_part_of_what_is_stored_goes_out_as_the_strategy_lets_the_whole() {
    let new = || [some("\"2\"", "9"), ok("\"2\"", "new")];
    for strategy in [Strategy::CacheFirst, Strategy::StaleWhileRevalidate, Strategy::CacheOnly] {
        check(strategy, part(), Some(FRESH), &[], "206");
    }
    check(Strategy::CacheOnly, part(), Some(STALE), &[], "206");
    check(Strategy::CacheOnly, part(), None, &[], "504");
    check(Strategy::CacheFirst, part(), Some(STALE), &[offline()], "fetch 206");
    check(Strategy::CacheFirst, part(), Some(STALE), &[status(503, &[])], "fetch 206");
    check(Strategy::NetworkFirst, part(), Some(FRESH), &[offline()], "fetch 206");
    check(Strategy::NetworkFirst, part(), Some(FRESH), &[some("\"1\"", "3")], "fetch network");
    check(Strategy::NetworkFirst, part(), Some(FRESH), &new(), "fetch network fetch? put updated");
    check(Strategy::StaleWhileRevalidate, part(), Some(STALE), &[ok("\"2\"", "new")], "206 fetch? put updated");
    check(
        Strategy::StaleWhileRevalidate,
        part(),
        Some(STALE),
        &[status(304, &[("etag", "\"1\"")])],
        "206 fetch? refresh",
    );
    check(Strategy::StaleWhileRevalidate, part(), Some(STALE), &[offline()], "206 fetch?");
}

#[test]
fn the_request_decides_between_part_whole_and_416() {
    let range = ("range", "bytes=0-1");
    for (fields, expected) in [
        (&[("range", "bytes=0-0")][..], "206"),
        (&[("range", "bytes=-2")], "206"),
        (&[("range", "bytes=1-")], "206"),
        (&[("range", "bytes=0-99")], "206"),
        (&[("range", "bytes=0-0,2-2")], "206"),
        (&[("range", "bytes=3-")], "416"),
        (&[("range", "bytes=2-1")], "stored"),
        (&[("range", "lines=0-1")], "stored"),
        (&[range, ("if-range", "\"1\"")], "206"),
        (&[range, ("if-range", "\"2\"")], "stored"),
        (&[range, ("if-range", "W/\"1\"")], "stored"),
        (&[range, ("if-range", "Sun, 06 Nov 1994 08:49:37 GMT")], "stored"),
        (&[("if-range", "\"1\"")], "stored"),
    ] {
        check(Strategy::CacheFirst, asking(fields), Some(FRESH), &[], expected);
    }
    let head = RequestHead { method: crate::http::Method::Head, ..part() };
    check(Strategy::CacheFirst, head, Some(FRESH), &[], "bodiless");
    let conditional = asking(&[range, ("if-match", "\"1\"")]);
    check(Strategy::CacheFirst, conditional, Some(FRESH), &[status(412, &[])], "fetch network");
    let reload = RequestHead { cache: CacheMode::NoStore, ..part() };
    check(Strategy::CacheFirst, reload, Some(FRESH), &[some("\"2\"", "9")], "fetch network");
}

#[test]
fn a_part_is_cut_out_where_it_lies() {
    let mut world = seeded(Strategy::CacheFirst, Some(FRESH));
    let id = world.begin(asking(&[("range", "bytes=1-")]));
    let Some(Answer::Stored { head, cut: Some(cut), .. }) = world.answers.get(&id) else { panic!("no part") };
    assert_eq!(head.headers.first("content-range"), Some("bytes 1-2/3"));
    assert_eq!(head.headers.first("content-length"), Some("2"));
    let parts: Vec<Part> = cut.pieces.iter().map(|piece| piece.part).collect();
    assert_eq!(parts, [Part { first: 1, last: 2 }]);
}

#[test]
fn where_nothing_is_stored_the_request_goes_on_untouched_and_the_whole_is_fetched_behind() {
    let whole = || ok("\"2\"", "new");
    let fills = "fetch network fetch put";
    for strategy in [Strategy::CacheFirst, Strategy::StaleWhileRevalidate, Strategy::NetworkFirst] {
        check(strategy, part(), None, &[offline()], "fetch failed");
        check(strategy, part(), None, &[status(416, &[])], "fetch network");
        check(strategy, part(), None, &[whole()], "fetch network put");
        check(strategy, part(), None, &[some("\"2\"", "33554432"), whole()], fills);
        check(strategy, part(), None, &[some("\"2\"", "33554433")], "fetch network");
        check(strategy, part(), None, &[some("\"2\"", "*")], "fetch network");
        check(strategy, part(), None, &[some("\"2\"", "9"), offline()], "fetch network fetch");
        check(strategy, part(), None, &[some("\"2\"", "9"), some("\"2\"", "9")], "fetch network fetch");
        let mut secret = some("\"2\"", "9");
        secret.as_mut().unwrap().0.headers.set("cache-control", "no-store");
        check(strategy, part(), None, &[secret], "fetch network");
    }
    let elsewhere = RequestHead { same_origin: false, credentials: Credentials::Include, ..part() };
    check(Strategy::CacheFirst, elsewhere, None, &[some("\"2\"", "9")], "fetch network");
}

#[test]
fn what_goes_out_is_the_pages_own_request_and_then_a_plain_one() {
    let mut world = seeded(Strategy::CacheFirst, None);
    world.begin(asking(&[("range", "bytes=1-1"), ("if-range", "\"1\""), ("accept", "*/*")]));
    let sent = |world: &World| world.fetches().into_iter().map(|(_, upstream)| upstream).collect::<Vec<_>>();
    assert_eq!(sent(&world), [Upstream::default()]);
    world.network(some("\"2\"", "9"));
    let extra = [("accept", "*/*")].into_iter().collect();
    assert_eq!(sent(&world), [Upstream { url: Some(URL.to_owned()), extra, cache: None, integrity: None }]);
    world.network(ok("\"2\"", "new"));
    let id = world.begin(part());
    assert_eq!(world.got(id), "206");
    world.assert_over();
}

#[test]
fn parts_share_no_fetch_and_the_whole_behind_them_is_fetched_once() {
    let mut world = seeded(Strategy::CacheFirst, None);
    world.get(URL);
    world.begin(part());
    world.begin(part());
    assert_eq!(world.fetches().len(), 3, "each on its own");
    let fetches = world.fetches();
    let mine = fetches.into_iter().skip(1).map(|(id, _)| id).collect::<Vec<_>>();
    world.open.retain(|effect| !matches!(effect, Effect::Fetch { exchange, .. } if mine.contains(exchange)));
    for id in mine {
        world.respond_to(id, some("\"2\"", "9"));
    }
    assert_eq!(world.fetches().len(), 1, "both wait for the plain fetch");
    world.network(ok("\"2\"", "new"));
    assert_eq!(world.story(), "fetch fetch fetch network network network put");
    world.assert_over();
}

#[test]
fn a_part_of_what_is_precached_needs_no_network() {
    let config = Config { precache: vec![listed("/app.js", Some("1"))], ..Config::default() };
    let mut world = World::of(config);
    world.precache(Aim::Install);
    world.network(ok("\"1\"", "old"));
    assert_eq!(URL, [ORIGIN, "/app.js"].concat());
    let id = world.begin_on(part(), None);
    assert_eq!(world.got(id), "206");
    assert!(world.fetches().is_empty());
}

#[test]
fn where_http_rules_a_small_part_is_kept_as_it_is() {
    let http = || World::with(Route { respect: Respect::Http, ..route(Strategy::CacheFirst) });
    let sent = |range: &str, length: &str| {
        let fields =
            [("cache-control", "max-age=60"), ("content-range", range), ("content-length", length), ("etag", "\"1\"")];
        Ok((head(206, &fields), "x".repeat(length.parse().expect("a length"))))
    };
    let range = |range: &str| asking(&[("range", range)]);
    let mut world = http();
    world.begin(range("bytes=-5"));
    world.network(sent("bytes 5-9/10", "5"));
    for (asked, gets) in [("bytes=-5", "stored"), ("bytes=6-8", "206"), ("bytes=7-", "206"), ("bytes=-1", "206")] {
        let id = world.begin(range(asked));
        assert_eq!(world.got(id), gets, "{asked}");
    }
    let id = world.begin(range("bytes=6-8"));
    let Some(Answer::Stored { head: told, cut: Some(cut), .. }) = world.answers.get(&id) else { panic!("no part") };
    assert_eq!(told.headers.first("content-range"), Some("bytes 6-8/10"));
    assert_eq!(cut.pieces.first().map(|piece| piece.part), Some(Part { first: 1, last: 3 }));
    // What it does not hold is asked for, and takes its place; the whole is asked for as ever, and then serves for all.
    world.begin(range("bytes=0-6"));
    world.network(sent("bytes 0-6/10", "7"));
    world.begin(asking(&[]));
    world.network(Ok((head(200, &[("cache-control", "max-age=60")]), "0123456789".to_owned())));
    let id = world.begin(range("bytes=7-8"));
    assert_eq!(world.got(id), "206");
    world.assert_over();
    // Another request in the same words, once the part is stale.
    let mut world = http();
    world.begin(range("bytes=-5"));
    world.network(sent("bytes 5-9/10", "5"));
    world.later(Span::seconds(100));
    world.begin(range("bytes=-5"));
    world.network(sent("bytes 5-9/10", "5"));
    assert_eq!(world.story(), "fetch network put fetch network put");
    world.assert_over();
}
