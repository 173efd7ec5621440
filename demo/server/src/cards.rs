//! Cards: what is to be done, where it stands. Comments and photos hang on a card but do not raise its version,
//! so that a comment never makes someone's edit stale.

use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use rusqlite::{Connection, OptionalExtension, Row};
use serde_json::{Value, json};

use crate::{
    answer::Answer,
    app::App,
    attachments, boards, conditional,
    events::{Change, Kind},
    fields::Fields,
    paging::{self, Page},
    problem::Problem,
    store::{self, Effect},
    submission::Submission,
};

/// The longest title.
const TITLE: usize = 200;
/// The longest text.
const TEXT: usize = 20_000;
/// What is read of a card.
const SELECT: &str = "SELECT id, board, title, text, column_id, position, version, updated_at,
    (SELECT count(*) FROM comments WHERE card = cards.id) FROM cards";

/// A card about to be written.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Its id.
    pub id: String,
    /// The board it is on.
    pub board: String,
    /// Its title.
    pub title: String,
    /// Its text, possibly empty.
    pub text: String,
    /// One of [`boards::COLUMNS`].
    pub column: String,
    /// Its place in the column; `None` puts it last.
    pub position: Option<f64>,
}

/// `GET /api/boards/{board}/cards`, a page, in order of position.
pub async fn list(
    State(app): State<App>,
    Path(board): Path<String>,
    Query(page): Query<Page>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (limit, after) = (page.limit()?, page.after()?);
    let body = app.store.read(move |connection| {
        boards::find(connection, &board)?;
        // The order of a position travels in the cursor as the bits of the float, so that nothing is rounded.
        let (position, id) = after.map_or((f64::MIN, String::new()), |(bits, id)| (f64::from_bits(bits as u64), id));
        let sql = format!("{SELECT} WHERE board = ?1 AND (position, id) > (?2, ?3) ORDER BY position, id LIMIT ?4");
        let mut statement = connection.prepare_cached(&sql)?;
        let rows = statement.query_map((&board, position, id, limit as i64 + 1), bare)?;
        let mut items: Vec<Value> = rows.collect::<Result<_, _>>()?;
        let more = items.len() > limit;
        items.truncate(limit);
        for item in &mut items {
            add_attachments(connection, item)?;
        }
        let next = items.last().filter(|_| more).map(cursor);
        Ok(json!({ "items": items, "next": next }))
    });
    Ok(conditional::json(&headers, &body.await?))
}

/// `POST /api/boards/{board}/cards`.
pub async fn create(
    State(app): State<App>,
    Path(board): Path<String>,
    submission: Submission,
) -> Result<Response, Problem> {
    let write = app.store.write(submission.intent, move |transaction, now| {
        boards::find(transaction, &board)?;
        let fields = Fields::parse(&submission.body)?;
        let draft = Draft {
            id: fields.id("id")?.map_or_else(|| store::new_id(transaction), Ok)?,
            title: fields.required_line("title", TITLE)?,
            text: fields.text("text", TEXT)?.unwrap_or_default(),
            column: column(&fields)?.unwrap_or_else(|| "todo".to_owned()),
            position: fields.number("position")?,
            board,
        };
        let card = insert(transaction, &draft, now)?;
        let answer = Answer::json(201, &card)
            .with("location", format!("/api/boards/{}/cards/{}", draft.board, draft.id))
            .with("etag", conditional::versioned_tag(&card));
        Ok(Effect::new(answer, Change::of_card(&draft.board, &draft.id, Kind::Card)))
    });
    write.await.map(Answer::into_response)
}

/// `GET /api/boards/{board}/cards/{card}`.
pub async fn read(
    State(app): State<App>,
    Path((board, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let body = app.store.read(move |connection| find(connection, &board, &id)).await?;
    Ok(conditional::json(&headers, &body))
}

/// `PATCH /api/boards/{board}/cards/{card}`: any of title, text, column, position.
pub async fn change(
    State(app): State<App>,
    Path((board, id)): Path<(String, String)>,
    submission: Submission,
) -> Result<Response, Problem> {
    let condition = submission.intent.if_match.clone();
    let write = app.store.write(submission.intent, move |transaction, now| {
        condition.check(&find(transaction, &board, &id)?)?;
        let fields = Fields::parse(&submission.body)?;
        let (title, text) = (fields.line("title", TITLE)?, fields.text("text", TEXT)?);
        let sql = "UPDATE cards SET title = coalesce(?2, title), text = coalesce(?3, text),
                   column_id = coalesce(?4, column_id), position = coalesce(?5, position),
                   version = version + 1, updated_at = ?6 WHERE id = ?1";
        transaction.execute(sql, (&id, title, text, column(&fields)?, fields.number("position")?, now))?;
        let card = find(transaction, &board, &id)?;
        let answer = Answer::json(200, &card).with("etag", conditional::versioned_tag(&card));
        Ok(Effect::new(answer, Change::of_card(&board, &id, Kind::Card)))
    });
    write.await.map(Answer::into_response)
}

/// `DELETE /api/boards/{board}/cards/{card}`, with its comments and photos.
pub async fn delete(
    State(app): State<App>,
    Path((board, id)): Path<(String, String)>,
    submission: Submission,
) -> Result<Response, Problem> {
    let condition = submission.intent.if_match.clone();
    let write = app.store.write(submission.intent, move |transaction, _| {
        condition.check(&find(transaction, &board, &id)?)?;
        transaction.execute("DELETE FROM cards WHERE id = ?1", [&id])?;
        Ok(Effect::new(Answer::empty(), Change::of_card(&board, &id, Kind::Card).deleted()))
    });
    write.await.map(Answer::into_response)
}

/// Writes a new card; 409 when the id is taken.
pub fn insert(connection: &Connection, draft: &Draft, now: i64) -> Result<Value, Problem> {
    let sql = "INSERT INTO cards (id, board, title, text, column_id, position, version, updated_at)
               VALUES (?1, ?2, ?3, ?4, ?5, coalesce(?6, (SELECT coalesce(max(position), 0) + 1024 FROM cards
               WHERE board = ?2 AND column_id = ?5)), 1, ?7)";
    let Draft { id, board, title, text, column, position } = draft;
    match connection.execute(sql, (id, board, title, text, column, position, now)) {
        Err(error) if store::is_taken(&error) => Err(Problem::new(409, "a card with this id exists")),
        done => done.map_err(Problem::from),
    }?;
    find(connection, board, id)
}

/// The card as it is shown; 404 when it is not on this board.
pub fn find(connection: &Connection, board: &str, id: &str) -> Result<Value, Problem> {
    let sql = format!("{SELECT} WHERE board = ?1 AND id = ?2");
    let found = connection.prepare_cached(&sql)?.query_row((board, id), bare).optional()?;
    let mut card = found.ok_or_else(|| Problem::not_found("this card"))?;
    add_attachments(connection, &mut card)?;
    Ok(card)
}

fn column(fields: &Fields) -> Result<Option<String>, Problem> {
    fields.choice("column", &boards::COLUMNS.map(|(id, _)| id))
}

fn cursor(card: &Value) -> String {
    let position = card["position"].as_f64().unwrap_or_default();
    paging::cursor(position.to_bits() as i64, card["id"].as_str().unwrap_or_default())
}

fn add_attachments(connection: &Connection, card: &mut Value) -> Result<(), Problem> {
    let list = attachments::of_card(connection, card["id"].as_str().unwrap_or_default())?;
    card["attachments"] = Value::Array(list);
    Ok(())
}

/// A card without its attachments.
fn bare(row: &Row<'_>) -> rusqlite::Result<Value> {
    Ok(json!({
        "id": row.get::<_, String>(0)?,
        "board": row.get::<_, String>(1)?,
        "title": row.get::<_, String>(2)?,
        "text": row.get::<_, String>(3)?,
        "column": row.get::<_, String>(4)?,
        "position": row.get::<_, f64>(5)?,
        "version": row.get::<_, i64>(6)?,
        "updatedAt": row.get::<_, i64>(7)?,
        "comments": row.get::<_, i64>(8)?,
    }))
}
