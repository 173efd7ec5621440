//! A write as it arrives: what it aims at, under which key and condition, and its body.

use axum::{
    body::{Body, Bytes},
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, Method, Uri, request::Parts},
    response::IntoResponse,
};
use sha2::{Digest, Sha256};

use crate::{
    conditional::{IfMatch, hex},
    problem::Problem,
};

/// The largest body of a write that is not a photo.
pub const MAX_BYTES: usize = 1024 * 1024;

/// Everything about a write but its body.
#[derive(Debug, Clone)]
pub struct Intent {
    /// The method.
    pub method: String,
    /// The path with its query.
    pub target: String,
    /// The idempotency key, if one came.
    pub key: Option<String>,
    /// The condition, empty where none came.
    pub if_match: IfMatch,
    /// A digest of the body's meaning, set once the body is read: the same key with another one is a mistake.
    pub digest: String,
}

/// A write with its body read.
#[derive(Debug, Clone)]
pub struct Submission {
    /// Everything but the body.
    pub intent: Intent,
    /// The body.
    pub body: Bytes,
}

/// Reads the key of a request: a UUID as it is, or in the quotes that the draft's structured field has
/// (draft-ietf-httpapi-idempotency-key-header, 2.1).
pub fn key_of(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let key = value.to_str().unwrap_or_default().trim().trim_matches('"');
    if key.is_empty() || key.len() > 200 {
        return Err(Problem::new(400, "Idempotency-Key: must have 1 to 200 visible characters"));
    }
    Ok(Some(key.to_owned()))
}

impl Intent {
    fn new(method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<Self, Problem> {
        let target = uri.path_and_query().map_or_else(|| uri.path().to_owned(), ToString::to_string);
        let (key, if_match) = (key_of(headers)?, IfMatch::of(headers));
        Ok(Self { method: method.to_string(), target, key, if_match, digest: String::new() })
    }

    /// The same intent with the digest of a body given in parts, each told apart from its neighbour.
    pub fn for_body(mut self, parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        self.digest = hex(&hash.finalize());
        self
    }
}

impl<S: Sync> FromRequestParts<S> for Intent {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Self::new(&parts.method, &parts.uri, &parts.headers)
    }
}

impl<S: Send + Sync> FromRequest<S> for Submission {
    type Rejection = Problem;

    async fn from_request(request: Request<Body>, state: &S) -> Result<Self, Problem> {
        let intent = Intent::new(request.method(), request.uri(), request.headers());
        let body = Bytes::from_request(request, state).await.map_err(|rejection| {
            Problem::new(rejection.into_response().status().as_u16(), "the body is too large or ended early")
        })?;
        Ok(Self { intent: intent?.for_body(&[&body]), body })
    }
}
