//! What a person does to rows: retry, discard, flush.
//! Touches no row before the lock is ours, unless the row is under way here.

use super::commit::{Close, Then};
use super::queue::Queue;
use super::slot::Stage;
use super::{Cause, Change, Command, CommandError, QueuedReason, Reply, Row, RowOp, State, Touch};
use crate::event::News;
use crate::fault::StoreError;
use crate::ids::{Entropy, MutationId};
use crate::time::{Span, Timestamp};

/// How long a command waits for a worker that holds the lock.
const PATIENCE: Span = Span::seconds(10);

/// A command that waits for the lock.
#[derive(Clone, Debug)]
pub(super) struct ParkedCommand {
    /// Who asked.
    pub(super) ticket: u64,
    /// When to give up.
    pub(super) until: Timestamp,
    command: Command,
    entropy: Entropy,
}

impl Queue {
    pub(super) fn on_command(&mut self, ticket: u64, command: Command, entropy: Entropy, now: Timestamp) {
        let under_way = match &command {
            Command::Flush => true,
            Command::Retry(id) | Command::Discard(id) | Command::Resolve { id, .. } => {
                self.slot(id).is_some_and(|slot| slot.stage() != Stage::Idle)
            }
        };
        let parked = ParkedCommand { ticket, until: now + PATIENCE, command, entropy };
        if under_way || self.may_send() {
            self.obey(parked, now);
        } else {
            self.parked.push(parked);
        }
    }

    /// Gives a command that waited back, and what came with it.
    pub(super) fn refuse(&mut self, parked: ParkedCommand, error: CommandError) {
        if let Command::Resolve { body, base, .. } = parked.command {
            self.drop_body(body.map(|(body, _)| body));
            self.drop_body(base);
        }
        self.done(parked.ticket, &Err(error));
    }

    pub(super) fn obey(&mut self, parked: ParkedCommand, now: Timestamp) {
        let ticket = parked.ticket;
        let result = match parked.command {
            Command::Retry(id) => self.retry(ticket, &id, parked.entropy, now),
            Command::Discard(id) => self.discard(ticket, &id),
            Command::Resolve { id, body, base } => self.resolve(ticket, &id, (body, base), parked.entropy),
            Command::Flush => {
                self.flush(now);
                Some(Ok(()))
            }
        };
        if let Some(result) = result {
            self.done(ticket, &result);
        }
    }

    /// `None`: a commit is under way, and answers.
    fn retry(
        &mut self,
        ticket: u64,
        id: &MutationId,
        entropy: Entropy,
        now: Timestamp,
    ) -> Option<Result<(), CommandError>> {
        let Some(slot) = self.slots.get_mut(id) else { return Some(Err(CommandError::Missing)) };
        match slot.stage() {
            Stage::AwaitingLock { .. } | Stage::Entering | Stage::Unwritten => {
                return Some(Err(CommandError::Missing));
            }
            // On its way already.
            Stage::Leasing | Stage::Sending | Stage::Reconciling | Stage::Closing => return Some(Ok(())),
            Stage::Idle => slot.hold = None,
        }
        match &mut slot.row.state {
            State::Pending => Some(Ok(())),
            State::Waiting { until, cause, .. } => {
                *until = now.min(*until);
                if *cause == Cause::Unauthorized {
                    let identity = slot.row.draft.identity.clone();
                    self.shorten_pauses(Some(&identity), now);
                }
                Some(Ok(()))
            }
            State::Unknown { until, .. } => {
                *until = now.min(*until);
                Some(Ok(()))
            }
            State::Leased { .. } => Some(Err(CommandError::Busy)),
            State::Conflict { .. } | State::Dead { .. } => {
                let row = slot.row.revived(entropy);
                let news = Some(News::Queued { reason: QueuedReason::LaneBusy.as_str() });
                self.slots.enter(id, Stage::Closing);
                let close = Close { reply: Reply::Failed, news, settled: None, etag: None, ticket: Some(ticket) };
                let change = Change::of(row, RowOp::Put(None), Touch::None);
                self.commit(change, Then::Obey(Box::new(close)));
                None
            }
        }
    }

    fn discard(&mut self, ticket: u64, id: &MutationId) -> Option<Result<(), CommandError>> {
        let Some(slot) = self.slots.get_mut(id) else { return Some(Err(CommandError::Missing)) };
        match (slot.stage(), &slot.row.state) {
            (Stage::AwaitingLock { .. } | Stage::Entering, _) => Some(Err(CommandError::Missing)),
            // Only where locks are missing: another worker is sending it.
            (Stage::Idle, State::Leased { .. }) => Some(Err(CommandError::Busy)),
            (_, _) => {
                slot.discards.push(ticket);
                self.discard_if_wanted(id);
                None
            }
        }
    }

    /// Removes an idle row that someone wants gone.
    pub(super) fn discard_if_wanted(&mut self, id: &MutationId) {
        let Some(slot) = self.slots.get(id) else { return };
        if slot.discards.is_empty() || slot.stage() != Stage::Idle {
            return;
        }
        let touch = match slot.row.state {
            // It may have reached the server.
            State::Waiting { .. } | State::Unknown { .. } | State::Leased { .. } => Touch::Stale(Vec::new()),
            State::Pending | State::Conflict { .. } | State::Dead { .. } => Touch::None,
        };
        let change = Change::of(slot.row.clone(), RowOp::Remove, touch);
        self.slots.enter(id, Stage::Closing);
        let close =
            Close { reply: Reply::Failed, news: Some(News::Discarded), settled: None, etag: None, ticket: None };
        self.commit(change, Then::Obey(Box::new(close)));
    }

    /// The store did not take what a person wanted.
    pub(super) fn on_disobeyed(&mut self, change: &Change, close: &Close, error: StoreError) {
        let id = &change.row.id;
        let mut tickets = Vec::from_iter(close.ticket);
        self.slots.enter(id, Stage::Idle);
        if let (RowOp::Remove, Some(slot)) = (change.op, self.slots.get_mut(id)) {
            tickets.append(&mut slot.discards);
        }
        self.done_all(tickets, &Err(CommandError::Store(error)));
        self.discard_if_wanted(id);
    }
}

impl Row {
    /// A refused row, ready to be sent as if for the first time.
    pub(super) fn revived(&self, entropy: Entropy) -> Row {
        let mut row = Row { state: State::Pending, attempts: 0, key: entropy.uuid(), ..self.clone() };
        if matches!(self.state, State::Conflict { .. }) {
            row.headers.remove("if-match");
            row.headers.remove("if-unmodified-since");
        }
        row
    }
}
