//! What the lives have gone through, counted; and what they must have gone through for their success to mean anything.
//! Judges no single life.

use super::world::World;
use std::collections::BTreeMap;
use std::fmt;

/// What many lives add up to.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    lives: usize,
    steps: u64,
    effects: usize,
    arrivals: usize,
    applied: usize,
    transitions: BTreeMap<String, usize>,
    stops: BTreeMap<String, usize>,
    heard: BTreeMap<String, usize>,
}

/// Row transitions that must occur.
const TRANSITIONS: [&str; 18] = [
    "none to pending",
    "none to leased",
    "pending to leased",
    "pending to discarded",
    "leased to leased",
    "leased to waiting",
    "leased to unknown",
    "leased to conflict",
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
const HEARD: [&str; 10] =
    ["updated", "queued", "sending", "settled", "retry", "conflict", "dead", "discarded", "online", "offline"];

impl Coverage {
    /// Adds one life.
    pub fn add(&mut self, world: &World) {
        self.lives += 1;
        self.steps += world.steps;
        self.effects += world.trace.count;
        self.arrivals += world.server.arrivals;
        self.applied += world.server.applied.len();
        add(&mut self.transitions, &world.ledger.transitions);
        add(&mut self.stops, &world.stops);
        add(&mut self.heard, &world.heard);
    }

    /// What should have occurred and did not.
    pub fn missing(&self) -> Vec<String> {
        let sides = ["before", "after", "inside, done", "inside, late"];
        let stops = sides.iter().flat_map(|side| STOPPED.iter().map(move |what| format!("{side}: {what}")));
        let under_way =
            (0..3).flat_map(|fate| UNDER_WAY.iter().map(move |what| format!("under way, fate {fate}: {what}")));
        let absent = |counts: &BTreeMap<String, usize>, what: &String| counts.get(what).is_none_or(|count| *count == 0);
        let mut missing: Vec<String> = stops.chain(under_way).filter(|what| absent(&self.stops, what)).collect();
        missing.extend(TRANSITIONS.map(str::to_owned).into_iter().filter(|what| absent(&self.transitions, what)));
        missing.extend(HEARD.map(str::to_owned).into_iter().filter(|what| absent(&self.heard, what)));
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
