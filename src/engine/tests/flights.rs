//! Single flight: who shares a fetch, who does not, and what those get who wait.

use super::world::{Said, URL, Waits, World, head, offline, ok, route, status};
use crate::fault::StoreError;
use crate::http::{CacheMode, Credentials, Method, Mode, RequestHead};
use crate::ids::ExchangeId;
use crate::route::Strategy;
use crate::time::Span;

fn world(strategy: Strategy) -> World {
    World::with(route(strategy))
}

fn new() -> Said {
    ok("\"2\"", "new")
}

/// Beyond what passengers share: they read the stored row.
fn large() -> Said {
    let fields = [("content-type", "text/javascript"), ("content-length", "2000000"), ("etag", "\"2\"")];
    Ok((head(200, &fields), "large".to_owned()))
}

fn get_three(world: &mut World) -> [ExchangeId; 3] {
    [world.get(URL), world.get(URL), world.get(URL)]
}

fn all_got(world: &World, ids: &[ExchangeId], expected: &str) {
    for id in ids {
        assert_eq!(world.got(*id), expected, "{}", world.story());
    }
    world.assert_over();
}

#[test]
fn many_same_requests_make_one_fetch_and_all_get_its_answer() {
    for strategy in
        [Strategy::CacheFirst, Strategy::NetworkFirst, Strategy::StaleWhileRevalidate, Strategy::NetworkOnly]
    {
        let mut world = world(strategy);
        let ids = get_three(&mut world);
        assert_eq!(world.fetches().len(), 1, "{}", strategy.as_str());
        world.network(new());
        all_got(&world, &ids, "network");
    }
}

#[test]
fn the_pilots_failure_reaches_all() {
    let mut missing = world(Strategy::NetworkFirst);
    let ids = get_three(&mut missing);
    missing.network(offline());
    all_got(&missing, &ids, "failed");
    let mut stale = world(Strategy::NetworkFirst);
    stale.seed(URL, Span::seconds(100));
    let ids = get_three(&mut stale);
    stale.network(offline());
    all_got(&stale, &ids, "stored");
}

#[test]
fn requests_that_differ_in_anything_fetch_apart() {
    let plain = || RequestHead::get(URL);
    let field = |name: &str, value: &str| RequestHead { headers: [(name, value)].into_iter().collect(), ..plain() };
    for other in [
        field("authorization", "x"),
        field("accept", "text/css"),
        field("range", "bytes=0-1"),
        RequestHead { credentials: Credentials::Include, ..plain() },
        RequestHead { mode: Mode::NoCors, ..plain() },
        RequestHead { method: Method::Head, ..plain() },
        RequestHead { cache: CacheMode::Reload, ..plain() },
        RequestHead { cache: CacheMode::NoCache, ..plain() },
    ] {
        let mut world = world(Strategy::NetworkFirst);
        let words = format!("{other:?}");
        let ids = [world.begin(plain()), world.begin(other.clone())];
        assert_eq!(world.fetches().len(), 2, "{words}");
        if other.headers.iter().next().is_none() {
            world.begin(other);
        }
        while !world.fetches().is_empty() {
            world.network(new());
        }
        all_got(&world, &ids, "network");
    }
}

#[test]
fn a_fetch_from_before_a_write_is_not_joined() {
    let mut world = world(Strategy::NetworkFirst);
    let before = world.get(URL);
    world.tell(|engine, now| engine.invalidate(1, &["https://app.example/other".to_owned()], &[], now));
    let after = world.get(URL);
    assert_eq!(world.fetches().len(), 2);
    world.network(new());
    assert_eq!((world.got(before), world.got(after)), ("network".to_owned(), "nothing".to_owned()));
    world.network(new());
    world.assert_over();
}

#[test]
fn who_comes_while_the_answer_is_being_stored_waits_and_reads_the_store() {
    for strategy in [Strategy::CacheFirst, Strategy::NetworkFirst, Strategy::StaleWhileRevalidate] {
        let mut world = world(strategy);
        world.get(URL);
        world.waits = vec![Waits::Commits];
        world.network(new());
        let late = [world.get(URL), world.get(URL)];
        assert!(world.fetches().is_empty(), "{}", strategy.as_str());
        world.store_answers();
        all_got(&world, &late, "stored");
        assert_eq!(world.story(), "fetch network put stored stored", "{}", strategy.as_str());
    }
}

#[test]
fn passengers_of_a_large_answer_read_the_stored_row() {
    for strategy in [Strategy::CacheFirst, Strategy::NetworkFirst, Strategy::StaleWhileRevalidate] {
        let mut world = world(strategy);
        let [pilot, others @ ..] = get_three(&mut world);
        world.network(large());
        assert_eq!(world.got(pilot), "network");
        all_got(&world, &others, "stored");
        assert_eq!(world.story(), "fetch network put stored stored", "{}", strategy.as_str());
    }
}

#[test]
fn passengers_of_a_large_answer_that_could_not_be_stored_ask_anew() {
    let mut world = world(Strategy::NetworkFirst);
    world.seed(URL, Span::seconds(100));
    world.store_says.push_back(StoreError::Quota("full".to_owned()));
    let ids = get_three(&mut world);
    world.network(large());
    assert_eq!(world.fetches().len(), 1, "one of the two asks for both");
    world.network(new());
    all_got(&world, &ids, "network");
}

#[test]
fn a_304_serves_each_from_what_is_stored() {
    let mut world = world(Strategy::NetworkFirst);
    world.seed(URL, Span::seconds(100));
    let ids = get_three(&mut world);
    world.network(status(304, &[("etag", "\"1\"")]));
    all_got(&world, &ids, "stored");
    assert_eq!(world.story().matches("refresh").count(), 1);
}

#[test]
fn a_304_about_another_state_is_asked_again_once_for_all() {
    let mut world = world(Strategy::NetworkFirst);
    world.seed(URL, Span::seconds(100));
    let ids = get_three(&mut world);
    world.network(status(304, &[("etag", "\"9\"")]));
    assert_eq!(world.fetches().len(), 1);
    world.network(new());
    all_got(&world, &ids, "network");
}

#[test]
fn a_passenger_that_found_nothing_takes_a_304_as_word_to_look_again() {
    let mut world = world(Strategy::NetworkFirst);
    world.lookups_fail = true;
    world.waits = vec![Waits::Lookups];
    let passenger = world.get(URL);
    let waiting = std::mem::take(&mut world.open);
    world.waits.clear();
    world.lookups_fail = false;
    world.seed(URL, Span::seconds(100));
    let pilot = world.get(URL);
    world.tell(|engine, now| engine.on_entry(passenger, Ok(None), now));
    drop(waiting);
    assert_eq!(world.fetches().len(), 1);
    world.network(status(304, &[("etag", "\"1\"")]));
    all_got(&world, &[pilot, passenger], "stored");
}

#[test]
fn pages_with_the_same_conditions_share_their_304() {
    let mut world = world(Strategy::NetworkFirst);
    let ask = || RequestHead { headers: [("if-none-match", "\"1\"")].into_iter().collect(), ..RequestHead::get(URL) };
    let ids = [world.begin(ask()), world.begin(ask()), world.begin(ask())];
    world.network(status(304, &[]));
    all_got(&world, &ids, "network");
}

#[test]
fn a_stale_answer_is_revalidated_once_for_all_tabs() {
    let mut world = world(Strategy::StaleWhileRevalidate);
    world.seed(URL, Span::seconds(100));
    let ids = get_three(&mut world);
    world.network(new());
    all_got(&world, &ids, "stored");
    assert_eq!(world.story(), "stored fetch? stored stored put updated");
}

#[test]
fn a_fetch_that_others_wait_for_outlives_its_pilots_patience() {
    let mut world = world(Strategy::NetworkFirst);
    world.seed(URL, Span::seconds(100));
    let ids = [world.get(URL), world.get(URL)];
    world.later(Span::seconds(2));
    assert_eq!(world.story(), "fetch? stored stored");
    world.network(new());
    assert_eq!(world.story(), "fetch? stored stored put updated");
    all_got(&world, &ids, "stored");
}

#[test]
fn a_pilot_that_gives_up_alone_leaves_the_next_request_its_own_fetch() {
    let mut world = world(Strategy::NetworkFirst);
    world.seed(URL, Span::seconds(100));
    world.get(URL);
    world.later(Span::seconds(2));
    let next = world.get(URL);
    assert_eq!(world.fetches().len(), 2);
    world.network(offline());
    assert_eq!(world.got(next), "nothing", "the aborted fetch is not its own");
    world.network(new());
    all_got(&world, &[next], "network");
}

#[test]
fn a_passenger_shows_its_fallback_when_the_pilot_fails() {
    let mut route = route(Strategy::NetworkFirst);
    route.fallback = Some("/offline.html".to_owned());
    let mut world = World::with(route);
    world.seed("https://app.example/offline.html", Span::hours(9));
    let ids = get_three(&mut world);
    world.network(offline());
    all_got(&world, &ids, "stored");
}
