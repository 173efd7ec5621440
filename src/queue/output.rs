//! Everything the queue can ask of the outside.

use super::{CommandError, Event, Reach, Reply, Row};
use crate::ids::{BodyId, CommitId, ExchangeId, MutationId};
use crate::time::Timestamp;

/// One thing the outside must do. Each that can fail is answered by an `Input`.
#[allow(clippy::large_enum_variant, reason = "a handful at a time pass by; boxing them would cost more than it saves")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// One strict transaction; answered by `Input::Committed`.
    Commit {
        /// The commit's number, the queue's own counting.
        token: CommitId,
        /// All of these or none.
        ops: Vec<RowOp>,
        /// What it does to reads, in the same transaction.
        touch: Touch,
    },
    /// The store had no room for this commit: evict cache rows, then `Input::RoomMade`.
    MakeRoom {
        /// The commit.
        token: CommitId,
    },
    /// Fetch this row, whose lease is in the store, within `row.draft.timeout`; answered by `Input::Answered`.
    Send {
        /// The row; `attempts` counts this one.
        row: Row,
        /// The body where it is still in hand (a direct send); otherwise, where the row has one, it is in the store.
        body: Option<BodyId>,
    },
    /// The answer to a page.
    Reply {
        /// Whose.
        exchange: ExchangeId,
        /// What.
        reply: Reply,
    },
    /// A body the queue was given and no longer needs.
    Drop(BodyId),
    /// Tell the tabs.
    Event(Event),
    /// The answer to a command.
    Done {
        /// The command's ticket.
        ticket: u64,
        /// Whether it was done.
        result: Result<(), CommandError>,
    },
    /// Ask for the lock; answered, maybe much later, by `LockGranted` or `LocksMissing`.
    AskLock,
    /// Let the lock go.
    ReleaseLock,
    /// Read every row; answered by `Input::Loaded`.
    Load,
    /// Ask Background Sync for a wake, where there is such a thing.
    RegisterSync,
    /// Send `Wake::Timer` at this moment; replaces the timer asked for before.
    Timer {
        /// When.
        at: Timestamp,
        /// What for.
        reason: TimerReason,
    },
}

/// One change of the queue's store.
#[allow(clippy::large_enum_variant, reason = "a handful at a time pass by; boxing them would cost more than it saves")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowOp {
    /// Write the row; `body` is given only the first time, and the stored body stays otherwise.
    Put {
        /// The row.
        row: Row,
        /// Its body, to be stored with it.
        body: Option<BodyId>,
    },
    /// Remove the row and its body.
    Remove(MutationId),
}

/// What a commit of the queue does to reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touch {
    /// Nothing.
    None,
    /// A write begins: reads under way from before it must not be stored as fresh.
    Raise(Reach),
    /// The server has changed: as `Raise`, and what is stored is stale now; tabs are told.
    Stale(Reach),
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimerReason {
    /// Someone waits for the lock, but not for ever. Short: the worker's own timer.
    LockWait,
    /// The store failed and is tried again.
    StoreRetry,
    /// A row, or a paused identity, is due. May be long: a page's timer.
    Retry,
    /// Another owner's lease runs out, where locks are missing.
    LeaseExpiry,
}
