//! Reads and writes in order: what a write, or a page's word, does to answers stored and on their way.

use super::world::{URL, Waits, World, listed, ok, route, status};
use crate::cache::Entry;
use crate::engine::config::Config;
use crate::engine::{Aim, Effect, Op};
use crate::fault::StoreError;
use crate::http::CacheMode;
use crate::ids::Generation;
use crate::route::Strategy;
use crate::time::Span;

const CARDS: &str = "https://app.example/api/cards";

fn world() -> World {
    World::with(route(Strategy::CacheFirst))
}

fn put_entries(world: &World) -> Vec<Entry> {
    let put = |op: Op| match op {
        Op::PutEntry { entry, .. } => Some(*entry),
        _ => None,
    };
    world.ops().into_iter().filter_map(put).collect()
}

/// Something that happens in a world, and what to call it.
type Happening = (&'static str, fn(&mut World));

/// What may come in between a fetch and its answer.
fn writes() -> Vec<Happening> {
    vec![
        ("a URL declared stale", |world| world.tell(|engine, now| engine.invalidate(1, &[CARDS.to_owned()], &[], now))),
        ("a tag declared stale", |world| world.tell(|engine, now| engine.invalidate(1, &[], &["api".to_owned()], now))),
        ("a write to the URL begun", |world| {
            world.post("/api/cards");
        }),
        ("a write to a member begun", |world| {
            world.post("/api/cards/7");
        }),
        ("a write settled", |world| {
            world.post("/api/cards/7");
            world.server(ok("", "done"));
        }),
    ]
}

#[test]
fn a_fetch_from_before_a_write_is_not_stored_as_fresh() {
    for (what, write) in writes() {
        let mut world = world();
        let id = world.get(CARDS);
        write(&mut world);
        world.log.clear();
        world.network(ok("\"0\"", "before the write"));
        assert_eq!(world.got(id), "network", "{what}");
        let stored = put_entries(&world);
        assert_eq!(stored.len(), 1, "{what}");
        assert!(stored.iter().all(|entry| entry.generation < world.current), "{what}: {stored:?}");
        assert!(world.entries.is_empty(), "{what}: the store left it out");
        assert!(world.updates().is_empty(), "{what}");
    }
}

#[test]
fn a_fetch_from_after_a_write_is_stored() {
    for (what, write) in writes() {
        let mut world = world();
        write(&mut world);
        world.get(CARDS);
        world.network(ok("\"2\"", "after the write"));
        assert_eq!(world.entries.len(), 1, "{what}");
        let again = world.get(CARDS);
        assert_eq!(world.got(again), "stored", "{what}");
    }
}

#[test]
fn no_event_tells_of_an_answer_that_was_left_out() {
    let mut world = World::with(route(Strategy::StaleWhileRevalidate));
    world.seed(CARDS, Span::seconds(100));
    world.get(CARDS);
    world.post("/api/cards");
    world.network(ok("\"0\"", "before the write"));
    assert!(world.updates().is_empty());
}

#[test]
fn a_write_that_has_only_begun_leaves_what_is_stored_as_good_as_it_was() {
    let mut world = world();
    world.seed(CARDS, Span::seconds(10));
    world.post("/api/cards");
    let during = world.get(CARDS);
    assert_eq!(world.got(during), "stored");
    world.server(ok("", "done"));
    let after = world.get(CARDS);
    assert_eq!(world.got(after), "nothing", "settled: the server is asked first");
    world.network(status(304, &[("etag", "\"1\"")]));
    let confirmed = world.get(CARDS);
    assert_eq!((world.got(after), world.got(confirmed)), ("stored".to_owned(), "stored".to_owned()));
    world.assert_over();
}

#[test]
fn a_raised_tag_or_url_makes_what_is_stored_ask_first() {
    for (urls, tags) in [(vec![CARDS.to_owned()], vec![]), (vec![], vec!["api".to_owned()])] {
        for strategy in [Strategy::CacheFirst, Strategy::StaleWhileRevalidate] {
            let mut world = World::with(route(strategy));
            world.seed(&format!("{CARDS}?limit=5"), Span::seconds(10));
            world.tell(|engine, now| engine.invalidate(1, &urls, &tags, now));
            world.log.clear();
            world.get(&format!("{CARDS}?limit=5"));
            world.network(ok("\"2\"", "new"));
            assert_eq!(world.story(), "fetch? network put updated", "{urls:?} {tags:?}");
            world.assert_over();
        }
    }
}

#[test]
fn an_invalidation_is_told_only_once_it_is_stored() {
    let mut world = world();
    world.waits = vec![Waits::Commits];
    world.tell(|engine, now| engine.invalidate(7, &[CARDS.to_owned()], &["api".to_owned()], now));
    assert_eq!(world.story(), "raise");
    world.store_answers();
    assert_eq!(world.story(), "raise updated updated");
    assert!(world.log.contains(&Effect::Reply { ticket: 7, result: Ok(()) }));
    world.log.clear();
    world.store_says.push_back(StoreError::Failed("broken".to_owned()));
    world.tell(|engine, now| engine.invalidate(8, &[CARDS.to_owned()], &[], now));
    assert_eq!(world.story(), "raise");
    assert!(matches!(world.log.last(), Some(Effect::Reply { ticket: 8, result: Err(_) })));
    world.assert_over();
}

#[test]
fn after_a_write_the_browsers_own_cache_is_passed_by() {
    let check = |url: &str, expected: Option<CacheMode>| {
        let mut world = world();
        world.post("/api/cards/7");
        world.server(ok("", "done"));
        world.get(url);
        let modes: Vec<_> = world.fetches().into_iter().map(|(_, upstream)| upstream.cache).collect();
        assert_eq!(modes, [expected], "{url}");
    };
    check(CARDS, Some(CacheMode::NoCache));
    check("https://app.example/api/cards?limit=5", Some(CacheMode::NoCache));
    check(URL, None);
}

#[test]
fn word_from_the_store_does_not_undo_a_raise_that_is_still_being_stored() {
    let mut world = world();
    world.seed(CARDS, Span::seconds(10));
    world.waits = vec![Waits::Commits];
    world.tell(|engine, now| engine.invalidate(1, &[CARDS.to_owned()], &[], now));
    world.tell(|engine, _| engine.restore(Generation::default(), []));
    let id = world.get(CARDS);
    assert_eq!(world.got(id), "nothing", "it must be asked about");
}

#[test]
fn a_raise_that_was_not_stored_is_never_given_away_again() {
    let mut world = world();
    world.store_says.push_back(StoreError::Failed("broken".to_owned()));
    world.tell(|engine, now| engine.invalidate(1, &[CARDS.to_owned()], &[], now));
    world.get(CARDS);
    world.network(ok("\"1\"", "cards"));
    let (entries, current, raised) = (world.entries, world.current, world.raised);
    let mut next = self::world();
    (next.entries, next.current, next.raised) = (entries, current, raised.clone());
    next.now = world.now + Span::seconds(1);
    next.tell(|engine, _| engine.restore(current, raised));
    next.tell(|engine, now| engine.invalidate(1, &[CARDS.to_owned()], &[], now));
    let id = next.get(CARDS);
    assert_eq!(next.got(id), "nothing", "the new worker's raise is beyond what the old one stored");
}

#[test]
fn a_raise_reaches_what_a_worker_stored_whose_raises_are_not_known_here() {
    let mut world = world();
    world.seed(CARDS, Span::seconds(10));
    let before = u64::try_from(world.now.0).unwrap() - 10_000;
    world.entries.values_mut().for_each(|(entry, _)| entry.generation = Generation(before));
    world.tell(|engine, now| engine.invalidate(1, &[CARDS.to_owned()], &[], now));
    let id = world.get(CARDS);
    assert_eq!(world.got(id), "nothing", "it must be asked about");
}

#[test]
fn a_precache_fetch_from_before_a_write_is_made_again() {
    let mut world = World::of(Config { precache: vec![listed("/index.html", Some("1"))], ..Config::default() });
    let id = world.precache(Aim::Install);
    world.tell(|engine, now| engine.invalidate(1, &["https://app.example/index.html".to_owned()], &[], now));
    world.network(ok("", "before"));
    assert!(world.ends.is_empty(), "not installed yet");
    world.later(Span::seconds(1));
    world.network(ok("", "after"));
    assert_eq!(world.ends.get(&id), Some(&Ok(())));
    assert_eq!(world.entries.values().map(|(_, body)| body.as_str()).collect::<Vec<_>>(), ["after"]);
}
