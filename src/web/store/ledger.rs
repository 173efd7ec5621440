//! What is stored, counted: how many answers and bytes each limit group holds, in one small record beside the records of use.
//! Written in the transaction of each change, so it is never wrong; reads what it counts only where a database has no ledger yet.

use super::requests::{Ask, Range, delete, put, read};
use super::schema::{ANSWERS, USES};
use crate::engine::PRECACHE;
use crate::route::Limits;
use crate::time::Timestamp;
use crate::web::clock;
use crate::web::objects::{get, object, set, text};
use js_sys::{Array, Function};
use wasm_bindgen::prelude::*;
use web_sys::IdbTransaction;

/// The ledger, in the hands of one transaction.
pub struct Ledger<'a> {
    /// Where it is read and written.
    pub transaction: &'a IdbTransaction,
    /// A row `{entries, bytes}` for each group that has a limit or not, one for all of them under `ALL`, and the last `moment`.
    record: JsValue,
    /// Says whether a page observes an entry.
    observed: &'a JsValue,
}

/// What is left alone while there is anything else.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spare {
    /// What open pages observe.
    Observed,
    /// Nothing.
    Nothing,
}

/// Its key is no text, so no entry has it; and having neither group nor time, it is in no index.
const KEY: f64 = 0.0;
/// The row for all; groups are named for conditions, and none has such a name. Nor the moment's.
const ALL: &str = "all";
const MOMENT: &str = "moment";
/// So many answers at most are looked at at a time.
const BATCH: u32 = 100;

impl<'a> Ledger<'a> {
    /// Reads it.
    pub async fn open(transaction: &'a IdbTransaction, observed: &'a JsValue) -> Result<Ledger<'a>, JsValue> {
        let record = read(transaction, &[Ask::One(USES, KEY.into())]).await?.pop().unwrap_or_default();
        if record.is_object() {
            return Ok(Ledger { transaction, record, observed });
        }
        // The database is new, or was an older version's: its answers are counted, their bytes count as none.
        let ledger = Ledger { transaction, record: object(&[]), observed };
        if let Some(uses) = read(transaction, &[Ask::All(USES)]).await?.pop() {
            let mut moment = 0.0;
            for used in uses.unchecked_into::<Array>().iter() {
                ledger.count(&used, 1.0);
                let at = number(&used, "at") - number(&used, "lift");
                if at > moment && at < f64::INFINITY {
                    moment = at;
                }
            }
            set(&ledger.record, MOMENT, &moment.into());
        }
        Ok(ledger)
    }

    /// None, for a transaction in which nothing counts.
    pub fn none(transaction: &'a IdbTransaction, observed: &'a JsValue) -> Ledger<'a> {
        Ledger { transaction, record: JsValue::UNDEFINED, observed }
    }

    /// Writes it.
    pub fn close(&self) -> Result<(), JsValue> {
        if self.record.is_undefined() {
            return Ok(());
        }
        self.transaction.object_store(USES)?.put_with_key(&self.record, &KEY.into()).map(drop)
    }

    /// Counts an entry by its record of use: in with 1, out with -1. What is precached does not count.
    pub fn count(&self, used: &JsValue, sign: f64) {
        let Some(group) = text(used, "group").filter(|group| group != PRECACHE) else { return };
        for name in [ALL, &group] {
            let row = get(&self.record, name);
            let entries = number(&row, "entries") + sign;
            let bytes = number(&row, "bytes") + sign * number(used, "size");
            set(&self.record, name, &object(&[("entries", entries.into()), ("bytes", bytes.into())]));
        }
    }

    /// Notes an entry's use: at that moment, or right after the use before if the clock has been set back. What was removed meanwhile
    /// stays removed, and what must stay needs no time.
    pub fn touch(&self, key: &str, used: &JsValue, at: Timestamp) -> Result<(), JsValue> {
        if !used.is_object() {
            return Ok(());
        }
        if number(used, "at") < f64::INFINITY {
            let at = f64::max(at.0 as f64, number(&self.record, MOMENT) + 1.0);
            set(&self.record, MOMENT, &at.into());
            set(used, "at", &(at + number(used, "lift")).into());
        }
        put(self.transaction, USES, key, used)
    }

    /// Removes what is beyond a limit, of a group or of all, and a little more; adds the keys to `changed`.
    pub async fn trim(&self, group: Option<&str>, limits: &Limits, changed: &Array) -> Result<(), JsValue> {
        let name = group.unwrap_or(ALL);
        if self.exceeds(name, limits) {
            self.remove(Range::Ended(clock::now().0 as f64), None, Spare::Nothing, changed).await?;
            let enough = (name, limits.with_slack());
            let range = group.map_or(Range::Oldest, Range::Group);
            for spare in [Spare::Observed, Spare::Nothing] {
                while self.exceeds(name, &enough.1) && self.remove(range, Some(&enough), spare, changed).await? {}
            }
        }
        Ok(())
    }

    /// Removes some answers: what is too old to be used, and what was unused the longest.
    pub async fn make_room(&self, changed: &Array) -> Result<(), JsValue> {
        self.remove(Range::Ended(clock::now().0 as f64), None, Spare::Nothing, changed).await?;
        if !self.remove(Range::Oldest, None, Spare::Observed, changed).await? {
            self.remove(Range::Oldest, None, Spare::Nothing, changed).await?;
        }
        Ok(())
    }

    /// Removes the first answers of a range, until that is enough; says whether it has removed one.
    async fn remove(
        &self,
        range: Range<'_>,
        enough: Option<&(&str, Limits)>,
        spare: Spare,
        changed: &Array,
    ) -> Result<bool, JsValue> {
        let found = read(self.transaction, &[Ask::KeysIn(range, BATCH), Ask::UsesIn(range, BATCH)]).await?;
        let [keys, uses] = found.as_slice() else { return Ok(false) };
        let (keys, uses): (&Array, &Array) = (keys.unchecked_ref(), uses.unchecked_ref());
        let before = changed.length();
        for place in 0..keys.length() {
            if enough.is_some_and(|(name, limits)| !self.exceeds(name, limits)) {
                break;
            }
            let (key, used) = (keys.get(place), uses.get(place));
            // Until its first activation, a database of version 1 has precached answers among the others.
            if text(&used, "group").is_some_and(|group| group != PRECACHE) {
                if spare == Spare::Observed && self.is_observed(&key) {
                    // A page has it open, which is a use: it goes behind the others.
                    self.touch(&key.as_string().unwrap_or_default(), &used, clock::now())?;
                    continue;
                }
                self.remove_entry(&key, &used)?;
                changed.push(&key);
            }
        }
        Ok(changed.length() > before)
    }

    /// Removes an answer, by its key and its record of use.
    pub fn remove_entry(&self, key: &JsValue, used: &JsValue) -> Result<(), JsValue> {
        self.count(used, -1.0);
        delete(self.transaction, &ANSWERS, key)
    }

    fn is_observed(&self, key: &JsValue) -> bool {
        self.observed.is_function()
            && self
                .observed
                .unchecked_ref::<Function>()
                .call1(&JsValue::UNDEFINED, key)
                .is_ok_and(|told| told.is_truthy())
    }

    fn exceeds(&self, name: &str, limits: &Limits) -> bool {
        let row = get(&self.record, name);
        limits.are_exceeded(number(&row, "entries") as u64, number(&row, "bytes") as u64)
    }
}

/// A number in a field; 0 where there is none.
fn number(record: &JsValue, key: &str) -> f64 {
    get(record, key).as_f64().unwrap_or_default()
}
