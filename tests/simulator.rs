//! The whole engine in a virtual world: a store, a server, a network, clocks, locks and tabs of our own, and workers that stop
//! before, after and inside each of their effects.
//! Knows no browser; `src/web` is what it stands in for. `SIMULATOR_SEED=n` plays one life and prints its effects.

mod json;

mod simulator {
    pub mod app;
    pub mod death;
    pub mod ledger;
    pub mod outside;
    pub mod random;
    pub mod script;
    pub mod server;
    pub mod store;
    pub mod trace;
    pub mod worker;
    pub mod world;
}

use simulator::script::{play, script, shortest};
use simulator::world::Mutant;
use std::collections::BTreeMap;

const LIVES: u64 = 600;

#[test]
fn lives_by_chance() {
    let one = std::env::var("SIMULATOR_SEED").ok().and_then(|seed| seed.parse().ok());
    let seeds = one.map_or(0..LIVES, |seed| seed..seed + 1);
    let (mut effects, mut arrivals) = (0, 0);
    let (mut transitions, mut stops) = (BTreeMap::new(), BTreeMap::new());
    for seed in seeds {
        let lines = script(seed);
        let world = play(seed, &lines, Mutant::None, one.is_some());
        if let Some(words) = &world.trace.words {
            words.iter().for_each(|line| println!("{line}"));
        }
        if !world.ledger.violations.is_empty() {
            let lines = shortest(seed, &lines, Mutant::None);
            let world = play(seed, &lines, Mutant::None, true);
            let told = world.trace.words.unwrap_or_default().join("\n");
            panic!("seed {seed}: {:#?}\nshortest script: {lines:?}\n{told}", world.ledger.violations);
        }
        effects += world.trace.count;
        arrivals += world.server.arrivals;
        for (what, count) in &world.ledger.transitions {
            *transitions.entry(what.clone()).or_insert(0) += count;
        }
        for (what, count) in &world.stops {
            *stops.entry(what.clone()).or_insert(0) += count;
        }
    }
    println!("{effects} effects, {arrivals} arrivals\n{transitions:#?}\n{stops:#?}");
}
