//! Answers of our own making: problem documents and the 202 of a kept write.
//! Does not decide who gets one.

use super::effect::Answer;
use crate::ids::MutationId;
use crate::text::quoted;

/// The 202 a page gets for a write that is kept for later (RFC 9110, 15.3.3).
#[must_use]
pub fn queued(id: &MutationId, reason: &str) -> Answer {
    let headers = [
        ("content-type", "application/json"),
        ("cache-control", "no-store"),
        ("longshore-queued", id.0.as_str()),
        ("longshore-reason", reason),
    ];
    let body = format!("{{\"queued\":{},\"reason\":{}}}", quoted(&id.0), quoted(reason));
    Answer::Made { status: 202, headers: headers.into_iter().collect(), body }
}

/// The 303 a form navigation gets for a write that is kept (RFC 9110, 15.4.4).
#[must_use]
pub fn see_other(location: &str, id: &MutationId) -> Answer {
    let headers = [("location", location), ("cache-control", "no-store"), ("longshore-queued", id.0.as_str())];
    Answer::Made { status: 303, headers: headers.into_iter().collect(), body: String::new() }
}

/// An RFC 9457 problem document as an answer.
#[must_use]
pub fn problem(status: u16, title: &str) -> Answer {
    let headers = [("content-type", "application/problem+json"), ("cache-control", "no-store")].into_iter().collect();
    let body = format!("{{\"type\":\"about:blank\",\"title\":{},\"status\":{status}}}", quoted(title));
    Answer::Made { status, headers, body }
}
