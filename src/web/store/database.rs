//! The open database: one handle, over which everything is read and written.
//! Opens again by itself whenever the handle turns out closed; whoever asked gets an error only if that fails too.

use super::records::{read_entry, read_row};
use super::requests::{Ask, failure, open, read};
use super::schema::{self, BODIES, CURRENT, ENTRIES, GENERATIONS, PAUSED, ROW_BODIES, ROWS};
use crate::cache::{Entry, EntryKey};
use crate::engine::Durability;
use crate::fault::StoreError;
use crate::ids::{Generation, MutationId};
use crate::queue::Row;
use crate::web::bind::StrictDatabase;
use crate::web::objects::{get, object, texts};
use js_sys::Array;
use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;
use web_sys::{IdbDatabase, IdbTransaction};

/// One origin-and-scope's database.
pub struct Database {
    name: String,
    /// Names the route table that marks are made under.
    pub table: String,
    /// The shell's function that says whether a page observes an entry, by its key; undefined where nobody tells.
    pub observed: JsValue,
    /// Whether the disk was full and making room has not helped yet: then no more answers go until something can be stored.
    pub full: Cell<bool>,
    /// The open handle.
    handle: RefCell<Option<IdbDatabase>>,
    /// What the handle calls when it must be let go or is gone.
    gone: Closure<dyn FnMut()>,
    /// Whether a request to open it has been waiting for too long.
    late: Rc<Cell<bool>>,
}

/// A stored answer with its body.
pub struct Found {
    /// The metadata.
    pub entry: Entry,
    /// The body's bytes, an ArrayBuffer.
    pub body: JsValue,
}

impl Database {
    /// Names the database of a scope; opens nothing yet.
    pub fn new(scope_path: &str, table: &str, observed: &JsValue) -> Rc<Database> {
        Rc::new_cyclic(|me| {
            let me: Weak<Database> = me.clone();
            let gone = Closure::new(move || {
                if let Some(database) = me.upgrade() {
                    database.forget();
                }
            });
            Database {
                name: schema::name(scope_path),
                table: table.to_owned(),
                observed: observed.clone(),
                full: Cell::default(),
                handle: RefCell::default(),
                gone,
                late: Rc::default(),
            }
        })
    }

    /// The first of the keys that is stored, with its body.
    pub async fn find(&self, keys: &[EntryKey]) -> Result<Option<Found>, StoreError> {
        let mut asks = Vec::new();
        for key in keys {
            let name = JsValue::from_str(&key.0);
            asks.push(Ask::One(ENTRIES, name.clone()));
            asks.push(Ask::One(BODIES, name));
        }
        let mut found = self.read(&asks).await?.into_iter();
        for key in keys {
            let (Some(record), Some(body)) = (found.next(), found.next()) else { break };
            if let Some(entry) = read_entry(&record, key, &self.table)
                // Whatever is not the body that was stored is as good as none.
                && get(&body, "byteLength").as_f64() == Some(entry.size as f64)
            {
                return Ok(Some(Found { entry, body }));
            }
        }
        Ok(None)
    }

    /// Every raised generation, and the counter.
    pub async fn generations(&self) -> Result<(Generation, Vec<(String, Generation)>), StoreError> {
        let mut found = self.read(&[Ask::Keys(GENERATIONS), Ask::All(GENERATIONS)]).await?.into_iter();
        let (keys, values) = (list(found.next()), list(found.next()));
        let (mut current, mut rows) = (Generation::default(), Vec::new());
        for place in 0..keys.length() {
            let (Some(key), Some(value)) = (keys.get(place).as_string(), values.get(place).as_f64()) else { continue };
            let raised = Generation(value as u64);
            if key == CURRENT {
                current = raised;
            } else {
                rows.push((key, raised));
            }
        }
        Ok((current, rows))
    }

    /// Every mutation row, oldest first, and what a person has paused. A row this version cannot read stays where it is.
    pub async fn rows(&self) -> Result<(Vec<Row>, Vec<String>), StoreError> {
        let mut found = self.read(&[Ask::All(ROWS), Ask::One(GENERATIONS, PAUSED.into())]).await?;
        let paused = texts(&found.pop().unwrap_or_default(), "names");
        let found = list(found.pop());
        let mut rows = Vec::new();
        for place in 0..found.length() {
            if let Some(row) = read_row(&found.get(place)) {
                rows.push(row);
            }
        }
        Ok((rows, paused))
    }

    /// The body of a mutation. `None` says that the store was read and has none: for a row that was kept with a body,
    /// it is lost, and no later try will find it.
    pub async fn row_body(&self, id: &MutationId) -> Result<Option<JsValue>, StoreError> {
        let mut found = self.read(&[Ask::One(ROW_BODIES, JsValue::from_str(&id.0))]).await?;
        Ok(found.pop().filter(|body| !body.is_undefined()))
    }

    /// Begins a transaction: with a durability it writes, without it reads. A handle says only now that it is closed,
    /// so another is tried once.
    pub async fn begin(&self, stores: &[&str], durability: Option<Durability>) -> Result<IdbTransaction, StoreError> {
        // A store that is named twice counts once (Indexed Database 3.0, 4.4).
        let names = Array::new();
        for name in stores {
            names.push(&JsValue::from_str(name));
        }
        let (mode, word) = match durability {
            None => ("readonly", "default"),
            Some(Durability::Relaxed) => ("readwrite", "relaxed"),
            Some(Durability::Strict) => ("readwrite", "strict"),
        };
        let options = object(&[("durability", word.into())]);
        let mut tries = 0;
        loop {
            let handle = self.open().await?;
            let begun =
                handle.unchecked_ref::<StrictDatabase>().transaction_with(&names, mode, options.unchecked_ref());
            match begun {
                Ok(transaction) => return Ok(transaction),
                Err(error) if tries > 0 => return Err(failure(&error)),
                Err(_) => self.forget(),
            }
            tries += 1;
        }
    }

    /// Drops the handle, so that the next use opens a fresh one: retries on a closed one never succeed.
    fn forget(&self) {
        if let Some(handle) = self.handle.borrow_mut().take() {
            handle.close();
        }
    }

    /// Reads in one transaction, and once more over a fresh handle if that fails: the browser may lose one under way.
    async fn read(&self, asks: &[Ask<'_>]) -> Result<Vec<JsValue>, StoreError> {
        let mut stores = Vec::new();
        for ask in asks {
            stores.push(ask.store());
        }
        let mut tries = 0;
        loop {
            let transaction = self.begin(&stores, None).await?;
            match read(&transaction, asks).await {
                Ok(found) => return Ok(found),
                Err(error) if tries > 0 => return Err(failure(&error)),
                Err(_) => self.forget(),
            }
            tries += 1;
        }
    }

    /// The handle, opened if need be.
    async fn open(&self) -> Result<IdbDatabase, StoreError> {
        if let Some(handle) = self.handle.borrow().as_ref() {
            return Ok(handle.clone());
        }
        let opened = open(&self.name, &self.late).await.map_err(|error| failure(&error))?;
        let mut handle = self.handle.borrow_mut();
        if let Some(other) = handle.as_ref() {
            // Somebody else was faster.
            opened.close();
            return Ok(other.clone());
        }
        // A newer version of us (or `deleteDatabase`) waits until we let go; the browser may also close us by itself.
        let gone = self.gone.as_ref().unchecked_ref();
        opened.set_onversionchange(Some(gone));
        opened.set_onclose(Some(gone));
        Ok(handle.insert(opened).clone())
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        self.forget();
    }
}

/// A list that was read: what asks for all is answered by an array.
fn list(found: Option<JsValue>) -> Array {
    found.map(JsValue::unchecked_into).unwrap_or_default()
}
