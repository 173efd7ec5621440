//! Marks on stored answers: when the engine lets them go out without it.

use super::world::{URL, World, ok, route};
use crate::engine::Op;
use crate::http::Ready;
use crate::route::{Route, Strategy};
use crate::time::Span;

/// The marks in what was written, `None` where there was none.
fn marks(world: &World) -> Vec<Option<Ready>> {
    let mut marks = Vec::new();
    for op in world.ops() {
        if let Op::PutEntry { entry, .. } | Op::RefreshEntry { entry, .. } = op {
            marks.push(entry.ready);
        }
    }
    marks
}

#[test]
fn what_may_go_out_unasked_is_stored_with_its_mark() {
    let check = |strategy: Strategy, lasts: Option<Span>| {
        let mut world = World::with(Route { stale_time: Some(Span::seconds(30)), ..route(strategy) });
        world.get(URL);
        let now = world.now;
        world.network(ok("\"1\"", "a"));
        let expected = lasts.map(|span| Ready { from: now, until: now + span, born: now, route: Some(0) });
        assert_eq!(marks(&world), [expected], "{}", strategy.as_str());
    };
    check(Strategy::CacheFirst, Some(Span::seconds(30)));
    check(Strategy::StaleWhileRevalidate, Some(Span::seconds(30)));
    check(Strategy::NetworkFirst, None);
}

#[test]
fn a_fresh_answer_without_a_mark_gets_one_behind_the_answer() {
    let mut world = World::with(route(Strategy::StaleWhileRevalidate));
    world.seed(URL, Span::seconds(10));
    for (entry, _) in world.entries.values_mut() {
        entry.ready = None;
    }
    world.get(URL);
    assert_eq!(world.story(), "stored refresh");
    assert!(matches!(marks(&world)[..], [Some(_)]));
    world.log.clear();
    world.get(URL);
    assert_eq!(world.story(), "stored", "and only once");
    world.assert_over();
}

#[test]
fn a_warmed_answer_is_marked_by_its_route_not_by_how_it_came() {
    let mut world = World::with(Route { stale_time: Some(Span::seconds(30)), ..route(Strategy::CacheFirst) });
    let now = world.now;
    world.warm(URL);
    world.network(ok("\"1\"", "a"));
    assert_eq!(marks(&world), [Some(Ready { from: now, until: now + Span::seconds(30), born: now, route: Some(0) })]);
}
