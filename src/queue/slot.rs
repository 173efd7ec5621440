//! A row in the machine's hands: what is being done with it, and who waits for it.
//! Holds nothing that must survive the worker.

use super::commit::Close;
use super::{Change, Row, State};
use crate::ids::{BodyId, ExchangeId, MutationId};
use crate::time::Timestamp;

/// One row and what goes on around it.
#[derive(Debug)]
pub(super) struct Slot {
    /// The row as the store has it, or is about to have it.
    pub(super) row: Row,
    stage: Stage,
    /// Whether no older row shares its lane.
    leads: bool,
    /// What its page was looking at, until it is stored.
    pub(super) base: Option<BodyId>,
    /// The pages whose answer hangs on this row; the first is the one that made it.
    pub(super) waiters: Vec<Waiter>,
    /// Tickets of those who want it gone while it is under way.
    pub(super) discards: Vec<u64>,
    /// Left alone until then because the store failed; the row itself is not to blame, so it is not written down.
    pub(super) hold: Option<Timestamp>,
    /// How often in a row the store has failed.
    pub(super) store_failures: u32,
    /// The commit to be made again while its stage is `Unwritten`.
    pub(super) unwritten: Option<(Box<Change>, Box<Close>)>,
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
    /// It is held against what the server has.
    Reconciling,
    /// A commit after an answer, or at a person's wish, is under way.
    Closing,
    /// It is over, or waits for a person, but the store failed to take that: tried again.
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

/// All slots, in creation order, which is the order of their names.
#[derive(Debug, Default)]
pub(super) struct Slots(Vec<Slot>);

impl Slot {
    /// A row that lies in the store.
    pub(super) fn stored(row: Row) -> Slot {
        Slot {
            row,
            stage: Stage::Idle,
            leads: false,
            base: None,
            waiters: Vec::new(),
            discards: Vec::new(),
            hold: None,
            store_failures: 0,
            unwritten: None,
            orphan: false,
        }
    }

    /// A row that a page has just handed in.
    pub(super) fn fresh(row: Row, waiter: Waiter, base: Option<BodyId>, until: Timestamp) -> Slot {
        let stage = Stage::AwaitingLock { until };
        Slot { stage, base, waiters: vec![waiter], ..Slot::stored(row) }
    }

    /// What is being done with it.
    pub(super) fn stage(&self) -> Stage {
        self.stage
    }

    /// Whether no older row shares its lane: the only one of it that may be sent.
    pub(super) fn leads(&self) -> bool {
        self.leads
    }

    /// The body that the page which made it has handed in.
    pub(super) fn body(&self) -> Option<BodyId> {
        self.waiters.first().and_then(|waiter| waiter.body)
    }

    /// Whether the store has it.
    pub(super) fn is_stored(&self) -> bool {
        !matches!(self.stage, Stage::AwaitingLock { .. } | Stage::Entering)
    }

    /// Whether it takes one of the places for sends.
    pub(super) fn is_under_way(&self) -> bool {
        match self.stage {
            Stage::Leasing | Stage::Sending | Stage::Reconciling => true,
            Stage::Entering => matches!(self.row.state, State::Leased { .. }),
            Stage::AwaitingLock { .. } | Stage::Idle | Stage::Closing | Stage::Unwritten => false,
        }
    }
}

impl Slots {
    /// Takes one in; `rank` must follow before anything else is asked of any.
    pub(super) fn insert(&mut self, slot: Slot) {
        let place = self.place(&slot.row.id).unwrap_or_else(|place| place);
        self.0.insert(place, slot);
    }

    pub(super) fn remove(&mut self, id: &MutationId) -> Option<Slot> {
        let slot = self.take_out(id);
        self.rank();
        slot
    }

    /// Removes one; `rank` must follow, as for `insert`.
    pub(super) fn take_out(&mut self, id: &MutationId) -> Option<Slot> {
        Some(self.0.remove(self.place(id).ok()?))
    }

    pub(super) fn get(&self, id: &MutationId) -> Option<&Slot> {
        self.0.get(self.place(id).ok()?)
    }

    pub(super) fn get_mut(&mut self, id: &MutationId) -> Option<&mut Slot> {
        let place = self.place(id).ok()?;
        self.0.get_mut(place)
    }

    /// Moves a slot on to another stage.
    pub(super) fn enter(&mut self, id: &MutationId, stage: Stage) {
        if let Some(slot) = self.get_mut(id) {
            slot.stage = stage;
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// All, in creation order.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Slot> {
        self.0.iter()
    }

    /// All, in creation order.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Slot> {
        self.0.iter_mut()
    }

    /// The names of those that are chosen, in creation order.
    pub(super) fn ids(&self, chosen: &dyn Fn(&Slot) -> bool) -> Vec<MutationId> {
        let mut ids = Vec::new();
        for slot in &self.0 {
            if chosen(slot) {
                ids.push(slot.row.id.clone());
            }
        }
        ids
    }

    /// The newest.
    pub(super) fn last(&self) -> Option<&MutationId> {
        self.0.last().map(|slot| &slot.row.id)
    }

    fn place(&self, id: &MutationId) -> Result<usize, usize> {
        self.0.binary_search_by(|slot| slot.row.id.cmp(id))
    }

    /// Finds out again who leads the lanes. Once for all that came, since there may be thousands.
    pub(super) fn rank(&mut self) {
        let mut seen: Vec<&str> = Vec::new();
        for slot in &mut self.0 {
            let place = seen.binary_search(&slot.row.draft.lane.as_str());
            slot.leads = place.is_err();
            if let Err(place) = place {
                seen.insert(place, &slot.row.draft.lane);
            }
        }
    }
}
