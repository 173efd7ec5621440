//! The precache list: fetched at install, kept by revision, made whole again, served without a route.

use super::world::{Said, World, head, listed, offline, ok, route, status};
use crate::cache::EntryKey;
use crate::engine::config::{Config, Group, Precached, Revision};
use crate::engine::{Aim, Answer, Effect, Op, Upstream};
use crate::fault::StoreError;
use crate::http::{CacheMode, RequestHead};
use crate::ids::ExchangeId;
use crate::route::Strategy;
use crate::time::Span;

const PAGE: &str = "https://app.example/index.html";
const HASH: &str = "sha256-x";

fn world(list: Vec<Precached>) -> World {
    World::of(Config { precache: list, routes: vec![route(Strategy::NetworkFirst)], ..Config::default() })
}

fn installed(list: Vec<Precached>) -> World {
    let mut world = world(list);
    world.precache(Aim::Install);
    while !world.fetches().is_empty() {
        world.network(ok("\"1\"", "precached"));
    }
    world
}

fn optional(url: &str) -> Precached {
    Precached { group: Group::Optional, ..listed(url, Some("1")) }
}

/// So many files with a hash in their names.
fn files(count: usize) -> Vec<Precached> {
    let file = |number| Precached { revision: Revision::InUrl, ..listed(&format!("/{number}.js"), None) };
    (0..count).map(file).collect()
}

/// Done, total and failed, as the tabs were told.
fn told(world: &World) -> Vec<(usize, usize, usize)> {
    let progress = |effect: &Effect| match effect {
        Effect::Progress { done, total, failed } => Some((*done, *total, *failed)),
        _ => None,
    };
    world.log.iter().filter_map(progress).collect()
}

fn asked(world: &World) -> Vec<String> {
    world.fetches().into_iter().filter_map(|(_, upstream)| upstream.url).collect()
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
        let id = world.precache(Aim::Install);
        for tries in 1..=4 {
            assert_eq!(world.fetches().len(), 1, "{words}: try {tries}");
            world.network(said.clone());
            world.later(Span::seconds(10));
        }
        let expected = Err(format!("precache /a.js: {words} (tried 4 times)"));
        assert_eq!(world.ends.get(&id), Some(&expected));
        assert_eq!(told(&world), [(0, 1, 1)]);
        world.assert_over();
    }
}

#[test]
fn a_try_that_comes_through_ends_the_trouble() {
    let mut world = world(vec![listed("/a.js", Some("1"))]);
    world.store_says.push_back(StoreError::Failed("broken".to_owned()));
    let id = world.precache(Aim::Install);
    world.network(ok("", "a"));
    world.later(Span::seconds(1));
    world.network(offline());
    world.later(Span::seconds(2));
    world.network(ok("", "a"));
    assert_eq!(world.ends.get(&id), Some(&Ok(())));
    assert_eq!(world.entries.len(), 1);
    world.assert_over();
}

#[test]
fn six_are_fetched_at_a_time_in_written_order_and_the_tabs_hear_of_each() {
    let mut world = world(files(8));
    let id = world.precache(Aim::Install);
    let first: Vec<_> = (0..6).map(|number| format!("https://app.example/{number}.js")).collect();
    assert_eq!(asked(&world), first);
    world.network(ok("", "a"));
    assert_eq!((asked(&world).len(), asked(&world).last().map(String::as_str)), (6, Some("https://app.example/6.js")));
    for _ in 0..7 {
        assert_eq!(world.ends.get(&id), None);
        world.network(ok("", "a"));
    }
    assert_eq!(world.ends.get(&id), Some(&Ok(())));
    assert_eq!(told(&world), (1..=8).map(|done| (done, 8, 0)).collect::<Vec<_>>());
    world.assert_over();
}

#[test]
fn an_installation_that_was_cut_off_goes_on_where_it_was() {
    let mut first = world(files(8));
    first.precache(Aim::Install);
    for _ in 0..3 {
        first.network(ok("", "a"));
    }
    let mut second = world(files(8));
    second.entries = first.entries;
    let id = second.precache(Aim::Install);
    assert_eq!(asked(&second).first().map(String::as_str), Some("https://app.example/3.js"));
    for _ in 0..5 {
        second.network(ok("", "a"));
    }
    assert_eq!((second.ends.get(&id), second.entries.len()), (Some(&Ok(())), 8));
    second.assert_over();
}

#[test]
fn an_entry_that_cannot_be_had_ends_the_installation_and_no_other_is_begun() {
    let mut world = world(files(20));
    let id = world.precache(Aim::Install);
    let (failing, _) = world.fetches()[0];
    for _ in 0..4 {
        world.open.retain(|effect| !matches!(effect, Effect::Fetch { exchange, .. } if *exchange == failing));
        world.respond_to(failing, status(404, &[]));
        world.later(Span::seconds(10));
    }
    assert_eq!(world.ends.get(&id), None, "the others are under way");
    for _ in 0..5 {
        world.network(ok("", "a"));
    }
    assert_eq!(world.ends.get(&id), Some(&Err("precache /0.js: the server said 404 (tried 4 times)".to_owned())));
    world.assert_over();
}

#[test]
fn what_is_optional_waits_for_the_worker_to_be_at_work_and_may_fail() {
    let mut world = world(vec![optional("/film.webm"), listed("/index.html", Some("1")), optional("/extra.js")]);
    let id = world.precache(Aim::Install);
    assert_eq!(asked(&world), [PAGE]);
    world.network(ok("", "a"));
    assert_eq!(world.ends.get(&id), Some(&Ok(())));
    let id = world.precache(Aim::Repair);
    assert_eq!(asked(&world), ["https://app.example/film.webm", "https://app.example/extra.js"]);
    world.network(status(404, &[]));
    world.network(ok("", "a"));
    assert_eq!(world.ends.get(&id), Some(&Ok(())), "it fails nothing, and is tried once");
    assert_eq!(told(&world), [(1, 1, 0), (0, 2, 1), (1, 2, 1)]);
    world.precache(Aim::Repair);
    assert_eq!(asked(&world), ["https://app.example/film.webm"], "at the next start");
    world.network(ok("", "a"));
    world.assert_over();
}

#[test]
fn what_is_optional_and_has_no_revision_is_asked_about_once_it_is_stored() {
    let mut world = world(vec![Precached { group: Group::Optional, ..listed("/data.json", None) }]);
    world.precache(Aim::Repair);
    world.network(ok("", "old"));
    world.precache(Aim::Repair);
    assert_eq!(asked(&world), [""; 0]);
    let id = world.precache(Aim::Install);
    assert_eq!(asked(&world), ["https://app.example/data.json"]);
    for _ in 0..4 {
        world.network(offline());
        world.later(Span::seconds(10));
    }
    assert_eq!(world.ends.get(&id), Some(&Ok(())), "what is stored does");
    world.assert_over();
}

#[test]
fn what_a_page_asks_for_before_it_is_precached_is_not_stored_for_it() {
    let whole = Precached { integrity: Some(HASH.to_owned()), ..optional("/help.js") };
    let mut world = world(vec![whole]);
    let head = RequestHead::get("https://app.example/help.js");
    let id = world.begin_on(head, None);
    world.network(ok("", "whatever the browser's cache has"));
    assert_eq!(world.got(id), "network");
    assert!(world.entries.is_empty());
    world.assert_over();
}

#[test]
fn what_the_browser_has_removed_is_fetched_again() {
    let mut world = installed(vec![listed("/index.html", Some("1")), listed("/offline.html", None)]);
    world.precache(Aim::Repair);
    assert_eq!(asked(&world), [""; 0], "nothing is missing");
    world.entries.clear();
    let id = world.precache(Aim::Repair);
    world.network(ok("", "a"));
    world.network(ok("", "a"));
    assert_eq!((world.ends.get(&id), world.entries.len()), (Some(&Ok(())), 2));
    world.assert_over();
}

#[test]
fn a_repair_without_a_network_ends_after_six() {
    let mut world = world(files(20));
    let id = world.precache(Aim::Repair);
    let mut asked = 0;
    while !world.fetches().is_empty() {
        asked += 1;
        world.network(offline());
    }
    // Five more were begun when the sixth failed.
    assert_eq!((asked, world.ends.get(&id)), (11, Some(&Ok(()))));
    world.assert_over();
}

#[test]
fn a_stored_revision_is_not_fetched_again_and_an_entry_without_one_is_asked_about() {
    let in_url = Precached { revision: Revision::InUrl, ..listed("/app.3f2a.js", None) };
    let mut first = installed(vec![listed("/index.html", Some("1")), in_url, listed("/offline.html", None)]);
    first.log.clear();
    let id = first.precache(Aim::Install);
    let urls: Vec<_> = first.fetches().into_iter().map(|(_, upstream)| (upstream.url, upstream.cache)).collect();
    assert_eq!(urls, [(Some("https://app.example/offline.html".to_owned()), Some(CacheMode::NoCache))]);
    for _ in 0..4 {
        first.network(offline());
        first.later(Span::seconds(10));
    }
    assert_eq!(first.ends.get(&id), Some(&Ok(())), "what is stored does");
    first.assert_over();
}

/// What the tries of an entry with an integrity ask for, when the network gives none.
fn tries(revision: Revision, aim: Aim) -> (World, ExchangeId, Vec<Upstream>) {
    let mut world = world(vec![Precached { revision, integrity: Some(HASH.to_owned()), ..listed("/a.js?b", None) }]);
    let id = world.precache(aim);
    let mut asked = Vec::new();
    for _ in 0..3 {
        asked.push(world.fetches()[0].1.clone());
        world.network(offline());
        world.later(Span::seconds(10));
    }
    asked.push(world.fetches()[0].1.clone());
    (world, id, asked)
}

#[test]
fn what_fails_its_integrity_is_asked_for_past_the_browsers_cache_and_then_past_all_others() {
    for (revision, first) in [
        (Revision::Told("1".to_owned()), CacheMode::Reload),
        (Revision::InUrl, CacheMode::Default),
        (Revision::Unknown, CacheMode::NoCache),
    ] {
        let (.., asked) = tries(revision, Aim::Install);
        let modes: Vec<_> = asked.iter().map(|upstream| upstream.cache).collect();
        assert_eq!(modes, [first, CacheMode::Reload, CacheMode::Reload, CacheMode::Reload].map(Some));
        let integrity: Vec<_> = asked.iter().map(|upstream| upstream.integrity.as_deref()).collect();
        assert_eq!(integrity, [Some(HASH), Some(HASH), Some(HASH), None]);
        let urls: Vec<_> = asked.iter().filter_map(|upstream| upstream.url.as_deref()).collect();
        assert_eq!(urls[..2], ["https://app.example/a.js?b"; 2]);
        let (third, fourth) = (urls[2], urls[3]);
        assert!(third.starts_with("https://app.example/a.js?b&longshore-past-caches="), "{third}");
        assert!(third != fourth && fourth.contains("&longshore-past-caches="), "{fourth}");
    }
}

#[test]
fn an_integrity_that_fails_everywhere_is_told_from_a_network_that_fails() {
    for aim in [Aim::Install, Aim::Repair] {
        let (mut world, id, _) = tries(Revision::InUrl, aim);
        world.network(ok("", "a"));
        let words = "precache /a.js?b: what came does not have its integrity, also past all caches (tried 4 times)";
        let expected = if aim == Aim::Install { Err(words.to_owned()) } else { Ok(()) };
        assert_eq!(world.ends.get(&id), Some(&expected));
        assert!(world.entries.is_empty(), "and what came is not stored");
        world.assert_over();
    }
    let (mut world, id, _) = tries(Revision::InUrl, Aim::Install);
    world.network(offline());
    let words = "precache /a.js?b: the network failed: no network (tried 4 times)";
    assert_eq!(world.ends.get(&id), Some(&Err(words.to_owned())));
    world.assert_over();
}

#[test]
fn what_is_stored_already_does_not_stand_in_for_what_must_have_an_integrity() {
    let mut world = installed(vec![listed("/a.js", None)]);
    let list = vec![Precached { integrity: Some(HASH.to_owned()), ..listed("/a.js", None) }];
    let mut next = self::world(list);
    next.entries = std::mem::take(&mut world.entries);
    let id = next.precache(Aim::Install);
    for said in [offline(), offline(), offline(), ok("", "older")] {
        next.network(said);
        next.later(Span::seconds(10));
    }
    assert!(next.ends.get(&id).is_some_and(Result::is_err), "{:?}", next.ends.get(&id));
    next.assert_over();
}

#[test]
fn an_answer_from_past_the_caches_is_stored_under_its_own_url() {
    let mut world = world(vec![Precached { integrity: Some(HASH.to_owned()), ..listed("/index.html", Some("1")) }]);
    let id = world.precache(Aim::Install);
    for said in [offline(), offline(), ok("", "a")] {
        world.network(said);
        world.later(Span::seconds(10));
    }
    assert_eq!(world.ends.get(&id), Some(&Ok(())));
    let (entry, _) = &world.entries[&EntryKey::precached(PAGE, Some("1"))];
    assert_eq!(entry.url, PAGE);
    world.assert_over();
}

#[test]
fn what_is_not_listed_now_goes_unless_an_older_tab_needs_it() {
    let mut world = installed(vec![listed("/index.html", Some("2"))]);
    world.log.clear();
    let older = EntryKey::precached(PAGE, Some("1"));
    world.tell(|engine, _| engine.keep_precached(std::slice::from_ref(&older.0)));
    let keys = vec![EntryKey::precached(PAGE, Some("2")), older];
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
