//! Reasons to look again at what waits, and how much each may hurry it.
//! Sends nothing: `schedule.rs` does, after every input.

use super::lock::Lock;
use super::queue::Queue;
use super::slot::Stage;
use super::{Cause, State, Wake, backoff};
use crate::time::Timestamp;

/// How much a wake may hurry a row that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hurry {
    /// The network seems to be back: rows that wait for it are due, but one just tried rests for some seconds. Such
    /// wakes come by themselves, maybe with every fetch, while one server or one URL may stay unreachable.
    Gently,
    /// Someone has reason to think that the network is back: due at once. A server's own wish is kept.
    Firmly,
    /// A person wants it: everything is due.
    Wholly,
}

impl Queue {
    pub(super) fn on_wake(&mut self, wake: Wake, now: Timestamp) {
        match wake {
            Wake::Start => {
                self.hurry(Hurry::Gently, now);
                if self.slots.iter().any(|slot| slot.row.state.moves_by_itself()) {
                    self.ask_sync();
                }
            }
            Wake::Sync => {
                self.sync_asked = false;
                self.hurry(Hurry::Gently, now);
            }
            Wake::FetchSucceeded => {
                self.set_online(true);
                self.hurry(Hurry::Gently, now);
            }
            Wake::FetchFailed => self.set_online(false),
            Wake::Online => self.hurry(Hurry::Firmly, now),
            Wake::Page => {
                self.hurry(Hurry::Firmly, now);
                self.resume_all(now);
            }
            Wake::OtherWorker => self.outdated = true,
            Wake::Timer => {}
            Wake::Flush => self.flush(now),
        }
        let has_news = match self.lock {
            // What is being read may be from before its word.
            Lock::Loading | Lock::Held => wake == Wake::OtherWorker,
            // Where there are no locks, another worker may have changed the store at any time.
            Lock::Missing { loaded } => loaded && wake != Wake::FetchSucceeded && wake != Wake::FetchFailed,
            // Read when the lock is had.
            Lock::Free | Lock::Asked => false,
        };
        if has_news {
            self.load();
        }
    }

    pub(super) fn flush(&mut self, now: Timestamp) {
        self.hurry(Hurry::Wholly, now);
        self.resume_all(now);
    }

    /// Moves not-before times forward, in memory only: if the worker dies first, its next wake does it again.
    pub(super) fn hurry(&mut self, hurry: Hurry, now: Timestamp) {
        for slot in self.slots.iter_mut().filter(|slot| slot.stage() == Stage::Idle) {
            let rest = backoff::rest(slot.row.attempts);
            if hurry == Hurry::Wholly {
                slot.hold = None;
            }
            let (since, until) = match &mut slot.row.state {
                State::Waiting { cause: Cause::Server(_) | Cause::Unauthorized, since, until } => {
                    if hurry != Hurry::Wholly {
                        continue;
                    }
                    (since, until)
                }
                State::Waiting { cause: Cause::Network | Cause::Portal, since, until }
                | State::Unknown { since, until } => (since, until),
                State::Pending | State::Leased { .. } | State::Conflict { .. } | State::Dead { .. } => continue,
            };
            let earliest = match hurry {
                Hurry::Gently => now.max(*since + rest),
                Hurry::Firmly | Hurry::Wholly => now,
            };
            *until = earliest.min(*until);
        }
    }

    /// Until when nothing of an identity is tried, where its credentials ran out.
    pub(super) fn pause_of(&self, identity: &Option<String>) -> Option<Timestamp> {
        self.pauses.iter().find(|(paused, _)| paused == identity).map(|(_, until)| *until)
    }

    /// The credentials of the identity ran out.
    pub(super) fn pause(&mut self, identity: Option<String>, until: Timestamp) {
        self.unpause(&identity);
        self.pauses.push((identity, until));
    }

    /// A success of the identity: its pause is over.
    pub(super) fn resume(&mut self, identity: &Option<String>, now: Timestamp) {
        if self.unpause(identity) {
            self.renew(Some(identity), now);
        }
    }

    /// Whether there was a pause to end.
    fn unpause(&mut self, identity: &Option<String>) -> bool {
        let place = self.pauses.iter().position(|(paused, _)| paused == identity);
        place.map(|place| self.pauses.swap_remove(place)).is_some()
    }

    /// Credentials may be new: each paused identity tries one row at once.
    fn resume_all(&mut self, now: Timestamp) {
        self.shorten_pauses(None, now);
        self.renew(None, now);
    }

    /// Ends the pause of one identity, or of all: one row may try at once.
    pub(super) fn shorten_pauses(&mut self, only: Option<&Option<String>>, now: Timestamp) {
        for (identity, until) in &mut self.pauses {
            if only.is_none_or(|only| only == identity) {
                *until = now.min(*until);
            }
        }
    }

    /// Makes the rows due that wait for new credentials, of one identity or of all.
    fn renew(&mut self, only: Option<&Option<String>>, now: Timestamp) {
        for slot in self.slots.iter_mut().filter(|slot| slot.stage() == Stage::Idle) {
            if let State::Waiting { until, cause: Cause::Unauthorized, .. } = &mut slot.row.state
                && only.is_none_or(|identity| slot.row.draft.identity == *identity)
            {
                *until = now.min(*until);
            }
        }
    }
}

impl State {
    /// Whether the row goes out again without a person's help.
    pub(super) fn moves_by_itself(&self) -> bool {
        match self {
            State::Pending | State::Leased { .. } | State::Waiting { .. } | State::Unknown { .. } => true,
            State::Conflict { asked, .. } => !asked,
            State::Dead { .. } => false,
        }
    }
}
