//! What the tabs are told about writes. Told only after the store has it.

use super::{Cause, QueuedReason, Row};
use crate::http::Method;
use crate::ids::MutationId;
use crate::time::Timestamp;

/// Something happened to a row, or to the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A row is kept for later, and its page was told so. A direct send that settles is never `Queued`.
    Queued {
        /// The row.
        row: Subject,
        /// Why it was not answered by the server.
        reason: QueuedReason,
    },
    /// A kept row goes out (a direct send has only its page waiting, and is not announced).
    Sending {
        /// The row.
        row: Subject,
        /// Counted from 1.
        attempt: u32,
    },
    /// The server took it, directly or in replay.
    Settled {
        /// The row.
        row: Subject,
        /// The server's status; 0 where the answer was opaque.
        status: u16,
    },
    /// A kept row failed in a way that passes.
    Retry {
        /// The row.
        row: Subject,
        /// When it goes out again, if nothing wakes it before.
        at: Timestamp,
        /// The status, where there was one.
        status: Option<u16>,
        /// What it waits for; `None`: no answer came in time.
        cause: Option<Cause>,
    },
    /// Someone else wrote first.
    Conflict {
        /// The row.
        row: Subject,
        /// 409 or 412.
        status: u16,
    },
    /// Refused for good.
    Dead {
        /// The row.
        row: Subject,
        /// The status that refused it, where a server was asked.
        status: Option<u16>,
        /// Why, in words.
        reason: String,
    },
    /// Dropped at a person's wish.
    Discarded {
        /// The row.
        row: Subject,
    },
    /// An answer came after a time without.
    Online,
    /// A fetch found no network.
    Offline,
}

/// The row an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its name.
    pub id: MutationId,
    /// Its URL.
    pub url: String,
    /// Its method.
    pub method: Method,
    /// Its lane.
    pub lane: String,
}

impl Subject {
    /// The part of a row that tabs are told.
    #[must_use]
    pub fn of(row: &Row) -> Subject {
        Subject {
            id: row.id.clone(),
            url: row.draft.url.clone(),
            method: row.draft.method.clone(),
            lane: row.draft.lane.clone(),
        }
    }
}
