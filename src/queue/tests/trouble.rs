//! The machine with a store that fails, a lock that is elsewhere, workers that die, and people who change their minds.

use super::rig::{Locks, Rig, draft, head, network, news, response, row};
use crate::event::{Event, News};
use crate::fault::{FetchError, StoreError};
use crate::ids::BodyId;
use crate::queue::*;
use crate::time::{Span, Timestamp};
use std::rc::Rc;

fn quota() -> StoreError {
    StoreError::Quota("QuotaExceededError".to_owned())
}

fn broken() -> StoreError {
    StoreError::Failed("UnknownError".to_owned())
}

fn leased(by: &str) -> State {
    State::Leased { owner: Owner(by.to_owned()), since: Timestamp(999_000) }
}

#[test]
fn a_full_store_evicts_once_and_then_says_so() {
    for (says, kept) in [(vec![quota()], true), (vec![quota(), quota()], false)] {
        let mut rig = Rig::new();
        rig.store_says = says;
        let page = rig.submit(draft("a/1"));
        assert!(rig.asked.contains(&"room"));
        assert_eq!(rig.sent.len(), usize::from(kept));
        if !kept {
            let full = Reply::Full(FullReason::Storage("QuotaExceededError".to_owned()));
            assert_eq!(*rig.reply_to(page), full);
            assert_eq!(rig.dropped, [BodyId(page)]);
        }
    }
}

#[test]
fn a_store_that_fails_gives_the_request_back() {
    let mut rig = Rig::new();
    rig.store_says = vec![broken()];
    let page = rig.submit(draft("a/1"));
    assert_eq!(*rig.reply_to(page), Reply::StoreFailed { body: Some(BodyId(page)) });
    assert!(rig.sent.is_empty() && rig.dropped.is_empty() && rig.queue.list().next().is_none());
}

#[test]
fn too_many_rows_are_refused_by_name() {
    let mut rig = Rig::with(Options { max_pending: Some(1), ..Options::default() });
    rig.submit(draft("a/1"));
    let page = rig.submit(draft("b/1"));
    assert_eq!(*rig.reply_to(page), Reply::Full(FullReason::MaxPending(1)));
}

#[test]
fn an_answer_reaches_its_page_even_when_settling_fails_and_the_row_is_not_sent_again() {
    let mut rig = Rig::new();
    let page = rig.submit(draft("a/1"));
    rig.store_says = vec![broken(), broken()];
    rig.answer("a/1", Ok(head(200, &[])));
    assert_eq!(rig.status_for(page), 200);
    assert!(rig.events.is_empty() && rig.store.len() == 1);
    rig.command(1, Command::Flush);
    rig.later(Span::seconds(1));
    rig.later(Span::seconds(2));
    assert!(rig.store.is_empty(), "removed at the third try");
    assert_eq!(rig.sent.len(), 1);
    assert_eq!(news(&rig.events), [&News::Settled { status: 200 }]);
}

#[test]
fn a_lease_that_is_not_stored_sends_nothing_and_is_tried_again_later() {
    let mut rig = Rig::new();
    rig.store_says = vec![broken()];
    let kept = row("a/1", State::Pending);
    rig.store.insert(kept.id.clone(), kept.clone());
    rig.queue.restore(vec![kept], rig.now);
    rig.wake(Wake::Start);
    assert!(rig.sent.is_empty());
    assert_eq!(rig.timer, Some((rig.now + Span::seconds(1), TimerReason::StoreRetry)));
    rig.later(Span::seconds(1));
    assert_eq!(rig.last_sent("a/1").attempts, 2);
}

#[test]
fn a_lock_held_elsewhere_turns_a_direct_send_into_a_202_after_a_moment() {
    let mut rig = Rig::new();
    rig.locks = Locks::HeldElsewhere;
    let page = rig.submit(draft("a/1"));
    assert!(rig.store.is_empty() && rig.replies.is_empty());
    assert_eq!(rig.timer, Some((rig.now + Span(250), TimerReason::LockWait)));
    let second = rig.submit(draft("a/2"));
    assert!(rig.store.is_empty(), "a lane's rows are stored in order");
    rig.later(Span(250));
    assert_eq!(rig.queued_for(second), QueuedReason::LaneBusy);
    assert_eq!(rig.queued_for(page), QueuedReason::WorkerBusy);
    assert!(rig.sent.is_empty());
    rig.feed(Input::LockGranted);
    assert_eq!(rig.paths(), ["a/1"]);
}

#[test]
fn a_lock_granted_in_time_sends_directly() {
    let mut rig = Rig::new();
    rig.locks = Locks::HeldElsewhere;
    let page = rig.submit(draft("a/1"));
    rig.now = rig.now + Span(100);
    rig.feed(Input::LockGranted);
    rig.answer("a/1", Ok(head(200, &[])));
    assert_eq!(rig.status_for(page), 200);
}

#[test]
fn a_lane_that_another_worker_has_filled_is_found_busy_once_the_lock_is_had() {
    let mut rig = Rig::new();
    let other = row("a/1", State::Pending);
    rig.store.insert(other.id.clone(), other);
    let page = rig.submit(draft("a/2"));
    assert_eq!(rig.queued_for(page), QueuedReason::LaneBusy);
    assert_eq!(rig.paths(), ["a/1"]);
}

#[test]
fn worker_killed_after_lease_resends_with_same_key() {
    let rig = Rig::started(vec![row("a/1", leased("dead worker"))]);
    assert_eq!(rig.paths(), ["a/1"]);
    assert_eq!(rig.sent[0].key, "key of a/1");
    assert_eq!(rig.sent[0].attempts, 2);
}

#[test]
fn without_locks_a_lease_is_void_after_twice_its_timeout() {
    let mut rig = Rig::new();
    rig.locks = Locks::Missing;
    let kept = row("a/1", leased("someone"));
    rig.store.insert(kept.id.clone(), kept.clone());
    rig.queue.restore(vec![kept.clone()], rig.now);
    rig.wake(Wake::Start);
    assert!(rig.sent.is_empty());
    assert_eq!(rig.timer, Some((Timestamp(1_019_000), TimerReason::LeaseExpiry)));
    rig.command(1, Command::Discard(kept.id));
    assert_eq!(rig.done, [(1, Err(CommandError::Busy))]);
    rig.later(Span::seconds(19));
    assert_eq!(rig.paths(), ["a/1"]);
}

#[test]
fn an_answer_after_the_lock_was_lost_settles_but_does_not_overwrite() {
    let mut rig = Rig::new();
    rig.submit(draft("a/1"));
    rig.submit(draft("b/1"));
    rig.locks = Locks::HeldElsewhere;
    rig.feed(Input::LockLost);
    rig.store.values_mut().for_each(|row| row.state = leased("the thief"));
    rig.answer("a/1", Ok(head(503, &[])));
    rig.answer("b/1", Ok(head(200, &[])));
    assert_eq!(rig.queued_for(1), QueuedReason::ServerBusy);
    assert_eq!(rig.status_for(2), 200);
    assert_eq!(rig.states(), [leased("the thief")]);
}

#[test]
fn a_second_request_with_a_stored_key_joins_the_row() {
    let mut rig = Rig::new();
    rig.store_hangs = true;
    let first = rig.submit_with(draft("a/1"), Some("k"));
    let second = rig.submit_with(draft("a/1"), Some("k"));
    rig.store_answers();
    assert_eq!(rig.sent.len(), 1);
    assert_eq!(rig.sent[0].key, "k");
    rig.answer("a/1", Err(network()));
    assert_eq!(rig.reply_to(first), rig.reply_to(second));
    let third = rig.submit_with(draft("a/1"), Some("k"));
    assert_eq!(rig.queued_for(third), QueuedReason::Offline);
    assert_eq!(rig.store.len(), 1);
    // One key for two different writes is the page's mistake, and no reason to lose the second.
    rig.submit_with(draft("a/2"), Some("k"));
    assert_eq!(rig.store.len(), 2);
    rig.later(Span::seconds(5));
    rig.answer("a/1", Ok(head(200, &[])));
    let fresh = rig.submit_with(draft("b/1"), Some("k"));
    rig.answer("b/1", Ok(head(200, &[])));
    assert_eq!(rig.status_for(fresh), 200);
}

#[test]
fn joined_pages_share_the_servers_answer() {
    let mut rig = Rig::new();
    let pages = [1, 2, 3].map(|_| rig.submit_with(draft("a/1"), Some("k")));
    rig.answer("a/1", Ok(head(201, &[])));
    assert_eq!(pages.map(|page| rig.status_for(page)), [201; 3]);
    assert_eq!(rig.sent.len(), 1);
}

#[test]
fn a_discard_during_a_send_waits_for_the_answer() {
    let check = |answer: Result<u16, FetchError>, expected: Result<(), CommandError>| {
        let mut rig = Rig::started(vec![row("a/1", State::Pending)]);
        let id = rig.sent[0].id.clone();
        rig.command(1, Command::Discard(id));
        assert!(rig.done.is_empty() && rig.store.len() == 1);
        rig.answer("a/1", answer.map(|status| head(status, &[])));
        assert_eq!(rig.done, [(1, expected)]);
        assert!(rig.store.is_empty());
    };
    check(Ok(200), Err(CommandError::Settled(200)));
    check(Ok(422), Ok(()));
    check(Ok(503), Ok(()));
    check(Err(network()), Ok(()));
    check(Err(FetchError::Timeout), Ok(()));
}

#[test]
fn a_discard_during_a_lease_sends_nothing() {
    let mut rig = Rig::new();
    let kept = row("a/1", State::Pending);
    rig.store.insert(kept.id.clone(), kept.clone());
    rig.queue.restore(vec![kept.clone()], rig.now);
    rig.store_hangs = true;
    rig.wake(Wake::Start);
    rig.command(1, Command::Discard(kept.id));
    rig.store_answers();
    assert_eq!(rig.done, [(1, Ok(()))]);
    assert!(rig.store.is_empty() && rig.sent.is_empty());
}

#[test]
fn another_workers_row_is_found_before_anything_else_goes_out() {
    let mut rig = Rig::new();
    rig.submit(draft("b/1"));
    let other = row("a/1", State::Pending);
    rig.store.insert(other.id.clone(), other);
    rig.wake(Wake::OtherWorker);
    assert_eq!(rig.paths(), ["b/1", "a/1"]);
    let page = rig.submit(draft("a/2"));
    assert_eq!(rig.queued_for(page), QueuedReason::LaneBusy);
}

#[test]
fn another_workers_older_row_waits_for_the_younger_one_under_way() {
    let mut rig = Rig::new();
    rig.submit(draft("a/2"));
    let older = row("a/1", State::Pending);
    rig.store.insert(older.id.clone(), older);
    rig.wake(Wake::OtherWorker);
    assert_eq!(rig.paths(), ["a/2"], "one at a time in a lane");
    rig.answer("a/2", Ok(head(200, &[])));
    assert_eq!(rig.paths(), ["a/2", "a/1"]);
}

#[test]
fn commands_about_unknown_rows_say_so_and_a_busy_lock_is_not_waited_for_for_ever() {
    let id = row("a/1", State::Pending).id;
    let mut rig = Rig::new();
    rig.command(1, Command::Retry(id.clone()));
    rig.command(2, Command::Discard(id.clone()));
    rig.locks = Locks::HeldElsewhere;
    rig.command(3, Command::Discard(id));
    rig.later(Span::seconds(10));
    let expected = [CommandError::Missing, CommandError::Missing, CommandError::Busy];
    assert_eq!(rig.done.iter().map(|(_, result)| result.clone().unwrap_err()).collect::<Vec<_>>(), expected);
}

#[test]
fn a_failed_discard_keeps_the_row() {
    let dead = State::Dead { status: Some(422), reason: String::new() };
    let kept = row("a/1", dead);
    let mut rig = Rig::started(vec![kept.clone()]);
    rig.store_says = vec![broken()];
    rig.command(1, Command::Discard(kept.id));
    assert_eq!(rig.done, [(1, Err(CommandError::Store(broken())))]);
    assert_eq!(rig.store.len(), 1);
    assert_eq!(rig.queue.list().count(), 1);
}

#[test]
fn a_row_whose_body_is_gone_is_dead_and_says_nothing_of_the_network() {
    let mut rig =
        Rig::started(vec![row("a/1", State::Pending), row("b/22", State::Conflict { status: 409, asked: true })]);
    rig.answer("a/1", Err(FetchError::Unsendable("its body is not in the store".to_owned())));
    let reason = "its body is not in the store".to_owned();
    assert_eq!(rig.states()[0], State::Dead { status: None, reason: reason.clone() });
    let told = [&News::Sending { attempt: 2 }, &News::Dead { status: None, reason }];
    assert_eq!(news(&rig.events), told);
    assert_eq!(rig.events.len(), told.len(), "neither online nor offline");
    rig.later(Span::hours(48));
    assert_eq!(rig.sent.len(), 1);
}

#[test]
fn every_body_comes_back_once() {
    let mut rig = Rig::new();
    rig.submit(draft("a/1"));
    rig.answer("a/1", Err(network()));
    assert_eq!(rig.dropped, [BodyId(1)]);
    rig.later(Span::seconds(5));
    rig.answer("a/1", Ok(head(200, &[])));
    assert_eq!(rig.dropped, [BodyId(1), response(200)], "a replay's answer has no reader");
    rig.submit(draft("a/1"));
    rig.answer("a/1", Ok(head(200, &[])));
    assert_eq!(rig.dropped, [BodyId(1), response(200), BodyId(2)], "the answer's body is in the reply");
}

#[test]
fn a_row_that_another_worker_settled_before_its_first_commit_was_heard_of_is_not_sent_again() {
    let mut rig = Rig::new();
    rig.locks = Locks::HeldElsewhere;
    rig.store_hangs = true;
    let page = rig.submit(draft("a/1"));
    rig.later(Span::seconds(1));
    let (token, _) = rig.open_commits.remove(0);
    // It was stored, and the worker that has the lock has sent it and removed it.
    rig.store_hangs = false;
    rig.feed(Input::LockGranted);
    rig.feed(Input::Committed { token, result: Ok(()) });
    assert_eq!(rig.queued_for(page), QueuedReason::WorkerBusy);
    assert!(rig.sent.is_empty() && rig.store.is_empty() && rig.queue.list().next().is_none());
    assert!(rig.queue.is_idle(rig.now));
}

#[test]
fn rows_are_read_one_reading_after_another() {
    let mut queue = Queue::new(Owner("us".to_owned()), Options::default());
    let now = Timestamp(1_000_000);
    queue.restore(vec![row("a/1", State::Pending)], now);
    queue.handle_input(Input::Wake(Wake::Start), now);
    queue.handle_input(Input::LockGranted, now);
    queue.handle_input(Input::Wake(Wake::OtherWorker), now);
    let loads = |queue: &mut Queue| {
        let outputs: Vec<Output> = std::iter::from_fn(|| queue.poll_output()).collect();
        outputs.iter().filter(|output| matches!(output, Output::Load)).count()
    };
    assert_eq!(loads(&mut queue), 1);
}

#[test]
fn a_write_that_is_withheld_waits_with_all_of_its_identity() {
    let of = |path: &str, who: &str| {
        let mut row = row(path, State::Pending);
        Rc::make_mut(&mut row.draft).identity = Some(who.to_owned());
        row
    };
    let mut rig = Rig::started(vec![of("a/1", "ann"), of("b/22", "bob")]);
    rig.answer("a/1", Err(FetchError::Withheld));
    rig.answer("b/22", Ok(head(200, &[])));
    assert!(matches!(rig.states()[..], [State::Waiting { cause: Cause::Unauthorized, .. }]));
    assert!(!rig.events.contains(&Event::Offline), "it says nothing of the network");
    rig.wake(Wake::Page);
    assert_eq!(rig.paths(), ["a/1", "b/22", "a/1"], "a page may have new credentials");
    // A page that waits gets a 202: its write is not lost for want of credentials.
    let mut rig = Rig::new();
    let page = rig.submit(Draft { identity: Some("ann".to_owned()), ..draft("a/1") });
    rig.answer("a/1", Err(FetchError::Withheld));
    assert_eq!(rig.queued_for(page), QueuedReason::Unauthorized);
}

#[test]
fn a_route_says_how_long_and_how_often_a_write_is_tried() {
    let of = |max_age: Option<Span>, retries: Option<u32>| {
        let mut row = row("a/1", State::Pending);
        let draft = Rc::make_mut(&mut row.draft);
        (draft.max_age, draft.retries) = (max_age, retries);
        (row.attempts, row.created_at) = (0, Timestamp(1_000_000));
        Rig::started(vec![row])
    };
    let mut rig = of(None, Some(1));
    rig.answer("a/1", Err(network()));
    assert!(matches!(rig.states()[..], [State::Waiting { .. }]));
    rig.later(Span::seconds(600));
    rig.answer("a/1", Ok(head(503, &[])));
    assert!(matches!(&rig.states()[..], [State::Dead { status: Some(503), reason }] if reason.contains("retries")));
    let mut rig = of(Some(Span::seconds(300)), None);
    rig.answer("a/1", Err(network()));
    rig.later(Span::seconds(600));
    assert!(matches!(&rig.states()[..], [State::Dead { status: None, reason }] if reason.contains("maxAge")));
    assert_eq!(rig.paths(), ["a/1"], "not sent again");
    assert!(rig.queue.is_idle(rig.now));
}

#[test]
fn too_many_bytes_are_refused_by_name() {
    let mut rig = Rig::with(Options { max_pending_bytes: Some(10), ..Options::default() });
    rig.locks = Locks::HeldElsewhere;
    let facts = |size| Some(BodyFacts { size, content_type: None });
    let pages: Vec<u64> =
        [("a/1", 6), ("a/2", 5), ("a/3", 4)].map(|(path, size)| rig.submit_of(draft(path), facts(size))).into();
    rig.later(Span::seconds(1));
    assert_eq!(*rig.reply_to(pages[1]), Reply::Full(FullReason::MaxPendingBytes(10)));
    assert_eq!(rig.store.len(), 2);
}
