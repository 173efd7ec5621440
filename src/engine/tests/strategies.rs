//! Every strategy, by what is stored and what the network says.

use super::world::{Said, URL, World, head, offline, ok, route, status};
use crate::engine::{Effect, Reason, Upstream};
use crate::http::{CacheMode, Method, Mode, RequestHead, ResponseHead, ResponseType};
use crate::ids::ExchangeId;
use crate::route::{Limits, Route, Strategy};
use crate::tabs::Event;
use crate::time::Span;

/// The words of a table's column, and what the network says first and after.
fn networks() -> Vec<(&'static str, Vec<Said>)> {
    let mut page = head(200, &[("content-type", "text/html")]);
    page.headers.set("etag", "\"2\"");
    let mut elsewhere = head(200, &[("content-type", "text/javascript")]);
    (elsewhere.redirected, elsewhere.url) = (true, "https://portal.example/login".to_owned());
    vec![
        ("new", vec![ok("\"2\"", "new")]),
        ("same", vec![ok("\"1\"", "old")]),
        ("304", vec![status(304, &[("etag", "\"1\"")])]),
        ("304 of another", vec![status(304, &[("etag", "\"9\"")]), ok("\"2\"", "new")]),
        ("503", vec![status(503, &[])]),
        ("404", vec![status(404, &[("content-type", "text/html")])]),
        ("error", vec![offline()]),
        ("page for script", vec![Ok((page, "login".to_owned()))]),
        ("elsewhere", vec![Ok((elsewhere, "login".to_owned()))]),
    ]
}

const STANDINGS: [&str; 5] = ["missing", "fresh", "stale", "invalidated", "expired"];

fn world(strategy: Strategy, standing: &str) -> World {
    let mut world = World::with(route(strategy));
    match standing {
        "missing" => {}
        "fresh" => world.seed(URL, Span::seconds(10)),
        "stale" => world.seed(URL, Span::seconds(100)),
        "invalidated" => {
            world.seed(URL, Span::seconds(10));
            world.tell(|engine, now| engine.invalidate(1, &[], &["api".to_owned()], now));
            world.log.clear();
        }
        "expired" => world.seed(URL, Span::hours(2)),
        other => panic!("no such standing: {other}"),
    }
    world
}

fn tell(strategy: Strategy, standing: &str, said: &[Said]) -> String {
    let mut world = world(strategy, standing);
    world.get(URL);
    for said in said {
        if !world.fetches().is_empty() {
            world.network(said.clone());
        }
    }
    world.assert_over();
    world.story()
}

/// The stories of one strategy and standing, in the order of `networks`.
fn check(strategy: Strategy, standings: &[&str], expected: &[&str]) {
    for standing in standings {
        for ((network, said), expected) in networks().iter().zip(expected) {
            assert_eq!(tell(strategy, standing, said), *expected, "{} {standing} {network}", strategy.as_str());
        }
    }
}

/// Nothing usable is stored: the network's answer goes out as it is, and is kept if it is a good one.
const WITHOUT: [&str; 9] = [
    "fetch network put",
    "fetch network put",
    "fetch network",
    "fetch network",
    "fetch network",
    "fetch network",
    "fetch failed",
    "fetch network",
    "fetch network",
];

/// What is stored is too old to be shown, but tells whether the new answer says something else.
const EXPIRED: [&str; 9] = [
    "fetch network put updated",
    "fetch network put",
    "fetch network",
    "fetch network",
    "fetch network",
    "fetch network remove updated",
    "fetch failed",
    "fetch network",
    "fetch network",
];

/// The network is asked first, and what is stored stands by.
const ASKED: [&str; 9] = [
    "fetch? network put updated",
    "fetch? network put",
    "fetch? stored refresh",
    "fetch? fetch network put updated",
    "fetch? stored",
    "fetch? network remove updated",
    "fetch? stored",
    "fetch? stored",
    "fetch? stored",
];

/// What is stored goes out at once, the network is asked behind it.
const BEHIND: [&str; 9] = [
    "stored fetch? put updated",
    "stored fetch? put",
    "stored fetch? refresh",
    "stored fetch? fetch put updated",
    "stored fetch?",
    "stored fetch? remove updated",
    "stored fetch?",
    "stored fetch?",
    "stored fetch?",
];

#[test]
fn cache_first_asks_the_network_only_when_nothing_fresh_is_stored() {
    check(Strategy::CacheFirst, &["missing"], &WITHOUT);
    check(Strategy::CacheFirst, &["fresh"], &["stored"; 9]);
    check(Strategy::CacheFirst, &["stale", "invalidated"], &ASKED);
    check(Strategy::CacheFirst, &["expired"], &EXPIRED);
}

#[test]
fn network_first_uses_what_is_stored_only_when_the_network_gives_nothing() {
    check(Strategy::NetworkFirst, &["missing"], &WITHOUT);
    check(Strategy::NetworkFirst, &["fresh", "stale", "invalidated"], &ASKED);
    check(Strategy::NetworkFirst, &["expired"], &EXPIRED);
}

#[test]
fn stale_while_revalidate_costs_no_network_when_fresh_and_answers_first_when_stale() {
    check(Strategy::StaleWhileRevalidate, &["missing"], &WITHOUT);
    check(Strategy::StaleWhileRevalidate, &["fresh"], &["stored"; 9]);
    check(Strategy::StaleWhileRevalidate, &["stale"], &BEHIND);
    check(Strategy::StaleWhileRevalidate, &["invalidated"], &ASKED);
    check(Strategy::StaleWhileRevalidate, &["expired"], &EXPIRED);
}

#[test]
fn network_only_neither_uses_nor_stores() {
    let mut expected = ["fetch network"; 9];
    expected[6] = "fetch failed";
    check(Strategy::NetworkOnly, &STANDINGS, &expected);
}

#[test]
fn cache_only_never_asks_the_network() {
    check(Strategy::CacheOnly, &["fresh", "stale", "invalidated"], &["stored"; 9]);
    check(Strategy::CacheOnly, &["missing", "expired"], &["504"; 9]);
}

#[test]
fn a_broken_store_is_an_empty_one() {
    for strategy in Strategy::ALL {
        let mut world = world(strategy, "fresh");
        world.lookups_fail = true;
        let id = world.get(URL);
        let expected = if strategy == Strategy::CacheOnly { "504" } else { "network" };
        if strategy != Strategy::CacheOnly {
            world.network(ok("\"2\"", "new"));
        }
        assert_eq!(world.got(id), expected, "{}", strategy.as_str());
        world.assert_over();
    }
}

#[test]
fn a_commit_that_fails_after_the_answer_harms_nobody() {
    for (standing, said) in [("missing", ok("\"2\"", "new")), ("stale", status(304, &[]))] {
        let mut world = world(Strategy::NetworkFirst, standing);
        world.store_says.push_back(crate::fault::StoreError::Quota("full".to_owned()));
        let id = world.get(URL);
        world.network(said);
        assert_ne!(world.got(id), "nothing");
        assert_eq!(world.ends.get(&id), Some(&Ok(())));
        assert!(world.updates().is_empty());
        world.assert_over();
    }
}

#[test]
fn without_validators_the_bytes_tell_whether_it_changed() {
    for (body, expected) in [("old", "fetch network put"), ("new", "fetch network put updated")] {
        let mut world = World::with(route(Strategy::NetworkFirst));
        world.get(URL);
        world.network(ok("", "old"));
        world.log.clear();
        world.get(URL);
        world.network(ok("", body));
        assert_eq!(world.story(), expected, "{body}");
        world.assert_over();
    }
}

#[test]
fn patience_ends_with_the_stored_answer_and_the_losing_fetch_is_given_up() {
    let mut world = world(Strategy::NetworkFirst, "stale");
    let id = world.get(URL);
    world.later(Span(1_999));
    assert_eq!(world.got(id), "nothing");
    world.later(Span(1));
    assert_eq!(world.story(), "fetch? stored abort");
    world.network(Err(crate::fault::FetchError::Network("AbortError".to_owned())));
    assert!(!world.log.contains(&Effect::Broadcast(Event::Offline)), "our own abort says nothing of the network");
    world.assert_over();
}

#[test]
fn without_a_stored_answer_the_network_may_take_as_long_as_it_likes() {
    let mut world = world(Strategy::NetworkFirst, "missing");
    let id = world.get(URL);
    world.later(Span::hours(1));
    assert_eq!(world.story(), "fetch");
    world.network(ok("\"2\"", "new"));
    assert_eq!(world.got(id), "network");
    world.assert_over();
}

#[test]
fn a_late_timer_changes_nothing() {
    let mut world = world(Strategy::NetworkFirst, "stale");
    let id = world.get(URL);
    world.network(ok("\"2\"", "new"));
    world.tell(|engine, now| engine.on_timer(Reason::Patience(id), now));
    world.tell(|engine, now| engine.on_timer(Reason::TryAgain(ExchangeId(99)), now));
    assert_eq!(world.story(), "fetch? network put updated");
    world.assert_over();
}

#[test]
fn the_fallback_page_is_shown_only_when_neither_network_nor_store_has_an_answer() {
    let page = "https://app.example/offline.html";
    for (precached, said, expected) in [
        (true, offline(), "stored"),
        (false, offline(), "failed"),
        (true, status(503, &[]), "network"),
        (true, ok("\"2\"", "new"), "network"),
    ] {
        let route = Route { fallback: Some("/offline.html".to_owned()), ..route(Strategy::NetworkFirst) };
        let mut world = World::with(route);
        if precached {
            world.seed(page, Span::hours(100));
        }
        let id = world.get("https://app.example/boards");
        world.network(said);
        assert_eq!(world.got(id), expected);
        world.assert_over();
    }
}

#[test]
fn a_head_request_is_answered_but_not_stored() {
    for (standing, said, expected) in [
        ("missing", ok("\"2\"", ""), "fetch network"),
        ("fresh", ok("\"2\"", ""), "bodiless"),
        ("stale", ok("\"2\"", ""), "fetch? network raise updated"),
        ("stale", status(304, &[("etag", "\"1\"")]), "fetch? bodiless refresh"),
    ] {
        let mut world = world(Strategy::CacheFirst, standing);
        world.begin(RequestHead { method: Method::Head, ..RequestHead::get(URL) });
        if !world.fetches().is_empty() {
            world.network(said);
        }
        assert_eq!(world.story(), expected, "{standing}");
        world.assert_over();
    }
}

#[test]
fn what_is_read_by_post_is_kept_and_asked_for_without_conditions() {
    for (strategy, standing, said, expected) in [
        (Strategy::CacheFirst, "missing", ok("\"2\"", "new"), "fetch network put"),
        (Strategy::CacheFirst, "fresh", offline(), "stored"),
        (Strategy::CacheFirst, "stale", ok("\"2\"", "new"), "fetch network put updated"),
        (Strategy::StaleWhileRevalidate, "stale", ok("\"2\"", "new"), "stored fetch put updated"),
        (Strategy::NetworkFirst, "stale", offline(), "fetch stored"),
    ] {
        let mut world = world(strategy, standing);
        world.begin(RequestHead { method: Method::Post, ..RequestHead::get(URL) });
        if let Some((_, upstream)) = world.fetches().first() {
            assert_eq!(*upstream, Upstream::default(), "{standing}");
            world.network(said);
        }
        assert_eq!(world.story(), expected, "{} {standing}", strategy.as_str());
        world.assert_over();
    }
}

#[test]
fn what_is_opaque_is_kept_where_the_route_asks_and_answers_no_cors_alone() {
    let opaque = || Ok((ResponseHead { kind: ResponseType::Opaque, ..head(0, &[]) }, String::new()));
    let no_cors = || RequestHead { mode: Mode::NoCors, same_origin: false, ..RequestHead::get(URL) };
    let part = RequestHead { headers: [("range", "bytes=0-")].into_iter().collect(), ..no_cors() };
    let unstored = RequestHead { cache: CacheMode::NoStore, ..no_cors() };
    for (keeps, request, expected) in [
        (true, no_cors(), "fetch network put"),
        (false, no_cors(), "fetch network"),
        (true, part, "fetch network"),
        (true, unstored, "fetch network"),
    ] {
        let mut world = World::with(Route { store_opaque: keeps, ..route(Strategy::CacheFirst) });
        world.begin(request);
        world.network(opaque());
        assert_eq!(world.story(), expected, "{keeps}");
        world.assert_over();
    }

    let mut world = World::with(Route { store_opaque: true, ..route(Strategy::CacheFirst) });
    world.begin(no_cors());
    world.network(opaque());
    let (entry, _) = world.entries.values().next().expect("it is stored");
    assert_eq!(entry.ready, None, "the worker shell cannot make it anew");
    world.begin(no_cors());
    world.get(URL);
    world.network(ok("", "readable"));
    assert_eq!(world.story(), "fetch network put stored fetch network put");
    world.assert_over();
}

#[test]
fn a_refusal_of_an_unexpected_type_is_still_the_servers_word() {
    let mut route = route(Strategy::NetworkFirst);
    route.expects = vec!["application/json".to_owned()];
    let problem = "application/problem+json";
    let cases = [
        (404, problem, "network"),
        (401, "text/plain", "network"),
        (200, "text/html", "stored"),
        (511, "text/html", "stored"),
    ];
    for (code, kind, expected) in cases {
        let mut world = World::with(route.clone());
        world.seed("https://app.example/api/x", Span::seconds(100));
        let id = world.get("https://app.example/api/x");
        world.network(status(code, &[("content-type", kind)]));
        assert_eq!(world.got(id), expected, "{code}");
        world.assert_over();
    }
}

#[test]
fn a_route_with_a_limit_trims_at_each_new_answer_and_notes_uses_in_batches() {
    let mut world = World::with(Route { limits: Limits { entries: 2, ..Limits::NONE }, ..route(Strategy::CacheFirst) });
    world.seed(URL, Span::seconds(10));
    world.get(URL);
    assert_eq!(world.story(), "stored", "a hit by itself writes nothing");
    world.get("https://app.example/b.js");
    world.network(ok("\"1\"", "b"));
    assert_eq!(world.story(), "stored fetch network touch+put+trim");
    world.log.clear();
    for n in 0..64 {
        let url = format!("https://app.example/{n}.js");
        world.seed(&url, Span::seconds(10));
        world.get(&url);
    }
    assert_eq!(world.story(), format!("{}touch", "stored ".repeat(64)));
    world.assert_over();
}

#[test]
fn a_limit_for_all_trims_after_the_route_s_own() {
    use crate::engine::{Op, config::Config};
    let limits = |entries| Limits { entries, ..Limits::NONE };
    let limited = Route { name: "own".to_owned(), limits: limits(2), ..route(Strategy::CacheFirst) };
    for (route, expected) in [(limited, vec![Some("own"), None]), (route(Strategy::CacheFirst), vec![None])] {
        let mut world = World::of(Config { routes: vec![route], limits: limits(9), ..Config::default() });
        world.get(URL);
        world.network(ok("\"1\"", "a"));
        let ops = world.ops();
        let groups =
            ops.iter().filter_map(|op| if let Op::Trim { group, .. } = op { Some(group.as_deref()) } else { None });
        assert_eq!(groups.collect::<Vec<_>>(), expected);
    }
}

#[test]
fn an_answer_that_says_it_is_too_long_is_not_read_and_what_is_stored_goes() {
    let limits = Limits { each: 3, ..Limits::NONE };
    for (length, expected) in [("3", "fetch network put"), ("4", "fetch network")] {
        let mut world = World::with(Route { limits, ..route(Strategy::NetworkFirst) });
        world.get(URL);
        world.network(status(200, &[("content-type", "text/javascript"), ("content-length", length)]));
        assert_eq!(world.story(), expected, "{length} bytes");
        world.assert_over();
    }
    let mut world = World::with(Route { limits, ..route(Strategy::NetworkFirst) });
    world.seed(URL, Span::seconds(10));
    world.get(URL);
    world.network(status(200, &[("content-type", "text/javascript"), ("content-length", "4")]));
    assert_eq!(world.story(), "fetch? network remove updated");
    world.assert_over();
}

#[test]
fn a_use_counts_in_the_group_that_the_entry_lies_in() {
    use crate::engine::Op;
    let mut world = World::with(Route { limits: Limits { entries: 2, ..Limits::NONE }, ..route(Strategy::CacheFirst) });
    world.seed(URL, Span::seconds(10));
    world.get(URL);
    world.get("https://app.example/b.js");
    world.network(ok("\"1\"", "b"));
    let groups: Vec<String> = world
        .ops()
        .iter()
        .filter_map(|op| match op {
            Op::Touch { uses } => uses.first().map(|(_, group, _)| group.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(groups, ["seeded"], "a precached page shown by a route must not be trimmed with the route's answers");
}
