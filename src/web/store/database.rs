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
use futures_util::future::{join, join_all};
use rexie::{Rexie, TransactionMode};
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
        let reads = |rexie: Rc<Reader>| async move {
            let transaction = rexie.open(&[ENTRIES, BODIES])?;
            let entries = transaction.store(ENTRIES).map_err(rexie_failure)?;
            let bodies = transaction.store(BODIES).map_err(rexie_failure)?;
            // All requests are made before the first is awaited: one round trip, and the transaction stays open.
            let pairs = keys
                .iter()
                .map(|key| join(entries.get(JsValue::from_str(&key.0)), bodies.get(JsValue::from_str(&key.0))));
            let pairs = join_all(pairs).await;
            for (key, (entry, body)) in keys.iter().zip(pairs) {
                let (entry, body) = (entry.map_err(rexie_failure)?, body.map_err(rexie_failure)?);
                let record = entry.and_then(|value| read_entry(&value, key));
                if let (Some(entry), Some(body)) = (record, body) {
                    return Ok(Some(Found { entry, body }));
                }
            }
            Ok(None)
        };
        self.read(reads).await
    }

    /// Every raised generation, and the counter.
    pub async fn generations(self: &Rc<Self>) -> Result<(Generation, Vec<(String, Generation)>), StoreError> {
        let reads = |reader: Rc<Reader>| async move {
            let transaction = reader.open(&[GENERATIONS])?;
            let store = transaction.store(GENERATIONS).map_err(rexie_failure)?;
            let (keys, values) = join(store.get_all_keys(None, None), store.get_all(None, None)).await;
            Ok((keys.map_err(rexie_failure)?, values.map_err(rexie_failure)?))
        };
        let (keys, values): (Vec<JsValue>, Vec<JsValue>) = self.read(reads).await?;
        let rows = keys
            .into_iter()
            .zip(values)
            .filter_map(|(key, value)| Some((key.as_string()?, Generation(value.as_f64()? as u64))));
        let (current, rows): (Vec<_>, Vec<_>) = rows.partition(|(key, _)| key == CURRENT);
        Ok((current.first().map_or(Generation::default(), |(_, value)| *value), rows))
    }

    /// Every mutation row, oldest first. A row this version cannot read stays where it is.
    pub async fn rows(self: &Rc<Self>) -> Result<Vec<Row>, StoreError> {
        let reads = |reader: Rc<Reader>| async move {
            let store = reader.open(&[ROWS])?.store(ROWS).map_err(rexie_failure)?;
            store.get_all(None, None).await.map_err(rexie_failure)
        };
        Ok(self.read(reads).await?.iter().filter_map(read_row).collect())
    }

    /// The body of a mutation.
    pub async fn row_body(self: &Rc<Self>, id: &MutationId) -> Result<Option<JsValue>, StoreError> {
        let reads = |reader: Rc<Reader>| async move {
            let store = reader.open(&[ROW_BODIES])?.store(ROW_BODIES).map_err(rexie_failure)?;
            store.get(JsValue::from_str(&id.0)).await.map_err(rexie_failure)
        };
        self.read(reads).await
    }

    /// Reads, and once more over a fresh handle if that fails: a closed one says so only when it is used.
    async fn read<T, F, Fut>(self: &Rc<Self>, reads: F) -> Result<T, StoreError>
    where
        F: Fn(Rc<Reader>) -> Fut,
        Fut: Future<Output = Result<T, StoreError>>,
    {
        match reads(self.reader().await?).await {
            Ok(found) => Ok(found),
            Err(_) => {
                self.forget();
                reads(self.reader().await?).await
            }
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

impl Reader {
    fn open(&self, stores: &[&str]) -> Result<rexie::Transaction, StoreError> {
        let rexie = self.0.as_ref().ok_or_else(|| failure(&JsValue::from_str("closed")))?;
        rexie.transaction(stores, TransactionMode::ReadOnly).map_err(rexie_failure)
    }
}
