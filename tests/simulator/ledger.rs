//! What the pages asked for and were told, and the promises that follow; every breach is written down.
//! Knows no engine: only what happens at its edges.

use super::app::write_of;
use super::server::Server;
use super::store::Store;
use longshore::ids::{ExchangeId, MutationId};
use longshore::queue::{Row, State};
use std::collections::{BTreeMap, BTreeSet};

/// A page's write.
#[derive(Clone, Debug)]
pub struct Wish {
    /// The write's number.
    pub number: u64,
    /// The worker that took it.
    pub worker: u64,
    /// When it was asked, in steps.
    pub asked: u64,
    /// The same by the worker's clock, as its row has it.
    pub at: i64,
    /// Whether that worker had heard all that others had told by then.
    pub informed: bool,
    /// When its page was answered.
    pub answered: Option<u64>,
}

/// The books.
#[derive(Default)]
pub struct Ledger {
    /// Writes by exchange.
    pub wishes: BTreeMap<ExchangeId, Wish>,
    /// Rows that some page was told are kept, until discarded.
    pub promised: BTreeMap<MutationId, u64>,
    /// Rows that a person wants gone.
    pub unwanted: BTreeSet<MutationId>,
    /// What a worker has told pages to be settled: worker and place in the server's order.
    pub told: Vec<(u64, u64)>,
    /// Writes that the queue has settled: the row left the store after its effect.
    pub settled: BTreeSet<u64>,
    /// Writes that were asked for again once they were settled.
    pub late: BTreeSet<u64>,
    /// From which exchange each row came.
    origins: BTreeMap<MutationId, ExchangeId>,
    /// Row transitions, counted.
    pub transitions: BTreeMap<String, usize>,
    /// What went wrong.
    pub violations: Vec<String>,
}

impl Ledger {
    /// Writes down a breach.
    pub fn breach(&mut self, words: String) {
        self.violations.push(words);
    }

    /// A row was written: from which state to which.
    pub fn on_put(&mut self, worker: u64, row: &Row, before: Option<&Row>) {
        let number = write_of(row);
        let of_worker = |(_, wish): &(&ExchangeId, &Wish)| {
            (wish.worker, wish.number, wish.at) == (worker, number, row.created_at.0)
        };
        if let Some((exchange, _)) = self.wishes.iter().rfind(of_worker) {
            self.origins.entry(row.id.clone()).or_insert(*exchange);
        }
        let from = before.map_or("none", |row| word(&row.state));
        self.count(format!("{from} to {}", word(&row.state)));
    }

    /// A row was removed. It must have had its effect, or nobody may count on it.
    pub fn on_remove(&mut self, id: &MutationId, row: &Row, server: &Server) {
        let number = write_of(row);
        let why = match (server.has_done(number), self.unwanted.contains(id)) {
            (true, _) => "settled",
            (false, true) => "discarded",
            (false, false) => "answered",
        };
        if why == "answered" && self.promised.contains_key(id) {
            self.breach(format!("write {number} was promised, and its row {id} removed without effect"));
        }
        // What a person has withdrawn without an answer may arrive late, and nobody hears of it.
        let is_heard = matches!(row.state, State::Leased { .. }) || !self.unwanted.contains(id);
        if why == "settled" && is_heard {
            self.settled.insert(number);
        }
        self.promised.remove(id);
        self.count(format!("{} to {why}", word(&row.state)));
    }

    /// A write has its effect: none of its lane may be left that was asked before it.
    pub fn on_applied(&mut self, row: &Row, store: &Store, server: &Server) {
        let number = write_of(row);
        // Asked of two workers at once it is two rows, and so it is when asked again after a person wanted it gone, by a worker that dies
        // before it is, or once it was settled; when the server has refused their one key, and a person has both sent again, each has a key of its own.
        let askers: BTreeSet<u64> =
            self.wishes.values().filter(|wish| wish.number == number).map(|wish| wish.worker).collect();
        let of_number = |id: &MutationId| self.origin(id).is_some_and(|wish| wish.number == number);
        let are_two = askers.len() > 1 || self.late.contains(&number) || self.unwanted.iter().any(of_number);
        let retried_apart = are_two && row.key != format!("key-{number}");
        if server.effects(number) > 1 && !retried_apart {
            self.breach(format!("write {number} took effect twice"));
        }
        let Some(own) = self.origin(&row.id).cloned() else { return };
        for other in store.rows.values().filter(|other| other.id != row.id && other.draft.lane == row.draft.lane) {
            let Some(wish) = self.origin(&other.id) else { continue };
            let answered = own.informed && wish.answered.is_some_and(|answered| answered < own.asked);
            let earlier = wish.asked < own.asked && (wish.worker == own.worker || answered);
            if earlier && !server.has_done(wish.number) && !self.unwanted.contains(&other.id) {
                let words = format!("write {number} took effect before write {} of its lane", wish.number);
                self.breach(words);
            }
        }
    }

    /// At any time: what was promised is in the store, or done.
    pub fn check(&mut self, store: &Store, server: &Server) {
        let lost = |(id, number): &(&MutationId, &u64)| {
            !store.rows.contains_key(*id) && !server.has_done(**number) && !self.unwanted.contains(*id)
        };
        let lost: Vec<_> = self.promised.iter().filter(lost).map(|(id, number)| (id.clone(), *number)).collect();
        for (id, number) in lost {
            self.promised.remove(&id);
            self.breach(format!("write {number} was promised, and its row {id} is neither stored nor done"));
        }
    }

    /// The version of a URL that the pages of a worker have been told of.
    pub fn told_version(&self, worker: u64, url: &str, server: &Server) -> usize {
        self.rank(url, server, |number| self.told.contains(&(worker, number)))
    }

    /// The version of a URL that the queue has settled.
    pub fn settled_version(&self, url: &str, server: &Server) -> usize {
        self.rank(url, server, |number| self.settled.contains(&number))
    }

    fn rank(&self, url: &str, server: &Server, counts: impl Fn(u64) -> bool) -> usize {
        let touching = server.applied.iter().filter(|(_, written)| super::app::touches(written, url));
        let ranks = touching.zip(1..).filter(|((number, _), _)| counts(*number));
        ranks.map(|(_, rank)| rank).max().unwrap_or(0)
    }

    fn origin(&self, id: &MutationId) -> Option<&Wish> {
        self.wishes.get(self.origins.get(id)?)
    }

    fn count(&mut self, what: String) {
        *self.transitions.entry(what).or_default() += 1;
    }
}

/// A state's name.
pub fn word(state: &State) -> &'static str {
    match state {
        State::Pending => "pending",
        State::Leased { .. } => "leased",
        State::Waiting { .. } => "waiting",
        State::Unknown { .. } => "unknown",
        State::Conflict { asked: false, .. } => "merging",
        State::Conflict { asked: true, .. } => "conflict",
        State::Dead { .. } => "dead",
    }
}
