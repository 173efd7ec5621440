//! The precache list on its way into the store: so many entries at a time, the outcome told once.
//! What one entry goes through is in `precaching`.

use super::config::{Group, Revision};
use super::effect::{Durability, Effect, Op};
use super::machine::{Engine, Job, Purpose};
use super::precaching::Precaching;
use crate::cache::EntryKey;
use crate::ids::ExchangeId;
use crate::time::Timestamp;
use std::rc::Rc;

/// So many entries are fetched at a time. Browsers open six connections to a server (HTTP/1.1); where one carries everything, more would
/// only stand in the way of what the page itself asks for. Each holds its body in memory until it is stored.
const ABREAST: usize = 6;

/// What the precache list is gone through for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// The worker is being installed: all or nothing, of what it cannot do without.
    Install,
    /// The worker is at work: what is optional is fetched, and what the browser has removed.
    Repair,
}

/// One time through the precache list.
#[derive(Debug)]
pub struct Run {
    /// Who hears of its end.
    id: ExchangeId,
    /// What it is for.
    aim: Aim,
    /// What is still to be fetched, the next one last.
    waiting: Vec<Precaching>,
    /// How many are being fetched.
    under_way: usize,
    /// How many came in.
    done: usize,
    /// How many there are to fetch.
    total: usize,
    /// How many could not be had.
    failed: usize,
    /// Why the last of them could not.
    outcome: Result<(), String>,
}

impl Engine {
    /// Fetches what is listed and not stored; `stored` is what there is. Ends under `id`: an installation with what an entry that could not
    /// be had failed by.
    pub fn precache(&mut self, id: ExchangeId, aim: Aim, stored: &[String], now: Timestamp) {
        if self.run.is_some() {
            return self.push(Effect::Finish { exchange: id, outcome: Ok(()) });
        }
        let mut waiting = Vec::new();
        for place in self.places.precached.iter().rev() {
            let found = stored.contains(&place.key.0);
            let wanted = match aim {
                // Without a revision only the server can tell whether it has changed since the last installation.
                Aim::Install if found => place.listed.revision == Revision::Unknown,
                Aim::Install => place.listed.group == Group::Critical,
                Aim::Repair => !found,
            };
            if wanted {
                waiting.push(Precaching::begin(Rc::clone(place), aim, found));
            }
        }
        let total = waiting.len();
        let run = Run { id, aim, waiting, under_way: 0, done: 0, total, failed: 0, outcome: Ok(()) };
        self.run = Some(Box::new(run));
        self.advance(now);
    }

    /// The worker is the active one, or the last tab of an older one is gone: of what was precached, only ours and these others stay.
    pub fn keep_precached(&mut self, others: &[String]) {
        let mut keys = self.places.keys();
        for key in others {
            keys.push(EntryKey(key.clone()));
        }
        self.commit(Durability::Relaxed, vec![Op::KeepPrecached { keys }], Purpose::Nobody);
    }

    /// Hears how an entry has ended.
    pub(super) fn precached(&mut self, id: ExchangeId, outcome: Result<(), String>, now: Timestamp) {
        self.jobs.remove(&id);
        let Some(run) = &mut self.run else { return };
        run.under_way -= 1;
        if outcome.is_ok() {
            run.done += 1;
        } else {
            run.failed += 1;
            // A repair goes on past what a server does not have, and ends where nothing comes.
            if run.aim == Aim::Install || run.failed >= ABREAST {
                run.waiting.clear();
            }
            run.outcome = outcome;
        }
        let progress = Effect::Progress { done: run.done, total: run.total, failed: run.failed };
        self.push(progress);
        self.advance(now);
    }

    fn advance(&mut self, now: Timestamp) {
        while let Some(run) = &mut self.run {
            let next = if run.under_way < ABREAST { run.waiting.pop() } else { None };
            let Some(next) = next else { break };
            run.under_way += 1;
            // From the far end: the shell counts its own from 1.
            let id = ExchangeId(u64::MAX - run.waiting.len() as u64);
            self.jobs.insert(id, Job::Precache(Box::new(next)));
            self.retry_precaching(id, now);
        }
        if let Some(run) = self.run.take_if(|run| run.under_way == 0) {
            let outcome = if run.aim == Aim::Install { run.outcome } else { Ok(()) };
            self.push(Effect::Finish { exchange: run.id, outcome });
        }
    }

    /// Sends an entry out (again).
    pub(super) fn retry_precaching(&mut self, id: ExchangeId, now: Timestamp) {
        if let Some(Job::Precache(precaching)) = self.jobs.get_mut(&id) {
            precaching.retry(now);
        }
        self.act(id, now);
    }
}
