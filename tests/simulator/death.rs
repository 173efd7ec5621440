//! How workers stop: before an effect, after it, or inside, with what they had asked for done or not.
//! Nobody hears of it; the next worker finds what is left in the store.

use super::server::Mood;
use super::store::stores_of;
use super::worker::{Open, Worker};
use super::world::World;
use longshore::engine::{Effect, Op};

/// Where a worker stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stop {
    /// At which effect, counted from 1 over the whole life of the world.
    pub at: usize,
    /// On which side of it.
    pub side: Side,
}

/// Before, after or inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Before the effect is carried out.
    Before,
    /// After it is asked for: nothing of what was outstanding comes about.
    Lost,
    /// Inside: all that was outstanding comes about, and nobody hears.
    Done,
    /// Inside: transactions come about; requests arrive only after the next worker has started.
    Late,
}

/// Every side there is.
pub const SIDES: [Side; 4] = [Side::Before, Side::Lost, Side::Done, Side::Late];

impl World {
    /// Whether a worker stops before an effect.
    pub fn stops_before(&mut self, name: u64, what: &'static str) -> bool {
        self.stops(name, what, |side| side == Side::Before)
    }

    /// Whether a worker stops after an effect, or inside.
    pub fn stops_after(&mut self, name: u64, what: &'static str) -> bool {
        self.stops(name, what, |side| side != Side::Before)
    }

    fn stops(&mut self, name: u64, what: &'static str, here: impl Fn(Side) -> bool) -> bool {
        let Some(Stop { at, side }) = self.stop.filter(|stop| stop.at == self.trace.count && here(stop.side)) else {
            return false;
        };
        self.stop = None;
        self.trace.note(|| format!("stop at effect {at}, {side:?}"));
        let word = match side {
            Side::Before => "before",
            Side::Lost => "after",
            Side::Done => "inside, done",
            Side::Late => "inside, late",
        };
        *self.stops.entry(format!("{word}: {what}")).or_default() += 1;
        self.kill(name, |n| match side {
            Side::Before => n as u64 % 3,
            Side::Lost => 0,
            Side::Done => 1,
            Side::Late => 2,
        });
        true
    }

    /// Ends a worker. `fate` says of each outstanding thing: 0 nothing comes of it, 1 it comes about, 2 as 1, or later.
    pub fn kill(&mut self, name: u64, fate: impl Fn(usize) -> u64) {
        let Some(place) = self.workers.iter().position(|worker| worker.name == name) else { return };
        let worker = self.workers.remove(place);
        self.crashes += 1;
        self.trace.note(|| format!("worker {name} stops"));
        // Transactions that share a store do not overtake one another.
        let mut aborted = 0;
        for (n, open) in worker.open.into_iter().enumerate() {
            let kind = open.kind();
            let fate = fate(n);
            match (open, fate) {
                (Open::Commit(_, ready), 0) => aborted |= stores_of(&ready),
                (Open::Commit(_, ready), _) if stores_of(&ready) & aborted == 0 => {
                    let _ = self.transact(name, &ready, super::outside::WELL);
                }
                (Open::Send(row, _), 1) => drop(self.arrive(&row, Mood::Takes)),
                (Open::Send(row, _), 2) => self.late.push(*row),
                _ => {}
            }
            *self.stops.entry(format!("under way, fate {fate}: {kind}")).or_default() += 1;
        }
        self.line.retain(|waiting| *waiting != name);
        if self.holder == Some(name) {
            self.holder = None;
        }
        if self.workers.is_empty() {
            self.start();
        } else {
            self.left_alone = true;
        }
    }

    /// What a worker stores as it dies is unknown to one that ran beside it, until a worker starts: as happens sooner or later.
    pub fn renew(&mut self) {
        if std::mem::take(&mut self.left_alone) {
            let names: Vec<u64> = self.workers.iter().map(|worker| worker.name).collect();
            names.into_iter().for_each(|name| self.kill(name, |_| 1));
            self.left_alone = false;
        }
    }

    /// The worker that a number stands for.
    pub fn pick(&self, number: usize) -> usize {
        number % self.workers.len().max(1)
    }

    /// Its name.
    pub fn name_of(&self, worker: usize) -> u64 {
        self.workers.get(worker).map_or(0, |worker: &Worker| worker.name)
    }
}

/// An effect's kind, for counting.
pub fn kind(effect: &Effect) -> &'static str {
    match effect {
        Effect::Lookup { .. } => "lookup",
        Effect::Fetch { .. } => "fetch",
        Effect::Abort { .. } => "abort",
        Effect::Respond { .. } => "respond",
        Effect::Commit { ops, .. } => match ops.first() {
            Some(Op::PutRow { .. }) => "commit of a row",
            Some(Op::RemoveRow { .. }) => "commit of a removal",
            Some(Op::PutEntry { .. } | Op::RefreshEntry { .. }) => "commit of an answer",
            _ => "commit of something else",
        },
        Effect::Send { .. } => "send",
        Effect::Reconcile { .. } => "reconcile",
        Effect::Drop(_) => "drop",
        Effect::LoadRows => "load",
        Effect::MakeRoom { .. } => "make room",
        Effect::AskLock => "ask for the lock",
        Effect::ReleaseLock => "release the lock",
        Effect::RegisterSync => "register sync",
        Effect::Broadcast(_) => "broadcast",
        Effect::Timer { .. } => "timer",
        Effect::Progress { .. } => "progress",
        Effect::Reply { .. } => "reply",
        Effect::Finish { .. } => "finish",
    }
}
