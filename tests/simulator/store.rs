//! A virtual IndexedDB: the stores of `web/store/schema.rs`, and commits that do what `web/store/commit.rs` does.
//! All or nothing: whether a commit fails is known before its first op.

use longshore::cache::{Entry, EntryKey, Target};
use longshore::engine::{CommitResult, Committed, Compare, Op};
use longshore::fault::StoreError;
use longshore::ids::{Generation, MutationId};
use longshore::queue::{Row, Side};
use longshore::route::Limits;
use longshore::time::Timestamp;
use std::collections::BTreeMap;

/// An op with the bytes it stores, if it stores any.
#[derive(Clone, Debug)]
pub struct Ready {
    /// What to do.
    pub op: Op,
    /// The body.
    pub bytes: Option<String>,
}

/// Everything that outlives a worker.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// Metadata of stored answers.
    pub entries: BTreeMap<EntryKey, Entry>,
    /// Their bodies.
    pub bodies: BTreeMap<EntryKey, String>,
    /// When each was last used, and its limit group.
    pub uses: BTreeMap<EntryKey, (String, Timestamp)>,
    /// Raised generations.
    pub generations: BTreeMap<String, Generation>,
    /// The counter itself.
    pub current: Generation,
    /// Mutations.
    pub rows: BTreeMap<MutationId, Row>,
    /// Their bodies.
    pub row_bodies: BTreeMap<MutationId, String>,
    /// What a person has paused.
    pub paused: Vec<String>,
}

impl Store {
    /// One transaction.
    pub fn commit(&mut self, ready: &[Ready]) -> CommitResult {
        let fails = |ready: &Ready| matches!(ready, Ready { op: Op::PutEntry { .. }, bytes: None });
        if ready.iter().any(fails) {
            return Err(StoreError::Failed("an answer came without its body".to_owned()));
        }
        let mut outcome = Committed::default();
        ready.iter().for_each(|Ready { op, bytes }| self.write(op, bytes.as_deref().unwrap_or_default(), &mut outcome));
        Ok(outcome)
    }

    /// The first of the keys that is stored, with its body.
    pub fn find(&self, keys: &[EntryKey]) -> Option<(Entry, String)> {
        keys.iter().find_map(|key| Some((self.entries.get(key)?.clone(), self.bodies.get(key)?.clone())))
    }

    /// Frees room: the answers that were unused the longest, none that is precached.
    pub fn make_room(&mut self) {
        let others = self.uses.iter().filter(|(_, (group, _))| group != "precache");
        let mut aged: Vec<_> = others.map(|(key, (_, at))| (*at, key.clone())).collect();
        aged.sort();
        aged.into_iter().take(100).for_each(|(_, key)| self.remove(&key));
    }

    /// Whether the stored generations say that an entry shows a state from before a write.
    pub fn is_invalidated(&self, entry: &Entry) -> bool {
        self.raised_beyond(entry, [Target::All, Target::Url(bare(&entry.url))])
    }

    fn raised_beyond(&self, entry: &Entry, urls: impl IntoIterator<Item = Target>) -> bool {
        let tags = entry.tags.iter().map(|tag| Target::Tag(tag.clone()));
        let mut raised = urls.into_iter().chain(tags).filter_map(|target| self.generations.get(&target.row_key()));
        raised.any(|raised| *raised > entry.generation)
    }

    fn write(&mut self, op: &Op, bytes: &str, outcome: &mut Committed) {
        match op {
            Op::PutEntry { entry, compare, .. } => self.put_entry(entry, *compare, bytes, outcome),
            Op::RefreshEntry { entry, .. } => {
                let validators = |entry: &Entry| ["etag", "last-modified"].map(|name| entry.head.headers.get(name));
                if let Some(stored) = self.entries.get_mut(&entry.key)
                    && validators(stored) == validators(entry)
                {
                    *stored = (**entry).clone();
                    self.current = self.current.max(entry.generation);
                }
            }
            Op::RemoveEntry { key } => self.remove(key),
            Op::Touch { uses } => {
                for (key, group, at) in uses {
                    // What was removed meanwhile stays removed.
                    self.uses.entry(key.clone()).and_modify(|used| *used = (group.clone(), *at));
                }
            }
            Op::Trim { group, limits } => self.trim(group.as_deref(), limits),
            Op::KeepPrecached { keys } => {
                let of_list = self.uses.iter().filter(|(_, (group, _))| group == "precache");
                let stale: Vec<_> = of_list.map(|(key, _)| key.clone()).filter(|key| !keys.contains(key)).collect();
                stale.iter().for_each(|key| self.remove(key));
            }
            Op::Raise { rows, current } => {
                for (key, generation) in rows {
                    let stored = self.generations.entry(key.clone()).or_default();
                    *stored = (*generation).max(*stored);
                }
                self.current = self.current.max(*current);
            }
            Op::Forget { up_to } => {
                self.generations.retain(|_, raised| *raised > *up_to);
                self.generations.insert(Target::All.row_key(), *up_to);
            }
            Op::PutRow { row, .. } => {
                self.rows.insert(row.id.clone(), (**row).clone());
                if !bytes.is_empty() {
                    self.row_bodies.insert(row.id.clone(), bytes.to_owned());
                }
            }
            Op::PutSide { id, side: Side::Body, .. } => drop(self.row_bodies.insert(id.clone(), bytes.to_owned())),
            Op::PutSide { .. } => {}
            Op::RemoveRow { id } => {
                self.rows.remove(id);
                self.row_bodies.remove(id);
            }
        }
    }

    fn put_entry(&mut self, entry: &Entry, compare: Compare, bytes: &str, outcome: &mut Committed) {
        if self.raised_beyond(entry, [Target::All, Target::Url(bare(&entry.url)), Target::Begun(bare(&entry.url))]) {
            outcome.superseded = true;
            return;
        }
        if compare == Compare::Bytes {
            outcome.same_bytes = self.bodies.get(&entry.key).is_some_and(|old| old == bytes);
        }
        self.current = self.current.max(entry.generation);
        let entry = Entry { size: bytes.len() as u64, ..entry.clone() };
        self.bodies.insert(entry.key.clone(), bytes.to_owned());
        self.uses.insert(entry.key.clone(), (entry.group.clone(), entry.received_at));
        self.entries.insert(entry.key.clone(), entry);
    }

    fn trim(&mut self, group: Option<&str>, limits: &Limits) {
        let counts = |other: &str| group.map_or(other != "precache", |group| group == other);
        let counted = self.uses.iter().filter(|(_, (other, _))| counts(other));
        let mut aged: Vec<_> = counted.map(|(key, (_, at))| (*at, key.clone())).collect();
        aged.sort();
        let mut entries = aged.len() as u64;
        let mut bytes: u64 = aged.iter().map(|(_, key)| self.entries[key].size).sum();
        let enough = if limits.are_exceeded(entries, bytes) { limits.with_slack() } else { *limits };
        for (_, key) in aged {
            if !enough.are_exceeded(entries, bytes) {
                break;
            }
            entries -= 1;
            bytes -= self.entries[&key].size;
            self.remove(&key);
        }
    }

    fn remove(&mut self, key: &EntryKey) {
        self.entries.remove(key);
        self.bodies.remove(key);
        self.uses.remove(key);
    }
}

/// The stores that a transaction is over, as bits: transactions that share one run one after another.
pub fn stores_of(ready: &[Ready]) -> u8 {
    let of = |op: &Op| match op {
        Op::PutEntry { .. } => 0b1111,
        Op::RefreshEntry { .. } => 0b1001,
        Op::RemoveEntry { .. } | Op::Trim { .. } | Op::KeepPrecached { .. } => 0b0111,
        Op::Touch { .. } => 0b0100,
        Op::Raise { .. } | Op::Forget { .. } => 0b1000,
        Op::PutRow { .. } | Op::PutSide { .. } | Op::RemoveRow { .. } => 0b10_0000,
    };
    ready.iter().fold(0, |all, ready| all | of(&ready.op))
}

fn bare(url: &str) -> String {
    url.split('?').next().unwrap_or_default().to_owned()
}
