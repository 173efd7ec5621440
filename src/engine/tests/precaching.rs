//! The precache list: fetched at install, kept by revision, served without a route.

use super::world::{Said, World, head, listed, offline, ok, route, status};
use crate::cache::EntryKey;
use crate::engine::config::{Config, Precached};
use crate::engine::{Answer, Op};
use crate::fault::StoreError;
use crate::http::{CacheMode, RequestHead};
use crate::ids::ExchangeId;
use crate::route::Strategy;
use crate::time::Span;

const PAGE: &str = "https://app.example/index.html";

fn world(list: Vec<Precached>) -> World {
    World::of(Config { precache: list, routes: vec![route(Strategy::NetworkFirst)], ..Config::default() })
}

fn installed(list: Vec<Precached>) -> World {
    let mut world = world(list);
    world.install();
    while !world.fetches().is_empty() {
        world.network(ok("\"1\"", "precached"));
    }
    world
}

#[test]
fn a_failing_entry_is_tried_four_times_and_then_named() {
    let page: Said = Ok((head(200, &[("content-type", "text/html")]), String::new()));
    for (said, words) in [
        (offline(), "the network failed: no network"),
        (status(503, &[]), "the server said 503"),
        (status(404, &[]), "the server said 404"),
        (page, "a web page where the URL ends in .js"),
    ] {
        let mut world = world(vec![listed("/a.js", Some("1"))]);
        let ids = world.install();
        for tries in 1..=4 {
            assert_eq!(world.fetches().len(), 1, "{words}: try {tries}");
            world.network(said.clone());
            world.later(Span::seconds(10));
        }
        let expected = Err(format!("precache /a.js: {words} (tried 4 times)"));
        assert_eq!(ids.iter().filter_map(|id| world.ends.get(id)).collect::<Vec<_>>(), [&expected]);
        world.assert_over();
    }
}

#[test]
fn a_try_that_comes_through_ends_the_trouble() {
    let mut world = world(vec![listed("/a.js", Some("1"))]);
    world.store_says.push_back(StoreError::Failed("broken".to_owned()));
    let ids = world.install();
    world.network(ok("", "a"));
    world.later(Span::seconds(1));
    world.network(offline());
    world.later(Span::seconds(2));
    world.network(ok("", "a"));
    assert_eq!(world.ends.get(&ids[0]), Some(&Ok(())));
    assert_eq!(world.entries.len(), 1);
    world.assert_over();
}

#[test]
fn a_stored_revision_is_not_fetched_again_and_an_entry_without_one_is_asked_about() {
    let mut first = installed(vec![listed("/index.html", Some("1")), listed("/offline.html", None)]);
    first.log.clear();
    let ids = first.install();
    let urls: Vec<_> = first.fetches().into_iter().map(|(_, upstream)| (upstream.url, upstream.cache)).collect();
    assert_eq!(urls, [(Some("https://app.example/offline.html".to_owned()), Some(CacheMode::Default))]);
    for _ in 0..4 {
        first.network(offline());
        first.later(Span::seconds(10));
    }
    assert!(ids.iter().all(|id| first.ends.get(id) == Some(&Ok(()))), "what is stored does");
    first.assert_over();
}

#[test]
fn revisions_go_past_the_browsers_own_cache_and_carry_their_integrity() {
    let entry = Precached { integrity: Some("sha256-x".to_owned()), ..listed("/index.html", Some("1")) };
    let mut world = world(vec![entry]);
    world.install();
    let [(_, upstream)] = &world.fetches()[..] else { panic!("one fetch") };
    assert_eq!((upstream.cache, upstream.integrity.as_deref()), (Some(CacheMode::Reload), Some("sha256-x")));
}

#[test]
fn activation_keeps_only_the_revisions_listed_now() {
    let mut world = installed(vec![listed("/index.html", Some("2"))]);
    world.log.clear();
    world.tell(|engine, _| engine.activate());
    let keys = vec![EntryKey::precached(PAGE, Some("2"))];
    assert_eq!(world.ops(), [Op::KeepPrecached { keys }]);
    world.assert_over();
}

#[test]
fn a_precached_url_without_a_route_is_served_however_old() {
    let mut world = installed(vec![listed("/index.html", Some("1"))]);
    world.later(Span::hours(10_000));
    world.log.clear();
    let id = world.begin_on(RequestHead::get(PAGE), None);
    assert_eq!((world.got(id).as_str(), world.story().as_str()), ("stored", "stored"));
    world.assert_over();
}

#[test]
fn a_precached_page_stands_by_for_a_route() {
    let mut world = installed(vec![listed("/index.html", Some("1"))]);
    let id = world.get(PAGE);
    world.network(offline());
    assert_eq!(world.got(id), "stored");
    world.assert_over();
}

/// Where the stored answer lies that a page got.
fn shown(world: &World, id: ExchangeId) -> Option<&EntryKey> {
    if let Some(Answer::Stored { key, .. }) = world.answers.get(&id) { Some(key) } else { None }
}

#[test]
fn a_precached_page_stands_by_also_where_the_routes_own_answer_is_of_no_use() {
    let precached = EntryKey::precached(PAGE, Some("1"));
    // Expired.
    let mut world = installed(vec![listed("/index.html", Some("1"))]);
    world.seed(PAGE, Span::hours(2));
    let id = world.get(PAGE);
    assert_eq!(world.got(id), "nothing");
    world.network(offline());
    assert_eq!(shown(&world, id), Some(&precached));
    world.assert_over();

    // Selected by another request's fields.
    let mut world = installed(vec![listed("/index.html", Some("1"))]);
    let asks = |language: &str| {
        let mut head = RequestHead::get(PAGE);
        head.headers.set("accept-language", language);
        head
    };
    let Ok((mut varies, body)) = ok("\"2\"", "hello") else { return };
    varies.headers.set("vary", "accept-language");
    varies.headers.set("content-type", "text/html");
    world.begin(asks("en"));
    world.network(Ok((varies, body)));
    let id = world.begin(asks("de"));
    world.network(offline());
    assert_eq!(shown(&world, id), Some(&precached));
    world.assert_over();
}

#[test]
fn an_expired_answer_with_nothing_precached_behind_it_still_says_what_has_changed() {
    let mut world = world(Vec::new());
    world.seed(PAGE, Span::hours(2));
    let id = world.get(PAGE);
    let page = head(200, &[("content-type", "text/html"), ("etag", "\"2\"")]);
    world.network(Ok((page, "new".to_owned())));
    assert_eq!((world.got(id).as_str(), world.updates()), ("network", vec![Some(PAGE.to_owned())]));
    world.assert_over();
}
