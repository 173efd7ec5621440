//! Keys that make a repeated write happen once (draft-ietf-httpapi-idempotency-key-header).
//! Two requests with one key cannot race: both functions run inside the transaction of the single writer.

use rusqlite::{Connection, OptionalExtension, Result, Transaction};

use crate::{answer::Answer, problem::Problem, submission::Intent};

/// How long a key is remembered: longer than an offline queue keeps trying.
const KEPT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// The answer stored under the intent's key, marked as repeated. 422 when the key stood for another request.
pub fn replay(transaction: &Transaction<'_>, intent: &Intent) -> Result<Option<Answer>, Problem> {
    let Some(key) = &intent.key else {
        return Ok(None);
    };
    let sql =
        "SELECT method = ?2 AND target = ?3 AND digest = ?4, status, headers, body FROM idempotency WHERE key = ?1";
    let stored = transaction
        .query_row(sql, (key, &intent.method, &intent.target, &intent.digest), |row| {
            let headers: String = row.get(2)?;
            let headers = serde_json::from_str(&headers).unwrap_or_default();
            Ok((row.get::<_, bool>(0)?, Answer { status: row.get(1)?, headers, body: row.get(3)? }))
        })
        .optional()?;
    match stored {
        None => Ok(None),
        Some((true, answer)) => Ok(Some(answer.with("idempotency-replayed", "true"))),
        // The draft, 2.7: the same key with another payload is answered with 422.
        Some((false, _)) => Err(Problem::new(422, "this Idempotency-Key was used for another request")),
    }
}

/// Stores an answer under the intent's key, if it has one.
pub fn remember(transaction: &Transaction<'_>, intent: &Intent, answer: &Answer, now: i64) -> Result<()> {
    let Some(key) = &intent.key else {
        return Ok(());
    };
    let headers = serde_json::to_string(&answer.headers).unwrap_or_default();
    transaction.execute(
        "INSERT INTO idempotency (key, method, target, digest, status, headers, body, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (key, &intent.method, &intent.target, &intent.digest, answer.status, headers, &answer.body, now),
    )?;
    Ok(())
}

/// Forgets the keys that nobody can still be trying.
pub fn forget_old(connection: &Connection, now: i64) -> Result<()> {
    connection.execute("DELETE FROM idempotency WHERE at < ?1", [now - KEPT_MS])?;
    Ok(())
}
