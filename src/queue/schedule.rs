//! Which rows go out now, and when to look again.
//! Runs after every input; the same state and time give the same choice.

use super::commit::{Close, Then};
use super::lock::{Lock, lease_end};
use super::queue::Queue;
use super::slot::{Slot, Stage};
use super::{Change, CommandError, Draft, Output, RowOp, State, TimerReason, Touch};
use crate::event::News;
use crate::ids::MutationId;
use crate::time::Timestamp;

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
                    // What goes along with another has its place.
                    if self.slots.iter().filter(|slot| slot.is_under_way() && slot.leads()).count()
                        >= self.options.parallel
                    {
                        break;
                    }
                    self.send(&id, now);
                }
                if self.lock == Lock::Held && !self.is_busy() {
                    self.lock = Lock::Free;
                    self.push(Output::ReleaseLock);
                }
            }
        }
        self.set_timer(now);
    }

    /// The rows that may go out now, by priority and creation order: heads of their lanes, ready, not paused.
    pub(super) fn due(&self, now: Timestamp) -> Vec<MutationId> {
        let (mut busy, mut trying) = (Vec::new(), Vec::new());
        for slot in self.slots.iter().filter(|slot| slot.is_under_way()) {
            // Mostly what is under way heads its lane; but another worker's older row may have come before it since.
            busy.push(&slot.row.draft.lane);
            // An identity whose credentials ran out tries one row at a time, until one succeeds. A direct send does not
            // count: a page is behind it, maybe with new credentials.
            if slot.waiters.is_empty() {
                trying.push(&slot.row.draft.identity);
            }
        }
        let mut due = Vec::new();
        let with = |priority| self.slots.iter().filter(move |slot| slot.row.draft.priority == priority);
        let all = with(1).chain(with(0)).chain(with(-1));
        for slot in all.filter(|slot| self.is_due(slot, now)) {
            let Draft { lane, identity, .. } = &*slot.row.draft;
            if busy.contains(&lane) {
                continue;
            }
            if self.pause_of(identity).is_some() {
                if trying.contains(&identity) {
                    continue;
                }
                trying.push(identity);
            }
            due.push(slot.row.id.clone());
        }
        due
    }

    fn is_due(&self, slot: &Slot, now: Timestamp) -> bool {
        let is_free = |until: Option<Timestamp>| until.is_none_or(|until| until <= now);
        let may_go = slot.leads() && slot.stage() == Stage::Idle && !self.is_paused(&slot.row);
        if !(may_go && is_free(slot.hold) && is_free(self.pause_of(&slot.row.draft.identity))) {
            return false;
        }
        match &slot.row.state {
            State::Pending | State::Conflict { asked: false, .. } => true,
            State::Waiting { until, .. } | State::Unknown { until, .. } => *until <= now,
            // Another worker's, dead or alive: having the lock tells.
            State::Leased { .. } => match self.lock {
                Lock::Free | Lock::Asked | Lock::Loading => true,
                Lock::Held | Lock::Missing { .. } => false,
            },
            State::Conflict { asked: true, .. } | State::Dead { .. } => false,
        }
    }

    /// Whether something is being committed or sent, or must still be removed: a row that is over and lies in the store would be sent
    /// again by whoever had the lock next, and lose its body to our removal while it is.
    pub(super) fn is_busy(&self) -> bool {
        self.slots.iter().any(|slot| slot.stage() != Stage::Idle)
    }

    fn wants_lock(&self, now: Timestamp) -> bool {
        let blocked = |slot: &Slot| slot.stage() == Stage::Idle && !slot.leads() && slot.row.state.moves_by_itself();
        let wanted = !self.parked.is_empty()
            || !self.awaiting().is_empty()
            || !self.due(now).is_empty()
            || self.outdated && self.slots.iter().any(blocked);
        wanted && self.may_load(now)
    }

    fn may_load(&self, now: Timestamp) -> bool {
        self.lock_hold.is_none_or(|until| until <= now)
    }

    /// Sends a row, once it is stored that it is; one that met a conflict is held against what the server has before.
    pub(super) fn send(&mut self, id: &MutationId, now: Timestamp) {
        let state = State::Leased { owner: self.owner.clone(), since: now };
        let Some(slot) = self.slots.get_mut(id) else { return };
        slot.hold = None;
        if slot.row.draft.max_age.is_some_and(|age| slot.row.created_at + age <= now) {
            let mut row = slot.row.clone();
            let reason = "it has waited for as long as its route allows (maxAge)".to_owned();
            row.state = State::Dead { status: None, reason: reason.clone() };
            self.slots.enter(id, Stage::Closing);
            let close = Close::telling(News::Dead { status: None, reason });
            return self.commit(Change::of(row, RowOp::Put(None), Touch::None), Then::Unsent(close));
        }
        if matches!(slot.row.state, State::Conflict { .. }) {
            let row = Box::new(slot.row.clone());
            self.slots.enter(id, Stage::Reconciling);
            return self.push(Output::Reconcile { row });
        }
        let mut row = slot.row.clone();
        row.state = state;
        row.attempts = row.attempts.saturating_add(1);
        self.slots.enter(id, Stage::Leasing);
        self.commit(Change::of(row, RowOp::Put(None), Touch::None), Then::Lease);
    }

    /// Ends waiting for the lock where it has taken too long.
    fn stop_waiting(&mut self, now: Timestamp) {
        for id in self.slots.ids(&|slot| matches!(slot.stage(), Stage::AwaitingLock { until } if until <= now)) {
            self.admit(&id, now);
        }
        while let Some(late) = self.parked.iter().position(|parked| parked.until <= now) {
            let parked = self.parked.remove(late);
            self.refuse(parked, CommandError::Busy);
        }
    }

    fn retry_store(&mut self, now: Timestamp) {
        for id in self.slots.ids(&|slot| slot.stage() == Stage::Unwritten && slot.hold.is_none_or(|end| end <= now)) {
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
    fn next_timer(&self, now: Timestamp) -> Option<(Timestamp, TimerReason)> {
        let mut next: Option<(Timestamp, TimerReason)> = None;
        let mut note = |timer: (Timestamp, TimerReason)| {
            if timer.0 > now && next.is_none_or(|next| timer < next) {
                next = Some(timer);
            }
        };
        if let Some(until) = self.lock_hold {
            note((until, TimerReason::StoreRetry));
        }
        for parked in &self.parked {
            note((parked.until, TimerReason::LockWait));
        }
        for slot in self.slots.iter() {
            if let Some(timer) = self.timer_of(slot) {
                note(timer);
            }
        }
        next
    }

    fn timer_of(&self, slot: &Slot) -> Option<(Timestamp, TimerReason)> {
        match slot.stage() {
            Stage::AwaitingLock { until } => return Some((until, TimerReason::LockWait)),
            Stage::Unwritten => return slot.hold.map(|until| (until, TimerReason::StoreRetry)),
            Stage::Entering | Stage::Leasing | Stage::Sending | Stage::Reconciling | Stage::Closing => return None,
            Stage::Idle if !slot.leads() || self.is_paused(&slot.row) => return None,
            Stage::Idle => {}
        }
        if let (State::Leased { since, .. }, Lock::Missing { .. }) = (&slot.row.state, self.lock) {
            return Some((lease_end(&slot.row, *since), TimerReason::LeaseExpiry));
        }
        let due = slot.row.not_before()?;
        let ready = self.pause_of(&slot.row.draft.identity).map_or(due, |until| due.max(until));
        match slot.hold.filter(|hold| *hold > ready) {
            Some(hold) => Some((hold, TimerReason::StoreRetry)),
            None => Some((ready, TimerReason::Retry)),
        }
    }
}
