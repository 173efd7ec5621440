//! The queue's machine: inputs in, outputs out, no clock, no store, no network of its own.
//! Keeps in memory only what the store can give back, and what a dead worker's pages no longer wait for.

use super::commit::Commit;
use super::control::ParkedCommand;
use super::lock::Lock;
use super::slot::{Slot, Slots};
use super::{Input, Output, Owner, Row, TimerReason};
use crate::event::Event;
use crate::ids::{CommitId, MutationId};
use crate::time::Timestamp;

/// The name of everything among what is paused, and what comes before a lane's.
const ALL: &str = "all";
const LANE: &str = "lane:";

/// What the app can set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// The most rows that may wait; `None`: as many as the browser's quota holds.
    pub max_pending: Option<usize>,
    /// How many bytes the bodies of all that waits may have; `None`: as many as the browser's quota holds.
    pub max_pending_bytes: Option<u64>,
    /// How many requests of the queue may be open at once.
    pub parallel: usize,
}

impl Default for Options {
    fn default() -> Options {
        Options { max_pending: None, max_pending_bytes: None, parallel: 4 }
    }
}

/// The queue of one worker instance.
#[derive(Debug)]
pub struct Queue {
    /// Our name in leases.
    pub(super) owner: Owner,
    /// What the app has set.
    pub(super) options: Options,
    /// Every row, with what is being done to it.
    pub(super) slots: Slots,
    /// The newest name given or seen, so that names keep rising after their rows are gone.
    pub(super) last: Option<MutationId>,
    /// Commits under way.
    pub(super) commits: Vec<Commit>,
    /// How many commits were begun.
    pub(super) commit_count: u64,
    /// Whether we are the one that sends.
    pub(super) lock: Lock,
    /// The last commit that was made before the lock was had.
    pub(super) before_lock: CommitId,
    /// Not to ask for the lock before, because reading the store has just failed.
    pub(super) lock_hold: Option<Timestamp>,
    /// Whether the store has rows that could not be read, while the lock is ours: it is let go as soon as nothing is under way.
    pub(super) behind: bool,
    /// Whether another worker has changed the rows since we had the lock: what blocks a lane in memory may be gone.
    pub(super) outdated: bool,
    /// How often the rows were to be read since the `Load` that is unanswered went out, that one counted; its answer is passed over where
    /// another must follow.
    pub(super) loads: u32,
    /// Rows changed while a `Load` is under way: what it brings of them may be older than what we know.
    pub(super) touched: Vec<MutationId>,
    /// Commands that wait for the lock.
    pub(super) parked: Vec<ParkedCommand>,
    /// Identities whose credentials ran out, and until when nothing of theirs is tried; after that one row at a time,
    /// until one succeeds.
    pub(super) pauses: Vec<(Option<String>, Timestamp)>,
    /// What a person has paused: rows by id, lanes as `lane:name`, everything as `all`; as the store has it.
    pub(super) paused: Vec<String>,
    /// Whether the last fetch that could tell found a network.
    pub(super) online: bool,
    /// Whether Background Sync has been asked and has not fired since.
    pub(super) sync_asked: bool,
    /// The timer that was asked for last.
    pub(super) timer: Option<(Timestamp, TimerReason)>,
    /// A handful at a time.
    outputs: Vec<Output>,
}

impl Queue {
    /// An empty queue; `owner` must differ from every other worker instance's.
    #[must_use]
    pub fn new(owner: Owner, options: Options) -> Queue {
        Queue {
            owner,
            options,
            slots: Slots::default(),
            last: None,
            commits: Vec::new(),
            commit_count: 0,
            lock: Lock::Free,
            before_lock: CommitId(0),
            lock_hold: None,
            behind: false,
            outdated: false,
            loads: 0,
            touched: Vec::new(),
            parked: Vec::new(),
            pauses: Vec::new(),
            paused: Vec::new(),
            online: true,
            sync_asked: false,
            timer: None,
            outputs: Vec::new(),
        }
    }

    /// Takes over the rows that earlier instances left in the store; `Wake::Start` then sets them going. Once, before
    /// the first write or command.
    pub fn restore(&mut self, rows: Vec<Row>, now: Timestamp) {
        self.merge(rows, now);
    }

    /// Takes over what a person has paused, from the store, which is read with the rows: nothing of it begins to be sent; what is under way
    /// ends. Something must happen for what is paused no more to go out: `Wake::Timer` does.
    pub fn pause_all_of(&mut self, paused: Vec<String>) {
        self.paused = paused;
    }

    /// Takes in one thing that happened; drain [`Queue::poll_output`] after it.
    pub fn handle_input(&mut self, input: Input, now: Timestamp) {
        match input {
            Input::Submit(submission) => self.submit(submission, now),
            Input::Committed { token, result } => self.on_committed(token, result, now),
            Input::RoomMade { token } => self.on_room_made(token),
            Input::Answered { id, answer, entropy } => self.on_answered(&id, answer, entropy, now),
            Input::Reconciled { id, found, entropy } => self.on_reconciled(&id, found, entropy, now),
            Input::LockGranted => self.on_lock_granted(),
            Input::LockLost => self.on_lock_lost(),
            Input::LocksMissing => self.on_locks_missing(),
            Input::Loaded(result) => self.on_loaded(result, now),
            Input::Wake(wake) => self.on_wake(wake, now),
            Input::Command { ticket, command, only, entropy } => {
                self.on_command(ticket, command, only, entropy, now);
            }
        }
        self.schedule(now);
    }

    /// The next thing to do, until there is none.
    pub fn poll_output(&mut self) -> Option<Output> {
        if self.outputs.is_empty() { None } else { Some(self.outputs.remove(0)) }
    }

    /// Every row that is in the store, in creation order.
    pub fn list(&self) -> impl Iterator<Item = &Row> {
        self.slots.iter().filter(|slot| slot.is_stored()).map(|slot| &slot.row)
    }

    /// Whether nothing is under way and nothing could be sent now. A lock that another worker holds does not make it
    /// idle.
    #[must_use]
    pub fn is_idle(&self, now: Timestamp) -> bool {
        !self.is_busy() && self.parked.is_empty() && self.due(now).is_empty()
    }

    /// When the queue next wants `Wake::Timer`: what the last `Output::Timer` said, if it still holds.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.timer.map(|(at, _)| at)
    }

    /// Whether a person has paused it, or its lane, or all.
    #[must_use]
    pub fn is_paused(&self, row: &Row) -> bool {
        let lane = row.draft.lane.as_str();
        self.paused.iter().any(|paused| *paused == row.id.0 || paused == ALL || paused.strip_prefix(LANE) == Some(lane))
    }

    pub(super) fn push(&mut self, output: Output) {
        self.outputs.push(output);
    }

    pub(super) fn tell(&mut self, event: Event) {
        self.push(Output::Event(event));
    }

    pub(super) fn slot(&self, id: &MutationId) -> Option<&Slot> {
        self.slots.get(id)
    }
}
