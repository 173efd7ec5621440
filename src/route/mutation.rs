//! A mutation route: how writes are queued when they cannot be sent.
//! Does not queue or send: `queue` does; which writes it takes, `Conditions` say.

use super::{Priority, Template};
use crate::http::Method;
use crate::time::Span;

/// One entry of the config's `mutations`, but for its conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MutationRoute {
    /// `lane`: writes of one lane are sent one after another, lanes beside each other. Default: `{path}`.
    pub lane: Template,
    /// `invalidates`: tags that become stale once the write is settled, beside its URL and the parent collection. Default: none.
    pub invalidates: Vec<Template>,
    /// `timeout`: how long the server may take before the page gets 202 instead. Default: `10s`.
    pub timeout: Span,
    /// `onRetryable`: what a page gets for 408, 425, 429 and 5xx. Default: `queue`.
    pub on_retryable: OnRetryable,
    /// `idempotencyHeader`: the field that carries the key. Default: `Idempotency-Key` on the own origin, none elsewhere.
    pub idempotency_header: IdempotencyHeader,
    /// `expects`: content types of a true answer, in lower case; anything else with 2xx is taken for a captive portal's page. Default
    /// (empty list): any but an HTML page nobody asked for.
    pub expects: Vec<String>,
    /// `forms.redirect`: where a form navigation is sent (303) once it is queued; without it form navigations are left alone. Default: none.
    pub forms: Option<String>,
    /// `conflict`: what is done when somebody wrote first (409, 412). Default: the page that waits gets the answer; a write that is replayed
    /// is kept, and a person decides.
    pub conflict: Option<Conflict>,
    /// `maxAge`: how long a write may wait; then it is kept as one that was refused. Default: for ever.
    pub max_age: Option<Span>,
    /// `retries`: how often a write is sent again after passing trouble; then likewise. Default: for ever.
    pub retries: Option<u32>,
    /// `priority`: whose lanes come first where places for sends are short. Default: neither.
    pub priority: Priority,
    /// `maxRetryAfter`: the longest wish of a server's Retry-After that is granted. Default: `24h`.
    pub max_retry_after: Span,
}

/// What a page gets when the server says "not now".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnRetryable {
    /// 202: the row stays and is sent again.
    #[default]
    Queue,
    /// The status as it is; the row is dropped and the page sees to it.
    Answer,
}

/// Who wins when somebody wrote first. With any of them, what is stored of the resource is kept with the write, and sent along as `If-Match`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conflict {
    /// Kept beside what the server has, for a person to decide.
    Manual,
    /// The server: the write is dropped.
    ServerWins,
    /// The client: the write goes out again without its condition.
    ClientWins,
    /// Both, field by field; a person decides where both have changed the same.
    Merge,
}

/// Which field carries the idempotency key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum IdempotencyHeader {
    /// `Idempotency-Key` on the own origin; none elsewhere, since there it forces a CORS preflight.
    #[default]
    OwnOrigin,
    /// This field on every origin.
    Named(String),
    /// None anywhere (`false`).
    Never,
}

impl IdempotencyHeader {
    /// The field to send the key in, if any.
    #[must_use]
    pub fn name_for(&self, same_origin: bool) -> Option<&str> {
        match self {
            IdempotencyHeader::OwnOrigin => same_origin.then_some("Idempotency-Key"),
            IdempotencyHeader::Named(name) => Some(name),
            IdempotencyHeader::Never => None,
        }
    }
}

impl Default for MutationRoute {
    fn default() -> MutationRoute {
        MutationRoute {
            lane: Template::path(),
            invalidates: Vec::new(),
            timeout: Span::seconds(10),
            on_retryable: OnRetryable::Queue,
            idempotency_header: IdempotencyHeader::OwnOrigin,
            expects: Vec::new(),
            forms: None,
            conflict: None,
            max_age: None,
            retries: None,
            priority: Priority::Normal,
            max_retry_after: Span::hours(24),
        }
    }
}

impl MutationRoute {
    /// The lane of a write: its template filled in, or the path when the template names a segment that is missing.
    #[must_use]
    pub fn lane_for(&self, method: &Method, url: &str) -> String {
        self.lane.fill(method, url).unwrap_or_else(|| Template::path().fill(method, url).unwrap_or_default())
    }

    /// The tags that a settled write makes stale, templates filled in.
    #[must_use]
    pub fn invalidates_for(&self, method: &Method, url: &str) -> Vec<String> {
        Template::fill_all(&self.invalidates, method, url)
    }
}
