//! IndexedDB's requests and transactions as futures, with the browser's own words when they fail.
//! Knows no record.

use super::schema::{self, BY_END, BY_GROUP, BY_TIME, USES};
use crate::fault::StoreError;
use crate::web::bind::set_timeout;
use crate::web::objects::{deferred, get, text};
use crate::web::tasks::when;
use js_sys::{Array, Function, Promise};
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbFactory, IdbIndex, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest, IdbRequest, IdbTransaction,
};

/// One read inside a transaction.
pub enum Ask<'a> {
    /// The value in a store under a key; undefined where there is none.
    One(&'static str, JsValue),
    /// How many keys of a store lie in a range.
    Count(&'static str, JsValue),
    /// Every key of a store.
    Keys(&'static str),
    /// Every value of a store, in the order of the keys.
    All(&'static str),
    /// The keys of so many entries of a range at most, in its order; 0: of all.
    KeysIn(Range<'a>, u32),
    /// The same entries' records of use.
    UsesIn(Range<'a>, u32),
}

/// Some of the entries, by their use.
#[derive(Clone, Copy)]
pub enum Range<'a> {
    /// Those of a limit group, the longest unused first.
    Group(&'a str),
    /// All but those that must stay, the longest unused first.
    Oldest,
    /// Those that are too old to be used by this moment.
    Ended(f64),
}

impl Range<'_> {
    fn index(&self, store: &IdbObjectStore) -> Result<(IdbIndex, IdbKeyRange), JsValue> {
        let (name, range) = match self {
            Range::Group(group) => {
                // An array sorts before any longer one that begins like it, and behind every number: between these two
                // lies every [group, time].
                let group = JsValue::from_str(group);
                (BY_GROUP, IdbKeyRange::bound(&Array::of1(&group), &Array::of2(&group, &Array::new())))
            }
            Range::Oldest => (BY_TIME, IdbKeyRange::upper_bound_with_open(&f64::INFINITY.into(), true)),
            Range::Ended(now) => (BY_END, IdbKeyRange::upper_bound_with_open(&(*now).into(), false)),
        };
        Ok((store.index(name)?, range?))
    }
}

impl Ask<'_> {
    /// The store that is read.
    pub fn store(&self) -> &'static str {
        match self {
            Ask::One(store, _) | Ask::Count(store, _) | Ask::Keys(store) | Ask::All(store) => store,
            Ask::KeysIn(..) | Ask::UsesIn(..) => USES,
        }
    }

    fn request(&self, transaction: &IdbTransaction) -> Result<IdbRequest, JsValue> {
        let store = transaction.object_store(self.store())?;
        match self {
            Ask::One(_, key) => store.get(key),
            Ask::Count(_, range) => store.count_with_key(range),
            // No limit is a limit of 0 (Indexed Database API, 6.2): one way of asking for all three kinds.
            Ask::Keys(_) => store.get_all_keys_with_key_and_limit(&JsValue::UNDEFINED, 0),
            Ask::All(_) => store.get_all_with_key_and_limit(&JsValue::UNDEFINED, 0),
            Ask::KeysIn(range, most) => {
                let (index, range) = range.index(&store)?;
                index.get_all_keys_with_key_and_limit(&range, *most)
            }
            Ask::UsesIn(range, most) => {
                let (index, range) = range.index(&store)?;
                index.get_all_with_key_and_limit(&range, *most)
            }
        }
    }
}

/// Reads inside a transaction; the answers in the order of the asks. Every request is made before one is awaited, and
/// that is the last: requests of a transaction are answered in the order in which they were made (Indexed Database 3.0, 2.7.1).
pub async fn read(transaction: &IdbTransaction, asks: &[Ask<'_>]) -> Result<Vec<JsValue>, JsValue> {
    let mut requests = Vec::with_capacity(asks.len());
    for ask in asks {
        requests.push(ask.request(transaction)?);
    }
    let Some(last) = requests.last() else { return Ok(Vec::new()) };
    let (settled, resolve, reject) = deferred();
    last.set_onsuccess(Some(&resolve));
    last.set_onerror(Some(&reject));
    if JsFuture::from(settled).await.is_err() {
        // An earlier request that failed has aborted the transaction, which knows why; it knows nothing yet of the last.
        let error = transaction.error().or(last.error()?);
        return Err(error.map_or(JsValue::UNDEFINED, JsValue::from));
    }
    let mut answers = Vec::with_capacity(requests.len());
    for request in &requests {
        answers.push(request.result()?);
    }
    Ok(answers)
}

/// Writes a value under a key. A request that fails aborts the transaction, which is where it is heard.
pub fn put(transaction: &IdbTransaction, store: &str, key: &str, value: &JsValue) -> Result<(), JsValue> {
    transaction.object_store(store)?.put_with_key(value, &JsValue::from_str(key)).map(drop)
}

/// Removes a key from some stores.
pub fn delete(transaction: &IdbTransaction, stores: &[&str], key: &JsValue) -> Result<(), JsValue> {
    for name in stores {
        transaction.object_store(name)?.delete(key)?;
    }
    Ok(())
}

/// Waits until the transaction is on its way to the disk (or on it, when it is strict): the only sign of durability.
#[allow(
    deprecated,
    reason = "web-sys says so of a method that stands in the specification (Indexed Database 3.0, 4.10)"
)]
pub async fn complete(transaction: &IdbTransaction) -> Result<(), StoreError> {
    let (settled, resolve, reject) = deferred();
    transaction.set_oncomplete(Some(&resolve));
    transaction.set_onabort(Some(&reject));
    // Nothing more is asked: the browser need not wait for the last answer to see that. One that has failed already is heard of all the same.
    let _ = transaction.commit();
    match JsFuture::from(settled).await {
        Ok(_) => Ok(()),
        Err(_) => Err(transaction.error().map_or_else(unknown, |error| failure(&error))),
    }
}

/// How long a database may take to open, in ms. A page that holds an older version makes us wait for as long as it lives, and some
/// browsers have been known never to answer.
const PATIENCE: i32 = 2_000;

/// Opens a database; one that is not there or older is made or upgraded on the way. `late` is set while a request that outlasted
/// our patience is still open; whoever asks meanwhile is refused at once.
pub async fn open(name: &str, late: &Rc<Cell<bool>>) -> Result<IdbDatabase, JsValue> {
    if late.get() {
        return Err(JsValue::from_str(BLOCKED));
    }
    let factory = get(&js_sys::global(), "indexedDB");
    if !factory.is_object() {
        return Err(JsValue::from_str("this browser has no IndexedDB"));
    }
    let factory: IdbFactory = factory.unchecked_into();
    let request: IdbOpenDbRequest = factory.open_with_u32(name, schema::VERSION)?;
    let (settled, refuse) = outcome_of(&request);
    set_timeout(&refuse, PATIENCE);
    if JsFuture::from(settled).await.is_ok() {
        let handle: IdbDatabase = request.result()?.unchecked_into();
        // Only an upgrade has a transaction. It waits for us: a promise's callbacks run before the event is over.
        let Some(transaction) = request.transaction() else { return Ok(handle) };
        if let Err(error) = schema::upgrade(&handle, &transaction) {
            transaction.abort()?;
            return Err(error);
        }
        // Without a limit: an index over many records takes its time.
        if JsFuture::from(outcome_of(&request).0).await.is_ok() {
            return Ok(handle);
        }
    }
    // A request that is still open has no error to read (Indexed Database 3.0, 4.1).
    let Ok(error) = request.error() else {
        late.set(true);
        let late = Rc::clone(late);
        when(outcome_of(&request).0, move |outcome| {
            late.set(false);
            if outcome.is_ok() {
                let_go(&request);
            }
        });
        return Err(JsValue::from_str(BLOCKED));
    };
    Err(error.map_or(JsValue::UNDEFINED, JsValue::from))
}

/// What a read or write fails with while the database does not open.
const BLOCKED: &str = "the database does not open: another page may hold an older version";

/// A promise for the outcome of a request to open, and what rejects it early.
fn outcome_of(request: &IdbOpenDbRequest) -> (Promise, Function) {
    let (settled, resolve, reject) = deferred();
    request.set_onsuccess(Some(&resolve));
    request.set_onupgradeneeded(Some(&resolve));
    request.set_onerror(Some(&reject));
    (settled, reject)
}

/// Gives up what a request has opened: nobody waits for it any more, and a handle that is left open would hold up others.
fn let_go(request: &IdbOpenDbRequest) {
    // Neither fails on a request that has just succeeded.
    let _ = match (request.transaction(), request.result()) {
        (Some(upgrade), _) => upgrade.abort(),
        (None, handle) => handle.map(|handle| handle.unchecked_into::<IdbDatabase>().close()),
    };
}

/// A DOM error as ours: its name decides, name and message are kept.
pub fn failure(error: &JsValue) -> StoreError {
    let (name, message) = (text(error, "name").unwrap_or_default(), text(error, "message").unwrap_or_default());
    let words = match error.as_string() {
        Some(words) => words,
        None if name.is_empty() => return unknown(),
        None => format!("{name}: {message}"),
    };
    if name == "QuotaExceededError" { StoreError::Quota(words) } else { StoreError::Failed(words) }
}

fn unknown() -> StoreError {
    StoreError::Failed("the browser gave no reason".to_owned())
}
