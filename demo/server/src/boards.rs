//! Boards: a title and three fixed columns. Their cards are a noun of their own.

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use rusqlite::{Connection, OptionalExtension, Row};
use serde_json::{Value, json};

use crate::{
    answer::Answer,
    app::App,
    conditional,
    events::{Change, Kind},
    fields::{self, Fields},
    problem::Problem,
    store::{self, Effect},
    submission::Submission,
};

/// The columns of every board: id and title.
pub const COLUMNS: [(&str, &str); 3] = [("todo", "To do"), ("doing", "Doing"), ("done", "Done")];

/// The longest title.
const TITLE: usize = 200;

/// `GET /api/boards`: all of them, the oldest first, with the number of their cards.
pub async fn list(State(app): State<App>, headers: HeaderMap) -> Result<Response, Problem> {
    let body = app.store.read(|connection| {
        let sql = "SELECT id, title, version, updated_at,
                   (SELECT count(*) FROM cards WHERE board = boards.id) AS cards FROM boards ORDER BY rowid";
        let mut statement = connection.prepare_cached(sql)?;
        let items: Vec<Value> = statement.query_map([], summary)?.collect::<Result<_, _>>()?;
        Ok(json!({ "items": items }))
    });
    Ok(conditional::json(&headers, &body.await?))
}

/// `POST /api/boards`.
pub async fn create(State(app): State<App>, submission: Submission) -> Result<Response, Problem> {
    let write = app.store.write(submission.intent, move |transaction, now| {
        let fields = Fields::parse(&submission.body)?;
        let title = fields.required_line("title", TITLE)?;
        let id = fields.id("id")?.map_or_else(|| store::new_id(transaction), Ok)?;
        let board = insert(transaction, &id, &title, now)?;
        let answer = Answer::json(201, &board)
            .with("location", format!("/api/boards/{id}"))
            .with("etag", conditional::versioned_tag(&find(transaction, &id)?));
        Ok(Effect::new(answer, Change::of_board(&id, Kind::Board)))
    });
    write.await.map(Answer::into_response)
}

/// `GET /api/boards/{board}`.
pub async fn read(State(app): State<App>, Path(id): Path<String>, headers: HeaderMap) -> Result<Response, Problem> {
    let body = app.store.read(move |connection| find(connection, &id)).await?;
    Ok(conditional::json(&headers, &body))
}

/// `PATCH /api/boards/{board}`: another title.
pub async fn change(
    State(app): State<App>,
    Path(id): Path<String>,
    submission: Submission,
) -> Result<Response, Problem> {
    let condition = submission.intent.if_match.clone();
    let write = app.store.write(submission.intent, move |transaction, now| {
        condition.check(&find(transaction, &id)?)?;
        let title = Fields::parse(&submission.body)?.required_line("title", TITLE)?;
        let sql = "UPDATE boards SET title = ?2, version = version + 1, updated_at = ?3 WHERE id = ?1";
        transaction.execute(sql, (&id, title, now))?;
        let board = find(transaction, &id)?;
        let answer = Answer::json(200, &board).with("etag", conditional::versioned_tag(&board));
        Ok(Effect::new(answer, Change::of_board(&id, Kind::Board)))
    });
    write.await.map(Answer::into_response)
}

/// `DELETE /api/boards/{board}`, with everything on it.
pub async fn delete(
    State(app): State<App>,
    Path(id): Path<String>,
    submission: Submission,
) -> Result<Response, Problem> {
    let condition = submission.intent.if_match.clone();
    let write = app.store.write(submission.intent, move |transaction, _| {
        condition.check(&find(transaction, &id)?)?;
        transaction.execute("DELETE FROM boards WHERE id = ?1", [&id])?;
        Ok(Effect::new(Answer::empty(), Change::of_board(&id, Kind::Board).deleted()))
    });
    write.await.map(Answer::into_response)
}

/// Writes a new board; 409 when the id is taken.
pub fn insert(connection: &Connection, id: &str, title: &str, now: i64) -> Result<Value, Problem> {
    let sql = "INSERT INTO boards (id, title, version, updated_at) VALUES (?1, ?2, 1, ?3)";
    match connection.execute(sql, (id, title, now)) {
        Err(error) if store::is_taken(&error) => Err(Problem::new(409, "a board with this id exists")),
        done => done.map_err(Problem::from),
    }?;
    find(connection, id)
}

/// The board as `GET /api/boards/{board}` shows it; 404 when it is not there.
pub fn find(connection: &Connection, id: &str) -> Result<Value, Problem> {
    let id = fields::check_id("board", id.to_owned()).map_err(|_| Problem::not_found("this board"))?;
    let sql = "SELECT id, title, version, updated_at FROM boards WHERE id = ?1";
    let found = connection.prepare_cached(sql)?.query_row([id], |row| {
        let columns = COLUMNS.map(|(id, title)| json!({ "id": id, "title": title }));
        Ok(json!({ "id": text(row, 0)?, "title": text(row, 1)?, "version": whole(row, 2)?,
                   "updatedAt": whole(row, 3)?, "columns": columns }))
    });
    found.optional()?.ok_or_else(|| Problem::not_found("this board"))
}

fn summary(row: &Row<'_>) -> rusqlite::Result<Value> {
    Ok(json!({ "id": text(row, 0)?, "title": text(row, 1)?, "version": whole(row, 2)?,
               "updatedAt": whole(row, 3)?, "cards": whole(row, 4)? }))
}

fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    row.get(column)
}

fn whole(row: &Row<'_>, column: usize) -> rusqlite::Result<i64> {
    row.get(column)
}
