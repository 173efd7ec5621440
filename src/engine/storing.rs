//! What reads write: answers, and when they were last used.
//! What is worth storing is decided elsewhere.

use super::effect::{Durability, Op};
use super::machine::{Engine, Job, Purpose};
use crate::cache::EntryKey;
use crate::ids::ExchangeId;
use crate::tabs::Event;
use crate::time::Timestamp;

/// So many hits are written down at once.
const USES_BATCH: usize = 64;

impl Engine {
    /// Stores what a job has fetched, and keeps to its route's limit.
    pub(super) fn store(&mut self, id: ExchangeId, op: Op, updated: Option<Event>) {
        let adds = matches!(op, Op::PutEntry { .. });
        let mut ops = vec![op];
        if let (true, Some(Job::Page { exchange, .. })) = (adds, self.jobs.get(&id))
            && let Some(keep) = exchange.plan.max_entries
        {
            let group = exchange.plan.group.clone();
            self.write_uses(&mut ops);
            ops.push(Op::Trim { group, keep });
        }
        self.commit(Durability::Relaxed, ops, Purpose::Stored { exchange: id, updated });
    }

    /// An exchange has answered with what was stored, which makes that the last to go.
    pub(super) fn note_use(&mut self, id: ExchangeId, now: Timestamp) {
        let Some(Job::Page { exchange, .. }) = self.jobs.get(&id) else { return };
        let (Some(entry), Some(_)) = (&exchange.stored, exchange.plan.max_entries) else { return };
        if let Some(before) = self.uses.iter().position(|(key, ..)| *key == entry.key) {
            self.uses.swap_remove(before);
        }
        // Its own group: a precached page that a route shows must not be trimmed with the route's answers.
        self.uses.push((entry.key.clone(), entry.group.clone(), now));
        self.write_many_uses();
    }

    fn write_many_uses(&mut self) {
        if self.uses.len() >= USES_BATCH {
            let mut ops = Vec::new();
            self.write_uses(&mut ops);
            self.commit(Durability::Relaxed, ops, Purpose::Nobody);
        }
    }

    /// Answers that went out without the engine.
    pub fn note_uses(&mut self, uses: Vec<(EntryKey, String, Timestamp)>) {
        for used in uses {
            self.uses.retain(|(key, ..)| *key != used.0);
            self.uses.push(used);
        }
        self.write_many_uses();
    }

    fn write_uses(&mut self, ops: &mut Vec<Op>) {
        let uses = std::mem::take(&mut self.uses);
        if !uses.is_empty() {
            ops.push(Op::Touch { uses });
        }
    }
}
