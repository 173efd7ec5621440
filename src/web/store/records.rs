//! What lies in the stores: versioned records, apart from the engine's own types and turned into them by hand.
//! A record of a newer version is not touched: it reads as absent and stays where it is.

use crate::cache::{Entry, EntryKey};
use crate::fault::StoreError;
use crate::http::{Credentials, Headers, Method, Mode, ResponseHead, ResponseType};
use crate::ids::{Generation, MutationId};
use crate::queue::{BodyFacts, Cause, Draft, OnRetryable, Owner, Row, State};
use crate::time::{Span, Timestamp};
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;

/// The version of the records below.
const VERSION: u8 = 1;

/// An [`Entry`] at rest.
#[derive(Serialize, Deserialize)]
pub struct EntryRecord {
    v: u8,
    url: String,
    status: u16,
    /// Header fields as one block, a line each: one string to copy instead of dozens.
    head: String,
    kind: String,
    final_url: String,
    redirected: bool,
    /// The fields that Vary named, in the same form.
    selected: String,
    requested_at: f64,
    received_at: f64,
    generation: f64,
    group: String,
    tags: Vec<String>,
    size: f64,
}

impl EntryRecord {
    /// The record of an entry, as a plain object.
    pub fn write(entry: &Entry) -> Result<JsValue, StoreError> {
        to_value(&EntryRecord {
            v: VERSION,
            url: entry.url.clone(),
            status: entry.head.status,
            head: entry.head.headers.to_block(),
            kind: entry.head.kind.as_str().to_owned(),
            final_url: entry.head.url.clone(),
            redirected: entry.head.redirected,
            selected: entry.selected.to_block(),
            requested_at: ms(entry.requested_at),
            received_at: ms(entry.received_at),
            generation: entry.generation.0 as f64,
            group: entry.group.clone(),
            tags: entry.tags.clone(),
            size: entry.size as f64,
        })
    }

    /// The entry of a record; a record that cannot be read is a miss, and the network's answer replaces it.
    pub fn read(value: JsValue, key: &EntryKey) -> Option<Entry> {
        let record: EntryRecord =
            serde_wasm_bindgen::from_value(value).ok().filter(|record: &EntryRecord| record.v == VERSION)?;
        Some(Entry {
            key: key.clone(),
            url: record.url,
            selected: Headers::from_block(&record.selected),
            head: ResponseHead {
                status: record.status,
                headers: Headers::from_block(&record.head),
                kind: ResponseType::parse(&record.kind),
                url: record.final_url,
                redirected: record.redirected,
            },
            requested_at: at(record.requested_at),
            received_at: at(record.received_at),
            generation: Generation(record.generation as u64),
            group: record.group,
            tags: record.tags,
            size: record.size as u64,
        })
    }
}

/// When an entry was last used.
#[derive(Serialize, Deserialize)]
pub struct UseRecord {
    group: String,
    at: f64,
}

impl UseRecord {
    /// The record as a plain object.
    pub fn write(group: &str, at: Timestamp) -> Result<JsValue, StoreError> {
        to_value(&UseRecord { group: group.to_owned(), at: ms(at) })
    }

    /// The moment in a record; one that cannot be read counts as long ago.
    pub fn at(value: &JsValue) -> f64 {
        serde_wasm_bindgen::from_value(value.clone()).map_or(0.0, |record: UseRecord| record.at)
    }
}

/// A [`Row`] at rest.
#[derive(Serialize, Deserialize)]
pub struct RowRecord {
    v: u8,
    id: String,
    key: String,
    key_header: Option<String>,
    lane: String,
    priority: i32,
    depends_on: Vec<String>,
    method: String,
    url: String,
    headers: String,
    mode: String,
    credentials: String,
    redirect: String,
    referrer: String,
    referrer_policy: String,
    body: Option<BodyRecord>,
    base_etag: Option<String>,
    identity: Option<String>,
    client: Option<String>,
    config_version: String,
    invalidates: Vec<String>,
    expects: Vec<String>,
    timeout: f64,
    max_retry_after: f64,
    answers_retryable: bool,
    attempts: u32,
    state: StateRecord,
    created_at: f64,
}

/// What is known of a row's body.
#[derive(Serialize, Deserialize)]
struct BodyRecord {
    size: f64,
    content_type: Option<String>,
}

/// A row's [`State`] at rest: its word, and what that state carries.
#[derive(Default, Serialize, Deserialize)]
struct StateRecord {
    word: String,
    owner: Option<String>,
    since: Option<f64>,
    until: Option<f64>,
    status: Option<u16>,
    reason: Option<String>,
}

impl RowRecord {
    /// The record of a row, as a plain object.
    pub fn write(row: &Row) -> Result<JsValue, StoreError> {
        let draft = &row.draft;
        to_value(&RowRecord {
            v: VERSION,
            id: row.id.0.clone(),
            key: row.key.clone(),
            key_header: draft.key_header.clone(),
            lane: draft.lane.clone(),
            priority: draft.priority,
            depends_on: draft.depends_on.iter().map(|id| id.0.clone()).collect(),
            method: draft.method.as_str().to_owned(),
            url: draft.url.clone(),
            headers: draft.headers.to_block(),
            mode: draft.mode.as_str().to_owned(),
            credentials: draft.credentials.as_str().to_owned(),
            redirect: draft.redirect.clone(),
            referrer: draft.referrer.clone(),
            referrer_policy: draft.referrer_policy.clone(),
            body: draft
                .body
                .as_ref()
                .map(|facts| BodyRecord { size: facts.size as f64, content_type: facts.content_type.clone() }),
            base_etag: draft.base_etag.clone(),
            identity: draft.identity.clone(),
            client: draft.client.clone(),
            config_version: draft.config_version.clone(),
            invalidates: draft.invalidates.clone(),
            expects: draft.expects.clone(),
            timeout: draft.timeout.0 as f64,
            max_retry_after: draft.max_retry_after.0 as f64,
            answers_retryable: draft.on_retryable == OnRetryable::Answer,
            attempts: row.attempts,
            state: StateRecord::of(&row.state),
            created_at: ms(row.created_at),
        })
    }

    /// The row of a record; `None` for one that this version does not understand.
    pub fn read(value: JsValue) -> Option<Row> {
        let record: RowRecord =
            serde_wasm_bindgen::from_value(value).ok().filter(|record: &RowRecord| record.v == VERSION)?;
        Some(Row {
            state: record.state.read()?,
            id: MutationId(record.id),
            key: record.key,
            draft: Draft {
                key_header: record.key_header,
                lane: record.lane,
                priority: record.priority,
                depends_on: record.depends_on.into_iter().map(MutationId).collect(),
                method: Method::parse(&record.method),
                url: record.url,
                headers: Headers::from_block(&record.headers),
                mode: Mode::parse(&record.mode),
                credentials: Credentials::parse(&record.credentials),
                redirect: record.redirect,
                referrer: record.referrer,
                referrer_policy: record.referrer_policy,
                body: record.body.map(|body| BodyFacts { size: body.size as u64, content_type: body.content_type }),
                base_etag: record.base_etag,
                identity: record.identity,
                client: record.client,
                config_version: record.config_version,
                invalidates: record.invalidates,
                expects: record.expects,
                timeout: Span(record.timeout as i64),
                max_retry_after: Span(record.max_retry_after as i64),
                on_retryable: if record.answers_retryable { OnRetryable::Answer } else { OnRetryable::Queue },
            },
            attempts: record.attempts,
            created_at: at(record.created_at),
        })
    }
}

impl StateRecord {
    fn of(state: &State) -> StateRecord {
        let word = |word: &str| StateRecord { word: word.to_owned(), ..StateRecord::default() };
        match state {
            State::Pending => word("pending"),
            State::Leased { owner, since } => {
                StateRecord { owner: Some(owner.0.clone()), since: Some(ms(*since)), ..word("leased") }
            }
            State::Waiting { since, until, cause } => {
                let (reason, status) = match cause {
                    Cause::Network => ("network", None),
                    Cause::Server(status) => ("server", Some(*status)),
                    Cause::Portal => ("portal", None),
                    Cause::Unauthorized => ("unauthorized", None),
                };
                StateRecord {
                    since: Some(ms(*since)),
                    until: Some(ms(*until)),
                    reason: Some(reason.to_owned()),
                    status,
                    ..word("waiting")
                }
            }
            State::Unknown { since, until } => {
                StateRecord { since: Some(ms(*since)), until: Some(ms(*until)), ..word("unknown") }
            }
            State::Conflict { status } => StateRecord { status: Some(*status), ..word("conflict") },
            State::Dead { status, reason } => {
                StateRecord { status: *status, reason: Some(reason.clone()), ..word("dead") }
            }
        }
    }

    fn read(self) -> Option<State> {
        let since = at(self.since.unwrap_or_default());
        let until = at(self.until.unwrap_or_default());
        Some(match self.word.as_str() {
            "pending" => State::Pending,
            "leased" => State::Leased { owner: Owner(self.owner?), since },
            "waiting" => {
                let cause = match self.reason?.as_str() {
                    "server" => Cause::Server(self.status?),
                    "portal" => Cause::Portal,
                    "unauthorized" => Cause::Unauthorized,
                    _ => Cause::Network,
                };
                State::Waiting { since, until, cause }
            }
            "unknown" => State::Unknown { since, until },
            "conflict" => State::Conflict { status: self.status? },
            "dead" => State::Dead { status: self.status, reason: self.reason.unwrap_or_default() },
            _ => return None,
        })
    }
}

fn to_value<T: Serialize>(record: &T) -> Result<JsValue, StoreError> {
    serde_wasm_bindgen::to_value(record).map_err(|error| StoreError::Failed(error.to_string()))
}

fn ms(at: Timestamp) -> f64 {
    at.0 as f64
}

fn at(ms: f64) -> Timestamp {
    Timestamp(ms as i64)
}
