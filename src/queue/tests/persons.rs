//! What a person does with rows: pauses, edits, asks again.

use super::rig::*;
use crate::ids::{BodyId, MutationId};
use crate::queue::*;
use crate::time::Span;

fn paused(rig: &mut Rig, names: &[&str]) {
    rig.queue.pause_all_of(names.iter().map(|name| (*name).to_owned()).collect());
    rig.wake(Wake::Timer);
}

#[test]
fn a_paused_lane_keeps_what_is_written_until_it_goes_on_and_no_other_waits() {
    let mut rig = Rig::new();
    paused(&mut rig, &["lane:a"]);
    let page = rig.submit(draft("a/1"));
    assert_eq!(rig.queued_for(page), QueuedReason::Paused);
    rig.submit(draft("b/1"));
    rig.command(1, Command::Flush);
    rig.later(Span::hours(1));
    assert_eq!(rig.paths(), ["b/1"]);
    paused(&mut rig, &[]);
    assert_eq!(rig.paths(), ["b/1", "a/1"]);
}

#[test]
fn a_paused_row_holds_those_behind_it_and_all_holds_all() {
    let mut rig = Rig::new();
    paused(&mut rig, &["all"]);
    for path in ["a/1", "a/2", "b/1"] {
        rig.submit(draft(path));
    }
    let first = rig.queue.list().next().map(|row| row.id.0.clone()).unwrap_or_default();
    paused(&mut rig, &[&first]);
    assert_eq!(rig.paths(), ["b/1"]);
    assert_eq!(rig.states()[0], State::Pending);
    paused(&mut rig, &["lane:b"]);
    rig.answer("a/1", Ok(head(200, &[])));
    rig.answer("b/1", Err(network()));
    rig.later(Span::hours(1));
    assert_eq!(rig.paths(), ["b/1", "a/1", "a/2"], "what was under way ends, and does not begin again");
}

fn with_body(rig: &mut Rig, path: &str) -> MutationId {
    rig.submit_of(draft(path), Some(BodyFacts { size: 9, content_type: None }));
    rig.queue.list().last().map(|row| row.id.clone()).unwrap_or(MutationId(String::new()))
}

#[test]
fn an_edit_takes_the_bodys_place_and_keeps_the_key_unless_its_server_has_refused_it() {
    let mut rig = Rig::new();
    let id = with_body(&mut rig, "a/1");
    let key = rig.store[&id].key.clone();
    let edit = || Command::Edit { id: id.clone(), body: Some((BodyId(70), 5)) };
    rig.command(1, edit());
    assert_eq!(rig.done, [(1, Err(CommandError::Busy))], "it is being sent");
    rig.answer("a/1", Err(network()));
    rig.command(2, edit());
    assert_eq!(rig.done.last(), Some(&(2, Ok(()))));
    assert_eq!(rig.sides, [(id.clone(), Side::Body, Some(BodyId(70)))]);
    let row = &rig.store[&id];
    assert_eq!((row.key == key, row.body.as_ref().map(|facts| facts.size)), (true, Some(5)));
    rig.command(3, Command::Flush);
    rig.answer("a/1", Ok(head(422, &[])));
    rig.command(4, edit());
    assert_eq!(rig.done.last(), Some(&(4, Ok(()))));
    assert_ne!(rig.last_sent("a/1").key, key, "what is dead goes out under another");
    assert_eq!(rig.dropped.iter().filter(|body| **body == BodyId(70)).count(), 3, "each body comes back");
}

#[test]
fn there_is_nothing_to_edit_where_there_is_no_body_or_no_row() {
    let mut rig = Rig::new();
    rig.submit(draft("a/1"));
    rig.answer("a/1", Err(network()));
    let id = rig.queue.list().next().map(|row| row.id.clone()).unwrap_or(MutationId(String::new()));
    rig.command(1, Command::Edit { id, body: Some((BodyId(70), 5)) });
    rig.command(2, Command::Edit { id: MutationId("none".to_owned()), body: Some((BodyId(71), 5)) });
    assert_eq!(rig.done, [(1, Err(CommandError::Missing)), (2, Err(CommandError::Missing))]);
    assert!(rig.dropped.contains(&BodyId(70)) && rig.dropped.contains(&BodyId(71)));
}

#[test]
fn a_page_that_asks_again_joins_its_row_though_that_goes_by_another_key_by_now() {
    let mut rig = Rig::new();
    rig.submit_with(draft("a/1"), Some("mine"));
    rig.answer("a/1", Err(network()));
    rig.command(1, Command::Flush);
    rig.answer("a/1", Ok(head(422, &[])));
    let id = rig.last_sent("a/1").id.clone();
    rig.command(2, Command::Retry(id.clone()));
    assert_ne!(rig.last_sent("a/1").key, "mine");
    rig.submit_with(draft("a/1"), Some("mine"));
    assert_eq!(rig.store.keys().collect::<Vec<_>>(), [&id], "one row");
}

#[test]
fn a_refusal_that_the_store_does_not_take_is_written_again_so_that_a_person_sees_it() {
    let mut rig = Rig::new();
    rig.submit(draft("a/1"));
    rig.answer("a/1", Err(network()));
    rig.command(1, Command::Flush);
    rig.store_says = vec![crate::fault::StoreError::Failed("closed".to_owned())];
    rig.answer("a/1", Ok(head(422, &[])));
    assert!(matches!(rig.states()[..], [State::Leased { .. }]));
    rig.later(Span::seconds(1));
    assert!(matches!(rig.states()[..], [State::Dead { .. }]));
    assert_eq!(rig.sent.len(), 2, "and it is not sent again");
}

#[test]
fn what_another_worker_says_while_the_rows_are_read_has_them_read_again() {
    let mut rig = Rig::new();
    rig.locks = Locks::HeldElsewhere;
    rig.submit(draft("a/2"));
    let mut loads = 0;
    let mut feed = |rig: &mut Rig, input| {
        rig.queue.handle_input(input, rig.now);
        while let Some(output) = rig.queue.poll_output() {
            loads += usize::from(output == Output::Load);
        }
        loads
    };
    assert_eq!(feed(&mut rig, Input::LockGranted), 1);
    feed(&mut rig, Input::Wake(Wake::OtherWorker));
    assert_eq!(feed(&mut rig, Input::Loaded(Ok(Vec::new()))), 2, "what was read is from before");
}
