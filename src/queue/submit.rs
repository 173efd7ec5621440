//! A page's write on its way in: joined to a kept row, sent directly, or queued.
//! Nothing here answers a page before the store has its row, except with a refusal.

use super::commit::Then;
use super::queue::Queue;
use super::slot::{Slot, Stage, Waiter};
use super::{
    BodyFacts, Change, Draft, FullReason, Output, QueuedReason, Reply, Row, RowOp, Side, State, Submission, Touch,
};
use crate::ids::MutationId;
use crate::time::{Span, Timestamp};
use std::rc::Rc;

/// How long a write that could go out directly waits for the lock. Another worker holds it only while it sends, so
/// the page would wait for that one's server otherwise.
const LOCK_WAIT: Span = Span(250);

impl Queue {
    pub(super) fn submit(&mut self, submission: Submission, now: Timestamp) {
        let waiter = Waiter { exchange: submission.exchange, body: submission.body };
        let twins = submission.key.as_deref().map(|key| self.twins(key, &submission.draft)).unwrap_or_default();
        if let Some(id) = twins.joinable {
            self.drop_body(submission.base);
            return self.join(&id, waiter);
        }
        if let Some(reason) = self.too_much(submission.facts.as_ref()) {
            self.drop_body(submission.base);
            return self.reply(vec![waiter], &Reply::Full(reason));
        }
        let id = MutationId::after(self.last.as_ref(), now, submission.entropy);
        self.last = Some(id.clone());
        let row = Row {
            id: id.clone(),
            key: submission.key.unwrap_or_else(|| submission.entropy.uuid()),
            first_key: None,
            headers: submission.headers,
            body: submission.facts,
            base_etag: submission.base_etag,
            draft: Rc::new(submission.draft),
            attempts: 0,
            merges: 0,
            state: State::Pending,
            created_at: now,
        };
        // Behind one that waits for the lock it waits too, and as long: stored first, it could be sent first by another worker.
        let in_line = self.wait_in(&row.draft.lane);
        let waits = twins.contested.is_some() || in_line.is_some();
        let until = now + twins.contested.unwrap_or(LOCK_WAIT);
        self.slots.insert(Slot::fresh(row, waiter, submission.base, in_line.map_or(until, |end| end.max(until))));
        self.slots.rank();
        if self.may_send() || !(waits || self.leads(&id)) {
            self.admit(&id, now);
        }
    }

    /// Why a write with this body would be one too many.
    fn too_much(&self, facts: Option<&BodyFacts>) -> Option<FullReason> {
        if let Some(limit) = self.options.max_pending.filter(|limit| self.slots.len() >= *limit) {
            return Some(FullReason::MaxPending(limit));
        }
        let limit = self.options.max_pending_bytes?;
        let mut bytes = facts.map_or(0, |facts| facts.size);
        for slot in self.slots.iter() {
            bytes += slot.row.body.as_ref().map_or(0, |facts| facts.size);
        }
        (bytes > limit).then_some(FullReason::MaxPendingBytes(limit))
    }

    /// Lets a fresh row into the store: leased, to be sent directly, where it leads its lane and the lock is ours;
    /// queued otherwise.
    pub(super) fn admit(&mut self, id: &MutationId, now: Timestamp) {
        let twin = self.slot(id).and_then(|slot| self.twins(&slot.row.key, &slot.row.draft).joinable_but(id));
        if let Some(twin) = twin {
            let Some(slot) = self.slots.remove(id) else { return };
            self.drop_body(slot.base);
            return slot.waiters.into_iter().for_each(|waiter| self.join(&twin, waiter));
        }
        let leads = self.leads(id);
        let state = State::Leased { owner: self.owner.clone(), since: now };
        let ours = self.may_send();
        let paused = self.slot(id).is_some_and(|slot| self.is_paused(&slot.row));
        let Some(slot) = self.slots.get_mut(id) else { return };
        let reason = match (leads, ours) {
            _ if paused => Some(QueuedReason::Paused),
            (true, true) => None,
            (true, false) => Some(QueuedReason::WorkerBusy),
            (false, _) => Some(QueuedReason::LaneBusy),
        };
        if reason.is_none() {
            slot.row.state = state;
            slot.row.attempts = 1;
        }
        let op = RowOp::Put(slot.body());
        // One that is queued has not gone out: what is read until it does is what the server has.
        let touch = if reason.is_some() { Touch::None } else { Touch::Raise };
        let mut change = Change::of(slot.row.clone(), op, touch);
        change.sides.extend(slot.base.take().map(|base| (Side::Base, Some(base))));
        self.slots.enter(id, Stage::Entering);
        self.commit(change, Then::Enter { reason });
    }

    /// The first commit of a row succeeded: send it, or tell its page that it is kept.
    pub(super) fn on_entered(&mut self, id: &MutationId, reason: Option<QueuedReason>) {
        let Some(slot) = self.slots.get_mut(id) else { return };
        let Some(reason) = reason else {
            let (row, body) = (Box::new(slot.row.clone()), slot.body());
            self.slots.enter(id, Stage::Sending);
            return self.push(Output::Send { row, body });
        };
        let waiters = std::mem::take(&mut slot.waiters);
        self.slots.enter(id, Stage::Idle);
        // Told before the page: a write made after its answer must not go out first, from a worker that has not heard of this one.
        self.tell_queued(id, reason);
        self.reply(waiters, &Reply::Queued { id: id.clone(), reason });
    }

    /// Answers everyone who waits, and gives back the bodies of their requests.
    pub(super) fn reply(&mut self, waiters: Vec<Waiter>, reply: &Reply) {
        for Waiter { exchange, body } in waiters {
            let (reply, spent) = match reply {
                Reply::StoreFailed { body: _ } => (Reply::StoreFailed { body }, None),
                other => (other.clone(), body),
            };
            self.push(Output::Reply { exchange, reply });
            self.drop_body(spent);
        }
    }

    /// How long the rows of a lane that hope for the lock wait at most, if there are any.
    fn wait_in(&self, lane: &str) -> Option<Timestamp> {
        let mut end = None;
        for slot in self.slots.iter() {
            if let Stage::AwaitingLock { until } = slot.stage()
                && slot.row.draft.lane == lane
            {
                end = end.max(Some(until));
            }
        }
        end
    }

    /// Whether no older row shares the lane, and none of it is under way.
    fn leads(&self, id: &MutationId) -> bool {
        let Some(own) = self.slot(id) else { return false };
        let is_busy = |slot: &Slot| slot.is_under_way() && slot.row.draft.lane == own.row.draft.lane;
        own.leads() && !self.slots.iter().any(is_busy)
    }

    /// The kept rows that a request with this key is another try of. The key alone does not do: a page that uses one key for two
    /// different writes would lose the second. One that is being discarded is not joined: the new request is a new wish.
    fn twins(&self, key: &str, wanted: &Draft) -> Twins {
        let mut twins = Twins::default();
        let bears = |row: &Row| row.key == key || row.first_key.as_deref() == Some(key);
        for slot in self.slots.iter().filter(|slot| bears(&slot.row) && slot.discards.is_empty()) {
            let Row { draft, state, .. } = &slot.row;
            if draft.method != wanted.method || draft.url != wanted.url {
                continue;
            }
            if slot.stage() == Stage::Idle && matches!(state, State::Leased { .. }) {
                twins.contested = Some(draft.timeout);
            } else {
                twins.joinable = twins.joinable.or_else(|| Some(slot.row.id.clone()));
            }
        }
        twins
    }

    fn join(&mut self, id: &MutationId, waiter: Waiter) {
        let Some(slot) = self.slots.get_mut(id) else { return };
        // Someone already waits for its answer, or for its first commit: the same news for both.
        if !slot.waiters.is_empty() {
            return slot.waiters.push(waiter);
        }
        let reason = QueuedReason::of(&slot.row.state);
        self.reply(vec![waiter], &Reply::Queued { id: id.clone(), reason });
    }
}

/// Rows of one key, method and URL.
#[derive(Default)]
struct Twins {
    /// The first that is ours to answer for.
    joinable: Option<MutationId>,
    /// There is one that another worker may be sending for a page of its own, which alone hears of a refusal, and then drops it:
    /// to be asked about again once the lock is ours, or when that send must have ended.
    contested: Option<Span>,
}

impl Twins {
    fn joinable_but(self, id: &MutationId) -> Option<MutationId> {
        self.joinable.filter(|twin| twin != id)
    }
}
