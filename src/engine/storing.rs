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
    /// Stores what a job has fetched, and keeps to the limits.
    pub(super) fn store(&mut self, id: ExchangeId, op: Op, updated: Option<Event>) {
        let mut ops = Vec::new();
        let mut trims = Vec::new();
        if let (Op::PutEntry { .. }, Some(Job::Page { exchange, .. })) = (&op, self.jobs.get(&id)) {
            for (group, limits) in
                [(Some(exchange.plan.group.clone()), exchange.plan.limits), (None, self.config.limits)]
            {
                if limits.can_be_exceeded() {
                    trims.push(Op::Trim { group, limits });
                }
            }
        }
        if !trims.is_empty() {
            // Used before the new one came.
            self.write_uses(&mut ops);
        }
        ops.push(op);
        ops.append(&mut trims);
        self.commit(Durability::Relaxed, ops, Purpose::Stored { exchange: id, updated });
    }

    /// An exchange has answered with what was stored, which makes that the last to go.
    pub(super) fn note_use(&mut self, id: ExchangeId, now: Timestamp) {
        let Some(Job::Page { exchange, .. }) = self.jobs.get(&id) else { return };
        let Some(entry) = &exchange.stored else { return };
        // Its own group: a precached page that a route shows must not be trimmed with the route's answers.
        let mut uses = vec![(entry.key.clone(), entry.group.clone(), now)];
        if let Some((first, _)) = entry.key.0.split_once('#') {
            // Without the first answer of the URL none of its variants is found.
            uses.push((EntryKey(first.to_owned()), entry.group.clone(), now));
        }
        self.note_uses(uses);
    }

    /// Answers that went out, such as those that did without the engine.
    pub fn note_uses(&mut self, uses: Vec<(EntryKey, String, Timestamp)>) {
        for used in uses {
            self.uses.retain(|(key, ..)| *key != used.0);
            self.uses.push(used);
        }
        if self.uses.len() >= USES_BATCH {
            let mut ops = Vec::new();
            self.write_uses(&mut ops);
            self.commit(Durability::Relaxed, ops, Purpose::Nobody);
        }
    }

    fn write_uses(&mut self, ops: &mut Vec<Op>) {
        let uses = std::mem::take(&mut self.uses);
        if !uses.is_empty() {
            ops.push(Op::Touch { uses });
        }
    }
}
