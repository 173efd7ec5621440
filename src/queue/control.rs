//! What a person does to rows: retry, discard, edit, flush.
//! Touches no row before the lock is ours, unless the row is under way here.

use super::commit::{Close, Then};
use super::queue::Queue;
use super::slot::{Slot, Stage};
use super::{Cause, Change, Command, CommandError, Only, QueuedReason, Row, RowOp, Side, State, Touch};
use crate::event::News;
use crate::fault::StoreError;
use crate::ids::{BodyId, Entropy, MutationId};
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
    only: Only,
    entropy: Entropy,
}

impl Queue {
    pub(super) fn on_command(&mut self, ticket: u64, command: Command, only: Only, entropy: Entropy, now: Timestamp) {
        let slot = command.about().map(|id| self.slot(id));
        let under_way = slot.is_none_or(|slot| slot.is_some_and(|slot| slot.stage() != Stage::Idle));
        let at_once = under_way || matches!(command, Command::Join(_));
        let parked = ParkedCommand { ticket, until: now + PATIENCE, command, only, entropy };
        if at_once || self.may_send() {
            self.obey(parked, now);
        } else {
            self.parked.push(parked);
        }
    }

    /// Gives a command that waited back, and what came with it.
    pub(super) fn refuse(&mut self, parked: ParkedCommand, error: CommandError) {
        let (body, base) = match parked.command {
            Command::Resolve { body, base, .. } => (body, base),
            Command::Edit { body, .. } => (body, None),
            Command::Retry(_) | Command::Discard(_) | Command::Join(_) | Command::Flush => (None, None),
        };
        self.drop_body(body.map(|(body, _)| body));
        self.drop_body(base);
        self.done(parked.ticket, &Err(error));
    }

    pub(super) fn obey(&mut self, parked: ParkedCommand, now: Timestamp) {
        let ticket = parked.ticket;
        let about = parked.command.about().and_then(|id| self.slot(id));
        if about.is_some_and(|slot| !self.is_for(parked.only, slot)) {
            return self.refuse(parked, CommandError::Busy);
        }
        let result = match parked.command {
            Command::Retry(id) => self.retry(ticket, &id, parked.entropy, now),
            Command::Discard(id) => self.discard(ticket, &id),
            Command::Resolve { id, body, base } => self.resolve(ticket, &id, (body, base), parked.entropy),
            Command::Edit { id, body } => self.edit(ticket, &id, body, parked.entropy),
            Command::Join(id) => Some(self.join_batch(&id, now)),
            Command::Flush => {
                self.flush(now);
                Some(Ok(()))
            }
        };
        if let Some(result) = result {
            self.done(ticket, &result);
        }
    }

    fn is_for(&self, only: Only, slot: &Slot) -> bool {
        let row = &slot.row;
        // One that a person has made ready again has been sent under its first key.
        let is_unsent = slot.stage() == Stage::Idle && row.attempts == 0 && row.first_key.is_none();
        let is_behind = |other: &Slot| other.row.id > row.id && other.row.draft.lane == row.draft.lane;
        only == Only::Any || is_unsent && (only == Only::Unsent || !self.slots.iter().any(is_behind))
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
            State::Pending | State::Conflict { asked: false, .. } => Some(Ok(())),
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
            State::Conflict { asked: true, .. } | State::Dead { .. } => {
                let row = slot.row.revived(entropy);
                self.carry_out(ticket, Change::of(row, RowOp::Put(None), Touch::None))
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

    /// `None`: a commit is under way, and answers.
    fn edit(
        &mut self,
        ticket: u64,
        id: &MutationId,
        body: Option<(BodyId, u64)>,
        entropy: Entropy,
    ) -> Option<Result<(), CommandError>> {
        let slot = self.slot(id).filter(|slot| slot.row.body.is_some());
        let is_sent = |slot: &Slot| slot.stage() != Stage::Idle || matches!(slot.row.state, State::Leased { .. });
        let busy = slot.is_some_and(is_sent);
        let (Some(slot), Some((body, size)), false) = (slot, body, busy) else {
            self.drop_body(body.map(|(body, _)| body));
            return Some(Err(if busy { CommandError::Busy } else { CommandError::Missing }));
        };
        let mut row = match slot.row.state {
            State::Conflict { asked: true, .. } => {
                // On top of what the server has: that is what the person saw.
                let mut row = slot.row.revived(entropy);
                row.match_base();
                row
            }
            State::Dead { .. } => slot.row.revived(entropy),
            _ => slot.row.clone(),
        };
        if let Some(facts) = &mut row.body {
            facts.size = size;
        }
        let mut change = Change::of(row, RowOp::Put(None), Touch::Raise);
        change.sides.push((Side::Body, Some(body)));
        self.carry_out(ticket, change)
    }

    /// Sends a row although it does not head its lane: the one that does is being sent, and takes it along.
    fn join_batch(&mut self, id: &MutationId, now: Timestamp) -> Result<(), CommandError> {
        let slot = self.slot(id).ok_or(CommandError::Missing)?;
        let lane = &slot.row.draft.lane;
        let is_open = self.slots.iter().any(|other| other.stage() == Stage::Sending && other.row.draft.lane == *lane);
        let is_ready = slot.stage() == Stage::Idle && slot.hold.is_none() && !self.is_paused(&slot.row);
        let is_one = !matches!(slot.row.state, State::Conflict { .. } | State::Dead { .. });
        if !(is_open && is_ready && is_one && self.may_send()) {
            return Err(CommandError::Busy);
        }
        self.send(id, now);
        Ok(())
    }

    /// Stores what a person wants of a row, which is eligible again after that. `None`: the commit answers.
    pub(super) fn carry_out(&mut self, ticket: u64, change: Box<Change>) -> Option<Result<(), CommandError>> {
        self.slots.enter(&change.row.id, Stage::Closing);
        let mut close = Close::telling(News::Queued { reason: QueuedReason::LaneBusy.as_str() });
        close.ticket = Some(ticket);
        self.commit(change, Then::Obey(close));
        None
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
        self.commit(change, Then::Obey(Close::telling(News::Discarded)));
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
        let first_key = self.first_key.clone().or_else(|| Some(self.key.clone()));
        let mut row = Row { state: State::Pending, attempts: 0, key: entropy.uuid(), first_key, ..self.clone() };
        if matches!(self.state, State::Conflict { .. }) {
            row.headers.remove("if-match");
            row.headers.remove("if-unmodified-since");
        }
        row
    }
}
