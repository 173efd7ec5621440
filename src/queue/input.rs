//! Everything the outside can tell the queue.

use super::{BodyFacts, Command, Draft, Only, Reconciled, Row};
use crate::fault::{FetchError, StoreError};
use crate::http::{Headers, ResponseHead};
use crate::ids::{BodyId, CommitId, Entropy, ExchangeId, MutationId};

/// One thing that happened outside.
#[allow(clippy::large_enum_variant, reason = "a handful at a time pass by; boxing them would cost more than it saves")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// A page made a write.
    Submit(Submission),
    /// A commit ended. Only `Ok` means that it is in the store for good.
    Committed {
        /// The commit's number.
        token: CommitId,
        /// Whether all of it was written; if not, none of it was.
        result: Result<(), StoreError>,
    },
    /// Cache rows were evicted as asked for by `Output::MakeRoom`.
    RoomMade {
        /// The commit that found no room.
        token: CommitId,
    },
    /// A row that was sent has its answer, or never will.
    Answered {
        /// The row.
        id: MutationId,
        /// The answer's head, and the response itself, which comes back in a `Reply` or in `Output::Drop`.
        answer: Result<(ResponseHead, BodyId), FetchError>,
        /// For the backoff.
        entropy: Entropy,
    },
    /// A row that met a conflict was held against what the server has; `None`: that could not be had now.
    Reconciled {
        /// The row.
        id: MutationId,
        /// What is to become of it.
        found: Option<Reconciled>,
        /// For a new key.
        entropy: Entropy,
    },
    /// The lock asked for is ours.
    LockGranted,
    /// The lock was taken from us.
    LockLost,
    /// This browser has no locks: leases run out by time instead.
    LocksMissing,
    /// Every row in the store, in the order of their names, as asked for by `Output::Load`.
    Loaded(Result<Vec<Row>, StoreError>),
    /// A reason to look at what waits.
    Wake(Wake),
    /// A person's wish.
    Command {
        /// Comes back in `Output::Done`.
        ticket: u64,
        /// The wish.
        command: Command,
        /// For which rows.
        only: Only,
        /// For a new key.
        entropy: Entropy,
    },
}

/// A write on its way in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Who gets the reply: exactly one each.
    pub exchange: ExchangeId,
    /// The request's fields as the page gave them, without the key.
    pub headers: Headers,
    /// What else is to be sent.
    pub draft: Draft,
    /// The page's own `Idempotency-Key`. A request with the key, method and URL of a kept row joins that row.
    pub key: Option<String>,
    /// The request's body; comes back in `Reply::StoreFailed` or in `Output::Drop`.
    pub body: Option<BodyId>,
    /// What is known of that; `None` where there is none.
    pub facts: Option<BodyFacts>,
    /// What the page was looking at; comes back in `Output::Drop`.
    pub base: Option<BodyId>,
    /// The ETag of that.
    pub base_etag: Option<String>,
    /// For the row's name and key.
    pub entropy: Entropy,
}

/// A reason to look at what waits, and how much it may hurry a row that waits for the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wake {
    /// The worker started: hurries gently (a row just tried is left alone for a few more seconds).
    Start,
    /// Background Sync fired: hurries gently.
    Sync,
    /// Some fetch of the worker got a real answer: hurries gently, and we are online.
    FetchSucceeded,
    /// Some fetch of the worker found no network: hurries nothing, and we are offline.
    FetchFailed,
    /// A page says that it is online again: due at once.
    Online,
    /// A page was opened or shown, or has new credentials: due at once, paused identities too.
    Page,
    /// Another worker has put a row in the store, as its `queued` on the channel says: the store is read again before
    /// anything else goes out. Old and new worker overlap during an update, and share lanes.
    OtherWorker,
    /// A timer, ours or one that a page held for us: hurries nothing.
    Timer,
    /// As `Command::Flush`, with nobody waiting.
    Flush,
}
