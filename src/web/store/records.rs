//! What lies in the stores: versioned records, apart from the engine's own types and turned into them by hand.
//! A record of a newer version is not touched: it reads as absent and stays where it is.

use crate::cache::{Entry, EntryKey};
use crate::engine::{Keep, PRECACHE};
use crate::http::{Credentials, Headers, Method, Mode, Ready, ResponseHead, ResponseType};
use crate::ids::{Generation, MutationId};
use crate::queue::{BodyFacts, Cause, Draft, OnConflict, OnRetryable, Owner, Row, State};
use crate::route::Priority;
use crate::time::{Span, Timestamp};
use crate::web::objects::{Fields, list, object, set};
use std::rc::Rc;
use wasm_bindgen::JsValue;

/// The version of the records below.
const VERSION: f64 = 1.0;

/// The record of an entry with a body of this size, as a plain object: the worker shell reads it too (`sw/shell/ready.js`). Its mark holds
/// for this route table only.
pub fn write_entry(entry: &Entry, size: u64, table: &str) -> JsValue {
    let head = &entry.head;
    let ready = entry.ready.map_or(JsValue::UNDEFINED, |mark| {
        object(&[
            ("table", table.into()),
            ("route", mark.route.map_or(JsValue::UNDEFINED, |route| JsValue::from_f64(route as f64))),
            ("from", ms(mark.from)),
            ("until", ms(mark.until)),
            ("born", ms(mark.born)),
        ])
    });
    object(&[
        ("v", VERSION.into()),
        ("url", entry.url.as_str().into()),
        ("status", head.status.into()),
        // Header fields as one block, a line each: one string to copy instead of dozens.
        ("head", head.headers.to_block().into()),
        ("kind", head.kind.as_str().into()),
        ("final_url", head.url.as_str().into()),
        ("redirected", head.redirected.into()),
        // The fields that Vary named, in the same form.
        ("selected", entry.selected.to_block().into()),
        ("requested_at", ms(entry.requested_at)),
        ("received_at", ms(entry.received_at)),
        ("generation", whole(entry.generation.0)),
        ("group", entry.group.as_str().into()),
        ("tags", list(&entry.tags)),
        ("size", whole(size)),
        ("ready", ready),
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
        ("size", whole(size)),
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
    let body = row.body.as_ref().map_or(JsValue::UNDEFINED, |facts| {
        object(&[("size", whole(facts.size)), ("content_type", optional(&facts.content_type))])
    });
    object(&[
        ("v", VERSION.into()),
        ("id", row.id.0.as_str().into()),
        ("key", row.key.as_str().into()),
        ("first_key", optional(&row.first_key)),
        ("key_header", optional(&draft.key_header)),
        ("lane", draft.lane.as_str().into()),
        ("method", draft.method.as_str().into()),
        ("url", draft.url.as_str().into()),
        ("headers", row.headers.to_block().into()),
        ("mode", draft.mode.as_str().into()),
        ("credentials", draft.credentials.as_str().into()),
        ("redirect", draft.redirect.as_str().into()),
        ("referrer", draft.referrer.as_str().into()),
        ("referrer_policy", draft.referrer_policy.as_str().into()),
        ("body", body),
        ("base_etag", optional(&row.base_etag)),
        ("identity", optional(&draft.identity)),
        ("client", optional(&draft.client)),
        ("config_version", draft.config_version.as_str().into()),
        ("invalidates", list(&draft.invalidates)),
        ("expects", list(&draft.expects)),
        ("timeout", span(draft.timeout)),
        ("max_retry_after", span(draft.max_retry_after)),
        ("max_age", draft.max_age.map_or(JsValue::UNDEFINED, span)),
        ("retries", draft.retries.map_or(JsValue::UNDEFINED, JsValue::from)),
        ("priority", draft.priority.into()),
        ("answers_retryable", (draft.on_retryable == OnRetryable::Answer).into()),
        ("on_conflict", policy(draft.on_conflict)),
        ("attempts", row.attempts.into()),
        ("merges", row.merges.into()),
        ("state", write_state(&row.state)),
        ("created_at", ms(row.created_at)),
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
            priority: if fields.has("priority") { fields.number("priority") as i8 } else { 0 },
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
fn write_state(state: &State) -> JsValue {
    let (since, until) = ("since", "until");
    match state {
        State::Pending => object(&[("word", "pending".into())]),
        State::Leased { owner, since: at } => {
            object(&[("word", "leased".into()), ("owner", owner.0.as_str().into()), (since, ms(*at))])
        }
        State::Waiting { since: at, until: end, cause } => {
            let (reason, status) = match cause {
                Cause::Network => ("network", JsValue::UNDEFINED),
                Cause::Server(status) => ("server", (*status).into()),
                Cause::Portal => ("portal", JsValue::UNDEFINED),
                Cause::Unauthorized => ("unauthorized", JsValue::UNDEFINED),
            };
            object(&[
                ("word", "waiting".into()),
                (since, ms(*at)),
                (until, ms(*end)),
                ("reason", reason.into()),
                ("status", status),
            ])
        }
        State::Unknown { since: at, until: end } => {
            object(&[("word", "unknown".into()), (since, ms(*at)), (until, ms(*end))])
        }
        State::Conflict { status, asked } => {
            let open = if *asked { JsValue::UNDEFINED } else { true.into() };
            object(&[("word", "conflict".into()), ("status", (*status).into()), ("open", open)])
        }
        State::Dead { status, reason } => {
            let status = status.map_or(JsValue::UNDEFINED, JsValue::from);
            object(&[("word", "dead".into()), ("status", status), ("reason", reason.as_str().into())])
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

fn policy(on_conflict: OnConflict) -> JsValue {
    JsValue::from_str(match on_conflict {
        OnConflict::Plain => return JsValue::UNDEFINED,
        OnConflict::Manual => "manual",
        OnConflict::ServerWins => "server-wins",
        OnConflict::ClientWins => "client-wins",
        OnConflict::Merge => "merge",
    })
}

fn optional(text: &Option<String>) -> JsValue {
    text.as_deref().map_or(JsValue::UNDEFINED, JsValue::from_str)
}

fn ms(at: Timestamp) -> JsValue {
    JsValue::from_f64(at.0 as f64)
}

fn span(span: Span) -> JsValue {
    JsValue::from_f64(span.0 as f64)
}

fn whole(number: u64) -> JsValue {
    JsValue::from_f64(number as f64)
}

fn moment(fields: &Fields, key: &str) -> Timestamp {
    Timestamp(fields.number(key) as i64)
}
