//! Resources that only tests use: a write that is counted, a slow answer, a value with headers of choice.
//! They exist only with `--faults`.

use std::time::Duration;

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rusqlite::{Connection, OptionalExtension};
use serde::Deserialize;
use serde_json::json;

use crate::{
    answer::Answer,
    app::App,
    conditional::{self, digest},
    problem::Problem,
    store::Effect,
    submission::Submission,
};

/// `POST|PUT|PATCH|DELETE /api/echo/{lane}/{n}`: leaves a row with its lane and number.
pub async fn echo(
    State(app): State<App>,
    Path((lane, n)): Path<(String, i64)>,
    submission: Submission,
) -> Result<Response, Problem> {
    let write = app.store.write(submission.intent, move |_, _| {
        let answer = Answer::json(200, &json!({ "lane": lane, "n": n }));
        Ok(Effect { answer, changes: Vec::new(), probe: Some((lane, n)) })
    });
    write.await.map(Answer::into_response)
}

/// The query of [`slow`].
#[derive(Debug, Deserialize)]
pub struct Slow {
    /// How long the answer takes.
    #[serde(default)]
    ms: u64,
}

/// `GET /api/slow?ms=`.
pub async fn slow(Query(Slow { ms }): Query<Slow>) -> Response {
    tokio::time::sleep(Duration::from_millis(ms)).await;
    ([(header::CACHE_CONTROL, "no-cache")], axum::Json(json!({ "ms": ms }))).into_response()
}

/// The query of [`moved`].
#[derive(Debug, Deserialize)]
pub struct Moved {
    /// Where to.
    to: String,
}

/// `GET /api/moved?to=`: a redirect.
pub async fn moved(Query(Moved { to }): Query<Moved>) -> Response {
    (StatusCode::FOUND, [(header::LOCATION, to)]).into_response()
}

/// `POST /api/ask`: the value that the body names.
pub async fn ask(State(app): State<App>, headers: HeaderMap, name: String) -> Result<Response, Problem> {
    read_value(State(app), Path(name), Query(Look::default()), headers).await
}

/// The query of [`read_value`].
#[derive(Debug, Default, Deserialize)]
pub struct Look {
    /// The answer's `max-age` in seconds; `no-cache` when left out.
    maxage: Option<u64>,
    /// `0` leaves the tag out.
    etag: Option<String>,
    /// A content type in place of the stored one.
    r#type: Option<String>,
    /// A whole `Cache-Control` in place of the one made from `maxage`.
    cache: Option<String>,
    /// The name of a request header that the answer varies on; its value is added to the body.
    vary: Option<String>,
}

/// `GET /api/value/{name}`.
pub async fn read_value(
    State(app): State<App>,
    Path(name): Path<String>,
    Query(look): Query<Look>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = app.store.read(move |connection| Ok(find_value(connection, &name)?)).await?;
    let (stored_type, mut bytes) = found.ok_or_else(|| Problem::not_found("this value"))?;
    if let Some(name) = &look.vary {
        let value = headers.get(name).map_or(&b"nothing"[..], HeaderValue::as_bytes);
        bytes.extend_from_slice(&[b" for ", value].concat());
    }
    let content_type = look.r#type.unwrap_or(stored_type);
    let age = look.maxage.map_or_else(|| "no-cache".to_owned(), |seconds| format!("max-age={seconds}"));
    let cache = look.cache.unwrap_or(age);
    let mut headers_out = vec![("content-type", content_type.as_str()), ("cache-control", cache.as_str())];
    headers_out.extend(look.vary.as_deref().map(|name| ("vary", name)));
    if look.etag.as_deref() == Some("0") {
        let mut response = conditional::bytes(&HeaderMap::new(), "\"\"", bytes, &headers_out);
        response.headers_mut().remove(header::ETAG);
        return Ok(response);
    }
    Ok(conditional::bytes(&headers, &value_tag(&bytes), bytes, &headers_out))
}

/// `PUT /api/value/{name}`: keeps the body and its content type.
pub async fn write_value(
    State(app): State<App>,
    Path(name): Path<String>,
    headers: HeaderMap,
    submission: Submission,
) -> Result<Response, Problem> {
    let content_type = headers.get(header::CONTENT_TYPE).map(HeaderValue::to_str).and_then(Result::ok);
    let content_type = content_type.unwrap_or("text/plain; charset=utf-8").to_owned();
    let condition = submission.intent.if_match.clone();
    let write = app.store.write(submission.intent, move |transaction, _| {
        let tag = find_value(transaction, &name)?.map(|(_, bytes)| value_tag(&bytes));
        if !condition.holds(|wanted| tag.as_ref().is_some_and(|tag| tag.trim_matches('"') == wanted)) {
            return Err(Problem::stale(json!({ "etag": tag })));
        }
        let sql = "INSERT OR REPLACE INTO probe_values (name, type, bytes) VALUES (?1, ?2, ?3)";
        transaction.execute(sql, (&name, content_type, &submission.body[..]))?;
        let answer = Answer::json(200, &json!({ "name": name })).with("etag", value_tag(&submission.body));
        Ok(Effect { answer, changes: Vec::new(), probe: None })
    });
    write.await.map(Answer::into_response)
}

fn find_value(connection: &Connection, name: &str) -> rusqlite::Result<Option<(String, Vec<u8>)>> {
    let sql = "SELECT type, bytes FROM probe_values WHERE name = ?1";
    connection.query_row(sql, [name], |row| Ok((row.get(0)?, row.get(1)?))).optional()
}

fn value_tag(bytes: &[u8]) -> String {
    format!("\"{}\"", digest(bytes))
}
