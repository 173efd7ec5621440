//! What the lives have gone through, counted; and what they must have gone through for their success to mean anything.
//! Judges no single life.

use super::world::World;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// What many lives add up to.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    lives: usize,
    /// Of each life: lines, workers that stopped, lanes that were written to.
    each: [Vec<u64>; 3],
    steps: u64,
    effects: usize,
    arrivals: usize,
    applied: usize,
    transitions: BTreeMap<String, usize>,
    stops: BTreeMap<String, usize>,
    heard: BTreeMap<String, usize>,
}

/// Row transitions that must occur.
const TRANSITIONS: [&str; 23] = [
    "none to pending",
    "none to leased",
    "pending to leased",
    "pending to discarded",
    "leased to leased",
    "leased to waiting",
    "leased to unknown",
    "leased to conflict",
    "leased to merging",
    "merging to pending",
    "merging to waiting",
    "merging to conflict",
    "merging to discarded",
    "leased to dead",
    "leased to settled",
    "leased to answered",
    "leased to discarded",
    "waiting to leased",
    "waiting to discarded",
    "unknown to leased",
    "conflict to pending",
    "dead to pending",
    "dead to discarded",
];

/// Effects that a worker must have been stopped at, on each side.
const STOPPED: [&str; 8] = [
    "lookup",
    "fetch",
    "respond",
    "commit of a row",
    "commit of a removal",
    "commit of an answer",
    "send",
    "broadcast",
];

/// Things that must have been under way at a stop, whatever became of them.
const UNDER_WAY: [&str; 7] = [
    "commit",
    "commit, success unheard",
    "commit, failure unheard",
    "commit, body being read",
    "send",
    "send, answer unheard",
    "rows being read",
];

/// Events that tabs must have heard.
const HEARD: [&str; 11] = [
    "updated",
    "queued",
    "sending",
    "settled",
    "retry",
    "conflict",
    "dead",
    "merged",
    "discarded",
    "online",
    "offline",
];

impl Coverage {
    /// Adds one life.
    pub fn add(&mut self, world: &World) {
        self.lives += 1;
        self.steps += world.steps;
        let lanes: BTreeSet<&str> = world.server.applied.iter().filter_map(|(_, url)| url.split('/').nth(4)).collect();
        let counts = [world.steps, world.crashes, lanes.len() as u64];
        self.each.iter_mut().zip(counts).for_each(|(all, one)| all.push(one));
        self.effects += world.trace.count;
        self.arrivals += world.server.arrivals;
        self.applied += world.server.applied.len();
        add(&mut self.transitions, &world.ledger.transitions);
        add(&mut self.stops, &world.stops);
        add(&mut self.heard, &world.heard);
    }

    /// The medians of lines, of workers that stopped, and of lanes written to.
    pub fn medians(&self) -> [u64; 3] {
        self.each.clone().map(|mut all| {
            all.sort_unstable();
            all.get(all.len() / 2).copied().unwrap_or_default()
        })
    }

    /// What should have occurred and did not, or, of transitions, so often.
    pub fn missing(&self, least: usize) -> Vec<String> {
        let sides = ["before", "after", "inside, done", "inside, late"];
        let stops = sides.iter().flat_map(|side| STOPPED.iter().map(move |what| format!("{side}: {what}")));
        let under_way =
            (0..3).flat_map(|fate| UNDER_WAY.iter().map(move |what| format!("under way, fate {fate}: {what}")));
        let rare = |counts: &BTreeMap<String, usize>, what: &String, least: usize| {
            counts.get(what).is_none_or(|count| *count < least)
        };
        let mut missing: Vec<String> = stops.chain(under_way).filter(|what| rare(&self.stops, what, 1)).collect();
        missing.extend(TRANSITIONS.map(str::to_owned).into_iter().filter(|what| rare(&self.transitions, what, least)));
        missing.extend(HEARD.map(str::to_owned).into_iter().filter(|what| rare(&self.heard, what, least)));
        missing
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Coverage { lives, steps, effects, arrivals, applied, .. } = self;
        writeln!(
            f,
            "{lives} scripts, {steps} lines, {effects} effects, {arrivals} writes arrived, {applied} took effect"
        )?;
        let [lines, crashes, lanes] = self.medians();
        writeln!(f, "medians: {lines} lines, {crashes} workers stopped, {lanes} lanes written to")?;
        for (title, counts) in [("rows", &self.transitions), ("stops", &self.stops), ("tabs heard", &self.heard)] {
            writeln!(f, "{title}: {}", counts.values().sum::<usize>())?;
            counts.iter().try_for_each(|(what, count)| writeln!(f, "  {count:>7} {what}"))?;
        }
        Ok(())
    }
}

fn add<K: ToString>(sum: &mut BTreeMap<String, usize>, counts: &BTreeMap<K, usize>) {
    counts.iter().for_each(|(what, count)| *sum.entry(what.to_string()).or_default() += count);
}
