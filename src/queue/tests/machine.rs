//! The machine on a good day, and with a server that has bad ones.

use super::rig::{Rig, draft, head, network, news, row};
use crate::event::{Event, News};
use crate::fault::FetchError;
use crate::queue::*;
use crate::time::{Span, Timestamp};
use std::rc::Rc;

#[test]
fn a_direct_send_is_leased_then_sent_then_settled_then_answered() {
    let mut rig = Rig::new();
    rig.store_hangs = true;
    let page = rig.submit(draft("a/1"));
    assert!(rig.sent.is_empty(), "nothing goes out before the lease is in the store");
    rig.store_answers();
    assert_eq!(rig.paths(), ["a/1"]);
    assert!(matches!(rig.states()[..], [State::Leased { .. }]));
    rig.store_hangs = true;
    rig.answer("a/1", Ok(head(201, &[])));
    assert!(rig.replies.is_empty());
    rig.store_answers();
    assert_eq!(rig.status_for(page), 201);
    assert!(rig.store.is_empty() && rig.queue.is_idle(rig.now));
    assert_eq!(news(&rig.events), [&News::Settled { status: 201 }]);
    assert_eq!(rig.touches, [Touch::Raise, Touch::Stale(Vec::new())]);
    assert_eq!(rig.asked, ["lock", "release"]);
}

#[test]
fn direct_answers_go_to_the_page_or_become_a_202() {
    let check = |status: u16, policy: OnRetryable, queued: Option<QueuedReason>| {
        let mut rig = Rig::new();
        let page = rig.submit(Draft { on_retryable: policy, ..draft("a/1") });
        rig.answer("a/1", Ok(head(status, &[])));
        match queued {
            Some(reason) => assert_eq!(rig.queued_for(page), reason, "{status}"),
            None => assert_eq!(rig.status_for(page), status),
        }
        assert_eq!(rig.store.len(), usize::from(queued.is_some()), "{status}");
        let waits = news(&rig.events).iter().any(|news| matches!(news, News::Queued { .. }));
        assert_eq!(waits, queued.is_some(), "{status}");
    };
    for status in [200, 204, 303, 400, 401, 403, 404, 409, 410, 412, 422, 451] {
        check(status, OnRetryable::Queue, None);
    }
    for status in [408, 425, 429, 500, 502, 503, 504, 599] {
        check(status, OnRetryable::Queue, Some(QueuedReason::ServerBusy));
        check(status, OnRetryable::Answer, None);
    }
    check(511, OnRetryable::Queue, Some(QueuedReason::Portal));
}

#[test]
fn a_direct_send_without_an_answer_becomes_a_202_with_its_reason() {
    for (error, expected) in [(network(), QueuedReason::Offline), (FetchError::Timeout, QueuedReason::Timeout)] {
        let mut rig = Rig::new();
        let page = rig.submit(draft("a/1"));
        rig.answer("a/1", Err(error.clone()));
        assert_eq!(rig.queued_for(page), expected);
        assert!(matches!(rig.states()[..], [State::Waiting { .. } | State::Unknown { .. }]));
        assert!(rig.asked.contains(&"sync"));
        let mut rig = Rig::new();
        let page = rig.submit(Draft { on_retryable: OnRetryable::Answer, ..draft("a/1") });
        rig.answer("a/1", Err(error));
        assert_eq!(*rig.reply_to(page), Reply::Failed);
        assert!(rig.store.is_empty());
    }
}

#[test]
fn a_busy_lane_queues_and_other_lanes_do_not_wait_for_it() {
    let mut rig = Rig::new();
    let first = rig.submit(draft("a/1"));
    let second = rig.submit(draft("a/2"));
    rig.submit(draft("b/1"));
    assert_eq!(rig.paths(), ["a/1", "b/1"]);
    assert_eq!(rig.queued_for(second), QueuedReason::LaneBusy);
    rig.answer("a/1", Ok(head(200, &[])));
    assert_eq!(rig.status_for(first), 200);
    assert_eq!(rig.paths(), ["a/1", "b/1", "a/2"]);
    rig.answer("a/2", Ok(head(200, &[])));
    rig.answer("b/1", Ok(head(200, &[])));
    assert!(rig.store.is_empty());
}

#[test]
fn replay_verdicts_move_the_row() {
    let check = |method: &str, status: u16, expected: Option<State>, told: &str| {
        let mut rig = Rig::started(vec![row("a/1", State::Pending)]);
        rig.store.values_mut().for_each(|row| Rc::make_mut(&mut row.draft).method = crate::http::Method::parse(method));
        rig.wake(Wake::Page);
        rig.answer("a/1", Ok(head(status, &[("Retry-After", "60")])));
        assert_eq!(rig.states().pop(), expected, "{status}");
        let last = format!("{:?}", news(&rig.events).last().expect("some news"));
        assert!(last.starts_with(told), "{status}: {last}");
    };
    let (now, until) = (Timestamp(1_000_000), Timestamp(1_060_000));
    let server = |status| State::Waiting { since: now, until, cause: Cause::Server(status) };
    let dead = |status| {
        let reason = format!("the server refused it with {status}");
        State::Dead { status: Some(status), reason }
    };
    check("POST", 200, None, "Settled");
    check("POST", 404, Some(dead(404)), "Dead");
    check("POST", 409, Some(State::Conflict { status: 409, asked: true }), "Conflict");
    check("PUT", 412, Some(State::Conflict { status: 412, asked: true }), "Conflict");
    check("POST", 422, Some(dead(422)), "Dead");
    check("POST", 429, Some(server(429)), "Retry");
    check("POST", 503, Some(server(503)), "Retry");
}

#[test]
fn a_delete_of_what_is_gone_settles() {
    for status in [404, 410] {
        let mut row = row("a/1", State::Pending);
        Rc::make_mut(&mut row.draft).method = crate::http::Method::Delete;
        let mut rig = Rig::started(vec![row]);
        rig.answer("a/1", Ok(head(status, &[])));
        assert!(rig.store.is_empty());
    }
}

#[test]
fn a_dead_row_parks_its_lane_until_it_is_retried_or_discarded() {
    for retried in [true, false] {
        let mut rig =
            Rig::started(vec![row("a/1", State::Pending), row("a/22", State::Pending), row("b/333", State::Pending)]);
        assert_eq!(rig.paths(), ["a/1", "b/333"]);
        rig.answer("a/1", Ok(head(422, &[])));
        rig.answer("b/333", Ok(head(200, &[])));
        rig.later(Span::hours(48));
        rig.command(1, Command::Flush);
        assert_eq!(rig.paths(), ["a/1", "b/333"], "neither time nor a flush sends a refused row or its followers");
        assert!(rig.queue.is_idle(rig.now));
        let old = rig.last_sent("a/1").clone();
        if retried {
            rig.command(2, Command::Retry(old.id.clone()));
            assert_eq!(rig.paths(), ["a/1", "b/333", "a/1"]);
            assert_ne!(rig.last_sent("a/1").key, old.key, "a server that keeps answers would repeat its refusal");
            rig.answer("a/1", Ok(head(200, &[])));
        } else {
            rig.command(2, Command::Discard(old.id));
            assert!(matches!(&news(&rig.events)[..], [.., News::Discarded, News::Sending { .. }]));
        }
        assert_eq!(rig.done, [(1, Ok(())), (2, Ok(()))]);
        assert_eq!(rig.paths().last(), Some(&"a/22"));
    }
}

#[test]
fn a_conflict_is_sent_again_without_its_condition() {
    let mut kept = row("a/1", State::Conflict { status: 412, asked: true });
    kept.headers.set("If-Match", "\"1\"");
    let mut rig = Rig::started(vec![kept.clone()]);
    assert!(rig.sent.is_empty());
    rig.command(1, Command::Retry(kept.id));
    assert_eq!(rig.paths(), ["a/1"]);
    assert!(!rig.last_sent("a/1").headers.has("if-match"));
}

#[test]
fn an_expired_login_pauses_the_identity_and_a_success_resumes_it() {
    let of = |n: usize, who: &str| {
        let mut row = row(&format!("l{n}/{}", "x".repeat(n)), State::Pending);
        Rc::make_mut(&mut row.draft).identity = Some(who.to_owned());
        row
    };
    let paused = || {
        let rows = [of(1, "ann"), of(2, "ann"), of(3, "ann"), of(4, "ann"), of(5, "ann"), of(6, "bob")];
        let mut rig = Rig::started(rows.to_vec());
        assert_eq!(rig.paths(), ["l1/x", "l2/xx", "l3/xxx", "l4/xxxx"]);
        for path in ["l1/x", "l2/xx", "l3/xxx", "l4/xxxx"] {
            rig.answer(path, Ok(head(401, &[])));
        }
        assert_eq!(rig.paths()[4..], ["l6/xxxxxx"], "ann's fifth row stays, bob's goes");
        rig.answer("l6/xxxxxx", Ok(head(200, &[])));
        assert!(rig.queue.is_idle(rig.now));
        rig
    };
    let rest = ["l2/xx", "l3/xxx", "l4/xxxx", "l5/xxxxx"];
    for wake in [Wake::Page, Wake::Flush] {
        let mut rig = paused();
        rig.wake(wake);
        assert_eq!(rig.paths()[5..], ["l1/x"], "one row tries");
        rig.answer("l1/x", Ok(head(200, &[])));
        assert_eq!(rig.paths()[6..], rest, "credentials are known to be good");
    }
    let mut rig = paused();
    // The rows were leased once before: the second backoff's ceiling.
    rig.later(Span::seconds(2));
    assert_eq!(rig.paths()[5..], ["l1/x"], "one row tries when the pause has run out");
    rig.answer("l1/x", Ok(head(401, &[])));
    assert_eq!(rig.paths().len(), 6);
    rig.submit(Draft { identity: Some("ann".to_owned()), ..draft("d/1") });
    assert_eq!(rig.paths()[6..], ["d/1"], "a page's own try is never held back");
    rig.answer("d/1", Ok(head(200, &[])));
    assert_eq!(rig.paths()[7..], ["l1/x", "l2/xx", "l3/xxx", "l4/xxxx"]);
}

#[test]
fn wakes_hurry_what_waits_for_the_network_and_nothing_else() {
    let waiting = |cause| State::Waiting { since: Timestamp(900_000), until: Timestamp(2_000_000), cause };
    let causes = [Cause::Network, Cause::Portal, Cause::Server(503), Cause::Unauthorized];
    let check = |wake: Wake, due: [bool; 4]| {
        for (cause, due) in causes.into_iter().zip(due) {
            let mut rig = Rig::new();
            let kept = row("a/1", waiting(cause));
            rig.store.insert(kept.id.clone(), kept.clone());
            rig.queue.restore(vec![kept], rig.now);
            rig.wake(wake);
            assert_eq!(rig.sent.len(), usize::from(due), "{wake:?} {cause:?}");
        }
    };
    check(Wake::Timer, [false; 4]);
    check(Wake::FetchFailed, [false; 4]);
    check(Wake::Start, [true, true, false, false]);
    check(Wake::Sync, [true, true, false, false]);
    check(Wake::FetchSucceeded, [true, true, false, false]);
    check(Wake::Online, [true, true, false, false]);
    check(Wake::Page, [true, true, false, true]);
    check(Wake::Flush, [true; 4]);
}

#[test]
fn gentle_wakes_leave_a_row_just_tried_alone_for_a_moment() {
    let mut rig = Rig::new();
    rig.submit(draft("a/1"));
    rig.answer("a/1", Err(network()));
    for _ in 0..10 {
        rig.wake(Wake::FetchSucceeded);
    }
    assert_eq!(rig.sent.len(), 1);
    rig.later(Span(499));
    assert_eq!(rig.sent.len(), 1);
    assert_eq!(rig.timer, Some((rig.now + Span(1), TimerReason::Retry)));
    rig.later(Span(1));
    assert_eq!(rig.sent.len(), 2);
}

#[test]
fn a_row_goes_out_when_its_time_comes_and_not_before() {
    let mut rig = Rig::new();
    rig.submit(draft("a/1"));
    rig.answer("a/1", Ok(head(503, &[("Retry-After", "30")])));
    assert_eq!(rig.timer, Some((rig.now + Span::seconds(30), TimerReason::Retry)));
    rig.later(Span(29_999));
    assert_eq!(rig.sent.len(), 1);
    rig.later(Span(1));
    assert_eq!(rig.sent.len(), 2);
    assert_eq!(rig.last_sent("a/1").attempts, 2);
    assert_eq!(rig.sent[0].key, rig.sent[1].key);
}

#[test]
fn at_most_four_rows_are_replayed_at_once_and_the_oldest_go_first() {
    let mut rig = Rig::started((1..=6).map(|n| row(&format!("l{n}/{}", "x".repeat(n)), State::Pending)).collect());
    assert_eq!(rig.paths(), ["l1/x", "l2/xx", "l3/xxx", "l4/xxxx"]);
    rig.answer("l1/x", Ok(head(200, &[])));
    assert_eq!(rig.paths().last(), Some(&"l5/xxxxx"));
}

#[test]
fn tabs_are_told_when_the_network_goes_and_comes() {
    let mut rig = Rig::new();
    rig.wake(Wake::FetchFailed);
    rig.wake(Wake::FetchFailed);
    rig.wake(Wake::FetchSucceeded);
    rig.wake(Wake::FetchSucceeded);
    assert_eq!(rig.events, [Event::Offline, Event::Online]);
}
