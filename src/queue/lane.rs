//! Which rows share a lane, and who is at its head.
//! Does not know states: `schedule.rs` asks the rows.

use crate::ids::MutationId;
use std::collections::{BTreeMap, BTreeSet};

/// The lanes that have rows, each in creation order.
#[derive(Debug, Default)]
pub(super) struct Lanes(BTreeMap<String, BTreeSet<MutationId>>);

impl Lanes {
    /// Puts a row in its lane.
    pub(super) fn insert(&mut self, lane: &str, id: &MutationId) {
        match self.0.get_mut(lane) {
            Some(ids) => ids.insert(id.clone()),
            None => self.0.entry(lane.to_owned()).or_default().insert(id.clone()),
        };
    }

    /// Takes a row out; an empty lane is forgotten.
    pub(super) fn remove(&mut self, lane: &str, id: &MutationId) {
        if let Some(ids) = self.0.get_mut(lane) {
            ids.remove(id);
            if ids.is_empty() {
                self.0.remove(lane);
            }
        }
    }

    /// The oldest row of one lane.
    pub(super) fn head(&self, lane: &str) -> Option<&MutationId> {
        self.0.get(lane).and_then(BTreeSet::first)
    }

    /// The oldest row of each lane: the only ones that may be sent.
    pub(super) fn heads(&self) -> impl Iterator<Item = &MutationId> {
        self.0.values().filter_map(BTreeSet::first)
    }
}
