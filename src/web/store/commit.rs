//! Carries out a commit: every op in one transaction, all or nothing.
//! Reads no network body itself: bytes come ready, since a transaction does not wait for a stream.

use super::database::Database;
use super::records::{read_entry, read_use, write_entry, write_row, write_use};
use super::requests::{complete, failure, result_in, result_of};
use super::schema::{BODIES, BY_GROUP, CURRENT, ENTRIES, GENERATIONS, ROW_BODIES, ROWS, USES};
use crate::cache::{Entry, EntryKey, Target};
use crate::engine::{CommitResult, Committed, Compare, Durability, Op};
use crate::fault::StoreError;
use crate::ids::Generation;
use crate::time::Timestamp;
use crate::web::bind::StrictDatabase;
use js_sys::{Array, Object, Reflect, Uint8Array};
use std::collections::BinaryHeap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{IdbIndex, IdbKeyRange, IdbObjectStore, IdbTransaction};

/// An op together with the bytes it stores, if it stores any.
pub struct Ready {
    /// What to do.
    pub op: Op,
    /// The body as an ArrayBuffer.
    pub bytes: Option<JsValue>,
}

impl Database {
    /// Commits; a closed handle is opened again once.
    pub async fn commit(self: &Rc<Self>, ready: &[Ready], durability: Durability) -> CommitResult {
        let transaction = match self.begin(ready, durability).await {
            Ok(transaction) => transaction,
            Err(_) => {
                self.forget();
                self.begin(ready, durability).await?
            }
        };
        let mut outcome = Committed::default();
        for Ready { op, bytes } in ready {
            if let Err(error) = write(&transaction, op, bytes.as_ref(), &mut outcome).await {
                // All or nothing: what was written before goes too. An abort fails only when already aborted.
                let _ = transaction.abort();
                return Err(failure(&error));
            }
        }
        complete(&transaction).await.map(|()| outcome)
    }

    /// Frees room: a quarter of the stored answers, those unused the longest; `false` when nothing was left to free.
    pub async fn make_room(self: &Rc<Self>) -> Result<bool, StoreError> {
        let writer = self.writer().await?;
        let transaction = begin_on(&writer, &[ENTRIES, BODIES, USES], Durability::Relaxed).map_err(|e| failure(&e))?;
        let uses = store(&transaction, USES).map_err(|e| failure(&e))?;
        let count = result_of(&uses.count().map_err(|e| failure(&e))?).await?.as_f64().unwrap_or(0.0) as usize;
        let keys = result_of(&uses.get_all_keys().map_err(|e| failure(&e))?).await?;
        let values = result_of(&uses.get_all().map_err(|e| failure(&e))?).await?;
        let (keys, values) = (Array::from(&keys), Array::from(&values));
        // Precached answers stay: they are what the app starts from when there is no network. Only their keys have a fragment.
        let evictable = |place: &u32| !keys.get(*place).as_string().is_some_and(|key| key.contains('#'));
        let ages = values.iter().zip(0..).filter(|(_, place)| evictable(place));
        let ages = ages.map(|(value, place)| (read_use(&value), place));
        let aged = ages.collect::<BinaryHeap<(Timestamp, u32)>>().into_sorted_vec();
        for (_, place) in aged.into_iter().take(count.div_ceil(4)) {
            remove(&transaction, &keys.get(place)).map_err(|e| failure(&e))?;
        }
        complete(&transaction).await?;
        Ok(count > 0)
    }

    async fn begin(self: &Rc<Self>, ready: &[Ready], durability: Durability) -> Result<IdbTransaction, StoreError> {
        // A store that is named twice counts once (Indexed Database 3.0, 4.4).
        let stores: Vec<&str> = ready.iter().flat_map(|ready| stores_of(&ready.op)).copied().collect();
        begin_on(&self.writer().await?, &stores, durability).map_err(|e| failure(&e))
    }
}

fn stores_of(op: &Op) -> &'static [&'static str] {
    match op {
        Op::PutEntry { .. } => &[ENTRIES, BODIES, USES, GENERATIONS],
        Op::RefreshEntry { .. } => &[ENTRIES],
        Op::RemoveEntry { .. } | Op::Trim { .. } | Op::KeepPrecached { .. } => &[ENTRIES, BODIES, USES],
        Op::Touch { .. } => &[USES],
        Op::Raise { .. } => &[GENERATIONS],
        Op::PutRow { .. } | Op::RemoveRow { .. } => &[ROWS, ROW_BODIES],
    }
}

fn begin_on(
    database: &web_sys::IdbDatabase,
    stores: &[&str],
    durability: Durability,
) -> Result<IdbTransaction, JsValue> {
    let names: Array = stores.iter().map(|name| JsValue::from_str(name)).collect();
    let options = Object::new();
    let word = match durability {
        Durability::Strict => "strict",
        Durability::Relaxed => "relaxed",
    };
    Reflect::set(&options, &"durability".into(), &word.into())?;
    database.unchecked_ref::<StrictDatabase>().transaction_with(&names, "readwrite", &options)
}

async fn write(
    transaction: &IdbTransaction,
    op: &Op,
    bytes: Option<&JsValue>,
    outcome: &mut Committed,
) -> Result<(), JsValue> {
    match op {
        Op::PutEntry { entry, compare, .. } => put_entry(transaction, entry, *compare, bytes, outcome).await,
        Op::RefreshEntry { entry } => refresh_entry(transaction, entry).await,
        Op::RemoveEntry { key } => remove(transaction, &JsValue::from_str(&key.0)),
        Op::Touch { uses } => {
            let store = store(transaction, USES)?;
            uses.iter().try_for_each(|(key, group, at)| put(&store, &key.0, &write_use(group, *at)))
        }
        Op::Trim { group, keep } => trim(transaction, group, *keep).await,
        Op::KeepPrecached { keys } => keep_precached(transaction, keys).await,
        Op::Raise { rows, current } => {
            let rows = rows.iter().map(|(key, generation)| (key.as_str(), *generation));
            raise(&store(transaction, GENERATIONS)?, rows.chain([(CURRENT, *current)]).collect()).await
        }
        Op::PutRow { row, .. } => {
            put(&store(transaction, ROWS)?, &row.id.0, &write_row(row))?;
            bytes.map_or(Ok(()), |bytes| put(&store(transaction, ROW_BODIES)?, &row.id.0, bytes))
        }
        Op::RemoveRow { id } => {
            let key = JsValue::from_str(&id.0);
            store(transaction, ROWS)?.delete(&key)?;
            store(transaction, ROW_BODIES)?.delete(&key).map(drop)
        }
    }
}

/// Writes generations, none lower than it was: another worker's raise may have been asked for later and stored before.
async fn raise(store: &IdbObjectStore, rows: Vec<(&str, Generation)>) -> Result<(), JsValue> {
    let ask = |(key, _): &(&str, Generation)| store.get(&JsValue::from_str(key));
    let requests: Vec<_> = rows.iter().map(ask).collect::<Result<_, _>>()?;
    for ((key, generation), request) in rows.into_iter().zip(&requests) {
        let stored = result_in(request).await?.as_f64().unwrap_or(0.0) as u64;
        if stored < generation.0 {
            put(store, key, &number(generation))?;
        }
    }
    Ok(())
}

async fn put_entry(
    transaction: &IdbTransaction,
    entry: &Entry,
    compare: Compare,
    bytes: Option<&JsValue>,
    outcome: &mut Committed,
) -> Result<(), JsValue> {
    let Some(bytes) = bytes else { return Err(JsValue::from_str("an answer came without its body")) };
    let generations = store(transaction, GENERATIONS)?;
    let url = entry.url.split('?').next().unwrap_or_default();
    let own = [Target::Url(url.to_owned()).row_key(), Target::Begun(url.to_owned()).row_key()];
    let targets = entry.tags.iter().map(|tag| Target::Tag(tag.clone()).row_key()).chain(own.clone());
    let requests: Vec<_> = targets.map(|key| generations.get(&JsValue::from_str(&key))).collect::<Result<_, _>>()?;
    for request in &requests {
        let raised = result_in(request).await?.as_f64().unwrap_or(0.0) as u64;
        if raised > entry.generation.0 {
            outcome.superseded = true;
            return Ok(());
        }
    }
    let bodies = store(transaction, BODIES)?;
    if compare == Compare::Bytes {
        let old = result_in(&bodies.get(&JsValue::from_str(&entry.key.0))?).await?;
        outcome.same_bytes = same_bytes(&old, bytes);
    }
    let mut entry = entry.clone();
    entry.size = u64::from(Uint8Array::new(bytes).length());
    put(&store(transaction, ENTRIES)?, &entry.key.0, &write_entry(&entry))?;
    put(&bodies, &entry.key.0, bytes)?;
    put(&store(transaction, USES)?, &entry.key.0, &write_use(&entry.group, entry.received_at))
}

/// Renews the metadata of what is stored, unless that is gone or another answer by now: what was confirmed is no longer there then.
async fn refresh_entry(transaction: &IdbTransaction, entry: &Entry) -> Result<(), JsValue> {
    let entries = store(transaction, ENTRIES)?;
    let stored = result_in(&entries.get(&JsValue::from_str(&entry.key.0))?).await?;
    let validators =
        |entry: &Entry| ["etag", "last-modified"].map(|name| entry.head.headers.first(name).map(str::to_owned));
    match read_entry(&stored, &entry.key) {
        Some(stored) if validators(&stored) == validators(entry) => put(&entries, &entry.key.0, &write_entry(entry)),
        Some(_) | None => Ok(()),
    }
}

/// Removes the longest unused entries of a group beyond `keep`, walking keys only.
async fn trim(transaction: &IdbTransaction, group: &str, keep: usize) -> Result<(), JsValue> {
    let (by_group, range) = group_range(transaction, group)?;
    let count = result_in(&by_group.count_with_key(&range)?).await?.as_f64().unwrap_or(0.0) as usize;
    let surplus = u32::try_from(count.saturating_sub(keep)).unwrap_or(u32::MAX);
    if surplus == 0 {
        return Ok(());
    }
    let oldest = by_group.get_all_keys_with_key_and_limit(&range, surplus)?;
    Array::from(&result_in(&oldest).await?).iter().try_for_each(|key| remove(transaction, &key))
}

async fn keep_precached(transaction: &IdbTransaction, keys: &[EntryKey]) -> Result<(), JsValue> {
    let (by_group, range) = group_range(transaction, "precache")?;
    let stored = result_in(&by_group.get_all_keys_with_key(&range)?).await?;
    let stored = Array::from(&stored);
    let stale = stored.iter().filter(|key| key.as_string().is_some_and(|key| !keys.iter().any(|kept| kept.0 == key)));
    stale.collect::<Vec<_>>().iter().try_for_each(|key| remove(transaction, key))
}

/// The uses of one group, the longest ago first.
fn group_range(transaction: &IdbTransaction, group: &str) -> Result<(IdbIndex, IdbKeyRange), JsValue> {
    let by_group = store(transaction, USES)?.index(BY_GROUP)?;
    let bound = |at: JsValue| -> JsValue { Array::of2(&group.into(), &at).into() };
    // Arrays sort after numbers, so [group, []] lies behind every [group, time].
    let range = IdbKeyRange::bound(&bound(f64::NEG_INFINITY.into()), &bound(Array::new().into()));
    Ok((by_group, range?))
}

fn remove(transaction: &IdbTransaction, key: &JsValue) -> Result<(), JsValue> {
    [ENTRIES, BODIES, USES].iter().try_for_each(|name| store(transaction, name)?.delete(key).map(drop))
}

fn store(transaction: &IdbTransaction, name: &str) -> Result<IdbObjectStore, JsValue> {
    transaction.object_store(name)
}

fn put(store: &IdbObjectStore, key: &str, value: &JsValue) -> Result<(), JsValue> {
    // Its failure aborts the transaction, which is where it is heard.
    store.put_with_key(value, &JsValue::from_str(key)).map(drop)
}

fn number(generation: Generation) -> JsValue {
    JsValue::from_f64(generation.0 as f64)
}

fn same_bytes(old: &JsValue, new: &JsValue) -> bool {
    if old.is_undefined() {
        return false;
    }
    let (old, new) = (Uint8Array::new(old), Uint8Array::new(new));
    old.length() == new.length() && old.to_vec() == new.to_vec()
}
