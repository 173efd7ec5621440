//! A row in the machine's hands: what is being done with it, and who waits for it.
//! Holds nothing that must survive the worker.

use super::commit::Close;
use super::lane::Lanes;
use super::{Row, RowOp, State, Touch};
use crate::ids::{BodyId, ExchangeId, MutationId};
use crate::time::Timestamp;
use litemap::LiteMap;

/// One row and what goes on around it.
#[derive(Debug)]
pub(super) struct Slot {
    /// The row as the store has it, or is about to have it.
    pub(super) row: Row,
    stage: Stage,
    /// The pages whose answer hangs on this row; the first is the one that made it.
    pub(super) waiters: Vec<Waiter>,
    /// Tickets of those who want it gone while it is under way.
    pub(super) discards: Vec<u64>,
    /// Left alone until then because the store failed; the row itself is not to blame, so it is not written down.
    pub(super) hold: Option<Timestamp>,
    /// How often in a row the store has failed.
    pub(super) store_failures: u32,
    /// The commit to be made again while its stage is `Unwritten`.
    pub(super) unwritten: Option<Box<(Vec<RowOp>, Touch, Close)>>,
    /// The lock was lost while it was under way: whoever has it now may be sending the row too.
    pub(super) orphan: bool,
}

/// What is being done with a row just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Not stored yet: it would like to be sent directly, and the lock is not ours yet.
    AwaitingLock {
        /// When it stops hoping and is queued.
        until: Timestamp,
    },
    /// Not stored yet: its first commit is under way.
    Entering,
    /// As stored; nothing is being done.
    Idle,
    /// The commit of a lease is under way.
    Leasing,
    /// The fetch is under way.
    Sending,
    /// A commit after an answer, or at a person's wish, is under way.
    Closing,
    /// It is over, but the store failed to remove it: tried again.
    Unwritten,
}

/// A page that waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waiter {
    /// Its exchange.
    pub(super) exchange: ExchangeId,
    /// Its request's body, given back with the answer.
    pub(super) body: Option<BodyId>,
}

/// All slots, by name, by lane, and those that are not idle.
#[derive(Debug, Default)]
pub(super) struct Slots {
    /// Boxed, since rows are put in and taken out by moving those behind them.
    by_id: LiteMap<MutationId, Box<Slot>>,
    lanes: Lanes,
    active: LiteMap<MutationId, ()>,
}

impl Slot {
    /// A row that lies in the store.
    pub(super) fn stored(row: Row) -> Slot {
        Slot {
            row,
            stage: Stage::Idle,
            waiters: Vec::new(),
            discards: Vec::new(),
            hold: None,
            store_failures: 0,
            unwritten: None,
            orphan: false,
        }
    }

    /// A row that a page has just handed in.
    pub(super) fn fresh(row: Row, waiter: Waiter, until: Timestamp) -> Slot {
        let stage = Stage::AwaitingLock { until };
        Slot { stage, waiters: vec![waiter], ..Slot::stored(row) }
    }

    /// What is being done with it.
    pub(super) fn stage(&self) -> Stage {
        self.stage
    }

    /// Whether the store has it.
    pub(super) fn is_stored(&self) -> bool {
        !matches!(self.stage, Stage::AwaitingLock { .. } | Stage::Entering)
    }

    /// Whether it takes one of the places for sends.
    pub(super) fn is_under_way(&self) -> bool {
        match self.stage {
            Stage::Leasing | Stage::Sending => true,
            Stage::Entering => matches!(self.row.state, State::Leased { .. }),
            Stage::AwaitingLock { .. } | Stage::Idle | Stage::Closing | Stage::Unwritten => false,
        }
    }
}

impl Slots {
    pub(super) fn insert(&mut self, slot: Slot) {
        let id = slot.row.id.clone();
        self.lanes.insert(&slot.row.draft.lane, &id);
        self.note(&id, slot.stage);
        self.by_id.insert(id, Box::new(slot));
    }

    pub(super) fn remove(&mut self, id: &MutationId) -> Option<Slot> {
        let slot = self.by_id.remove(id)?;
        self.lanes.remove(&slot.row.draft.lane, id);
        self.active.remove(id);
        Some(*slot)
    }

    pub(super) fn get(&self, id: &MutationId) -> Option<&Slot> {
        self.by_id.get(id).map(Box::as_ref)
    }

    pub(super) fn get_mut(&mut self, id: &MutationId) -> Option<&mut Slot> {
        self.by_id.get_mut(id).map(Box::as_mut)
    }

    /// Moves a slot on to another stage.
    pub(super) fn enter(&mut self, id: &MutationId, stage: Stage) {
        if let Some(slot) = self.by_id.get_mut(id) {
            slot.stage = stage;
            self.note(id, stage);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    /// All, in creation order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Slot> {
        self.by_id.values().map(Box::as_ref)
    }

    /// All, in creation order.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Slot> {
        self.by_id.iter_mut().map(|(_, slot)| slot.as_mut())
    }

    /// The newest.
    pub(super) fn last(&self) -> Option<&MutationId> {
        self.by_id.last().map(|(id, _)| id)
    }

    /// Those that are not idle, in creation order.
    pub(super) fn active(&self) -> impl Iterator<Item = &Slot> {
        self.active.keys().filter_map(|id| self.get(id))
    }

    /// The oldest of each lane.
    pub(super) fn heads(&self) -> impl Iterator<Item = &Slot> {
        self.lanes.heads().filter_map(|id| self.get(id))
    }

    /// The oldest of one lane.
    pub(super) fn head(&self, lane: &str) -> Option<&MutationId> {
        self.lanes.head(lane)
    }

    fn note(&mut self, id: &MutationId, stage: Stage) {
        if stage == Stage::Idle {
            self.active.remove(id);
        } else {
            self.active.insert(id.clone(), ());
        }
    }
}
