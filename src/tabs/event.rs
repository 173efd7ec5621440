//! The kinds of event a tab can hear.
//! Does not number or send them.

use crate::ids::MutationId;
use crate::time::Timestamp;

/// Something that happened, for every tab to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A stored answer has changed, or was declared stale.
    Updated {
        /// Its URL; none when only tags were named.
        url: Option<String>,
        /// The tags it carries, or that were invalidated.
        tags: Vec<String>,
        /// The new ETag, where known.
        etag: Option<String>,
    },
    /// A write was kept for later.
    Queued {
        /// Which write.
        about: Subject,
        /// Why it was not sent at once.
        reason: String,
    },
    /// A write goes out now.
    Sending {
        /// Which write.
        about: Subject,
        /// Which attempt this is, from 1.
        attempt: u32,
    },
    /// The server took a write.
    Settled {
        /// Which write.
        about: Subject,
        /// The server's status.
        status: u16,
    },
    /// A write will be tried again.
    Retry {
        /// Which write.
        about: Subject,
        /// When; pages hold the timer.
        at: Timestamp,
        /// The status, when there was one.
        status: Option<u16>,
        /// What was wrong.
        reason: String,
    },
    /// Somebody wrote first; the write is kept.
    Conflict {
        /// Which write.
        about: Subject,
        /// 409 or 412.
        status: u16,
    },
    /// The server will never take a write; it is kept to be seen.
    Dead {
        /// Which write.
        about: Subject,
        /// The status, when there was one.
        status: Option<u16>,
        /// What was wrong.
        reason: String,
    },
    /// A write was withdrawn by the app.
    Discarded {
        /// Which write.
        about: Subject,
    },
    /// The network answers again.
    Online,
    /// The network gives no answer.
    Offline,
}

/// The write an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its id.
    pub id: MutationId,
    /// Its lane.
    pub lane: String,
    /// Its method.
    pub method: String,
    /// Its URL.
    pub url: String,
}
