//! Comments on a card, in the order they came. They are never changed.

use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use rusqlite::Connection;
use serde_json::{Value, json};

use crate::{
    answer::Answer,
    app::App,
    cards, conditional,
    events::{Change, Kind},
    fields::Fields,
    paging::{self, Page},
    problem::Problem,
    store::{self, Effect},
    submission::Submission,
};

/// The longest name of an author.
const AUTHOR: usize = 80;
/// The longest text.
const TEXT: usize = 5_000;

/// A comment about to be written.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// The card it is on.
    pub card: String,
    /// Who wrote it.
    pub author: String,
    /// What they wrote.
    pub text: String,
}

/// `GET …/comments`, a page, the oldest first.
pub async fn list(
    State(app): State<App>,
    Path((board, card)): Path<(String, String)>,
    Query(page): Query<Page>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (limit, after) = (page.limit()?, page.after()?);
    let body = app.store.read(move |connection| {
        cards::find(connection, &board, &card)?;
        let after = after.map_or(0, |(seq, _)| seq);
        let sql = "SELECT seq, id, author, text, created_at FROM comments WHERE card = ?1 AND seq > ?2
                   ORDER BY seq LIMIT ?3";
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map((&card, after, limit as i64 + 1), |row| {
            let comment = json!({ "id": row.get::<_, String>(1)?, "author": row.get::<_, String>(2)?,
                                  "text": row.get::<_, String>(3)?, "createdAt": row.get::<_, i64>(4)? });
            Ok((row.get::<_, i64>(0)?, comment))
        })?;
        let mut rows: Vec<(i64, Value)> = rows.collect::<Result<_, _>>()?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|(seq, _)| paging::cursor(*seq, ""));
        let items: Vec<Value> = rows.into_iter().map(|(_, comment)| comment).collect();
        Ok(json!({ "items": items, "next": next }))
    });
    Ok(conditional::json(&headers, &body.await?))
}

/// `POST …/comments`.
pub async fn create(
    State(app): State<App>,
    Path((board, card)): Path<(String, String)>,
    submission: Submission,
) -> Result<Response, Problem> {
    let write = app.store.write(submission.intent, move |transaction, now| {
        cards::find(transaction, &board, &card)?;
        let fields = Fields::parse(&submission.body)?;
        let draft = Draft {
            id: fields.id("id")?.map_or_else(|| store::new_id(transaction), Ok)?,
            author: fields.required_line("author", AUTHOR)?,
            text: fields.required_line("text", TEXT)?,
            card,
        };
        let answer = Answer::json(201, &insert(transaction, &draft, now)?);
        Ok(Effect::new(answer, Change::of_card(&board, &draft.card, Kind::Comment)))
    });
    write.await.map(Answer::into_response)
}

/// Writes a new comment; 409 when the id is taken.
pub fn insert(connection: &Connection, draft: &Draft, now: i64) -> Result<Value, Problem> {
    let sql = "INSERT INTO comments (id, card, author, text, created_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    let Draft { id, card, author, text } = draft;
    match connection.execute(sql, (id, card, author, text, now)) {
        Err(error) if store::is_taken(&error) => Err(Problem::new(409, "a comment with this id exists")),
        done => done.map_err(Problem::from),
    }?;
    Ok(json!({ "id": id, "author": author, "text": text, "createdAt": now }))
}
