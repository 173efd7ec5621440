//! Photos and other files on a card, kept in the database. They are never changed, so browsers may keep them.

use axum::{
    body::Bytes,
    extract::{Multipart, Path, State, multipart::MultipartError},
    http::HeaderMap,
    response::Response,
};
use rusqlite::{Connection, OptionalExtension};
use serde_json::{Value, json};

use crate::{
    answer::Answer,
    app::App,
    cards,
    conditional::{self, digest},
    events::{Change, Kind},
    fields,
    problem::Problem,
    store::{self, Effect},
    submission::Intent,
};

/// The largest file.
pub const MAX_BYTES: usize = 100 * 1024 * 1024;

/// What the type is when the client names none that is usable.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// A file as it came in the form.
#[derive(Debug, Clone)]
pub struct Upload {
    /// The id that the client made, if it did.
    pub id: Option<String>,
    /// The file's name.
    pub name: String,
    /// Its content type.
    pub content_type: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// `POST …/attachments`: a form with the fields `id` (optional, first) and `file`.
pub async fn create(
    State(app): State<App>,
    Path((board, card)): Path<(String, String)>,
    intent: Intent,
    form: Result<Multipart, axum::extract::multipart::MultipartRejection>,
) -> Result<Response, Problem> {
    let form = form.map_err(|_| Problem::new(400, "the body must be a form (multipart/form-data)"))?;
    let upload = read_form(form).await?;
    // Of the parsed fields, not of the raw body: the boundary changes when a browser builds the form again.
    let id = upload.id.clone().unwrap_or_default();
    let parts = [id.as_bytes(), upload.name.as_bytes(), upload.content_type.as_bytes(), &upload.bytes];
    let intent = intent.for_body(&parts);
    let write = app.store.write(intent, move |transaction, _| {
        cards::find(transaction, &board, &card)?;
        let attachment = insert(transaction, &card, upload)?;
        let id = attachment["id"].as_str().unwrap_or_default();
        let location = format!("/api/boards/{board}/cards/{card}/attachments/{id}");
        let answer = Answer::json(201, &attachment).with("location", location);
        Ok(Effect::new(answer, Change::of_card(&board, &card, Kind::Attachment)))
    });
    write.await.map(Answer::into_response)
}

/// `GET …/attachments/{attachment}`: the bytes.
pub async fn read(
    State(app): State<App>,
    Path((board, card, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = app.store.read(move |connection| {
        let sql = "SELECT attachments.type, attachments.digest, attachments.bytes FROM attachments
                   JOIN cards ON cards.id = attachments.card
                   WHERE cards.board = ?1 AND cards.id = ?2 AND attachments.id = ?3";
        let row = connection.query_row(sql, (board, card, id), |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, Vec<u8>>(2)?))
        });
        row.optional()?.ok_or_else(|| Problem::not_found("this attachment"))
    });
    let (content_type, digest, bytes) = found.await?;
    // Someone else's file must not run as a page of this origin.
    let shown = content_type.starts_with("image/") || content_type.starts_with("video/");
    let headers_out = [
        ("content-type", content_type.as_str()),
        ("cache-control", "public, max-age=31536000, immutable"),
        ("content-disposition", if shown { "inline" } else { "attachment" }),
        ("content-security-policy", "sandbox; default-src 'none'; style-src 'unsafe-inline'"),
        ("x-content-type-options", "nosniff"),
    ];
    Ok(conditional::bytes(&headers, &format!("\"{digest}\""), bytes, &headers_out))
}

/// The attachments of a card, without their bytes, in the order they came.
pub fn of_card(connection: &Connection, card: &str) -> Result<Vec<Value>, Problem> {
    let sql = "SELECT id, name, type, size FROM attachments WHERE card = ?1 ORDER BY seq";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([card], |row| {
        Ok(json!({ "id": row.get::<_, String>(0)?, "name": row.get::<_, String>(1)?,
                   "type": row.get::<_, String>(2)?, "size": row.get::<_, i64>(3)? }))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Writes a new attachment; 409 when the id is taken.
pub fn insert(connection: &Connection, card: &str, upload: Upload) -> Result<Value, Problem> {
    let Upload { id, name, content_type, bytes } = upload;
    let id = id.map_or_else(|| store::new_id(connection), Ok)?;
    let sql = "INSERT INTO attachments (id, card, name, type, size, digest, bytes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let values = (&id, card, &name, &content_type, bytes.len() as i64, digest(&bytes), &bytes[..]);
    match connection.execute(sql, values) {
        Err(error) if store::is_taken(&error) => Err(Problem::new(409, "an attachment with this id exists")),
        done => done.map_err(Problem::from),
    }?;
    Ok(json!({ "id": id, "name": name, "type": content_type, "size": bytes.len() }))
}

async fn read_form(mut form: Multipart) -> Result<Upload, Problem> {
    let mut id = None;
    while let Some(field) = form.next_field().await.map_err(broken)? {
        match field.name() {
            Some("id") => id = Some(fields::check_id("id", field.text().await.map_err(broken)?)?),
            Some("file") => {
                let name = clean_name(field.file_name().unwrap_or_default());
                let content_type = clean_type(field.content_type().unwrap_or_default());
                let bytes = field.bytes().await.map_err(broken)?;
                if bytes.len() > MAX_BYTES {
                    return Err(Problem::new(413, "a file must have at most 100 MB"));
                }
                return Ok(Upload { id, name, content_type, bytes });
            }
            _ => {}
        }
    }
    Err(Problem::field("file", "is missing"))
}

fn broken(error: MultipartError) -> Problem {
    Problem::new(error.status().as_u16(), error.body_text())
}

/// The last part of the name, of a length that fits on a page, without control characters.
fn clean_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|character| !character.is_control()).take(120).collect();
    if clean.trim().is_empty() { "file".to_owned() } else { clean }
}

fn clean_type(content_type: &str) -> String {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"/+-.;= ".contains(&byte);
    let usable = content_type.contains('/') && content_type.len() <= 100 && content_type.bytes().all(fits);
    if usable { content_type.to_owned() } else { UNKNOWN_TYPE.to_owned() }
}
