//! Everything the engine can ask of the outside, and nothing else: a closed list.
//! Carries out nothing itself; `web/` and the simulator do.

use crate::cache::{Entry, EntryKey};
use crate::fault::StoreError;
use crate::http::{CacheMode, Cut, Headers, ResponseHead};
use crate::ids::{BodyId, CommitId, ExchangeId, Generation, MutationId};
use crate::queue::{CommandError, Row, Side};
use crate::route::{Limits, Packing, Priority};
use crate::tabs::Event;
use crate::time::Timestamp;

/// One thing for the outside to do. Those that can fail are answered by the `on_*` named in their text.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Read the first of these entries that is stored. Answer: `on_entry`.
    Lookup {
        /// Whose lookup it is.
        exchange: ExchangeId,
        /// The keys, best first.
        keys: Vec<EntryKey>,
    },
    /// Ask the network. Answer: `on_response`.
    Fetch {
        /// Whose request goes out.
        exchange: ExchangeId,
        /// How it differs from what the page sent.
        upstream: Upstream,
    },
    /// Give up the exchange's fetch: somebody else has answered.
    Abort {
        /// Whose fetch.
        exchange: ExchangeId,
    },
    /// Give the page its answer. Never more than once for an exchange.
    Respond {
        /// Whose page waits.
        exchange: ExchangeId,
        /// The answer.
        answer: Answer,
    },
    /// One IndexedDB transaction, all or nothing. Answer: `on_committed`.
    Commit {
        /// Its number, returned with the answer.
        id: CommitId,
        /// Whether it must be on the disk before it counts.
        durability: Durability,
        /// What it writes.
        ops: Vec<Op>,
    },
    /// Send a leased mutation. Answer: `on_answered`, with [`FetchError::Timeout`](crate::fault::FetchError) once its limit has passed.
    Send {
        /// The row as it was committed; its draft's `timeout` is our own time limit.
        row: Box<Row>,
        /// The body where it is still in hand; else it is in the store, if the row has one.
        body: Option<BodyId>,
    },
    /// Hold a row that met a conflict against what the server has now, as its route says. Answer: `on_reconciled`.
    Reconcile {
        /// The row as it is stored, bodies and all.
        row: Box<Row>,
    },
    /// A body that nobody needs any more.
    Drop(BodyId),
    /// Read every row of the queue. Answer: `on_rows`.
    LoadRows,
    /// Remove stored answers, the longest unused first, until something has been freed. Answer: `on_room_made`.
    MakeRoom {
        /// The commit that found none, returned with the answer.
        token: CommitId,
    },
    /// Ask for the drain lock, and wait for it. Answer: `on_lock`.
    AskLock,
    /// Give the drain lock back.
    ReleaseLock,
    /// Ask the browser to wake us when it believes to be online (Background Sync, where it exists).
    RegisterSync,
    /// Tell every tab.
    Broadcast(Event),
    /// Tell every tab how far the precache list is.
    Progress {
        /// How many entries came in.
        done: usize,
        /// How many there are to fetch.
        total: usize,
        /// How many could not be had.
        failed: usize,
    },
    /// Call `on_timer` with this reason at that moment; a later effect with the same reason replaces it.
    Timer {
        /// When.
        at: Timestamp,
        /// Why.
        reason: Reason,
    },
    /// Answer a page's command.
    Reply {
        /// The command's number.
        ticket: u64,
        /// The outcome.
        result: Result<(), CommandError>,
    },
    /// The exchange has nothing left to do; the worker may sleep as far as it is concerned.
    Finish {
        /// Which one.
        exchange: ExchangeId,
        /// For work nobody waits on at a page (precache): what went wrong.
        outcome: Result<(), String>,
    },
}

/// What a timer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// An exchange has waited long enough for the network.
    Patience(ExchangeId),
    /// A precache entry is due for another try.
    TryAgain(ExchangeId),
    /// The queue has something to do.
    Queue(crate::queue::TimerReason),
}

/// A request to the network, as a difference from what the page sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Upstream {
    /// The URL, where there is no page's request behind the exchange.
    pub url: Option<String>,
    /// Fields to add or replace.
    pub extra: Headers,
    /// Fetch's cache mode, where it differs from the page's.
    pub cache: Option<CacheMode>,
    /// Subresource integrity to demand.
    pub integrity: Option<String>,
}

/// What a page gets.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// The stored entry that the last lookup found, under this head.
    Stored {
        /// Where its body lies.
        key: EntryKey,
        /// Status and fields to serve it with.
        head: Box<ResponseHead>,
        /// What of its body to send, where that is not all.
        cut: Option<Cut>,
    },
    /// What the network gave, untouched.
    Network {
        /// The response in the shell's hands.
        body: BodyId,
    },
    /// Something of our own making.
    Made {
        /// The status.
        status: u16,
        /// The fields.
        headers: Headers,
        /// The text of the body.
        body: String,
    },
    /// `Response.error()`: what the page's `fetch` rejects with, as it would without a worker.
    Failed,
    /// Let the network answer, with the page's own request: storage has failed us.
    PassThrough,
}

/// How sure a commit must be before it counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// On the disk: a write that somebody was promised.
    Strict,
    /// Handed over: a stored answer that can be fetched again.
    Relaxed,
}

/// One write inside a commit.
#[derive(Clone, Debug, PartialEq)]
pub enum Op {
    /// Store an answer, body and all; skipped when its URL or a tag was raised beyond the entry's generation meanwhile. One that is
    /// too long is not stored either, and what it would have replaced goes.
    PutEntry {
        /// The metadata; the driver fills in the size.
        entry: Box<Entry>,
        /// The response whose bytes to store.
        body: BodyId,
        /// The length it must have, where the server said; a shorter one was cut off and fails the commit.
        declared: Option<u64>,
        /// Whether to compare with the bytes stored before, since no validator can tell.
        compare: Compare,
        /// How it is kept.
        keep: Keep,
    },
    /// Replace the metadata only, after a 304.
    RefreshEntry {
        /// The new metadata.
        entry: Box<Entry>,
        /// How it is kept from now on.
        keep: Keep,
    },
    /// Remove an entry and its body.
    RemoveEntry {
        /// Which.
        key: EntryKey,
    },
    /// Note when entries were last used.
    Touch {
        /// Key, limit group and moment of each.
        uses: Vec<(EntryKey, String, Timestamp)>,
    },
    /// Remove what is beyond a limit: what is too old to be used first, then by priority what was unused the longest. Nothing that is
    /// precached.
    Trim {
        /// The group; none for all together.
        group: Option<String>,
        /// How much may stay.
        limits: Limits,
    },
    /// Remove precached entries but these.
    KeepPrecached {
        /// The current revisions.
        keys: Vec<EntryKey>,
    },
    /// Write raised generations; one that is stored higher already stays.
    Raise {
        /// Row keys and their new generation.
        rows: Vec<(String, Generation)>,
        /// The counter itself.
        current: Generation,
    },
    /// Remove old generations' rows, and note up to where.
    Forget {
        /// The newest that goes.
        up_to: Generation,
    },
    /// Write a mutation's row, and its body where one is given.
    PutRow {
        /// The row.
        row: Box<Row>,
        /// Its body, at the first write.
        body: Option<BodyId>,
    },
    /// Write, or remove, what is kept with a row.
    PutSide {
        /// The row.
        id: MutationId,
        /// Which of it.
        side: Side,
        /// The bytes; none removes them.
        body: Option<BodyId>,
    },
    /// Remove a row and everything that is kept with it.
    RemoveRow {
        /// Which.
        id: MutationId,
    },
}

/// How an answer is kept, beside the limits of its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// From when on it is too old to be used at all.
    pub until: Option<Timestamp>,
    /// When it goes, beside others.
    pub priority: Priority,
    /// How many bytes it may have.
    pub most: u64,
    /// How its bytes lie in the store.
    pub packing: Packing,
}

impl Keep {
    /// For as long as there is room.
    pub const ALWAYS: Keep = Keep { until: None, priority: Priority::Normal, most: u64::MAX, packing: Packing::Plain };
}

/// Whether bytes must be compared to learn if an answer has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// Validators have told already.
    No,
    /// Only the bytes can tell.
    Bytes,
}

/// What a commit did beyond succeeding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Committed {
    /// The entry was left out, since it had been invalidated meanwhile or is too long.
    pub superseded: bool,
    /// With [`Compare::Bytes`]: the bytes are those that were stored before.
    pub same_bytes: bool,
}

/// The answer to a commit.
pub type CommitResult = Result<Committed, StoreError>;
