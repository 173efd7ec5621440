//! Commits under way, and what follows when they end.
//! Knows no transaction: it only says what belongs into one.

use super::lock::Lock;
use super::queue::Queue;
use super::slot::Stage;
use super::{CommandError, Event, FullReason, Output, QueuedReason, Reply, Row, RowOp, Subject, Touch, backoff};
use crate::fault::StoreError;
use crate::ids::{BodyId, CommitId, MutationId};
use crate::time::Timestamp;

/// One commit under way; kept whole, to be made again after room was made.
#[derive(Debug)]
pub(super) struct Commit {
    id: MutationId,
    ops: Vec<RowOp>,
    touch: Touch,
    then: Then,
    /// Whether cache rows have been evicted for it already.
    room_made: bool,
}

/// What a commit was for.
#[derive(Debug)]
pub(super) enum Then {
    /// The first of a row; `None`: to be sent directly.
    Enter {
        /// Why the page gets 202, if it does.
        reason: Option<QueuedReason>,
    },
    /// A lease for a replay.
    Lease(Box<Row>),
    /// What an attempt came to.
    Close(Box<Close>),
    /// A person's wish.
    Obey(Box<Obey>),
}

/// What an attempt came to.
#[derive(Clone, Debug)]
pub(super) struct Close {
    /// The row from now on; `None`: it is removed.
    pub(super) row: Option<Row>,
    /// What the pages get that wait for it.
    pub(super) reply: Reply,
    /// What the tabs are told.
    pub(super) events: Vec<Event>,
    /// What those get who wanted it gone.
    pub(super) discarded: Result<(), CommandError>,
}

/// What a person's wish came to.
#[derive(Clone, Debug)]
pub(super) struct Obey {
    /// The row from now on; `None`: it is removed.
    pub(super) row: Option<Row>,
    /// The tickets to be answered, beside those in the slot's `discards`.
    pub(super) tickets: Vec<u64>,
    /// What the tabs are told.
    pub(super) event: Event,
}

impl Queue {
    pub(super) fn commit(&mut self, id: &MutationId, ops: Vec<RowOp>, touch: Touch, then: Then) {
        self.commit_count += 1;
        let token = CommitId(self.commit_count);
        self.push(Output::Commit { token, ops: ops.clone(), touch: touch.clone() });
        let id = id.clone();
        self.commits.insert(token, Commit { id, ops, touch, then, room_made: false });
    }

    pub(super) fn on_room_made(&mut self, token: CommitId) {
        if let Some(Commit { ops, touch, room_made: true, .. }) = self.commits.get(&token) {
            let output = Output::Commit { token, ops: ops.clone(), touch: touch.clone() };
            self.push(output);
        }
    }

    pub(super) fn on_committed(&mut self, token: CommitId, result: Result<(), StoreError>, now: Timestamp) {
        if let Err(StoreError::Quota(_)) = &result
            && let Some(commit) = self.commits.get_mut(&token)
            && !commit.room_made
        {
            commit.room_made = true;
            return self.push(Output::MakeRoom { token });
        }
        let Some(Commit { id, ops, touch, then, .. }) = self.commits.remove(&token) else { return };
        match (then, result) {
            (Then::Enter { reason }, Ok(())) => {
                self.touched.insert(id.clone(), ());
                self.on_entered(&id, reason);
                if token <= self.before_lock && matches!(self.lock, Lock::Loading | Lock::Held) {
                    // Between this commit and our lock, the worker that had it may have sent the row and settled it.
                    self.load();
                }
            }
            (Then::Enter { .. }, Err(error)) => self.on_refused(&id, error),
            (Then::Lease(row), Ok(())) => {
                self.touched.insert(id.clone(), ());
                self.on_leased(&id, *row);
            }
            (Then::Lease(_), Err(_)) => {
                self.slots.enter(&id, Stage::Idle);
                self.hold(&id, now);
                self.discard_if_wanted(&id);
            }
            (Then::Close(close), Ok(())) => {
                self.touched.insert(id.clone(), ());
                self.on_closed(&id, *close);
            }
            (Then::Close(close), Err(_)) => self.on_unclosed(&id, *close, (ops, touch), now),
            (Then::Obey(obey), Ok(())) => {
                self.touched.insert(id.clone(), ());
                self.on_obeyed(&id, *obey);
            }
            (Then::Obey(obey), Err(error)) => self.on_disobeyed(&id, *obey, error),
        }
    }

    /// The store did not take a fresh row: it never was, and its pages hear why.
    pub(super) fn on_refused(&mut self, id: &MutationId, error: StoreError) {
        let Some(slot) = self.slots.remove(id) else { return };
        let reply = match error {
            StoreError::Quota(words) => Reply::Full(FullReason::Storage(words)),
            StoreError::Failed(_) => Reply::StoreFailed { error, body: None },
        };
        self.reply(slot.waiters, &reply);
    }

    fn on_leased(&mut self, id: &MutationId, row: Row) {
        let Some(slot) = self.slots.get_mut(id) else { return };
        slot.store_failures = 0;
        slot.row = row.clone();
        if !slot.discards.is_empty() {
            self.slots.enter(id, Stage::Idle);
            return self.discard_if_wanted(id);
        }
        self.slots.enter(id, Stage::Sending);
        self.tell(Event::Sending { row: Subject::of(&row), attempt: row.attempts });
        self.push(Output::Send { row, body: None });
    }

    pub(super) fn on_closed(&mut self, id: &MutationId, close: Close) {
        let Some(slot) = self.slots.get_mut(id) else { return };
        slot.store_failures = 0;
        let waiters = std::mem::take(&mut slot.waiters);
        match close.row {
            Some(row) => {
                slot.row = row;
                slot.orphan = false;
                self.slots.enter(id, Stage::Idle);
            }
            None => {
                let tickets = std::mem::take(&mut slot.discards);
                self.slots.remove(id);
                self.done(tickets, &close.discarded);
            }
        }
        self.reply(waiters, &close.reply);
        for event in close.events {
            self.announce(event);
        }
        self.discard_if_wanted(id);
    }

    /// The store did not take what an attempt came to. The answer was had all the same, so the page gets it; a row
    /// that stays lives on in memory (the store calls it leased, and a later worker would send it again under its
    /// key); one that goes is removed again later, rather than sent again.
    fn on_unclosed(&mut self, id: &MutationId, close: Close, ops: (Vec<RowOp>, Touch), now: Timestamp) {
        if close.row.is_some() {
            return self.on_closed(id, close);
        }
        let Some(slot) = self.slots.get_mut(id) else { return };
        let waiters = std::mem::take(&mut slot.waiters);
        slot.unwritten = Some(Box::new((ops.0, ops.1, close.clone())));
        self.slots.enter(id, Stage::Unwritten);
        self.hold(id, now);
        self.reply(waiters, &close.reply);
    }

    /// Removes again what the store has failed to remove.
    pub(super) fn rewrite(&mut self, id: &MutationId) {
        let Some(slot) = self.slots.get_mut(id) else { return };
        if let Some((ops, touch, close)) = slot.unwritten.take().map(|kept| *kept) {
            slot.hold = None;
            self.slots.enter(id, Stage::Closing);
            self.commit(id, ops, touch, Then::Close(Box::new(close)));
        }
    }

    /// Leaves a row alone for a while because the store has failed.
    fn hold(&mut self, id: &MutationId, now: Timestamp) {
        if let Some(slot) = self.slots.get_mut(id) {
            slot.store_failures = slot.store_failures.saturating_add(1);
            slot.hold = Some(now + backoff::ceiling(slot.store_failures));
        }
    }

    pub(super) fn done(&mut self, tickets: Vec<u64>, result: &Result<(), CommandError>) {
        for ticket in tickets {
            self.push(Output::Done { ticket, result: result.clone() });
        }
    }

    pub(super) fn drop_body(&mut self, body: Option<BodyId>) {
        if let Some(body) = body {
            self.push(Output::Drop(body));
        }
    }

    /// Tells the tabs that a row is kept, and asks for a wake where the browser has such a thing.
    pub(super) fn tell_queued(&mut self, id: &MutationId, reason: QueuedReason) {
        if let Some(slot) = self.slots.get(id) {
            let row = Subject::of(&slot.row);
            self.announce(Event::Queued { row, reason });
        }
    }

    pub(super) fn announce(&mut self, event: Event) {
        let kept = matches!(event, Event::Queued { .. });
        self.tell(event);
        if kept {
            self.ask_sync();
        }
    }

    /// Asks Background Sync for a wake, once until it fires. Not after every failed attempt: it fires at once while
    /// the browser thinks it is online, and would run around the backoff.
    pub(super) fn ask_sync(&mut self) {
        if !std::mem::replace(&mut self.sync_asked, true) {
            self.push(Output::RegisterSync);
        }
    }
}
