//! Writes: what a page gets for each thing that may become of its row, and what a write tells readers.

use super::world::{ORIGIN, Said, Waits, World, head, offline, ok, route, status};
use crate::engine::config::Config;
use crate::engine::{Answer, Effect, Lock, Op};
use crate::fault::{FetchError, StoreError};
use crate::http::{Method, Mode, RequestHead};
use crate::ids::ExchangeId;
use crate::queue::{Command, Only};
use crate::route::{MutationRoute, OnRetryable, Strategy, Template};
use crate::time::Span;

fn world() -> World {
    World::with(route(Strategy::NetworkFirst))
}

fn made(world: &World, id: ExchangeId) -> (u16, Vec<(String, String)>, String) {
    match world.answers.get(&id) {
        Some(Answer::Made { status, headers, body }) => {
            let fields = headers.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            (*status, fields, body.clone())
        }
        other => panic!("expected an answer of our own, got {other:?}"),
    }
}

fn field(fields: &[(String, String)], name: &str) -> String {
    fields.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone()).unwrap_or_default()
}

fn raised(op: &Op) -> Vec<&str> {
    match op {
        Op::Raise { rows, .. } => rows.iter().map(|(key, _)| key.as_str()).collect(),
        _ => Vec::new(),
    }
}

#[test]
fn what_the_answer_names_is_old_too() {
    let mut world = world();
    world.seed(&format!("{ORIGIN}/api/cards/7"), Span::seconds(1));
    world.post("/api/cards");
    world.server(status(
        201,
        &[("location", &format!("{ORIGIN}/api/cards/7?new")), ("content-location", "https://b.example/x")],
    ));
    let updates = ["/api/cards", "/api", "/api/cards/7"].map(|path| Some(format!("{ORIGIN}{path}")));
    assert_eq!(world.updates()[..3], updates);
    world.log.clear();
    world.get(&format!("{ORIGIN}/api/cards/7"));
    assert_eq!(world.story(), "fetch?", "fresh a moment ago");
}

#[test]
fn a_direct_write_gives_the_page_the_servers_answer_and_readers_the_news() {
    let mut world = world();
    let id = world.post("/api/cards");
    assert_eq!(world.story(), "row+raise! send", "kept before it is sent");
    world.server(ok("", "created"));
    assert_eq!(world.got(id), "network");
    assert_eq!(world.story(), "row+raise! send unrow+raise! network settled updated updated updated");
    assert_eq!(world.updates(), [Some(format!("{ORIGIN}/api/cards")), Some(format!("{ORIGIN}/api")), None]);
    assert!(world.rows.is_empty());
    world.assert_over();
}

#[test]
fn a_write_raises_begun_targets_first_and_stale_ones_when_it_settles() {
    let mut world = world();
    world.post("/api/cards/7");
    let begun = [format!("b:{ORIGIN}/api/cards"), format!("b:{ORIGIN}/api/cards/7")];
    assert_eq!(world.ops().iter().flat_map(raised).collect::<Vec<_>>(), begun);
    world.log.clear();
    world.server(ok("", "done"));
    let stale = ["t:written".to_owned(), format!("u:{ORIGIN}/api/cards"), format!("u:{ORIGIN}/api/cards/7")];
    assert_eq!(world.ops().iter().flat_map(raised).collect::<Vec<_>>(), stale);
}

#[test]
fn what_passes_gives_the_page_a_202_with_the_reason() {
    let portal: Said = Ok((head(511, &[]), "log in".to_owned()));
    for (said, reason) in [
        (offline(), "offline"),
        (Err(FetchError::Timeout), "timeout"),
        (status(503, &[]), "server-busy"),
        (status(429, &[("retry-after", "3")]), "server-busy"),
        (portal, "portal"),
    ] {
        let mut world = world();
        let id = world.post("/api/cards");
        world.server(said);
        let (status, fields, body) = made(&world, id);
        let row = world.rows.keys().next().expect("the row is kept").0.clone();
        assert_eq!(status, 202, "{reason}");
        assert_eq!(field(&fields, "longshore-queued"), row);
        assert_eq!(field(&fields, "longshore-reason"), reason);
        assert_eq!(field(&fields, "content-type"), "application/json");
        assert_eq!(body, format!("{{\"queued\":\"{row}\",\"reason\":\"{reason}\"}}"));
        world.assert_over();
    }
}

#[test]
fn no_202_before_the_row_is_stored() {
    let mut world = world();
    world.post("/api/cards");
    world.waits = vec![Waits::Commits];
    let second = world.post("/api/cards");
    assert_eq!(world.got(second), "nothing");
    world.store_answers();
    assert_eq!(field(&made(&world, second).1, "longshore-reason"), "lane-busy");
    world.server(ok("", "done"));
    world.server(ok("", "done"));
    world.assert_over();
}

#[test]
fn a_final_refusal_is_the_pages_own() {
    for code in [400, 401, 403, 404, 409, 412, 422] {
        let mut world = world();
        let id = world.post("/api/cards");
        world.server(status(code, &[]));
        assert_eq!(world.got(id), "network", "{code}");
        assert!(world.rows.is_empty(), "{code}");
        world.assert_over();
    }
}

#[test]
fn a_route_may_ask_for_the_trouble_itself() {
    for (said, expected) in [(offline(), "failed"), (status(503, &[]), "network")] {
        let route = MutationRoute { on_retryable: OnRetryable::Answer, ..MutationRoute::default() };
        let mut world = World::of(Config { mutations: vec![route], ..Config::default() });
        let id = world.post("/api/cards");
        world.server(said);
        assert_eq!(world.got(id), expected);
        assert!(world.rows.is_empty());
        world.assert_over();
    }
}

#[test]
fn full_storage_is_told_after_room_was_made_in_vain() {
    let mut world = world();
    let full = || StoreError::Quota("quota \"exceeded\"".to_owned());
    world.store_says.extend([full(), full()]);
    let id = world.post("/api/cards");
    assert_eq!(world.log.iter().filter(|effect| matches!(effect, Effect::MakeRoom { .. })).count(), 1);
    let (status, fields, body) = made(&world, id);
    assert_eq!((status, field(&fields, "content-type").as_str()), (507, "application/problem+json"));
    assert_eq!(
        body,
        "{\"type\":\"about:blank\",\"title\":\"this write could not be kept: quota \\\"exceeded\\\"\",\"status\":507}"
    );
    assert!(world.rows.is_empty());
    world.assert_over();
}

#[test]
fn room_that_was_made_keeps_the_write() {
    let mut world = world();
    world.store_says.push_back(StoreError::Quota("full".to_owned()));
    let id = world.post("/api/cards");
    world.server(ok("", "done"));
    assert_eq!(world.got(id), "network");
    world.assert_over();
}

#[test]
fn too_many_pending_writes_are_refused_by_number() {
    let mut world = World::of(Config { max_pending: Some(1), ..Config::default() });
    world.lock = None;
    world.post("/api/a");
    let id = world.post("/api/b");
    let (status, _, body) = made(&world, id);
    assert_eq!(status, 507);
    assert!(body.contains("1 writes wait already (maxPending)"), "{body}");
}

#[test]
fn a_broken_store_lets_the_pages_own_request_through() {
    let mut world = world();
    world.store_says.push_back(StoreError::Failed("broken".to_owned()));
    let id = world.post("/api/cards");
    assert_eq!(world.got(id), "through");
    assert!(!world.story().contains("send"));
    world.assert_over();
}

#[test]
fn a_form_is_sent_on_with_303_when_its_write_is_kept_and_else_gets_the_answer() {
    let form =
        || RequestHead { mode: Mode::Navigate, method: Method::Post, ..RequestHead::get(&format!("{ORIGIN}/send")) };
    let script = || RequestHead { mode: Mode::Cors, ..form() };
    for (request, said, expected) in [
        (form(), offline(), "303"),
        (script(), offline(), "202"),
        (form(), status(400, &[]), "network"),
        (form(), ok("", "thanks"), "network"),
    ] {
        let route = MutationRoute { forms: Some("/sent".to_owned()), ..MutationRoute::default() };
        let mut world = World::of(Config { mutations: vec![route], ..Config::default() });
        let id = world.submit(request, 0);
        world.server(said);
        assert_eq!(world.got(id), expected);
        if expected == "303" {
            assert_eq!(field(&made(&world, id).1, "location"), "/sent");
        }
        world.assert_over();
    }
}

#[test]
fn a_write_without_a_route_goes_through() {
    let mut world = world();
    let head = RequestHead { method: Method::Post, ..RequestHead::get(&format!("{ORIGIN}/x")) };
    let id = world.submit(head, 9);
    assert_eq!(world.got(id), "through");
    world.assert_over();
}

#[test]
fn a_repeated_key_joins_the_row_and_both_get_the_answer() {
    let mut world = world();
    let head = || RequestHead {
        method: Method::Post,
        headers: [("idempotency-key", "k")].into_iter().collect(),
        ..RequestHead::get(&format!("{ORIGIN}/api/cards"))
    };
    let ids = [world.submit(head(), 0), world.submit(head(), 0)];
    assert_eq!(world.story().matches("send").count(), 1);
    world.server(ok("", "done"));
    assert_eq!(ids.map(|id| world.got(id)), ["network".to_owned(), "network".to_owned()]);
    world.assert_over();
}

#[test]
fn tabs_hear_of_a_settled_write_only_once_it_is_stored() {
    let mut world = world();
    world.post("/api/cards");
    world.log.clear();
    world.waits = vec![Waits::Commits];
    world.server(ok("", "done"));
    assert_eq!(world.story(), "unrow+raise!");
    world.store_answers();
    assert_eq!(world.story(), "unrow+raise! network settled updated updated updated");
}

#[test]
fn a_page_that_waits_for_the_lock_gets_its_202_in_time() {
    let mut world = world();
    world.lock = None;
    let id = world.post("/api/cards");
    world.later(Span::seconds(1));
    assert_eq!(field(&made(&world, id).1, "longshore-reason"), "worker-busy");
    world.tell(|engine, now| engine.on_lock(Lock::Granted, now));
    world.server(ok("", "done"));
    assert!(world.rows.is_empty());
    world.assert_over();
}

#[test]
fn a_command_is_answered_by_its_ticket() {
    let mut world = world();
    world.post("/api/cards");
    world.server(offline());
    let id = world.rows.keys().next().expect("a row waits").clone();
    let entropy = crate::ids::Entropy(9);
    world.tell(|engine, now| engine.command(3, Command::Discard(id.clone()), Only::Any, entropy, now));
    assert!(world.log.contains(&Effect::Reply { ticket: 3, result: Ok(()) }));
    assert!(world.story().ends_with("unrow+raise! discarded updated updated updated"), "{}", world.story());
    world.tell(|engine, now| engine.command(4, Command::Retry(id), Only::Any, entropy, now));
    assert!(world.log.iter().any(|effect| matches!(effect, Effect::Reply { ticket: 4, result: Err(_) })));
    world.assert_over();
}

#[test]
fn tags_of_a_write_are_filled_from_its_path() {
    let route = MutationRoute {
        invalidates: vec![Template::parse("board:{path[2]}").unwrap(), Template::parse("{path[9]}").unwrap()],
        ..MutationRoute::default()
    };
    let mut world = World::of(Config { mutations: vec![route], ..Config::default() });
    world.post("/api/boards/7/cards");
    world.log.clear();
    world.server(ok("", "done"));
    let keys: Vec<_> = world.ops().iter().flat_map(raised).map(str::to_owned).collect();
    assert_eq!(keys[0], "t:board:7");
    assert_eq!(keys.len(), 3);
}
