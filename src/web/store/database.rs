//! The open database: reads through rexie, and a second, strict handle for writes.
//! Opens again by itself whenever a handle turns out closed; whoever asked gets an error only if that fails too.
//!
//! Two handles, because rexie 0.6 offers neither durability nor `versionchange`, and keeps its own handle to itself.

use super::records::{read_entry, read_row};
use super::requests::{self, failure, rexie_failure};
use super::schema::{self, BODIES, CURRENT, ENTRIES, GENERATIONS, ROW_BODIES, ROWS};
use crate::cache::{Entry, EntryKey};
use crate::fault::StoreError;
use crate::ids::{Generation, MutationId};
use crate::queue::Row;
use crate::web::tasks::{Task, all};
use rexie::{KeyRange, Rexie, TransactionMode};
use std::cell::RefCell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::IdbDatabase;

/// One origin-and-scope's database.
pub struct Database {
    name: String,
    /// rexie's handle, for reads.
    reader: RefCell<Option<Rc<Reader>>>,
    /// The handle for writes, with durability; it hears `versionchange` and `close` for both.
    writer: RefCell<Option<IdbDatabase>>,
}

/// A stored answer with its body.
pub struct Found {
    /// The metadata.
    pub entry: Entry,
    /// The body's bytes, an ArrayBuffer.
    pub body: JsValue,
}

/// One read inside a transaction.
#[derive(Clone)]
enum Ask {
    /// The value in a store under a key.
    One(&'static str, String),
    /// Every key of a store.
    Keys(&'static str),
    /// Every value of a store, in the order of the keys.
    All(&'static str),
}

/// rexie's handle, closed when the last read that uses it is over.
struct Reader(Option<Rexie>);

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(rexie) = self.0.take() {
            rexie.close();
        }
    }
}

impl Database {
    /// Names the database of a scope; opens nothing yet.
    pub fn new(scope_path: &str) -> Rc<Database> {
        Rc::new(Database { name: schema::name(scope_path), reader: RefCell::default(), writer: RefCell::default() })
    }

    /// The first of the keys that is stored, with its body.
    pub async fn find(self: &Rc<Self>, keys: &[EntryKey]) -> Result<Option<Found>, StoreError> {
        let mut asks = Vec::new();
        for key in keys {
            asks.push(Ask::One(ENTRIES, key.0.clone()));
            asks.push(Ask::One(BODIES, key.0.clone()));
        }
        let mut found = self.read(asks).await?.into_iter();
        for key in keys {
            let (entry, body) = (found.next().and_then(first), found.next().and_then(first));
            let entry = entry.and_then(|record| read_entry(&record, key));
            if let (Some(entry), Some(body)) = (entry, body) {
                return Ok(Some(Found { entry, body }));
            }
        }
        Ok(None)
    }

    /// Every raised generation, and the counter.
    pub async fn generations(self: &Rc<Self>) -> Result<(Generation, Vec<(String, Generation)>), StoreError> {
        let mut found = self.read(vec![Ask::Keys(GENERATIONS), Ask::All(GENERATIONS)]).await?.into_iter();
        let (keys, values) = (found.next().unwrap_or_default(), found.next().unwrap_or_default());
        let (mut current, mut rows) = (Generation::default(), Vec::new());
        for (key, value) in keys.iter().zip(&values) {
            let (Some(key), Some(value)) = (key.as_string(), value.as_f64()) else { continue };
            let raised = Generation(value as u64);
            if key == CURRENT {
                current = raised;
            } else {
                rows.push((key, raised));
            }
        }
        Ok((current, rows))
    }

    /// Every mutation row, oldest first. A row this version cannot read stays where it is.
    pub async fn rows(self: &Rc<Self>) -> Result<Vec<Row>, StoreError> {
        let found = self.read(vec![Ask::All(ROWS)]).await?;
        Ok(found.iter().flatten().filter_map(read_row).collect())
    }

    /// The body of a mutation.
    pub async fn row_body(self: &Rc<Self>, id: &MutationId) -> Result<Option<JsValue>, StoreError> {
        let found = self.read(vec![Ask::One(ROW_BODIES, id.0.clone())]).await?;
        Ok(found.into_iter().find_map(first))
    }

    /// Reads, and once more over a fresh handle if that fails: a closed one says so only when it is used.
    async fn read(self: &Rc<Self>, asks: Vec<Ask>) -> Result<Vec<Vec<JsValue>>, StoreError> {
        let mut tries = 0;
        loop {
            let result = read_once(self.reader().await?, asks.clone()).await;
            if result.is_ok() || tries > 0 {
                return result;
            }
            tries += 1;
            self.forget();
        }
    }

    /// The handle for writes, opened if need be.
    pub async fn writer(self: &Rc<Self>) -> Result<IdbDatabase, StoreError> {
        if let Some(writer) = self.writer.borrow().as_ref() {
            return Ok(writer.clone());
        }
        // rexie makes or upgrades the schema; only then is there something to open.
        self.reader().await?;
        let writer = requests::open_existing(&self.name, schema::VERSION).await.inspect_err(|_| self.forget())?;
        let weak = Rc::downgrade(self);
        let gone = Closure::<dyn FnMut()>::new(move || {
            if let Some(database) = weak.upgrade() {
                database.forget();
            }
        });
        // A newer version of us (or `deleteDatabase`) waits until we let go; the browser may also close us by itself.
        writer.set_onversionchange(Some(gone.as_ref().unchecked_ref()));
        writer.set_onclose(Some(gone.as_ref().unchecked_ref()));
        // The handle lives as long as the worker, or until it calls this.
        gone.forget();
        *self.writer.borrow_mut() = Some(writer.clone());
        Ok(writer)
    }

    /// Drops both handles, so that the next use opens fresh ones: retries on a closed handle never succeed.
    pub fn forget(&self) {
        self.reader.borrow_mut().take();
        if let Some(writer) = self.writer.borrow_mut().take() {
            writer.close();
        }
    }

    async fn reader(self: &Rc<Self>) -> Result<Rc<Reader>, StoreError> {
        if let Some(reader) = self.reader.borrow().as_ref() {
            return Ok(reader.clone());
        }
        let rexie = schema::builder(&self.name).build().await.map_err(rexie_failure)?;
        let reader = Rc::new(Reader(Some(rexie)));
        *self.reader.borrow_mut() = Some(reader.clone());
        Ok(reader)
    }
}

/// Reads in one transaction. All requests are made before the first is awaited: one round trip, and it stays open.
async fn read_once(reader: Rc<Reader>, asks: Vec<Ask>) -> Result<Vec<Vec<JsValue>>, StoreError> {
    let rexie = reader.0.as_ref().ok_or_else(|| failure(&JsValue::from_str("closed")))?;
    let names: Vec<&str> = asks.iter().map(Ask::store).collect();
    let transaction = rexie.transaction(&names, TransactionMode::ReadOnly).map_err(rexie_failure)?;
    let mut requests: Vec<Task<Result<Vec<JsValue>, StoreError>>> = Vec::new();
    for ask in asks {
        let store = transaction.store(ask.store()).map_err(rexie_failure)?;
        requests.push(Box::pin(async move {
            let answer = match ask {
                // Not `get`: each kind of request is some 2 KB of wasm, and `get_all` is in it anyway.
                Ask::One(_, key) => match KeyRange::only(&JsValue::from_str(&key)) {
                    Ok(range) => store.get_all(Some(range), None).await,
                    Err(error) => Err(error.into()),
                },
                Ask::Keys(_) => store.get_all_keys(None, None).await,
                Ask::All(_) => store.get_all(None, None).await,
            };
            answer.map_err(rexie_failure)
        }));
    }
    all(requests).await.into_iter().collect()
}

impl Ask {
    fn store(&self) -> &'static str {
        match self {
            Ask::One(store, _) | Ask::Keys(store) | Ask::All(store) => store,
        }
    }
}

fn first(found: Vec<JsValue>) -> Option<JsValue> {
    found.into_iter().next()
}
