//! What the page that made a write gets as its answer.
//! Does not word it: statuses and bodies of made-up answers are the engine's.

use super::{Cause, State};
use crate::ids::{BodyId, MutationId};

/// The answer to one exchange.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reply {
    /// The server's own answer. Where several exchanges wait for one row, each gets a reply naming the same response,
    /// one right after another: whoever drains them makes the copies.
    Network(BodyId),
    /// No answer, and the row is gone (`OnRetryable::Answer`, or discarded meanwhile).
    Failed,
    /// 202: the row is in the store.
    Queued {
        /// The row's name.
        id: MutationId,
        /// Why there is no answer of the server yet.
        reason: QueuedReason,
    },
    /// 507: nothing was kept and nothing was sent.
    Full(FullReason),
    /// Nothing was kept and nothing was sent; the request's body comes back, so that the engine can still try the
    /// network.
    StoreFailed {
        /// The body that came with the submission.
        body: Option<BodyId>,
    },
}

/// Why a page gets 202 in place of an answer: the value of `Longshore-Reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueuedReason {
    /// No network.
    Offline,
    /// No answer in time.
    Timeout,
    /// Earlier writes of its lane come first.
    LaneBusy,
    /// The server asked for patience, or stumbled.
    ServerBusy,
    /// A login page stood in for the server.
    Portal,
    /// The identity's credentials ran out.
    Unauthorized,
    /// Another worker is sending.
    WorkerBusy,
    /// Somebody else wrote first, and that is being settled.
    Conflict,
    /// The row this request joined was refused and waits for a person.
    Parked,
    /// A person has paused its lane, or everything.
    Paused,
}

/// Why there was no room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FullReason {
    /// The browser's quota, even after evicting; carries its words.
    Storage(String),
    /// `maxPending` rows wait already.
    MaxPending(usize),
    /// The bodies that wait would have more than `maxPendingBytes`.
    MaxPendingBytes(u64),
}

impl QueuedReason {
    /// The word in `Longshore-Reason` and in events.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            QueuedReason::Offline => "offline",
            QueuedReason::Timeout => "timeout",
            QueuedReason::LaneBusy => "lane-busy",
            QueuedReason::ServerBusy => "server-busy",
            QueuedReason::Portal => "portal",
            QueuedReason::Unauthorized => "unauthorized",
            QueuedReason::WorkerBusy => "worker-busy",
            QueuedReason::Conflict => "conflict",
            QueuedReason::Parked => "parked",
            QueuedReason::Paused => "paused",
        }
    }

    /// Why a row in this state has no answer yet.
    #[must_use]
    pub fn of(state: &State) -> QueuedReason {
        match state {
            State::Pending | State::Leased { .. } => QueuedReason::LaneBusy,
            State::Waiting { cause, .. } => QueuedReason::from_cause(*cause),
            State::Unknown { .. } => QueuedReason::Timeout,
            State::Conflict { asked: false, .. } => QueuedReason::Conflict,
            State::Conflict { asked: true, .. } | State::Dead { .. } => QueuedReason::Parked,
        }
    }

    /// The word for what a row waits for.
    #[must_use]
    pub fn from_cause(cause: Cause) -> QueuedReason {
        match cause {
            Cause::Network => QueuedReason::Offline,
            Cause::Server(_) => QueuedReason::ServerBusy,
            Cause::Portal => QueuedReason::Portal,
            Cause::Unauthorized => QueuedReason::Unauthorized,
        }
    }
}
