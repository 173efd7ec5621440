//! Which rows go out now, and when to look again.
//! Runs after every input; the same state and time give the same choice.

use super::commit::Then;
use super::lock::{Lock, lease_end};
use super::queue::Queue;
use super::slot::{Slot, Stage};
use super::{CommandError, Output, RowOp, State, TimerReason, Touch};
use crate::ids::MutationId;
use crate::time::Timestamp;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Browsers open six connections to an HTTP/1.1 host; the page needs some of them.
const MOST_SENDS: usize = 4;

impl Queue {
    pub(super) fn schedule(&mut self, now: Timestamp) {
        self.stop_waiting(now);
        self.retry_store(now);
        match self.lock {
            Lock::Free if self.wants_lock(now) => {
                self.lock = Lock::Asked;
                self.push(Output::AskLock);
            }
            Lock::Free | Lock::Asked | Lock::Loading => {}
            Lock::Missing { loaded: false } => {
                if self.loads == 0 && self.may_load(now) {
                    self.load();
                }
            }
            // Memory is behind the store: `Loaded` comes.
            Lock::Held | Lock::Missing { loaded: true } if self.loads > 0 => {}
            Lock::Held if self.behind => {
                if !self.is_busy() {
                    self.behind = false;
                    self.lock = Lock::Free;
                    self.push(Output::ReleaseLock);
                }
            }
            Lock::Held | Lock::Missing { loaded: true } => {
                for id in self.due(now) {
                    if self.slots.active().filter(|slot| slot.is_under_way()).count() >= MOST_SENDS {
                        break;
                    }
                    self.lease(&id, now);
                }
                if self.lock == Lock::Held && !self.is_busy() {
                    self.lock = Lock::Free;
                    self.push(Output::ReleaseLock);
                }
            }
        }
        self.set_timer(now);
    }

    /// The rows that may go out now, the most urgent first: heads of their lanes, ready, not blocked.
    pub(super) fn due(&self, now: Timestamp) -> Vec<MutationId> {
        // Mostly what is under way heads its lane; but another worker's older row may have come before it since.
        let under_way = self.slots.active().filter(|slot| slot.is_under_way());
        let lanes: Vec<&String> = under_way.map(|slot| &slot.row.draft.lane).collect();
        let is_due = |slot: &&Slot| self.is_due(slot, now) && !lanes.contains(&&slot.row.draft.lane);
        let due = self.slots.heads().filter(is_due);
        let due: BinaryHeap<_> = due.map(|slot| (Reverse(slot.row.draft.priority), &slot.row.id)).collect();
        // An identity whose credentials ran out tries one row at a time, until one succeeds. A direct send does not
        // count: a page is behind it, maybe with new credentials.
        let replays = self.slots.active().filter(|slot| slot.is_under_way() && slot.waiters.is_empty());
        let mut trying: Vec<_> = replays.map(|slot| &slot.row.draft.identity).collect();
        let may_try = |id: &&MutationId| match self.slot(id).map(|slot| &slot.row.draft.identity) {
            Some(identity) if self.pauses.contains_key(identity) => {
                let is_first = !trying.contains(&identity);
                trying.push(identity);
                is_first
            }
            Some(_) | None => true,
        };
        due.into_sorted_vec().into_iter().map(|(_, id)| id).filter(may_try).cloned().collect()
    }

    fn is_due(&self, slot: &Slot, now: Timestamp) -> bool {
        let paused = self.pauses.get(&slot.row.draft.identity).is_some_and(|until| *until > now);
        let held = slot.hold.is_some_and(|until| until > now);
        if slot.stage() != Stage::Idle || paused || held || self.is_blocked(slot) {
            return false;
        }
        match &slot.row.state {
            State::Pending => true,
            State::Waiting { until, .. } | State::Unknown { until, .. } => *until <= now,
            // Another worker's, dead or alive: having the lock tells.
            State::Leased { .. } => match self.lock {
                Lock::Free | Lock::Asked | Lock::Loading => true,
                Lock::Held | Lock::Missing { .. } => false,
            },
            State::Conflict { .. } | State::Dead { .. } => false,
        }
    }

    fn is_blocked(&self, slot: &Slot) -> bool {
        slot.row.draft.depends_on.iter().any(|id| self.slots.get(id).is_some())
    }

    /// Whether something is being committed or sent, or must still be removed: a row that is over and lies in the store would be sent
    /// again by whoever had the lock next, and lose its body to our removal while it is.
    pub(super) fn is_busy(&self) -> bool {
        self.slots.active().next().is_some()
    }

    fn wants_lock(&self, now: Timestamp) -> bool {
        let wanted = !self.parked.is_empty() || !self.awaiting().is_empty() || !self.due(now).is_empty();
        wanted && self.may_load(now)
    }

    fn may_load(&self, now: Timestamp) -> bool {
        self.lock_hold.is_none_or(|until| until <= now)
    }

    fn lease(&mut self, id: &MutationId, now: Timestamp) {
        let state = State::Leased { owner: self.owner.clone(), since: now };
        let Some(slot) = self.slots.get_mut(id) else { return };
        slot.hold = None;
        let mut row = slot.row.clone();
        row.state = state;
        row.attempts = row.attempts.saturating_add(1);
        let put = RowOp::Put { row: row.clone(), body: None };
        self.slots.enter(id, Stage::Leasing);
        self.commit(id, vec![put], Touch::None, Then::Lease(Box::new(row)));
    }

    /// Ends waiting for the lock where it has taken too long.
    fn stop_waiting(&mut self, now: Timestamp) {
        for id in self.awaiting() {
            let Some(Stage::AwaitingLock { until }) = self.slot(&id).map(Slot::stage) else { continue };
            if until <= now {
                self.admit(&id, now);
            }
        }
        let (late, parked) = std::mem::take(&mut self.parked).into_iter().partition(|parked| parked.until <= now);
        self.parked = parked;
        let late: Vec<super::control::ParkedCommand> = late;
        self.done(late.iter().map(|parked| parked.ticket).collect(), &Err(CommandError::Busy));
    }

    fn retry_store(&mut self, now: Timestamp) {
        let is_over = |slot: &&Slot| slot.stage() == Stage::Unwritten && slot.hold.is_none_or(|until| until <= now);
        let over: Vec<MutationId> = self.slots.active().filter(is_over).map(|slot| slot.row.id.clone()).collect();
        for id in over {
            self.rewrite(&id);
        }
    }

    fn set_timer(&mut self, now: Timestamp) {
        let next = self.next_timer(now);
        if self.timer != next {
            self.timer = next;
            if let Some((at, reason)) = next {
                self.push(Output::Timer { at, reason });
            }
        }
    }

    /// The next moment at which time alone changes something.
    pub(super) fn next_timer(&self, now: Timestamp) -> Option<(Timestamp, TimerReason)> {
        let active = self.slots.active().filter_map(|slot| match slot.stage() {
            Stage::AwaitingLock { until } => Some((until, TimerReason::LockWait)),
            Stage::Unwritten => slot.hold.map(|until| (until, TimerReason::StoreRetry)),
            Stage::Idle | Stage::Entering | Stage::Leasing | Stage::Sending | Stage::Closing => None,
        });
        let parked = self.parked.iter().map(|parked| (parked.until, TimerReason::LockWait));
        let heads = self.slots.heads().filter_map(|slot| self.head_timer(slot));
        let store = self.lock_hold.map(|until| (until, TimerReason::StoreRetry));
        active.chain(parked).chain(heads).chain(store).filter(|(at, _)| *at > now).min()
    }

    fn head_timer(&self, slot: &Slot) -> Option<(Timestamp, TimerReason)> {
        if slot.stage() != Stage::Idle || self.is_blocked(slot) {
            return None;
        }
        if let (State::Leased { since, .. }, Lock::Missing { .. }) = (&slot.row.state, self.lock) {
            return Some((lease_end(&slot.row, *since), TimerReason::LeaseExpiry));
        }
        let due = slot.row.not_before()?;
        let ready = self.pauses.get(&slot.row.draft.identity).map_or(due, |until| due.max(*until));
        match slot.hold.filter(|hold| *hold > ready) {
            Some(hold) => Some((hold, TimerReason::StoreRetry)),
            None => Some((ready, TimerReason::Retry)),
        }
    }
}
