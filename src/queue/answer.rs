//! What an attempt's verdict means for the row, for the page that may be waiting, and for the tabs.
//! Does not judge: `verdict.rs` does.

use super::commit::{Close, Then};
use super::queue::Queue;
use super::reach::named;
use super::slot::{Slot, Stage};
use super::wake::Hurry;
use super::{Cause, Change, OnConflict, OnRetryable, QueuedReason, Reply, Row, RowOp, State, Touch, Verdict, judge};
use crate::event::{Event, News};
use crate::fault::FetchError;
use crate::http::{ResponseHead, ResponseType};
use crate::ids::{BodyId, Entropy, MutationId};
use crate::time::Timestamp;

/// The answer to one attempt, and where its body is.
type Answer = Result<(ResponseHead, BodyId), FetchError>;

impl Queue {
    pub(super) fn on_answered(&mut self, id: &MutationId, answer: Answer, entropy: Entropy, now: Timestamp) {
        let body = answer.as_ref().ok().map(|(_, body)| *body);
        let Some(slot) = self.slot(id).filter(|slot| slot.stage() == Stage::Sending) else {
            return self.drop_body(body);
        };
        // `Response.error()` is the network's way of saying nothing.
        let answer = match answer {
            Ok((head, _)) if head.kind == ResponseType::Error => {
                Err(FetchError::Network("the response is an error".to_owned()))
            }
            other => other,
        };
        let verdict = judge(&slot.row, answer.as_ref().map(|(head, _)| head), entropy, now);
        let (change, close) = conclude(slot, verdict, &answer, entropy, now);
        let identity = slot.row.draft.identity.clone();
        let may_overwrite = !slot.orphan || change.op == RowOp::Remove;
        let uses_body = matches!(close.reply, Reply::Network(_)) && !slot.waiters.is_empty();
        // A row that could not be sent says nothing of the network.
        match answer {
            Err(FetchError::Unsendable(_) | FetchError::Early) => {}
            Err(FetchError::Withheld) => {
                if let Verdict::Pause(until) = verdict {
                    self.pause(identity, until);
                }
            }
            Ok(_) | Err(FetchError::Network(_) | FetchError::Timeout) => self.learn(verdict, identity, now),
        }
        if !uses_body {
            self.drop_body(body);
        }
        self.slots.enter(id, Stage::Closing);
        if may_overwrite {
            self.commit(change, Then::Close(close));
        } else {
            // Whoever has the lock now has taken the row over; what it writes is newer than what we would.
            self.on_closed(*change, *close);
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
                self.pause(identity, until);
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

/// What becomes of the row and of reads, what its pages get, and what the tabs hear.
fn conclude(
    slot: &Slot,
    verdict: Verdict,
    answer: &Answer,
    entropy: Entropy,
    now: Timestamp,
) -> (Box<Change>, Box<Close>) {
    let direct = !slot.waiters.is_empty();
    let (status, reply) = match answer {
        Ok((head, body)) => (Some(head.status), Reply::Network(*body)),
        Err(_) => (None, Reply::Failed),
    };
    // Without an answer the server may still have acted.
    let careful = if answer.is_err() { Touch::Stale(Vec::new()) } else { Touch::None };
    let gone = |touch, news, settled| {
        let change = Change::of(slot.row.clone(), RowOp::Remove, touch);
        (change, Box::new(Close { reply: reply.clone(), news, settled, etag: None, ticket: None }))
    };
    if verdict == Verdict::Settle {
        let status = status.unwrap_or_default();
        let named = answer.as_ref().map(|(head, _)| named(&slot.row.draft.url, head)).unwrap_or_default();
        let (change, mut close) = gone(Touch::Stale(named), Some(News::Settled { status }), Some(status));
        let etag = answer.as_ref().ok().and_then(|(head, _)| head.headers.get("etag"));
        close.etag = etag.filter(|etag| etag.starts_with('"'));
        return (change, close);
    }
    if !slot.discards.is_empty() {
        return gone(careful, Some(News::Discarded), None);
    }
    let mut row = slot.row.clone();
    row.state = next_state(&row, verdict, answer, now);
    if let State::Waiting { .. } | State::Unknown { .. } = row.state
        && !matches!(answer, Err(FetchError::Early))
        && row.draft.retries.is_some_and(|retries| row.attempts > retries)
    {
        row.state = State::Dead { status, reason: "it was tried as often as its route allows (retries)".to_owned() };
    }
    let policy = row.draft.on_conflict;
    match (verdict, policy) {
        (Verdict::Conflict, OnConflict::ServerWins) => {
            return gone(Touch::Stale(Vec::new()), Some(News::Discarded), None);
        }
        (Verdict::Conflict, OnConflict::ClientWins) if row.is_conditional() => row = row.revived(entropy),
        _ => {}
    }
    let touch = match row.state {
        // Someone else has changed it: what is stored here is known to be old.
        State::Conflict { .. } => Touch::Stale(Vec::new()),
        _ => Touch::None,
    };
    let kept = verdict == Verdict::Conflict && policy != OnConflict::Plain;
    let reason = if kept { QueuedReason::Conflict } else { QueuedReason::of(&row.state) };
    let withheld = matches!(answer, Err(FetchError::Withheld));
    let news = match (direct, passes(verdict) || withheld, row.draft.on_retryable) {
        // A final answer is the page's own to deal with.
        (true, false, _) if !kept => return gone(touch, None, None),
        (true, true, OnRetryable::Answer) => return gone(careful, None, None),
        (true, ..) => News::Queued { reason: reason.as_str() },
        (false, _, _) => news_of(&row.state, status),
    };
    let reply = Reply::Queued { id: row.id.clone(), reason };
    let change = Change::of(row, RowOp::Put(None), touch);
    (change, Box::new(Close { reply, news: Some(news), settled: None, etag: None, ticket: None }))
}

/// Whether a page that waits may be told that its write goes out again by itself.
fn passes(verdict: Verdict) -> bool {
    match verdict {
        Verdict::RetryAt(..) | Verdict::Unknown(_) => true,
        // The page can renew its credentials and ask again; a row that waits cannot.
        Verdict::Pause(_) | Verdict::Settle | Verdict::Conflict | Verdict::Dead => false,
    }
}

fn next_state(row: &Row, verdict: Verdict, answer: &Answer, now: Timestamp) -> State {
    let status = answer.as_ref().ok().map(|(head, _)| head.status);
    match verdict {
        Verdict::RetryAt(until, cause) => State::Waiting { since: now, until, cause },
        Verdict::Pause(until) => State::Waiting { since: now, until, cause: Cause::Unauthorized },
        Verdict::Unknown(until) => State::Unknown { since: now, until },
        Verdict::Conflict => {
            let asked = !matches!(row.draft.on_conflict, OnConflict::Manual | OnConflict::Merge);
            State::Conflict { status: status.unwrap_or_default(), asked }
        }
        Verdict::Dead | Verdict::Settle => State::Dead { status, reason: refusal(answer) },
    }
}

fn refusal(answer: &Answer) -> String {
    match answer {
        Ok((head, _)) => format!("the server refused it with {}", head.status),
        Err(error) => error.to_string(),
    }
}

/// What the tabs hear of a row that stays, in this state.
fn news_of(state: &State, status: Option<u16>) -> News {
    let reason = QueuedReason::of(state).as_str();
    match state {
        State::Waiting { until, .. } | State::Unknown { until, .. } => News::Retry { at: *until, status, reason },
        State::Conflict { status, asked: true } => News::Conflict { status: *status },
        State::Dead { status, reason } => News::Dead { status: *status, reason: reason.clone() },
        State::Pending | State::Leased { .. } | State::Conflict { asked: false, .. } => News::Queued { reason },
    }
}
