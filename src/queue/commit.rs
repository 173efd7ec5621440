//! Commits under way, and what follows when they end.
//! Knows no transaction: it only says what belongs into one.

use super::lock::Lock;
use super::queue::Queue;
use super::slot::Stage;
use super::{Change, CommandError, FullReason, Output, QueuedReason, Reply, Row, RowOp, State, backoff};
use crate::event::{Event, News};
use crate::fault::StoreError;
use crate::ids::{BodyId, CommitId, MutationId};
use crate::time::Timestamp;

/// One commit under way; kept whole, to be made again after room was made.
#[derive(Debug)]
pub(super) struct Commit {
    token: CommitId,
    change: Box<Change>,
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
    Lease,
    /// What a row has come to without being sent: it has waited too long, or was held against what the server has.
    Unsent(Box<Close>),
    /// What an attempt came to.
    Close(Box<Close>),
    /// A person's wish.
    Obey(Box<Close>),
}

/// What an attempt or a wish came to, beside the row's own change.
#[derive(Debug)]
pub(super) struct Close {
    /// What the pages get that wait for it.
    pub(super) reply: Reply,
    /// What the tabs are told.
    pub(super) news: Option<News>,
    /// Where the server has taken it: its status, and too late for those who wanted it gone.
    pub(super) settled: Option<u16>,
    /// The strong ETag of what the server has made of it, where it has taken it and says so.
    pub(super) etag: Option<String>,
    /// Whose wish it was; those in the slot's `discards` are answered too.
    pub(super) ticket: Option<u64>,
}

impl Close {
    /// Nothing but what the tabs are told.
    pub(super) fn telling(news: News) -> Box<Close> {
        Box::new(Close { reply: Reply::Failed, news: Some(news), settled: None, etag: None, ticket: None })
    }
}

impl Queue {
    pub(super) fn commit(&mut self, change: Box<Change>, then: Then) {
        self.commit_count += 1;
        let token = CommitId(self.commit_count);
        self.push(Output::Commit { token, change: change.clone() });
        self.commits.push(Commit { token, change, then, room_made: false });
    }

    pub(super) fn on_room_made(&mut self, token: CommitId) {
        if let Some(commit) = self.commits.iter().find(|commit| commit.token == token && commit.room_made) {
            let change = commit.change.clone();
            self.push(Output::Commit { token, change });
        }
    }

    pub(super) fn on_committed(&mut self, token: CommitId, result: Result<(), StoreError>, now: Timestamp) {
        let Some(place) = self.commits.iter().position(|commit| commit.token == token) else { return };
        if let (Err(StoreError::Quota(_)), Some(commit)) = (&result, self.commits.get_mut(place))
            && !commit.room_made
        {
            commit.room_made = true;
            return self.push(Output::MakeRoom { token });
        }
        let Commit { mut change, then, .. } = self.commits.swap_remove(place);
        for (_, body) in change.sides.drain(..) {
            self.drop_body(body);
        }
        if result.is_ok() && self.loads > 0 {
            self.touched.push(change.row.id.clone());
        }
        match (then, result) {
            (Then::Enter { reason }, Ok(())) => {
                self.on_entered(&change.row.id, reason);
                if token <= self.before_lock && matches!(self.lock, Lock::Loading | Lock::Held) {
                    // Between this commit and our lock, the worker that had it may have sent the row and settled it.
                    self.load();
                }
            }
            (Then::Enter { .. }, Err(error)) => self.on_refused(&change.row.id, error),
            (Then::Lease, Ok(())) => self.on_leased(change.row),
            (Then::Lease | Then::Unsent(_), Err(_)) => {
                let id = &change.row.id;
                self.slots.enter(id, Stage::Idle);
                self.hold(id, now);
                self.discard_if_wanted(id);
            }
            (Then::Close(close) | Then::Obey(close) | Then::Unsent(close), Ok(())) => self.on_closed(*change, *close),
            (Then::Close(close), Err(_)) => self.on_unclosed(change, close, now),
            (Then::Obey(close), Err(error)) => self.on_disobeyed(&change, &close, error),
        }
    }

    /// The store did not take a fresh row: it never was, and its pages hear why.
    pub(super) fn on_refused(&mut self, id: &MutationId, error: StoreError) {
        let Some(slot) = self.slots.remove(id) else { return };
        let reply = match error {
            StoreError::Quota(words) => Reply::Full(FullReason::Storage(words)),
            StoreError::Failed(_) => Reply::StoreFailed { body: None },
        };
        self.reply(slot.waiters, &reply);
    }

    fn on_leased(&mut self, row: Row) {
        let Some(slot) = self.slots.get_mut(&row.id) else { return };
        slot.store_failures = 0;
        slot.row = row.clone();
        if !slot.discards.is_empty() {
            self.slots.enter(&row.id, Stage::Idle);
            return self.discard_if_wanted(&row.id);
        }
        self.slots.enter(&row.id, Stage::Sending);
        self.tell(Event::Write { about: row.subject(), news: News::Sending { attempt: row.attempts } });
        self.push(Output::Send { row: Box::new(row), body: None });
    }

    /// What an attempt or a wish came to is in the store, or must do without it.
    pub(super) fn on_closed(&mut self, change: Change, close: Close) {
        let Change { row, op, .. } = change;
        if let Some(etag) = &close.etag {
            self.rebase_followers(&row, etag);
        }
        let Some(slot) = self.slots.get_mut(&row.id) else { return };
        let id = row.id.clone();
        let event = close.news.map(|news| Event::Write { about: row.subject(), news });
        let waiters = std::mem::take(&mut slot.waiters);
        let mut tickets = Vec::from_iter(close.ticket);
        match op {
            RowOp::Put(_) => {
                slot.row = row;
                slot.store_failures = 0;
                slot.orphan = false;
                self.slots.enter(&id, Stage::Idle);
            }
            RowOp::Remove => {
                tickets.append(&mut slot.discards);
                self.slots.remove(&id);
            }
        }
        self.done_all(tickets, &close.settled.map_or(Ok(()), |status| Err(CommandError::Settled(status))));
        self.reply(waiters, &close.reply);
        if let Some(event) = event {
            self.announce(event);
        }
        self.discard_if_wanted(&id);
    }

    /// The store did not take what an attempt came to. The answer was had all the same, so the page gets it; a row
    /// that goes on by itself lives on in memory (the store calls it leased, and a later worker would send it again under
    /// its key); one that goes, or waits for a person, who sees what is stored, is written again later.
    fn on_unclosed(&mut self, change: Box<Change>, close: Box<Close>, now: Timestamp) {
        let is_parked = matches!(change.row.state, State::Dead { .. } | State::Conflict { asked: true, .. });
        if change.op != RowOp::Remove && !is_parked {
            return self.on_closed(*change, *close);
        }
        let (id, reply) = (change.row.id.clone(), close.reply.clone());
        let Some(slot) = self.slots.get_mut(&id) else { return };
        let waiters = std::mem::take(&mut slot.waiters);
        slot.unwritten = Some((change, close));
        self.slots.enter(&id, Stage::Unwritten);
        self.hold(&id, now);
        self.reply(waiters, &reply);
    }

    /// Writes again what the store has failed to take.
    pub(super) fn rewrite(&mut self, id: &MutationId) {
        let Some(slot) = self.slots.get_mut(id) else { return };
        if let Some((change, close)) = slot.unwritten.take() {
            slot.hold = None;
            self.slots.enter(id, Stage::Closing);
            self.commit(change, Then::Close(close));
        }
    }

    /// Leaves a row alone for a while because the store has failed.
    pub(super) fn hold(&mut self, id: &MutationId, now: Timestamp) {
        if let Some(slot) = self.slots.get_mut(id) {
            slot.store_failures = slot.store_failures.saturating_add(1);
            slot.hold = Some(now + backoff::ceiling(slot.store_failures));
        }
    }

    pub(super) fn done(&mut self, ticket: u64, result: &Result<(), CommandError>) {
        self.push(Output::Done { ticket, result: result.clone() });
    }

    pub(super) fn done_all(&mut self, tickets: Vec<u64>, result: &Result<(), CommandError>) {
        for ticket in tickets {
            self.done(ticket, result);
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
            let about = slot.row.subject();
            self.announce(Event::Write { about, news: News::Queued { reason: reason.as_str() } });
        }
    }

    pub(super) fn announce(&mut self, event: Event) {
        let kept = matches!(event, Event::Write { news: News::Queued { .. }, .. });
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
