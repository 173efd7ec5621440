//! An answer that says what went wrong, as `application/problem+json` (RFC 9457).

use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// A request that cannot be fulfilled, and why.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// The status of the answer.
    pub status: u16,
    /// One sentence for the person who reads it.
    pub detail: String,
    /// The field of the body that is wrong, where it is one.
    pub field: Option<String>,
    /// What the resource is now, when the request came too late for it.
    pub current: Option<Box<Value>>,
}

impl Problem {
    /// A problem with nothing but its status and sentence.
    pub fn new(status: u16, detail: impl Into<String>) -> Self {
        Self { status, detail: detail.into(), field: None, current: None }
    }

    /// Nothing is there.
    pub fn not_found(what: &str) -> Self {
        Self::new(404, format!("{what} does not exist"))
    }

    /// A field of the body cannot be used.
    pub fn field(name: &str, expected: impl Into<String>) -> Self {
        let detail = format!("{name}: {}", expected.into());
        Self { field: Some(name.to_owned()), ..Self::new(422, detail) }
    }

    /// Someone wrote first; carries what is there now.
    pub fn stale(current: Value) -> Self {
        Self { current: Some(Box::new(current)), ..Self::new(412, "this was changed since you read it") }
    }

    fn body(&self) -> Vec<u8> {
        let title = StatusCode::from_u16(self.status).ok().and_then(|status| status.canonical_reason());
        let mut body = json!({
            "type": "about:blank",
            "title": title.unwrap_or("Error"),
            "status": self.status,
            "detail": self.detail,
        });
        if let Some(field) = &self.field {
            body["field"] = json!(field);
        }
        if let Some(current) = &self.current {
            body["current"] = Value::clone(current);
        }
        body.to_string().into_bytes()
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = [(header::CONTENT_TYPE, "application/problem+json"), (header::CACHE_CONTROL, "no-store")];
        (status, headers, self.body()).into_response()
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(error: rusqlite::Error) -> Self {
        eprintln!("demo-server: database: {error}");
        Self::new(500, "the database failed")
    }
}
