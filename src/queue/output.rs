//! Everything the queue can ask of the outside.

use super::{CommandError, Reply, Row, Side};
use crate::event::Event;
use crate::ids::{BodyId, CommitId, ExchangeId};
use crate::time::Timestamp;

/// One thing the outside must do. Each that can fail is answered by an `Input`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// One strict transaction; answered by `Input::Committed`.
    Commit {
        /// The commit's number, the queue's own counting.
        token: CommitId,
        /// What it writes.
        change: Box<Change>,
    },
    /// The store had no room for this commit: evict cache rows, then `Input::RoomMade`.
    MakeRoom {
        /// The commit.
        token: CommitId,
    },
    /// Fetch this row, whose lease is in the store, within `row.draft.timeout`; answered by `Input::Answered`.
    Send {
        /// The row; `attempts` counts this one.
        row: Box<Row>,
        /// The body where it is still in hand (a direct send); otherwise, where the row has one, it is in the store.
        body: Option<BodyId>,
    },
    /// Hold this row, which met a conflict, against what the server has now; answered by `Input::Reconciled`.
    Reconcile {
        /// The row.
        row: Box<Row>,
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

/// One change of the queue's store, and of reads in the same transaction: all of it or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The row as it is from now on; one that goes, as it was.
    pub row: Row,
    /// Whether it stays.
    pub op: RowOp,
    /// What the change does to reads.
    pub touch: Touch,
    /// What else is kept with the row from now on; `None` removes it.
    pub sides: Vec<(Side, Option<BodyId>)>,
}

impl Change {
    /// A change of the row alone.
    pub(super) fn of(row: Row, op: RowOp, touch: Touch) -> Box<Change> {
        Box::new(Change { row, op, touch, sides: Vec::new() })
    }
}

/// Whether a row stays in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowOp {
    /// Write it; a body is given only the first time, and the stored body stays otherwise.
    Put(Option<BodyId>),
    /// Remove it and its body.
    Remove,
}

/// What a commit of the queue does to what the row's write reaches (see [`Reach`](super::Reach)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Touch {
    /// Nothing.
    None,
    /// A write begins: reads under way from before it must not be stored as fresh.
    Raise,
    /// The server has changed: as `Raise`, and what is stored is stale now, also under these URLs; tabs are told.
    Stale(Vec<String>),
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
