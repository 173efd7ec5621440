//! Whose turn it is: priorities, how many at once, and what goes along with another.

use super::rig::*;
use crate::ids::{BodyId, MutationId};
use crate::queue::*;
use crate::time::Span;

fn of(path: &str, priority: i8) -> Draft {
    Draft { priority, ..draft(path) }
}

/// The rows' names, in the order of their making.
fn names(rig: &Rig) -> Vec<MutationId> {
    rig.store.keys().cloned().collect()
}

/// What was written while there was no network, and is due again.
fn offline(paths: &[&str]) -> Rig {
    let mut rig = Rig::new();
    for path in paths {
        rig.submit(draft(path));
        if rig.paths().last() == Some(path) {
            rig.answer(path, Err(network()));
        }
    }
    rig.sent.clear();
    rig.command(100, Command::Flush);
    rig
}

#[test]
fn lanes_of_high_priority_go_first_and_of_low_last() {
    let mut rig = Rig::with(Options { parallel: 1, ..Options::default() });
    rig.queue.pause_all_of(vec!["all".to_owned()]);
    let all = [("a/1", -1), ("b/1", 0), ("c/1", 1), ("c/2", -1)];
    for (path, priority) in all {
        rig.submit(of(path, priority));
    }
    rig.queue.pause_all_of(Vec::new());
    rig.wake(Wake::Timer);
    for path in ["c/1", "b/1", "a/1", "c/2"] {
        assert_eq!(rig.paths().last(), Some(&path), "one at a time");
        rig.answer(path, Ok(head(200, &[])));
    }
    assert!(rig.store.is_empty());
}

#[test]
fn as_many_are_open_at_once_as_the_app_has_said() {
    for parallel in [1, 3, 9] {
        let mut rig = Rig::with(Options { parallel, ..Options::default() });
        rig.queue.pause_all_of(vec!["all".to_owned()]);
        for lane in 0..12 {
            rig.submit(draft(&format!("{lane}/1")));
        }
        rig.queue.pause_all_of(Vec::new());
        rig.wake(Wake::Timer);
        assert_eq!(rig.sent.len(), parallel);
    }
}

#[test]
fn a_row_joins_one_of_its_lane_that_is_being_sent_and_no_place_is_taken_by_it() {
    let mut rig = offline(&["a/1", "a/2", "a/3", "b/1", "c/1", "d/1"]);
    let names = names(&rig);
    assert_eq!(rig.paths(), ["a/1", "b/1", "c/1", "d/1"]);
    rig.command(1, Command::Join(names[1].clone()));
    rig.command(2, Command::Join(names[2].clone()));
    assert_eq!(rig.paths()[4..], ["a/2", "a/3"]);
    assert_eq!(rig.done[1..], [(1, Ok(())), (2, Ok(()))]);
    rig.submit(draft("e/1"));
    rig.answer("d/1", Ok(head(200, &[])));
    rig.answer("a/1", Ok(head(200, &[])));
    rig.answer("a/2", Ok(head(422, &[])));
    rig.answer("a/3", Err(network()));
    assert!(matches!(rig.store[&names[1]].state, State::Dead { .. }), "each goes by its own answer");
    assert!(matches!(rig.store[&names[2]].state, State::Waiting { .. }));
    assert!(!rig.store.contains_key(&names[0]));
    rig.command(3, Command::Discard(names[1].clone()));
    rig.later(Span::hours(1));
    assert_eq!(rig.last_sent("a/3").attempts, 2);
}

#[test]
fn a_row_joins_nothing_where_its_lane_is_at_rest_or_it_is_not_to_be_sent() {
    let mut rig = Rig::new();
    for path in ["a/1", "a/2"] {
        rig.submit(draft(path));
    }
    let names = names(&rig);
    rig.command(1, Command::Join(names[0].clone()));
    rig.queue.pause_all_of(vec![names[1].0.clone()]);
    rig.command(2, Command::Join(names[1].clone()));
    rig.queue.pause_all_of(Vec::new());
    rig.answer("a/1", Err(network()));
    rig.command(3, Command::Join(names[1].clone()));
    rig.command(4, Command::Join(MutationId("none".to_owned())));
    let refused: Vec<_> = rig.done.iter().map(|(_, result)| result.clone()).collect();
    let busy = || Err(CommandError::Busy);
    assert_eq!(refused, [busy(), busy(), busy(), Err(CommandError::Missing)]);
    assert_eq!(rig.paths(), ["a/1"]);
}

#[test]
fn what_is_for_unsent_rows_only_leaves_one_that_was_sent_alone_and_what_is_for_the_newest_one_with_others_behind_it() {
    let mut rig = Rig::new();
    let facts = || Some(BodyFacts { size: 9, content_type: None });
    for path in ["a/1", "a/2", "a/3"] {
        rig.submit_of(draft(path), facts());
    }
    let names = names(&rig);
    let edit = |id: &MutationId| Command::Edit { id: id.clone(), body: Some((BodyId(70), 5)) };
    rig.command_for(Only::Unsent, 1, edit(&names[0]));
    rig.answer("a/1", Err(network()));
    rig.command_for(Only::Unsent, 2, edit(&names[0]));
    rig.command_for(Only::Unsent, 3, Command::Discard(names[0].clone()));
    rig.command_for(Only::Newest, 4, edit(&names[1]));
    rig.command_for(Only::Newest, 5, edit(&names[2]));
    rig.command_for(Only::Unsent, 6, Command::Discard(names[1].clone()));
    let busy = || Err(CommandError::Busy);
    assert_eq!(rig.done, [(1, busy()), (2, busy()), (3, busy()), (4, busy()), (5, Ok(())), (6, Ok(()))]);
    assert_eq!(rig.store.len(), 2);
    assert_eq!(rig.dropped.iter().filter(|body| **body == BodyId(70)).count(), 4, "each body comes back");
}

#[test]
fn what_a_person_has_made_ready_again_was_sent_before() {
    let mut rig = Rig::new();
    rig.submit(draft("a/1"));
    rig.answer("a/1", Err(network()));
    rig.command(1, Command::Flush);
    rig.answer("a/1", Ok(head(422, &[])));
    let id = names(&rig).remove(0);
    rig.queue.pause_all_of(vec!["all".to_owned()]);
    rig.command(2, Command::Retry(id.clone()));
    rig.command_for(Only::Unsent, 3, Command::Discard(id));
    assert_eq!(rig.done.last(), Some(&(3, Err(CommandError::Busy))));
}
