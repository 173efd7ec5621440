//! Which rows share a lane, and who is at its head.
//! Does not know states: `schedule.rs` asks the rows.

use crate::ids::MutationId;
use litemap::LiteMap;

/// The lanes that have rows, each in creation order.
#[derive(Debug, Default)]
pub(super) struct Lanes(LiteMap<String, LiteMap<MutationId, ()>>);

impl Lanes {
    /// Puts a row in its lane.
    pub(super) fn insert(&mut self, lane: &str, id: &MutationId) {
        match self.0.get_mut(lane) {
            Some(ids) => {
                ids.insert(id.clone(), ());
            }
            None => {
                let mut ids = LiteMap::new();
                ids.insert(id.clone(), ());
                self.0.insert(lane.to_owned(), ids);
            }
        }
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
        self.0.get(lane).and_then(oldest)
    }

    /// The oldest row of each lane: the only ones that may be sent.
    pub(super) fn heads(&self) -> impl Iterator<Item = &MutationId> {
        self.0.values().filter_map(oldest)
    }
}

fn oldest(ids: &LiteMap<MutationId, ()>) -> Option<&MutationId> {
    ids.first().map(|(id, ())| id)
}
