//! What a person can do to a row, through the page.

use crate::fault::StoreError;
use crate::ids::{BodyId, MutationId};
use thiserror::Error;

/// A wish of the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Send the row again now. A conflicting or dead one becomes pending under a new key (a server that keeps
    /// answers by key would repeat its refusal) and, after a conflict, without `If-Match`: the person has decided.
    Retry(MutationId),
    /// Drop the row. One that is under way is dropped when its answer is in.
    Discard(MutationId),
    /// Send this in a conflicting row's place, on top of what the server has: the person has decided.
    Resolve {
        /// The row.
        id: MutationId,
        /// Its body from now on, and its length; `None` for one that has none.
        body: Option<(BodyId, u64)>,
        /// What the server has.
        base: Option<BodyId>,
    },
    /// Send this body in place of what the row has. It keeps its key, since a try of before may have arrived, unless it is dead (or
    /// in conflict): its server has refused it under that key.
    Edit {
        /// The row.
        id: MutationId,
        /// Its body from now on, and its length.
        body: Option<(BodyId, u64)>,
    },
    /// Send the row along with one of its lane that is being sent, in the same request: a batch. The rows before it go along too, or the lane
    /// would be out of order; whoever asks sees to that.
    Join(MutationId),
    /// Everything that waits is due now, whatever it waits for.
    Flush,
}

impl Command {
    /// The row that it is about.
    pub(super) fn about(&self) -> Option<&MutationId> {
        match self {
            Command::Flush => None,
            Command::Retry(id) | Command::Discard(id) | Command::Join(id) => Some(id),
            Command::Resolve { id, .. } | Command::Edit { id, .. } => Some(id),
        }
    }
}

/// Which rows a wish is for; others are refused it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only {
    /// Any.
    Any,
    /// One that was never sent, under whatever key.
    Unsent,
    /// One that was never sent, and has nothing behind it in its lane.
    Newest,
}

/// Why a wish was not fulfilled.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CommandError {
    /// No such row: it settled, was discarded, or never was; or, for an edit, it has no body.
    #[error("no such mutation in the queue")]
    Missing,
    /// It was being sent, and the server has taken it.
    #[error("the server had already answered {0}")]
    Settled(u16),
    /// It is being sent, or another worker holds the queue and did not let go in time.
    #[error("it is being sent; try again")]
    Busy,
    /// The store did not take the change.
    #[error(transparent)]
    Store(#[from] StoreError),
}
