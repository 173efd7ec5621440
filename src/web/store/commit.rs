//! Carries out a commit: every op in one transaction, all or nothing.
//! Reads no network body itself: bytes come ready, since a transaction does not wait for a stream.

use super::database::Database;
use super::ledger::Ledger;
use super::records::{prolong, read_entry, write_entry, write_row, write_use};
use super::requests::{Ask, Range, complete, delete, failure, put, read};
use super::schema::{ANSWERS, BODIES, CHUNKS, CURRENT, ENTRIES, GENERATIONS, ROW_BODIES, ROWS, USES};
use crate::cache::{Entry, EntryKey, Target};
use crate::engine::{CommitResult, Committed, Compare, Durability, Keep, Op, PRECACHE};
use crate::fault::StoreError;
use crate::ids::{Generation, MutationId};
use crate::queue::Side;
use crate::text::joined;
use crate::web::objects::get;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::prelude::*;
use web_sys::IdbTransaction;

/// An op together with the bytes it stores, if it stores any.
pub struct Ready {
    /// What to do.
    pub op: Op,
    /// The body as an ArrayBuffer, or what stands for its chunks or for its packed bytes (`sw/works/chunks.js`).
    pub bytes: Option<JsValue>,
}

impl Database {
    /// Commits; adds to `changed` the keys of what a limit has removed, which says nothing if it fails.
    pub async fn commit(&self, ready: &[Ready], durability: Durability, changed: &Array) -> CommitResult {
        let mut stores = Vec::new();
        for ready in ready {
            stores.extend_from_slice(stores_of(ready));
            let bytes = &ready.bytes;
            if chunked(bytes.as_ref()).is_some() {
                stores.push(CHUNKS);
            }
        }
        let transaction = self.begin(&stores, Some(durability)).await?;
        match self.write_all(&transaction, ready, stores.contains(&USES), changed).await {
            Ok(outcome) => complete(&transaction).await.map(|()| outcome),
            Err(error) => {
                // All or nothing: what was written before goes too. An abort fails only when already aborted.
                let _ = transaction.abort();
                Err(failure(&error))
            }
        }
    }

    /// An op after the other: what one writes the next one reads. Only reads are awaited.
    async fn write_all(
        &self,
        transaction: &IdbTransaction,
        ready: &[Ready],
        counts: bool,
        changed: &Array,
    ) -> Result<Committed, JsValue> {
        let ledger = if counts {
            Ledger::open(transaction, &self.observed).await?
        } else {
            Ledger::none(transaction, &self.observed)
        };
        let mut outcome = Committed::default();
        for ready in ready {
            if let Op::Trim { group, limits } = &ready.op {
                ledger.trim(group.as_deref(), limits, changed).await?;
            }
            let answers = read(transaction, &asks_of(ready)).await?;
            self.write(ready, &answers, &ledger, &mut outcome)?;
        }
        ledger.close().map(|()| outcome)
    }

    /// Frees room: removes what is too old to be used and what was unused the longest, and adds their keys to `changed`.
    pub async fn make_room(&self, changed: &Array) -> Result<(), StoreError> {
        let transaction = self.begin(&ANSWERS, Some(Durability::Relaxed)).await?;
        match Ledger::open(&transaction, &self.observed).await {
            Ok(ledger) => ledger.make_room(changed).await.and_then(|()| ledger.close()),
            Err(error) => Err(error),
        }
        .map_err(|error| failure(&error))?;
        complete(&transaction).await
    }
}

fn stores_of(Ready { op, bytes }: &Ready) -> &'static [&'static str] {
    match op {
        // Most of a row's changes leave its body alone, which may just be being read.
        Op::PutRow { .. } if bytes.is_none() => &[ROWS],
        Op::PutEntry { .. } => &[ENTRIES, BODIES, USES, GENERATIONS],
        Op::RefreshEntry { .. } => &[ENTRIES, USES, GENERATIONS],
        Op::RemoveEntry { .. } | Op::Trim { .. } | Op::KeepPrecached { .. } => &ANSWERS,
        Op::Touch { .. } => &[USES],
        Op::Raise { .. } | Op::Forget { .. } => &[GENERATIONS],
        Op::PutRow { .. } | Op::RemoveRow { .. } => &[ROWS, ROW_BODIES],
        Op::PutSide { .. } => &[ROW_BODIES],
    }
}

/// What an op has to know before it writes; the answers go to `write`, in this order.
fn asks_of(Ready { op, bytes }: &Ready) -> Vec<Ask<'_>> {
    let mut asks = Vec::new();
    match op {
        Op::PutEntry { entry, compare, .. } => {
            asks.push(use_of(&entry.key));
            if let Some(range) = chunked(bytes.as_ref()) {
                asks.push(Ask::Count(CHUNKS, range));
            }
            if *compare == Compare::Bytes {
                asks.push(Ask::One(BODIES, JsValue::from_str(&entry.key.0)));
            }
            asks.push(Ask::One(GENERATIONS, JsValue::from_str(CURRENT)));
            let url = entry.url.split('?').next().unwrap_or_default();
            for target in [Target::All, Target::Url(url.to_owned()), Target::Begun(url.to_owned())] {
                asks.push(Ask::One(GENERATIONS, JsValue::from_str(&target.row_key())));
            }
            for tag in &entry.tags {
                asks.push(Ask::One(GENERATIONS, JsValue::from_str(&Target::Tag(tag.clone()).row_key())));
            }
        }
        Op::RefreshEntry { entry, .. } => {
            asks.push(use_of(&entry.key));
            asks.push(Ask::One(ENTRIES, JsValue::from_str(&entry.key.0)));
            asks.push(Ask::One(GENERATIONS, JsValue::from_str(CURRENT)));
        }
        Op::RemoveEntry { key } => asks.push(use_of(key)),
        Op::KeepPrecached { .. } => asks.push(Ask::KeysIn(Range::Group(PRECACHE), 0)),
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
                asks.push(use_of(key));
            }
        }
        Op::Trim { .. } | Op::PutRow { .. } | Op::PutSide { .. } | Op::RemoveRow { .. } => {}
    }
    asks
}

fn use_of(key: &EntryKey) -> Ask<'static> {
    Ask::One(USES, JsValue::from_str(&key.0))
}

impl Database {
    /// Writes an op. A request that fails aborts the transaction, which is where it is heard.
    fn write(
        &self,
        Ready { op, bytes }: &Ready,
        answers: &[JsValue],
        ledger: &Ledger<'_>,
        outcome: &mut Committed,
    ) -> Result<(), JsValue> {
        let transaction = ledger.transaction;
        let mut answers = answers.iter();
        match op {
            Op::PutEntry { entry, compare, keep, .. } => {
                let (Some(bytes), Some(used)) = (bytes, answers.next()) else {
                    return Err(JsValue::from_str("an answer came without its body"));
                };
                if chunked(Some(bytes)).is_some() && answers.next() != Some(&get(bytes, "count")) {
                    return Err(JsValue::from_str("a part of the body is gone"));
                }
                let old = if *compare == Compare::Bytes { answers.next() } else { None };
                let size = length(bytes);
                let current = answers.next();
                for raised in answers {
                    if number(raised) > entry.generation.0 {
                        outcome.superseded = true;
                        return Ok(());
                    }
                }
                if size > keep.most {
                    // What it would have replaced is old.
                    outcome.superseded = true;
                    return ledger.remove_entry(&JsValue::from_str(&entry.key.0), used);
                }
                raise(transaction, CURRENT, entry.generation, current)?;
                outcome.same_bytes |= old.is_some_and(|old| same_bytes(old, bytes));
                let key = &entry.key.0;
                put(transaction, ENTRIES, key, &write_entry(entry, size, &self.table))?;
                put(transaction, BODIES, key, bytes)?;
                ledger.count(used, -1.0);
                let used = write_use(&entry.group, size, keep);
                ledger.count(&used, 1.0);
                ledger.touch(key, &used, entry.received_at)
            }
            Op::RefreshEntry { entry, keep } => {
                let (Some(used), Some(stored)) = (answers.next(), answers.next()) else { return Ok(()) };
                let current = answers.next();
                match read_entry(stored, &entry.key, &self.table) {
                    // Unless it is gone or another answer by now: what was confirmed is no longer there then.
                    Some(stored) if is_same(&stored, entry) => {
                        raise(transaction, CURRENT, entry.generation, current)?;
                        prolong(used, keep);
                        ledger.touch(&entry.key.0, used, entry.received_at)?;
                        put(transaction, ENTRIES, &entry.key.0, &write_entry(entry, entry.size, &self.table))
                    }
                    Some(_) | None => Ok(()),
                }
            }
            Op::RemoveEntry { key } => match answers.next() {
                Some(used) => ledger.remove_entry(&JsValue::from_str(&key.0), used),
                None => Ok(()),
            },
            Op::Touch { uses } => {
                for (key, _, at) in uses {
                    if let Some(used) = answers.next() {
                        ledger.touch(&key.0, used, *at)?;
                    }
                }
                Ok(())
            }
            // The ledger's.
            Op::Trim { .. } => Ok(()),
            Op::KeepPrecached { keys } => {
                let Some(stored) = answers.next().map(list) else { return Ok(()) };
                for place in 0..stored.length() {
                    let key = stored.get(place);
                    match key.as_string() {
                        // Written as what must stay: version 1 did not say so.
                        Some(key) if keys.iter().any(|kept| kept.0 == key) => {
                            put(transaction, USES, &key, &write_use(PRECACHE, 0, &Keep::ALWAYS))?;
                        }
                        Some(_) => delete(transaction, &ANSWERS, &key)?,
                        // A key that is no text is not ours to remove.
                        None => {}
                    }
                }
                Ok(())
            }
            Op::Raise { rows, current } => {
                raise(transaction, CURRENT, *current, answers.next())?;
                for (key, generation) in rows {
                    raise(transaction, key, *generation, answers.next())?;
                }
                Ok(())
            }
            Op::Forget { up_to } => {
                raise(transaction, &Target::All.row_key(), *up_to, answers.next())?;
                let (Some(keys), Some(values)) = (answers.next(), answers.next()) else { return Ok(()) };
                let (keys, values) = (list(keys), list(values));
                for place in 0..keys.length() {
                    let key = keys.get(place);
                    // The counter and the mark of what is forgotten have no colon. A row that was raised meanwhile stays.
                    if number(&values.get(place)) <= up_to.0
                        && key.as_string().is_some_and(|key| key.as_bytes().contains(&b':'))
                    {
                        delete(transaction, &[GENERATIONS], &key)?;
                    }
                }
                Ok(())
            }
            Op::PutRow { row, .. } => {
                put(transaction, ROWS, &row.id.0, &write_row(row))?;
                match bytes {
                    Some(bytes) => put(transaction, ROW_BODIES, &row.id.0, bytes),
                    None => Ok(()),
                }
            }
            Op::PutSide { id, side, .. } => {
                let key = side_key(id, *side);
                match bytes {
                    Some(bytes) => put(transaction, ROW_BODIES, &key, bytes),
                    None => delete(transaction, &[ROW_BODIES], &JsValue::from_str(&key)),
                }
            }
            Op::RemoveRow { id } => {
                for side in [Side::Base, Side::Theirs] {
                    delete(transaction, &[ROW_BODIES], &JsValue::from_str(&side_key(id, side)))?;
                }
                delete(transaction, &[ROWS, ROW_BODIES], &JsValue::from_str(&id.0))
            }
        }
    }
}

/// Where in the bodies what is kept with a row lies (`sw/more/conflicts.js` reads it too).
fn side_key(id: &MutationId, side: Side) -> String {
    let name = match side {
        Side::Body => "",
        Side::Base => "#base",
        Side::Theirs => "#theirs",
    };
    joined(&[&id.0, name])
}

/// Writes a generation, unless it is as high: another worker's raise may have been asked for later and stored before. The counter is as high
/// as any entry's: one may outlive the raise that it was fetched under, and a clock that is set back, which later raises go by.
fn raise(transaction: &IdbTransaction, key: &str, to: Generation, stored: Option<&JsValue>) -> Result<(), JsValue> {
    if stored.map_or(0, number) >= to.0 {
        return Ok(());
    }
    put(transaction, GENERATIONS, key, &JsValue::from_f64(to.0 as f64))
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

/// The length of a body as it is stored.
pub fn length(bytes: &JsValue) -> u64 {
    number(&get(bytes, "byteLength"))
}

/// Where the chunks of a body lie, when it is in chunks.
fn chunked(bytes: Option<&JsValue>) -> Option<JsValue> {
    Some(get(bytes?, "range")).filter(JsValue::is_object)
}

/// Whether an answer's bytes are those of before. Those of a large one are not read for that: it counts as another.
fn same_bytes(old: &JsValue, new: &JsValue) -> bool {
    if old.is_undefined() || chunked(Some(new)).is_some() {
        return false;
    }
    let bytes = |body: &JsValue| {
        let packed = get(body, "packed");
        Uint8Array::new(if packed.is_undefined() { body } else { &packed }).to_vec()
    };
    length(old) == length(new) && bytes(old) == bytes(new)
}
