//! What an attempt's verdict means for the row, for the page that may be waiting, and for the tabs.
//! Does not judge: `verdict.rs` does.

use super::commit::{Close, Then};
use super::queue::Queue;
use super::slot::{Slot, Stage};
use super::wake::Hurry;
use super::{
    Cause, CommandError, Event, OnRetryable, QueuedReason, Reach, Reply, Row, RowOp, State, Subject, Touch, Verdict,
    judge,
};
use crate::fault::FetchError;
use crate::http::{ResponseHead, ResponseType};
use crate::ids::{BodyId, Entropy, MutationId};
use crate::time::Timestamp;

/// One attempt's answer, and where its body has gone.
type Answer = Result<(ResponseHead, Option<BodyId>), FetchError>;

impl Queue {
    pub(super) fn on_answered(
        &mut self,
        id: &MutationId,
        answer: Result<ResponseHead, FetchError>,
        body: Option<BodyId>,
        entropy: Entropy,
        now: Timestamp,
    ) {
        let Some(slot) = self.slot(id).filter(|slot| slot.stage() == Stage::Sending) else {
            return self.drop_body(body);
        };
        // `Response.error()` is the network's way of saying nothing.
        let answer = match answer {
            Ok(head) if head.kind == ResponseType::Error => {
                Err(FetchError::Network("the response is an error".to_owned()))
            }
            other => other,
        };
        let verdict = judge(&slot.row, answer.as_ref(), entropy, now);
        let identity = slot.row.draft.identity.clone();
        let (close, touch) = conclude(slot, verdict, &answer.map(|head| (head, body)), now);
        let may_overwrite = !slot.orphan || close.row.is_none();
        let uses_body = matches!(close.reply, Reply::Network { .. }) && !slot.waiters.is_empty();
        self.learn(verdict, identity, now);
        if !uses_body {
            self.drop_body(body);
        }
        self.slots.enter(id, Stage::Closing);
        if may_overwrite {
            let op = match &close.row {
                Some(row) => RowOp::Put { row: row.clone(), body: None },
                None => RowOp::Remove(id.clone()),
            };
            self.commit(id, vec![op], touch, Then::Close(Box::new(close)));
        } else {
            // Whoever has the lock now has taken the row over; what it writes is newer than what we would.
            self.on_closed(id, close);
        }
    }

    /// What an attempt says of the network and of the identity.
    fn learn(&mut self, verdict: Verdict, identity: Option<String>, now: Timestamp) {
        match verdict {
            Verdict::RetryAt(_, Cause::Network | Cause::Portal) => self.set_online(false),
            Verdict::Unknown(_) => {}
            Verdict::RetryAt(_, Cause::Server(_) | Cause::Unauthorized) => self.set_online(true),
            Verdict::Pause(until) => {
                self.set_online(true);
                self.pauses.insert(identity, until);
            }
            Verdict::Settle => {
                self.set_online(true);
                self.resume(&identity, now);
                self.hurry(Hurry::Gently, now);
            }
            Verdict::Conflict | Verdict::Dead => {
                self.set_online(true);
                self.hurry(Hurry::Gently, now);
            }
        }
    }

    pub(super) fn set_online(&mut self, online: bool) {
        if std::mem::replace(&mut self.online, online) != online {
            self.tell(if online { Event::Online } else { Event::Offline });
        }
    }
}

/// What becomes of the row, what its pages get, what the tabs hear, and what it does to reads.
fn conclude(slot: &Slot, verdict: Verdict, answer: &Answer, now: Timestamp) -> (Close, Touch) {
    let row = &slot.row;
    let direct = !slot.waiters.is_empty();
    let (status, reply) = match answer {
        Ok((head, body)) => (Some(head.status), Reply::Network { head: head.clone(), body: *body }),
        Err(error) => (None, Reply::Failed(error.clone())),
    };
    let stale = Touch::Stale(Reach::of(&row.draft));
    // Without an answer the server may still have acted.
    let careful = if answer.is_err() { stale.clone() } else { Touch::None };
    let gone = |events, discarded| Close { row: None, reply: reply.clone(), events, discarded };
    let subject = Subject::of(row);
    if verdict == Verdict::Settle {
        let status = status.unwrap_or_default();
        let events = vec![Event::Settled { row: subject, status }];
        return (gone(events, Err(CommandError::Settled(status))), stale);
    }
    if !slot.discards.is_empty() {
        return (gone(vec![Event::Discarded { row: subject }], Ok(())), careful);
    }
    let state = next_state(verdict, status, now);
    let touch = match state {
        // Someone else has changed it: what is stored here is known to be old.
        State::Conflict { .. } => stale,
        _ => Touch::None,
    };
    let reason = QueuedReason::of(&state);
    let event = match (direct, passes(verdict), row.draft.on_retryable) {
        // A final answer is the page's own to deal with.
        (true, false, _) => return (gone(Vec::new(), Ok(())), touch),
        (true, true, OnRetryable::Answer) => return (gone(Vec::new(), Ok(())), careful),
        (true, true, OnRetryable::Queue) => Event::Queued { row: subject, reason },
        (false, _, _) => replay_event(subject, &state, status),
    };
    let reply = Reply::Queued { id: row.id.clone(), reason };
    let row = Row { state, ..row.clone() };
    (Close { row: Some(row), reply, events: vec![event], discarded: Ok(()) }, touch)
}

/// Whether a page that waits may be told that its write goes out again by itself.
fn passes(verdict: Verdict) -> bool {
    match verdict {
        Verdict::RetryAt(..) | Verdict::Unknown(_) => true,
        // The page can renew its credentials and ask again; a row that waits cannot.
        Verdict::Pause(_) | Verdict::Settle | Verdict::Conflict | Verdict::Dead => false,
    }
}

fn next_state(verdict: Verdict, status: Option<u16>, now: Timestamp) -> State {
    match verdict {
        Verdict::RetryAt(until, cause) => State::Waiting { since: now, until, cause },
        Verdict::Pause(until) => State::Waiting { since: now, until, cause: Cause::Unauthorized },
        Verdict::Unknown(until) => State::Unknown { since: now, until },
        Verdict::Conflict => State::Conflict { status: status.unwrap_or_default() },
        Verdict::Dead | Verdict::Settle => State::Dead { status, reason: refusal(status) },
    }
}

fn refusal(status: Option<u16>) -> String {
    match status {
        Some(status) => format!("the server refused it with {status}"),
        None => "it was never answered".to_owned(),
    }
}

fn replay_event(row: Subject, state: &State, status: Option<u16>) -> Event {
    match state {
        State::Waiting { until, cause, .. } => Event::Retry { row, at: *until, status, cause: Some(*cause) },
        State::Unknown { until, .. } => Event::Retry { row, at: *until, status, cause: None },
        State::Conflict { status } => Event::Conflict { row, status: *status },
        State::Dead { status, reason } => Event::Dead { row, status: *status, reason: reason.clone() },
        State::Pending | State::Leased { .. } => Event::Queued { row, reason: QueuedReason::of(state) },
    }
}
