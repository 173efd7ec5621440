//! Entity tags and the conditions that compare them (RFC 9110, 8.8.3 and 13.1).
//! Dates are not used as validators: every answer here has a tag.

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Response, StatusCode, header},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::problem::Problem;

/// The first sixteen hex digits of a body's SHA-256, enough to tell versions of one resource apart.
pub fn digest(bytes: &[u8]) -> String {
    hex(Sha256::digest(bytes).iter().take(8))
}

/// Bytes as lower-case hex.
pub fn hex<'a>(bytes: impl IntoIterator<Item = &'a u8>) -> String {
    bytes.into_iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The tag of a resource with a version: `"version-digest"`, so that another database with the same version differs.
pub fn versioned_tag(body: &Value) -> String {
    let digest = digest(body.to_string().as_bytes());
    match body.get("version").and_then(Value::as_i64) {
        Some(version) => format!("\"{version}-{digest}\""),
        None => format!("\"{digest}\""),
    }
}

/// Answers a GET with JSON under its tag, or 304 where the client has it.
pub fn json(request: &HeaderMap, body: &Value) -> Response<Body> {
    let tag = versioned_tag(body);
    bytes(request, &tag, body.to_string(), &[("content-type", "application/json"), ("cache-control", "no-cache")])
}

/// Answers a GET with bytes under a tag, or 304 where the client has it. Header values must be valid.
pub fn bytes(
    request: &HeaderMap,
    tag: &str,
    body: impl Into<Body>,
    headers: &[(&'static str, &str)],
) -> Response<Body> {
    let known = none_match_fails(request, tag);
    let mut response = Response::new(if known { Body::empty() } else { body.into() });
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    for (name, value) in headers.iter().copied().chain([("etag", tag)]) {
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

/// Whether `If-None-Match` names this tag. RFC 9110, 13.1.2: by weak comparison, and `*` matches anything there is.
fn none_match_fails(request: &HeaderMap, tag: &str) -> bool {
    let values = request.get_all(header::IF_NONE_MATCH);
    let mut named = values.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
    named.any(|candidate| {
        let candidate = candidate.trim();
        candidate == "*" || candidate.strip_prefix("W/").unwrap_or(candidate) == tag
    })
}

/// The condition a write carries in `If-Match`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IfMatch(Option<String>);

impl IfMatch {
    /// Takes the condition from a request's headers.
    pub fn of(request: &HeaderMap) -> Self {
        let values: Vec<_> =
            request.get_all(header::IF_MATCH).iter().map(|value| value.to_str().unwrap_or_default()).collect();
        Self((!values.is_empty()).then(|| values.join(",")))
    }

    /// Refuses with 412 when the condition names neither this version nor any. The part of a tag after the dash is
    /// not compared: it covers counts of comments and photos, which an edit of the card does not overwrite.
    pub fn check(&self, current: &Value) -> Result<(), Problem> {
        let version = current.get("version").map(Value::to_string).unwrap_or_default();
        self.holds(|tag| tag.split('-').next() == Some(&version))
            .then_some(())
            .ok_or_else(|| Problem::stale(current.clone()))
    }

    /// Whether there is no condition, or it is `*`, or one of its tags (without quotes) is accepted. RFC 9110, 13.1.1:
    /// weak tags never match.
    pub fn holds(&self, accepts: impl Fn(&str) -> bool) -> bool {
        let Some(tags) = &self.0 else { return true };
        tags.split(',').map(str::trim).any(|tag| {
            let quoted = tag.strip_prefix('"').and_then(|tag| tag.strip_suffix('"'));
            tag == "*" || quoted.is_some_and(&accepts)
        })
    }
}
