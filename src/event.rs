//! What the tabs are told: what became of writes, of stored answers and of the connection.
//! Carries names and metadata, never data; neither numbers nor sends itself.

use crate::http::Method;
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
    /// A write has come further. Told only after the store has it.
    Write {
        /// Which write.
        about: Subject,
        /// How far.
        news: News,
    },
    /// The network answers again.
    Online,
    /// The network gives no answer.
    Offline,
}

impl Event {
    /// The word for it in messages.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Event::Updated { .. } => "updated",
            Event::Write { news, .. } => news.kind(),
            Event::Online => "online",
            Event::Offline => "offline",
        }
    }
}

/// What became of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// It is kept for later, and its page was told so. A direct send that settles is never `Queued`.
    Queued {
        /// Why it was not answered by the server.
        reason: &'static str,
    },
    /// It goes out (a direct send has only its page waiting, and is not announced).
    Sending {
        /// Which attempt this is, from 1.
        attempt: u32,
    },
    /// The server took it, directly or in replay.
    Settled {
        /// The server's status; 0 where the answer was opaque.
        status: u16,
    },
    /// It failed in a way that passes.
    Retry {
        /// When it goes out again, if nothing wakes it before; pages hold the timer.
        at: Timestamp,
        /// The status, where there was one.
        status: Option<u16>,
        /// What was wrong.
        reason: &'static str,
    },
    /// It met a conflict, was merged with what the server has, and goes out again.
    Merged {
        /// What was taken from where: JSON, `[{at, took}]`, without the values.
        report: String,
    },
    /// Somebody wrote first; it is kept.
    Conflict {
        /// 409 or 412.
        status: u16,
    },
    /// It will never be taken; it is kept to be seen.
    Dead {
        /// The status that refused it, where a server was asked.
        status: Option<u16>,
        /// Why, in words.
        reason: String,
    },
    /// It was withdrawn at a person's wish.
    Discarded,
}

impl News {
    fn kind(&self) -> &'static str {
        match self {
            News::Queued { .. } => "queued",
            News::Sending { .. } => "sending",
            News::Settled { .. } => "settled",
            News::Retry { .. } => "retry",
            News::Merged { .. } => "merged",
            News::Conflict { .. } => "conflict",
            News::Dead { .. } => "dead",
            News::Discarded => "discarded",
        }
    }
}

/// The write an event is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its name.
    pub id: MutationId,
    /// Its lane.
    pub lane: String,
    /// Its method.
    pub method: Method,
    /// Its URL.
    pub url: String,
}
