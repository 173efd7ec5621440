//! What lies in the stores: versioned records, apart from the engine's own types and turned into them by hand.
//! A record of a newer version is not touched: it reads as absent and stays where it is.

use crate::cache::{Entry, EntryKey};
use crate::engine::{Keep, PRECACHE};
use crate::http::{Credentials, Headers, Method, Mode, Ready, ResponseHead, ResponseType};
use crate::ids::{Generation, MutationId};
use crate::queue::{BodyFacts, Cause, Draft, OnConflict, OnRetryable, Owner, Row, State};
use crate::route::Priority;
use crate::time::{Span, Timestamp};
use crate::web::json::{self, Json, written};
use crate::web::objects::{Fields, object, set};
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// The version of the records below.
const VERSION: f64 = 1.0;

/// The record of an entry with a body of this size, as a plain object: the worker shell reads it too (`sw/shell/ready.js`). Its mark holds
/// for this route table only.
pub fn write_entry(entry: &Entry, size: u64, table: &str) -> JsValue {
    let head = &entry.head;
    let ready = entry.ready.map(|mark| {
        written(&[
            ("table", Json::Text(table)),
            ("route", mark.route.map_or(Json::Absent, |route| Json::Number(route as i64))),
            ("from", Json::Number(mark.from.0)),
            ("until", Json::Number(mark.until.0)),
            ("born", Json::Number(mark.born.0)),
        ])
    });
    json::object(&[
        ("v", Json::Number(VERSION as i64)),
        ("url", Json::Text(&entry.url)),
        ("status", Json::Number(head.status.into())),
        // Header fields as one block, a line each: one string to copy instead of dozens.
        ("head", Json::Text(&head.headers.to_block())),
        ("kind", Json::Text(head.kind.as_str())),
        ("final_url", Json::Text(&head.url)),
        ("redirected", truth(head.redirected)),
        // The fields that Vary named, in the same form.
        ("selected", Json::Text(&entry.selected.to_block())),
        ("requested_at", Json::Number(entry.requested_at.0)),
        ("received_at", Json::Number(entry.received_at.0)),
        ("generation", Json::Number(entry.generation.0 as i64)),
        ("group", Json::Text(&entry.group)),
        ("tags", Json::Texts(&entry.tags)),
        ("size", Json::Number(size as i64)),
        ("ready", ready.as_deref().map_or(Json::Absent, Json::Raw)),
    ])
}

/// The entry of a record; a record that cannot be read is a miss, and the network's answer replaces it.
pub fn read_entry(record: &JsValue, key: &EntryKey, table: &str) -> Option<Entry> {
    let fields = Fields::of(record);
    let mark = fields.inner("ready").filter(|mark| mark.text("table") == table);
    let entry = Entry {
        key: key.clone(),
        url: fields.text("url"),
        selected: Headers::from_block(&fields.text("selected")),
        head: ResponseHead {
            status: fields.number("status") as u16,
            headers: Headers::from_block(&fields.text("head")),
            kind: ResponseType::parse(&fields.text("kind")),
            url: fields.text("final_url"),
            redirected: fields.flag("redirected"),
        },
        requested_at: moment(&fields, "requested_at"),
        received_at: moment(&fields, "received_at"),
        generation: Generation(fields.number("generation") as u64),
        group: fields.text("group"),
        tags: fields.texts("tags"),
        size: fields.number("size") as u64,
        ready: mark.map(|mark| Ready {
            from: moment(&mark, "from"),
            until: moment(&mark, "until"),
            born: moment(&mark, "born"),
            route: mark.has("route").then(|| mark.number("route") as usize),
        }),
    };
    complete(&fields).then_some(entry)
}

/// The record of an entry's use: `at` orders them, `lift` is what its priority adds to the moment. Precached ones never were used long
/// ago: they are what the app starts from when there is no network.
pub fn write_use(group: &str, size: u64, keep: &Keep) -> JsValue {
    let lift = match keep.priority {
        _ if group == PRECACHE => f64::INFINITY,
        Priority::Low => -LIFT,
        Priority::Normal => 0.0,
        Priority::High => LIFT,
    };
    object(&[
        ("group", group.into()),
        ("size", JsValue::from_f64(size as f64)),
        ("until", keep.until.map_or(JsValue::UNDEFINED, ms)),
        ("lift", lift.into()),
        ("at", lift.into()),
    ])
}

/// Says anew from when on an entry is too old to be used.
pub fn prolong(used: &JsValue, keep: &Keep) {
    set(used, "until", &keep.until.map_or(JsValue::UNDEFINED, ms));
}

/// Three centuries: more than lies between any two uses, and little enough for every millisecond to count.
const LIFT: f64 = 1e13;

/// The record of a row, as a plain object. What is absent is left out.
pub fn write_row(row: &Row) -> JsValue {
    let draft = &row.draft;
    let body = row.body.as_ref().map(|facts| {
        written(&[("size", Json::Number(facts.size as i64)), ("content_type", Json::maybe(&facts.content_type))])
    });
    let state = write_state(&row.state);
    json::object(&[
        ("v", Json::Number(VERSION as i64)),
        ("id", Json::Text(&row.id.0)),
        ("key", Json::Text(&row.key)),
        ("first_key", Json::maybe(&row.first_key)),
        ("key_header", Json::maybe(&draft.key_header)),
        ("lane", Json::Text(&draft.lane)),
        ("method", Json::Text(draft.method.as_str())),
        ("url", Json::Text(&draft.url)),
        ("headers", Json::Text(&row.headers.to_block())),
        ("mode", Json::Text(draft.mode.as_str())),
        ("credentials", Json::Text(draft.credentials.as_str())),
        ("redirect", Json::Text(&draft.redirect)),
        ("referrer", Json::Text(&draft.referrer)),
        ("referrer_policy", Json::Text(&draft.referrer_policy)),
        ("body", body.as_deref().map_or(Json::Absent, Json::Raw)),
        ("base_etag", Json::maybe(&row.base_etag)),
        ("identity", Json::maybe(&draft.identity)),
        ("client", Json::maybe(&draft.client)),
        ("config_version", Json::Text(&draft.config_version)),
        ("invalidates", Json::Texts(&draft.invalidates)),
        ("expects", Json::Texts(&draft.expects)),
        ("timeout", Json::Number(draft.timeout.0)),
        ("max_retry_after", Json::Number(draft.max_retry_after.0)),
        ("max_age", draft.max_age.map_or(Json::Absent, |age| Json::Number(age.0))),
        ("retries", draft.retries.map_or(Json::Absent, |retries| Json::Number(retries.into()))),
        ("priority", Json::Number(draft.priority.into())),
        ("answers_retryable", truth(draft.on_retryable == OnRetryable::Answer)),
        ("on_conflict", policy(draft.on_conflict)),
        ("attempts", Json::Number(row.attempts.into())),
        ("merges", Json::Number(row.merges.into())),
        ("state", Json::Raw(&state)),
        ("created_at", Json::Number(row.created_at.0)),
    ])
}

/// The row of a record; `None` for one that this version does not understand.
pub fn read_row(record: &JsValue) -> Option<Row> {
    let fields = Fields::of(record);
    let body = fields
        .inner("body")
        .map(|body| BodyFacts { size: body.number("size") as u64, content_type: body.optional("content_type") });
    let state = read_state(&fields.inner("state")?)?;
    let row = Row {
        id: MutationId(fields.text("id")),
        key: fields.text("key"),
        first_key: fields.optional("first_key"),
        headers: Headers::from_block(&fields.text("headers")),
        body,
        base_etag: fields.optional("base_etag"),
        draft: Rc::new(Draft {
            key_header: fields.optional("key_header"),
            lane: fields.text("lane"),
            method: Method::parse(&fields.text("method")),
            url: fields.text("url"),
            mode: Mode::parse(&fields.text("mode")),
            credentials: Credentials::parse(&fields.text("credentials")),
            redirect: fields.text("redirect"),
            referrer: fields.text("referrer"),
            referrer_policy: fields.text("referrer_policy"),
            identity: fields.optional("identity"),
            client: fields.optional("client"),
            config_version: fields.text("config_version"),
            invalidates: fields.texts("invalidates"),
            expects: fields.texts("expects"),
            timeout: Span(fields.number("timeout") as i64),
            max_retry_after: Span(fields.number("max_retry_after") as i64),
            max_age: fields.has("max_age").then(|| Span(fields.number("max_age") as i64)),
            retries: fields.has("retries").then(|| fields.number("retries") as u32),
            priority: if fields.has("priority") { (fields.number("priority") as i8).signum() } else { 0 },
            on_retryable: if fields.flag("answers_retryable") { OnRetryable::Answer } else { OnRetryable::Queue },
            on_conflict: match fields.optional("on_conflict").as_deref() {
                Some("manual") => OnConflict::Manual,
                Some("server-wins") => OnConflict::ServerWins,
                Some("client-wins") => OnConflict::ClientWins,
                Some("merge") => OnConflict::Merge,
                _ => OnConflict::Plain,
            },
        }),
        attempts: fields.number("attempts") as u32,
        // Rows of before had none.
        merges: if fields.has("merges") { fields.number("merges") as u32 } else { 0 },
        state,
        created_at: moment(&fields, "created_at"),
    };
    complete(&fields).then_some(row)
}

/// A row's state at rest: its word, and what that state carries.
fn write_state(state: &State) -> String {
    let word = |word| ("word", Json::Text(word));
    let (since, until) =
        (|at: &Timestamp| ("since", Json::Number(at.0)), |at: &Timestamp| ("until", Json::Number(at.0)));
    let number = |status: &u16| ("status", Json::Number((*status).into()));
    match state {
        State::Pending => written(&[word("pending")]),
        State::Leased { owner, since: at } => written(&[word("leased"), ("owner", Json::Text(&owner.0)), since(at)]),
        State::Waiting { since: at, until: end, cause } => {
            let (reason, status) = match cause {
                Cause::Network => ("network", None),
                Cause::Server(status) => ("server", Some(status)),
                Cause::Portal => ("portal", None),
                Cause::Unauthorized => ("unauthorized", None),
            };
            let status = status.map_or(("status", Json::Absent), number);
            written(&[word("waiting"), since(at), until(end), ("reason", Json::Text(reason)), status])
        }
        State::Unknown { since: at, until: end } => written(&[word("unknown"), since(at), until(end)]),
        State::Conflict { status, asked } => {
            let open = if *asked { Json::Absent } else { truth(true) };
            written(&[word("conflict"), number(status), ("open", open)])
        }
        State::Dead { status, reason } => {
            let status = status.as_ref().map_or(("status", Json::Absent), number);
            written(&[word("dead"), status, ("reason", Json::Text(reason))])
        }
    }
}

fn read_state(fields: &Fields) -> Option<State> {
    let status = || fields.number("status") as u16;
    let state = match fields.text("word").as_str() {
        "pending" => State::Pending,
        "leased" => State::Leased { owner: Owner(fields.text("owner")), since: moment(fields, "since") },
        "waiting" => {
            let cause = match fields.text("reason").as_str() {
                "server" => Cause::Server(status()),
                "portal" => Cause::Portal,
                "unauthorized" => Cause::Unauthorized,
                _ => Cause::Network,
            };
            State::Waiting { since: moment(fields, "since"), until: moment(fields, "until"), cause }
        }
        "unknown" => State::Unknown { since: moment(fields, "since"), until: moment(fields, "until") },
        "conflict" => State::Conflict { status: status(), asked: !fields.has("open") },
        "dead" => State::Dead {
            status: fields.has("status").then(status),
            reason: fields.optional("reason").unwrap_or_default(),
        },
        _ => return None,
    };
    fields.are_complete().then_some(state)
}

/// Whether a record is of this version and nothing in it was missing.
fn complete(fields: &Fields) -> bool {
    fields.number("v") == VERSION && fields.are_complete()
}

fn policy(on_conflict: OnConflict) -> Json<'static> {
    Json::Text(match on_conflict {
        OnConflict::Plain => return Json::Absent,
        OnConflict::Manual => "manual",
        OnConflict::ServerWins => "server-wins",
        OnConflict::ClientWins => "client-wins",
        OnConflict::Merge => "merge",
    })
}

fn truth(flag: bool) -> Json<'static> {
    Json::Raw(if flag { "true" } else { "false" })
}

fn ms(at: Timestamp) -> JsValue {
    JsValue::from_f64(at.0 as f64)
}

fn moment(fields: &Fields, key: &str) -> Timestamp {
    Timestamp(fields.number(key) as i64)
}
