//! A write that met a conflict: how it goes on once it was held against what the server has.
//! Merges nothing: that is asked for, and comes back as [`Reconciled`].

use super::commit::{Close, Then};
use super::queue::Queue;
use super::slot::Stage;
use super::{Cause, Change, CommandError, QueuedReason, Row, RowOp, State, Touch, backoff};
use crate::event::{Event, News};
use crate::ids::{BodyId, Entropy, MutationId};
use crate::time::Timestamp;

/// What is kept with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The write's own body.
    Body,
    /// What its page was looking at, or what the server had when it was last merged.
    Base,
    /// What the server had when a person was to be asked.
    Theirs,
}

/// What came of holding a write against what the server has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reconciled {
    /// Send this in its place, on top of what the server has.
    Send {
        /// The merged body, and its length; `None` for a write that has none.
        body: Option<(BodyId, u64)>,
        /// What the server has.
        base: Option<BodyId>,
        /// The ETag of that.
        etag: Option<String>,
        /// What was taken from where, for the tabs: JSON, in the words of `merge::reconcile_text`.
        report: String,
    },
    /// All that it would do has been done.
    Nothing,
    /// A person has to decide.
    Ask {
        /// What the server has; `None`: nothing.
        theirs: Option<BodyId>,
        /// The ETag of that.
        etag: Option<String>,
    },
}

impl Queue {
    pub(super) fn on_reconciled(
        &mut self,
        id: &MutationId,
        found: Option<Reconciled>,
        entropy: Entropy,
        now: Timestamp,
    ) {
        let bodies = found.as_ref().map(Reconciled::bodies).unwrap_or_default();
        let drop_all = |queue: &mut Queue| bodies.iter().for_each(|body| queue.drop_body(Some(*body)));
        let Some(slot) = self.slots.get_mut(id).filter(|slot| slot.stage() == Stage::Reconciling) else {
            return drop_all(self);
        };
        // Whoever has the lock now has taken the row over; and a row that is to go need not be merged.
        let over = std::mem::take(&mut slot.orphan) || !slot.discards.is_empty();
        let Some(found) = found.filter(|_| !over) else {
            self.slots.enter(id, Stage::Idle);
            if !over {
                // The network is not there, or not up to it: later, as with a store that fails.
                self.hold(id, now);
                self.tell_held(id);
            }
            self.discard_if_wanted(id);
            return drop_all(self);
        };
        let mut row = slot.row.clone();
        let (change, news) = match found {
            Reconciled::Send { body, base, etag, report } => {
                row.base_etag = etag;
                row.merges = row.merges.saturating_add(1);
                let again = backoff::delay(row.merges, entropy);
                let mut change = row.amended(body, base, entropy);
                if change.row.merges > 1 {
                    // Others write faster than it gets through; or its server refuses it for another reason.
                    let cause = Cause::Server(409);
                    change.row.state = State::Waiting { since: now, until: now + again, cause };
                }
                (change, News::Merged { report })
            }
            Reconciled::Nothing => (Change::of(row, RowOp::Remove, Touch::Stale(Vec::new())), News::Discarded),
            Reconciled::Ask { theirs, etag } => {
                row.base_etag = etag;
                let State::Conflict { status, asked } = &mut row.state else { return };
                *asked = true;
                let news = News::Conflict { status: *status };
                let mut change = Change::of(row, RowOp::Put(None), Touch::None);
                change.sides.push((Side::Theirs, theirs));
                (change, news)
            }
        };
        self.slots.enter(id, Stage::Closing);
        self.commit(change, Then::Unsent(Close::telling(news)));
    }

    /// Tells the tabs, which hold the timer, when a row is looked at again.
    fn tell_held(&mut self, id: &MutationId) {
        let Some(slot) = self.slot(id) else { return };
        if let Some(at) = slot.hold {
            let (about, reason) = (slot.row.subject(), QueuedReason::Conflict.as_str());
            self.tell(Event::Write { about, news: News::Retry { at, status: None, reason } });
        }
    }

    /// `None`: a commit is under way, and answers.
    pub(super) fn resolve(
        &mut self,
        ticket: u64,
        id: &MutationId,
        (body, base): (Option<(BodyId, u64)>, Option<BodyId>),
        entropy: Entropy,
    ) -> Option<Result<(), CommandError>> {
        let slot = self.slot(id).filter(|slot| slot.stage() == Stage::Idle);
        let Some(row) = slot.map(|slot| &slot.row).filter(|row| matches!(row.state, State::Conflict { .. })) else {
            self.drop_body(body.map(|(body, _)| body));
            self.drop_body(base);
            return Some(Err(CommandError::Missing));
        };
        let change = row.clone().amended(body, base, entropy);
        self.carry_out(ticket, change)
    }

    /// The later writes of the same tab to what a settled one has written: they go out on top of what its answer says, and no more of
    /// what their page saw. In memory alone: each is stored with it before it goes out, and one that goes out without is merged at worst.
    /// Those of other tabs have seen nothing of it, which is a conflict like any other; and where the answer does not say what it has made,
    /// somebody else may have written in between.
    pub(super) fn rebase_followers(&mut self, settled: &Row, etag: &str) {
        for slot in self.slots.iter_mut().filter(|slot| slot.stage() == Stage::Idle && slot.row.id > settled.id) {
            let row = &mut slot.row;
            let own = row.draft.url == settled.draft.url && row.draft.client == settled.draft.client;
            if own && row.base_etag.is_some() && !matches!(row.state, State::Conflict { .. } | State::Dead { .. }) {
                row.base_etag = Some(etag.to_owned());
                row.match_base();
            }
        }
    }
}

impl Reconciled {
    fn bodies(&self) -> Vec<BodyId> {
        let mut bodies = Vec::new();
        match self {
            Reconciled::Send { body, base, .. } => {
                bodies.extend(body.map(|(body, _)| body));
                bodies.extend(*base);
            }
            Reconciled::Nothing => {}
            Reconciled::Ask { theirs, .. } => bodies.extend(*theirs),
        }
        bodies
    }
}

impl Row {
    /// Whether the server is to refuse it when something has changed (RFC 9110, 13.1).
    pub(super) fn is_conditional(&self) -> bool {
        self.headers.has("if-match") || self.headers.has("if-unmodified-since")
    }

    /// Has the server refuse the write when it has something else by now than what it is based on (RFC 9110, 13.1.1). A weak ETag never
    /// matches there.
    pub fn match_base(&mut self) {
        self.headers.remove("if-match");
        self.headers.remove("if-unmodified-since");
        if let Some(etag) = self.base_etag.as_deref().filter(|etag| etag.starts_with('"')) {
            self.headers.set("If-Match", etag);
        }
    }

    /// Ready to be sent with another body, on top of what the server has.
    fn amended(mut self, body: Option<(BodyId, u64)>, base: Option<BodyId>, entropy: Entropy) -> Box<Change> {
        if let (Some((_, size)), Some(facts)) = (body, &mut self.body) {
            facts.size = size;
        }
        let mut row = self.revived(entropy);
        row.match_base();
        let mut change = Change::of(row, RowOp::Put(None), Touch::None);
        change.sides.extend(body.map(|(body, _)| (Side::Body, Some(body))));
        change.sides.push((Side::Base, base));
        change
    }
}
