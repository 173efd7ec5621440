//! One sender at a time: the lock, and what is read when it is had.
//! Without the lock memory may be old; with it, it is read afresh before anything is sent.

use super::queue::Queue;
use super::slot::{Slot, Stage};
use super::{Cause, CommandError, Output, Row, State, backoff};
use crate::fault::StoreError;
use crate::ids::{CommitId, MutationId};
use crate::time::{Span, Timestamp};

/// Whether we may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lock {
    /// Not ours, and not asked for.
    Free,
    /// Asked for.
    Asked,
    /// Ours; the rows are being read.
    Loading,
    /// Ours, and memory is the store.
    Held,
    /// There are no locks here; leases keep workers apart as well as they can.
    Missing {
        /// Whether the rows have been read.
        loaded: bool,
    },
}

impl Lock {
    /// Whether we are the one that sends.
    fn is_ours(self) -> bool {
        match self {
            Lock::Held | Lock::Missing { loaded: true } => true,
            Lock::Free | Lock::Asked | Lock::Loading | Lock::Missing { loaded: false } => false,
        }
    }
}

impl Queue {
    pub(super) fn on_lock_granted(&mut self) {
        match self.lock {
            Lock::Free | Lock::Asked => {
                self.lock = Lock::Loading;
                self.behind = false;
                self.before_lock = CommitId(self.commit_count);
                self.load();
            }
            Lock::Loading | Lock::Held | Lock::Missing { .. } => {}
        }
    }

    pub(super) fn on_lock_lost(&mut self) {
        self.lock = Lock::Free;
        for slot in self.slots.iter_mut().filter(|slot| slot.is_under_way()) {
            slot.orphan = true;
        }
    }

    pub(super) fn on_locks_missing(&mut self) {
        self.lock = Lock::Missing { loaded: false };
        self.load();
    }

    /// Whether rows may be leased: the lock is ours, and memory is not known to be behind the store.
    pub(super) fn may_send(&self) -> bool {
        self.lock.is_ours() && self.loads == 0 && !self.behind
    }

    pub(super) fn load(&mut self) {
        self.touched.clear();
        self.loads += 1;
        // One at a time: two answers that come in the wrong order could not be told apart.
        if self.loads == 1 {
            self.push(Output::Load);
        }
    }

    pub(super) fn on_loaded(&mut self, result: Result<Vec<Row>, StoreError>, now: Timestamp) {
        if self.loads > 1 {
            self.loads = 1;
            return self.push(Output::Load);
        }
        self.loads = 0;
        match result {
            Ok(rows) => {
                self.lock_hold = None;
                self.outdated = false;
                self.lock = match self.lock {
                    Lock::Loading => Lock::Held,
                    Lock::Missing { .. } => Lock::Missing { loaded: true },
                    other => other,
                };
                self.merge(rows, now);
            }
            Err(error) => self.on_unreadable(&error, now),
        }
        if self.may_send() {
            for id in self.awaiting() {
                self.admit(&id, now);
            }
            for command in std::mem::take(&mut self.parked) {
                self.obey(command, now);
            }
        }
    }

    /// Without the rows nothing can be sent in order: let the lock go, and try again later.
    fn on_unreadable(&mut self, error: &StoreError, now: Timestamp) {
        self.lock_hold = Some(now + backoff::ceiling(2));
        if self.lock == Lock::Held {
            // Another worker has stored something that we have not seen: what is under way ends, and nothing new begins.
            self.behind = true;
            return;
        }
        match self.lock {
            Lock::Loading => {
                self.lock = Lock::Free;
                self.push(Output::ReleaseLock);
            }
            Lock::Missing { .. } => self.lock = Lock::Missing { loaded: false },
            Lock::Free | Lock::Asked | Lock::Held => {}
        }
        for id in self.awaiting() {
            self.on_refused(&id, error.clone());
        }
        for parked in std::mem::take(&mut self.parked) {
            self.refuse(parked, CommandError::Store(error.clone()));
        }
    }

    /// Fresh rows that hope for the lock, oldest first.
    pub(super) fn awaiting(&self) -> Vec<MutationId> {
        self.slots.ids(&|slot| matches!(slot.stage(), Stage::AwaitingLock { .. }))
    }

    /// Makes memory what the store is, except where memory is newer.
    pub(super) fn merge(&mut self, rows: Vec<Row>, now: Timestamp) {
        let is_stored = |id: &MutationId| rows.binary_search_by(|row| row.id.cmp(id)).is_ok();
        let is_gone = |slot: &Slot| {
            slot.stage() == Stage::Idle && !self.touched.contains(&slot.row.id) && !is_stored(&slot.row.id)
        };
        for id in self.slots.ids(&is_gone) {
            self.slots.take_out(&id);
        }
        for row in rows {
            if self.touched.contains(&row.id) {
                continue;
            }
            match self.slots.get_mut(&row.id) {
                Some(slot) if slot.stage() == Stage::Idle => slot.row = row.hurried_as(&slot.row),
                Some(_) => {}
                None => self.slots.insert(Slot::stored(row)),
            }
        }
        self.slots.rank();
        self.last = self.last.take().max(self.slots.last().cloned());
        self.void_leases(now);
        for slot in self.slots.iter() {
            if let State::Waiting { until, cause: Cause::Unauthorized, .. } = slot.row.state
                && self.pause_of(&slot.row.draft.identity).is_none()
            {
                self.pauses.push((slot.row.draft.identity.clone(), until));
            }
        }
    }

    /// Whoever holds the lock is the only one who sends: any lease that is not under way here is a dead worker's.
    /// Where locks are missing, a lease is void when its fetch must long have ended.
    fn void_leases(&mut self, now: Timestamp) {
        let (lock, owner) = (self.lock, &self.owner);
        for slot in self.slots.iter_mut().filter(|slot| slot.stage() == Stage::Idle) {
            let State::Leased { owner: holder, since } = &slot.row.state else { continue };
            let void = match lock {
                Lock::Held => true,
                Lock::Missing { .. } => holder == owner || lease_end(&slot.row, *since) <= now,
                Lock::Free | Lock::Asked | Lock::Loading => false,
            };
            if void {
                slot.row.state = State::Unknown { since: now, until: now };
            }
        }
    }
}

/// When a lease ends by itself.
pub(super) fn lease_end(row: &Row, since: Timestamp) -> Timestamp {
    let Span(timeout) = row.draft.timeout;
    since + Span(timeout.saturating_mul(2))
}

impl Row {
    /// The stored row, as far hurried as memory has it: a wake moves not-before times in memory only.
    fn hurried_as(mut self, known: &Row) -> Row {
        match (&mut self.state, &known.state) {
            (
                State::Waiting { since, until, .. } | State::Unknown { since, until },
                State::Waiting { since: known_since, until: known_until, .. }
                | State::Unknown { since: known_since, until: known_until },
            ) if since == known_since => *until = (*until).min(*known_until),
            _ => {}
        }
        self
    }
}
