//! Writes that meet a conflict, by each policy.

use super::rig::{Rig, draft, head, news, row};
use crate::event::News;
use crate::ids::{BodyId, Entropy};
use crate::queue::*;
use crate::time::Span;
use std::rc::Rc;

/// A write by this policy, made on top of version 1.
fn kept(policy: OnConflict) -> Row {
    let mut row = row("a/1", State::Pending);
    Rc::make_mut(&mut row.draft).on_conflict = policy;
    row.base_etag = Some("\"1\"".to_owned());
    row.body = Some(BodyFacts { size: 1, content_type: None });
    row.match_base();
    row
}

/// A worker whose replay of such a write has just met a conflict.
fn refused(policy: OnConflict) -> Rig {
    let mut rig = Rig::started(vec![kept(policy)]);
    assert_eq!(rig.last_sent("a/1").headers.first("if-match"), Some("\"1\""));
    rig.answer("a/1", Ok(head(412, &[])));
    rig
}

fn found(rig: &mut Rig, found: Option<Reconciled>) {
    let id = rig.conflicts.last().expect("it is held against the server").id.clone();
    rig.feed(Input::Reconciled { id, found, entropy: Entropy(7) });
}

fn merged() -> Option<Reconciled> {
    Some(Reconciled::Send {
        body: Some((BodyId(51), 9)),
        base: Some(BodyId(52)),
        etag: Some("\"2\"".to_owned()),
        report: "[]".to_owned(),
    })
}

#[test]
fn a_merged_write_goes_out_on_top_of_what_the_server_has() {
    let mut rig = refused(OnConflict::Merge);
    assert_eq!(rig.states(), [State::Conflict { status: 412, asked: false }]);
    let old = rig.last_sent("a/1").clone();
    found(&mut rig, merged());
    let sent = rig.last_sent("a/1").clone();
    assert_eq!(rig.paths(), ["a/1", "a/1"]);
    assert_eq!(sent.headers.first("if-match"), Some("\"2\""));
    assert_eq!(sent.body.as_ref().map(|facts| facts.size), Some(9));
    assert_ne!(sent.key, old.key, "a server that keeps answers would repeat its refusal");
    let sides = [(Side::Body, Some(BodyId(51))), (Side::Base, Some(BodyId(52)))];
    assert_eq!(rig.sides, sides.map(|(side, body)| (old.id.clone(), side, body)));
    assert!(rig.dropped.ends_with(&[BodyId(51), BodyId(52)]), "bodies are given back once they are stored");
    assert!(news(&rig.events).contains(&&News::Merged { report: "[]".to_owned() }));
    rig.answer("a/1", Ok(head(200, &[])));
    assert!(rig.store.is_empty() && rig.queue.is_idle(rig.now));
}

#[test]
fn what_is_refused_again_and_again_is_not_sent_at_full_speed() {
    let mut rig = refused(OnConflict::Merge);
    found(&mut rig, merged());
    rig.answer("a/1", Ok(head(412, &[])));
    found(&mut rig, merged());
    assert_eq!(rig.paths(), ["a/1", "a/1"], "it waits");
    rig.later(Span::seconds(600));
    assert_eq!(rig.paths(), ["a/1", "a/1", "a/1"]);
}

#[test]
fn a_page_that_waits_gets_a_202_while_its_conflict_is_settled() {
    let draft = || Draft { on_conflict: OnConflict::Merge, ..draft("a/1") };
    let mut rig = Rig::new();
    let page = rig.submit(draft());
    rig.answer("a/1", Ok(head(409, &[])));
    assert_eq!(rig.queued_for(page), QueuedReason::Conflict);
    found(&mut rig, merged());
    assert_eq!(rig.paths(), ["a/1", "a/1"]);
    // Whatever it says of passing trouble.
    let mut rig = Rig::new();
    let page = rig.submit(Draft { on_retryable: OnRetryable::Answer, ..draft() });
    rig.answer("a/1", Ok(head(409, &[])));
    assert_eq!(rig.queued_for(page), QueuedReason::Conflict);
}

#[test]
fn a_person_is_asked_and_decides() {
    for policy in [OnConflict::Merge, OnConflict::Manual] {
        let mut rig = refused(policy);
        found(&mut rig, Some(Reconciled::Ask { theirs: Some(BodyId(52)), etag: Some("\"2\"".to_owned()) }));
        assert_eq!(rig.states(), [State::Conflict { status: 412, asked: true }]);
        assert_eq!(news(&rig.events).last(), Some(&&News::Conflict { status: 412 }));
        let id = rig.last_sent("a/1").id.clone();
        assert_eq!(rig.sides, [(id.clone(), Side::Theirs, Some(BodyId(52)))]);
        rig.later(Span::hours(48));
        rig.command(1, Command::Flush);
        assert_eq!(rig.paths(), ["a/1"], "neither time nor a flush decides");
        rig.command(2, Command::Resolve { id, body: Some((BodyId(61), 4)), base: Some(BodyId(62)) });
        assert_eq!(rig.done, [(1, Ok(())), (2, Ok(()))]);
        assert_eq!(rig.paths(), ["a/1", "a/1"]);
        assert_eq!(rig.last_sent("a/1").headers.first("if-match"), Some("\"2\""));
    }
}

#[test]
fn a_retry_of_one_that_is_being_merged_has_it_merged_and_sends_nothing_over_others_work() {
    let mut rig = refused(OnConflict::Merge);
    found(&mut rig, None);
    let row = rig.store.values().next().expect("there is one").clone();
    rig.command(1, Command::Retry(row.id.clone()));
    assert_eq!((rig.conflicts.len(), rig.paths()), (2, vec!["a/1"]), "tried again at once");
    assert_eq!(rig.store.values().next(), Some(&row), "with key and preconditions");
}

#[test]
fn only_a_conflict_can_be_decided() {
    let mut rig = Rig::started(vec![row("a/1", State::Dead { status: Some(422), reason: String::new() })]);
    let id = rig.store.keys().next().expect("there is one").clone();
    rig.command(1, Command::Resolve { id, body: Some((BodyId(61), 4)), base: Some(BodyId(62)) });
    assert_eq!(rig.done, [(1, Err(CommandError::Missing))]);
    assert_eq!(rig.dropped, [BodyId(61), BodyId(62)]);
}

#[test]
fn what_cannot_be_had_now_is_tried_later_and_after_a_restart() {
    let mut rig = refused(OnConflict::Merge);
    found(&mut rig, None);
    assert_eq!(rig.conflicts.len(), 1, "not at once");
    rig.later(Span::seconds(600));
    assert_eq!(rig.conflicts.len(), 2);
    let rows = rig.store.values().cloned().collect();
    let mut rig = Rig::started(rows);
    assert_eq!(rig.conflicts.len(), 1, "the next worker goes on");
    found(&mut rig, Some(Reconciled::Nothing));
    assert!(rig.store.is_empty() && rig.queue.is_idle(rig.now));
    assert_eq!(news(&rig.events).last(), Some(&&News::Discarded));
    assert_eq!(rig.touches.last(), Some(&Touch::Stale(Vec::new())), "what is stored here is old");
}

#[test]
fn a_conflict_that_is_discarded_meanwhile_is_not_sent() {
    let mut rig = refused(OnConflict::Merge);
    let id = rig.last_sent("a/1").id.clone();
    rig.command(1, Command::Discard(id));
    assert_eq!(rig.done, [], "it is being merged");
    found(&mut rig, merged());
    assert_eq!(rig.done, [(1, Ok(()))]);
    assert!(rig.store.is_empty() && rig.paths() == ["a/1"]);
    assert_eq!(rig.dropped.iter().filter(|body| **body == BodyId(51)).count(), 1);
}

#[test]
fn who_wins_without_being_asked() {
    let rig = refused(OnConflict::ServerWins);
    assert!(rig.store.is_empty());
    assert_eq!(rig.touches.last(), Some(&Touch::Stale(Vec::new())));

    let mut rig = refused(OnConflict::ClientWins);
    assert_eq!(rig.paths(), ["a/1", "a/1"]);
    assert!(!rig.last_sent("a/1").headers.has("if-match"));
    // Refused without a condition: it would be refused for ever.
    rig.answer("a/1", Ok(head(409, &[])));
    assert_eq!(rig.states(), [State::Conflict { status: 409, asked: true }]);
    assert_eq!(rig.paths(), ["a/1", "a/1"]);
}

#[test]
fn a_settled_write_takes_its_followers_along() {
    let check = |fields: &[(&str, &str)], expected: Option<&str>| {
        let mut second = kept(OnConflict::Merge);
        second.id = crate::ids::MutationId(format!("{}z", second.id.0));
        let mut rig = Rig::started(vec![kept(OnConflict::Merge), second.clone()]);
        rig.answer("a/1", Ok(head(200, fields)));
        assert_eq!(rig.paths(), ["a/1", "a/1"]);
        let sent = rig.last_sent("a/1");
        assert_eq!((&sent.id, sent.headers.first("if-match")), (&second.id, expected));
    };
    check(&[("etag", "\"2\"")], Some("\"2\""));
    // A weak one never matches, and without one somebody else may have written in between.
    check(&[("etag", "W/\"2\"")], Some("\"1\""));
    check(&[], Some("\"1\""));
    // Another tab has seen nothing of it.
    let mut second = kept(OnConflict::Merge);
    second.id = crate::ids::MutationId(format!("{}z", second.id.0));
    Rc::make_mut(&mut second.draft).client = Some("other".to_owned());
    let mut rig = Rig::started(vec![kept(OnConflict::Merge), second]);
    rig.answer("a/1", Ok(head(200, &[("etag", "\"2\"")])));
    assert_eq!(rig.last_sent("a/1").headers.first("if-match"), Some("\"1\""));
}
