//! One kept write: what is to be sent, and how far it has come.
//! Needs no route to be sent again: everything is in the row. The bytes of its body are not.

use crate::event::Subject;
use crate::http::{Credentials, Headers, Method, Mode};
use crate::ids::MutationId;
use crate::time::{Span, Timestamp};
use std::rc::Rc;

/// A write as the store keeps it. It leaves the store when it settles or is discarded, never before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name, and its place in creation order.
    pub id: MutationId,
    /// The value of `Idempotency-Key`: the page's own, or a UUID made here; the same for every attempt, until it is refused.
    pub key: String,
    /// The key that it went by first, where it goes by another since: its server has refused it under that.
    pub first_key: Option<String>,
    /// The request's fields as the page gave them, without the key; without preconditions once a person has decided a conflict.
    pub headers: Headers,
    /// What is known of the body; `None` where there is none.
    pub body: Option<BodyFacts>,
    /// The ETag of what the page was looking at, or of what the write has been held against since.
    pub base_etag: Option<String>,
    /// What else is to be sent; shared, since it never changes.
    pub draft: Rc<Draft>,
    /// How often it was leased; while it is under way, the running attempt counts.
    pub attempts: u32,
    /// How often it was merged with what the server had.
    pub merges: u32,
    /// Where it stands.
    pub state: State,
    /// When the page handed it in.
    pub created_at: Timestamp,
}

/// What a page's request becomes: all that is known of a row before it has a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// The header to send the key under; `None` sends no key (other origins: it would force a CORS preflight).
    pub key_header: Option<String>,
    /// Rows of one lane go out one after another, in creation order.
    pub lane: String,
    /// The method.
    pub method: Method,
    /// The absolute URL.
    pub url: String,
    /// Fetch's request mode.
    pub mode: Mode,
    /// Fetch's credentials mode.
    pub credentials: Credentials,
    /// Fetch's redirect mode as written.
    pub redirect: String,
    /// The referrer as written.
    pub referrer: String,
    /// The referrer policy as written.
    pub referrer_policy: String,
    /// Whose write it is: a 401 pauses all rows of one identity.
    pub identity: Option<String>,
    /// The client (tab) it came from.
    pub client: Option<String>,
    /// The version of the config it was accepted under.
    pub config_version: String,
    /// Tags that become stale when it settles, templates filled in.
    pub invalidates: Vec<String>,
    /// Media types of a real answer; empty: see `verdict.rs` for what is taken for a login page then.
    pub expects: Vec<String>,
    /// How long one attempt may take.
    pub timeout: Span,
    /// The longest `Retry-After` that is obeyed.
    pub max_retry_after: Span,
    /// How long it may wait.
    pub max_age: Option<Span>,
    /// How often it is sent again after passing trouble.
    pub retries: Option<u32>,
    /// Whose turn it is where places for sends are short: the highest first. 0 unless something is said.
    pub priority: i8,
    /// What the page gets when a direct send meets a passing trouble.
    pub on_retryable: OnRetryable,
    /// What is done when somebody wrote first.
    pub on_conflict: OnConflict,
}

/// What is known of a body without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyFacts {
    /// Its length in bytes.
    pub size: u64,
    /// The `Content-Type` it was given, boundary and all.
    pub content_type: Option<String>,
}

/// What the page gets when a direct send meets a passing trouble (no network, 503, ...).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnRetryable {
    /// A 202; the row is sent again later.
    #[default]
    Queue,
    /// The trouble itself; the row is dropped.
    Answer,
}

/// What is done when the server says that somebody wrote first (409, 412).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnConflict {
    /// A page that waits gets the answer, and the row goes; one that is replayed is kept for a person.
    #[default]
    Plain,
    /// Kept for a person, beside what the server has.
    Manual,
    /// The write is dropped.
    ServerWins,
    /// The write goes out again without its preconditions; where it had none, a person is asked.
    ClientWins,
    /// It is merged with what the server has, and goes out again; where both have changed the same, a person is asked.
    Merge,
}

/// One worker instance's name, as it stands in the leases it takes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Owner(pub String);

/// Where a row stands.
///
/// ```text
///              lease              2xx, or DELETE and gone
///  Pending ----------> Leased -----------------------------> (settled: the row is removed)
///     ^                 ^  |
///     |            due  |  +-- no network, login page, 401, 408/425/429/5xx --> Waiting
///     |                 +--------------------------------------------------------'
///     |            due  |  +-- no answer in time, or the lease's owner died --> Unknown
///     |                 +--------------------------------------------------------'
///     |  retry (a person)  +-- 409, 412 --> Conflict, until it is merged or a person decides
///     +--------------------+-- other -----> Dead
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Never sent, or made ready again by a person.
    Pending,
    /// Being sent, or its worker died while sending.
    Leased {
        /// The worker that sends it.
        owner: Owner,
        /// When the lease was taken; it matters only where locks are missing.
        since: Timestamp,
    },
    /// An attempt failed in a way that passes.
    Waiting {
        /// When the attempt failed.
        since: Timestamp,
        /// Not to be sent before.
        until: Timestamp,
        /// What it waits for.
        cause: Cause,
    },
    /// Sent, with nobody knowing whether the server acted: sent again under the same key.
    Unknown {
        /// When this became so.
        since: Timestamp,
        /// Not to be sent before.
        until: Timestamp,
    },
    /// Someone else wrote first: kept, shown, and sent again once it is merged, or a person says so.
    Conflict {
        /// 409 or 412.
        status: u16,
        /// Whether a person has to decide; until then it is to be held against what the server has.
        asked: bool,
    },
    /// Refused for good: kept and shown.
    Dead {
        /// The status that refused it; `None` where no server was asked.
        status: Option<u16>,
        /// Why, in words.
        reason: String,
    },
}

/// Why a row waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// No answer came.
    Network,
    /// The server asked for patience, or stumbled, with this status.
    Server(u16),
    /// Something that is not the server answered.
    Portal,
    /// The credentials ran out (401).
    Unauthorized,
}

impl Row {
    /// The part of it that tabs are told.
    #[must_use]
    pub fn subject(&self) -> Subject {
        let Draft { lane, method, url, .. } = &*self.draft;
        Subject { id: self.id.clone(), lane: lane.clone(), method: method.clone(), url: url.clone() }
    }

    /// When it may go out by its own account; `None` while only a person or its owner can move it on.
    #[must_use]
    pub fn not_before(&self) -> Option<Timestamp> {
        match &self.state {
            State::Pending | State::Conflict { asked: false, .. } => Some(self.created_at),
            State::Waiting { until, .. } | State::Unknown { until, .. } => Some(*until),
            State::Leased { .. } | State::Conflict { asked: true, .. } | State::Dead { .. } => None,
        }
    }
}
