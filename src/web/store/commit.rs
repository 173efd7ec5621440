//! Carries out a commit: every op in one transaction, all or nothing.
//! Reads no network body itself: bytes come ready, since a transaction does not wait for a stream.

use super::database::Database;
use super::records::{read_entry, write_entry, write_row, write_use};
use super::requests::{Ask, complete, failure, read};
use super::schema::{BODIES, CURRENT, ENTRIES, GENERATIONS, ROW_BODIES, ROWS, USES};
use crate::cache::{Entry, Target};
use crate::engine::{CommitResult, Committed, Compare, Durability, Op, PRECACHE};
use crate::fault::StoreError;
use crate::ids::Generation;
use crate::time::Timestamp;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::{IdbObjectStore, IdbTransaction};

/// An op together with the bytes it stores, if it stores any.
pub struct Ready {
    /// What to do.
    pub op: Op,
    /// The body as an ArrayBuffer.
    pub bytes: Option<JsValue>,
}

/// So many answers at most make room at a time.
const ROOM: u32 = 100;

impl Database {
    /// Commits; adds to `changed` the keys of what a limit has removed. Answers make room for an answer when the disk is
    /// full; for the queue's rows it is the queue that says so.
    pub async fn commit(&self, ready: &[Ready], durability: Durability, changed: &Array) -> CommitResult {
        loop {
            match self.try_commit(ready, durability, changed).await {
                Err(StoreError::Quota(_)) if durability == Durability::Relaxed && !self.full.replace(true) => {
                    // Whether room was made shows in the second try.
                    let _ = self.make_room(changed).await;
                }
                result => {
                    self.full.set(self.full.get() && result.is_err());
                    return result;
                }
            }
        }
    }

    async fn try_commit(&self, ready: &[Ready], durability: Durability, changed: &Array) -> CommitResult {
        let mut stores = Vec::new();
        for Ready { op, .. } in ready {
            stores.extend_from_slice(stores_of(op));
        }
        let transaction = self.begin(&stores, Some(durability)).await?;
        let mut report = Report { outcome: Committed::default(), changed };
        for ready in ready {
            // An op after the other: what one writes the next one reads. Only reads are awaited.
            let written = match read(&transaction, &asks_of(&ready.op)).await {
                Ok(answers) => self.write(&transaction, ready, &answers, &mut report),
                Err(error) => Err(error),
            };
            if let Err(error) = written {
                // All or nothing: what was written before goes too. An abort fails only when already aborted.
                let _ = transaction.abort();
                return Err(failure(&error));
            }
        }
        complete(&transaction).await.map(|()| report.outcome)
    }

    /// Frees room: removes the answers that were unused the longest, and adds their keys to `changed`.
    pub async fn make_room(&self, changed: &Array) -> Result<(), StoreError> {
        let transaction = self.begin(ANSWERS, Some(Durability::Relaxed)).await?;
        let found = read(&transaction, &[Ask::Oldest(ROOM)]).await.map_err(|error| failure(&error))?;
        let Some(keys) = found.first().map(list) else { return Ok(()) };
        for place in 0..keys.length() {
            let key = keys.get(place);
            // Only keys of precached answers have a fragment; until its first activation, a database of version 1 has
            // them among the others.
            if key.as_string().is_some_and(|key| !key.as_bytes().contains(&b'#')) {
                remove(&transaction, &key).map_err(|error| failure(&error))?;
                changed.push(&key);
            }
        }
        complete(&transaction).await
    }
}

/// What a commit has to tell beyond having succeeded.
struct Report<'a> {
    /// To the engine.
    outcome: Committed,
    /// To those who hold copies: keys of what it removed.
    changed: &'a Array,
}

/// The stores that hold answers, one key in all three.
const ANSWERS: &[&str] = &[ENTRIES, BODIES, USES];

fn stores_of(op: &Op) -> &'static [&'static str] {
    match op {
        Op::PutEntry { .. } => &[ENTRIES, BODIES, USES, GENERATIONS],
        Op::RefreshEntry { .. } => &[ENTRIES],
        Op::RemoveEntry { .. } | Op::Trim { .. } | Op::KeepPrecached { .. } => ANSWERS,
        Op::Touch { .. } => &[USES],
        Op::Raise { .. } | Op::Forget { .. } => &[GENERATIONS],
        Op::PutRow { .. } | Op::RemoveRow { .. } => &[ROWS, ROW_BODIES],
    }
}

/// What an op has to know before it writes; the answers go to `write`, in this order.
fn asks_of(op: &Op) -> Vec<Ask> {
    let mut asks = Vec::new();
    match op {
        Op::PutEntry { entry, compare, .. } => {
            if *compare == Compare::Bytes {
                asks.push(Ask::One(BODIES, JsValue::from_str(&entry.key.0)));
            }
            let url = entry.url.split('?').next().unwrap_or_default();
            for target in [Target::All, Target::Url(url.to_owned()), Target::Begun(url.to_owned())] {
                asks.push(Ask::One(GENERATIONS, JsValue::from_str(&target.row_key())));
            }
            for tag in &entry.tags {
                asks.push(Ask::One(GENERATIONS, JsValue::from_str(&Target::Tag(tag.clone()).row_key())));
            }
        }
        Op::RefreshEntry { entry } => asks.push(Ask::One(ENTRIES, JsValue::from_str(&entry.key.0))),
        Op::Trim { group, .. } => asks.push(Ask::Group(JsValue::from_str(group))),
        Op::KeepPrecached { .. } => asks.push(Ask::Group(JsValue::from_str(PRECACHE))),
        Op::Raise { rows, .. } => {
            asks.push(Ask::One(GENERATIONS, JsValue::from_str(CURRENT)));
            for (key, _) in rows {
                asks.push(Ask::One(GENERATIONS, JsValue::from_str(key)));
            }
        }
        Op::Forget { .. } => {
            asks.push(Ask::One(GENERATIONS, JsValue::from_str(&Target::All.row_key())));
            asks.push(Ask::Keys(GENERATIONS));
            asks.push(Ask::All(GENERATIONS));
        }
        Op::Touch { uses } => {
            for (key, ..) in uses {
                asks.push(Ask::One(USES, JsValue::from_str(&key.0)));
            }
        }
        Op::RemoveEntry { .. } | Op::PutRow { .. } | Op::RemoveRow { .. } => {}
    }
    asks
}

impl Database {
    /// Writes an op. A request that fails aborts the transaction, which is where it is heard.
    fn write(
        &self,
        transaction: &IdbTransaction,
        Ready { op, bytes }: &Ready,
        answers: &[JsValue],
        report: &mut Report<'_>,
    ) -> Result<(), JsValue> {
        let mut answers = answers.iter();
        match op {
            Op::PutEntry { entry, compare, .. } => {
                let Some(bytes) = bytes else { return Err(JsValue::from_str("an answer came without its body")) };
                let old = if *compare == Compare::Bytes { answers.next() } else { None };
                for raised in answers {
                    if number(raised) > entry.generation.0 {
                        report.outcome.superseded = true;
                        return Ok(());
                    }
                }
                report.outcome.same_bytes |= old.is_some_and(|old| same_bytes(old, bytes));
                self.put_entry(transaction, entry, bytes)
            }
            Op::RefreshEntry { entry } => {
                match answers.next().and_then(|stored| read_entry(stored, &entry.key, &self.table)) {
                    // Unless it is gone or another answer by now: what was confirmed is no longer there then.
                    Some(stored) if is_same(&stored, entry) => {
                        put(&store(transaction, ENTRIES)?, &entry.key.0, &write_entry(entry, entry.size, &self.table))
                    }
                    Some(_) | None => Ok(()),
                }
            }
            Op::RemoveEntry { key } => remove(transaction, &JsValue::from_str(&key.0)),
            Op::Touch { uses } => {
                let store = store(transaction, USES)?;
                for (key, group, at) in uses {
                    // What was removed meanwhile stays removed.
                    if answers.next().is_some_and(|stored| !stored.is_undefined()) {
                        put(&store, &key.0, &write_use(group, *at))?;
                    }
                }
                Ok(())
            }
            Op::Trim { keep, .. } => {
                let Some(keys) = answers.next().map(list) else { return Ok(()) };
                for place in 0..keys.length().saturating_sub(u32::try_from(*keep).unwrap_or(u32::MAX)) {
                    remove(transaction, &keys.get(place))?;
                    report.changed.push(&keys.get(place));
                }
                Ok(())
            }
            Op::KeepPrecached { keys } => {
                let uses = store(transaction, USES)?;
                let Some(stored) = answers.next().map(list) else { return Ok(()) };
                for place in 0..stored.length() {
                    let key = stored.get(place);
                    match key.as_string() {
                        // Written as what must stay: version 1 did not say so.
                        Some(key) if keys.iter().any(|kept| kept.0 == key) => {
                            put(&uses, &key, &write_use(PRECACHE, Timestamp(0)))?;
                        }
                        Some(_) => remove(transaction, &key)?,
                        // A key that is no text is not ours to remove.
                        None => {}
                    }
                }
                Ok(())
            }
            Op::Raise { rows, current } => {
                let store = store(transaction, GENERATIONS)?;
                raise(&store, CURRENT, *current, answers.next())?;
                for (key, generation) in rows {
                    raise(&store, key, *generation, answers.next())?;
                }
                Ok(())
            }
            Op::Forget { up_to } => {
                let store = store(transaction, GENERATIONS)?;
                raise(&store, &Target::All.row_key(), *up_to, answers.next())?;
                let (Some(keys), Some(values)) = (answers.next(), answers.next()) else { return Ok(()) };
                let (keys, values) = (list(keys), list(values));
                for place in 0..keys.length() {
                    let key = keys.get(place);
                    // The counter and the mark of what is forgotten have no colon. A row that was raised meanwhile stays.
                    if number(&values.get(place)) <= up_to.0
                        && key.as_string().is_some_and(|key| key.as_bytes().contains(&b':'))
                    {
                        store.delete(&key)?;
                    }
                }
                Ok(())
            }
            Op::PutRow { row, .. } => {
                put(&store(transaction, ROWS)?, &row.id.0, &write_row(row))?;
                match bytes {
                    Some(bytes) => put(&store(transaction, ROW_BODIES)?, &row.id.0, bytes),
                    None => Ok(()),
                }
            }
            Op::RemoveRow { id } => delete(transaction, &[ROWS, ROW_BODIES], &JsValue::from_str(&id.0)),
        }
    }

    fn put_entry(&self, transaction: &IdbTransaction, entry: &Entry, bytes: &JsValue) -> Result<(), JsValue> {
        let (key, size) = (&entry.key.0, u64::from(Uint8Array::new(bytes).length()));
        put(&store(transaction, ENTRIES)?, key, &write_entry(entry, size, &self.table))?;
        put(&store(transaction, BODIES)?, key, bytes)?;
        put(&store(transaction, USES)?, key, &write_use(&entry.group, entry.received_at))
    }
}

/// Writes a generation, unless it is as high: another worker's raise may have been asked for later and stored before.
fn raise(store: &IdbObjectStore, key: &str, to: Generation, stored: Option<&JsValue>) -> Result<(), JsValue> {
    if stored.map_or(0, number) < to.0 { put(store, key, &JsValue::from_f64(to.0 as f64)) } else { Ok(()) }
}

fn remove(transaction: &IdbTransaction, key: &JsValue) -> Result<(), JsValue> {
    delete(transaction, ANSWERS, key)
}

fn delete(transaction: &IdbTransaction, stores: &[&str], key: &JsValue) -> Result<(), JsValue> {
    for name in stores {
        store(transaction, name)?.delete(key)?;
    }
    Ok(())
}

fn store(transaction: &IdbTransaction, name: &str) -> Result<IdbObjectStore, JsValue> {
    transaction.object_store(name)
}

fn put(store: &IdbObjectStore, key: &str, value: &JsValue) -> Result<(), JsValue> {
    store.put_with_key(value, &JsValue::from_str(key)).map(drop)
}

fn number(stored: &JsValue) -> u64 {
    stored.as_f64().unwrap_or(0.0) as u64
}

fn list(answer: &JsValue) -> &Array {
    answer.unchecked_ref()
}

/// Whether both are of the same answer: by their validators, or by when they came where there are none.
fn is_same(one: &Entry, other: &Entry) -> bool {
    let mut told = false;
    for name in ["etag", "last-modified"] {
        let (one, other) = (one.head.headers.first(name), other.head.headers.first(name));
        if one != other {
            return false;
        }
        told |= one.is_some();
    }
    told || one.received_at == other.received_at
}

fn same_bytes(old: &JsValue, new: &JsValue) -> bool {
    if old.is_undefined() {
        return false;
    }
    let (old, new) = (Uint8Array::new(old), Uint8Array::new(new));
    old.length() == new.length() && old.to_vec() == new.to_vec()
}
