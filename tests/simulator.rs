//! The whole engine in a virtual world: a store, a server, a network, clocks, locks and tabs of our own, and workers that stop
//! before, after and inside each of their effects.
//! Knows no browser; `src/web` is what it stands in for. `SIMULATOR_SEED=n` plays one life and prints its effects, `SIMULATOR_LIVES=n` plays
//! more of them.

mod json;

mod simulator {
    pub mod app;
    pub mod coverage;
    pub mod death;
    pub mod ledger;
    pub mod outside;
    pub mod random;
    pub mod scenario;
    pub mod script;
    pub mod server;
    pub mod store;
    pub mod trace;
    pub mod worker;
    pub mod world;
}

use simulator::coverage::Coverage;
use simulator::death::{SIDES, Stop};
use simulator::scenario::scenario;
use simulator::script::{Line, play, play_in, script, shortest};
use simulator::world::{Mutant, World};

/// How many lives by chance; the first of them twice.
const LIVES: u64 = 10_000;
const TWICE: u64 = 200;
/// How often each transition of a row must have happened in them.
const OFTEN: usize = 100;

/// Shows a breach in the shortest script that leads to it.
fn panic_shortest(seed: u64, lines: &[Line]) -> ! {
    let lines = shortest(seed, lines, Mutant::None);
    let world = play(seed, &lines, Mutant::None, true);
    let told = world.trace.words.unwrap_or_default().join("\n");
    panic!("SIMULATOR_SEED={seed}: {:#?}\nshortest script: {lines:?}\n{told}", world.ledger.violations);
}

#[test]
fn nothing_is_lost_doubled_reordered_or_passed_off_as_fresh_in_any_life() {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    let (one, lives) = (number("SIMULATOR_SEED"), number("SIMULATOR_LIVES").unwrap_or(LIVES));
    let mut coverage = Coverage::default();
    for seed in one.map_or(0..lives, |seed| seed..seed + 1) {
        let lines = script(seed);
        let world = play(seed, &lines, Mutant::None, one.is_some());
        world.trace.words.iter().flatten().for_each(|line| println!("{line}"));
        if !world.ledger.violations.is_empty() {
            panic_shortest(seed, &lines);
        }
        coverage.add(&world);
    }
    println!("{coverage}");
    if one.is_none() {
        assert_eq!(coverage.missing(OFTEN), Vec::<String>::new(), "less than {OFTEN} times in {lives} lives");
        let [lines, crashes, lanes] = coverage.medians();
        assert!(lines >= 30 && crashes >= 3 && lanes >= 2, "the lives are too easy: {lines} {crashes} {lanes}");
    }
}

#[test]
fn the_same_seed_gives_the_same_effects() {
    for seed in 0..TWICE {
        let traces = [(); 2].map(|()| {
            let mut world = World::new(seed, Mutant::None);
            world.trace.digest = Some(0xcbf2_9ce4_8422_2325);
            let trace = play_in(world, &script(seed)).trace;
            (trace.count, trace.digest)
        });
        assert_eq!(traces[0], traces[1], "SIMULATOR_SEED={seed}");
    }
}

/// Plays the scenario with a stop.
fn stopped(stop: Option<Stop>, words: bool) -> World {
    let mut world = World::new(7, Mutant::None);
    world.trace.words = words.then(Vec::new);
    world.stop = stop;
    for line in scenario() {
        world.act(line);
        world.check();
    }
    world.end();
    world
}

#[test]
fn a_worker_may_stop_at_every_effect() {
    let undisturbed = stopped(None, false);
    assert_eq!(undisturbed.ledger.violations, Vec::<String>::new());
    let effects = undisturbed.trace.count;
    let mut coverage = Coverage::default();
    for (at, side) in (1..=effects).flat_map(|at| SIDES.map(|side| (at, side))) {
        let stop = Some(Stop { at, side });
        let world = stopped(stop, false);
        if !world.ledger.violations.is_empty() {
            let told = stopped(stop, true).trace.words.unwrap_or_default().join("\n");
            panic!("stopped at effect {at} of {effects}, {side:?}: {:#?}\n{told}", world.ledger.violations);
        }
        coverage.add(&world);
    }
    println!("a scenario of {effects} effects, stopped on {} sides of each:\n{coverage}", SIDES.len());
}

#[test]
fn a_world_that_is_not_what_it_should_be_is_found_out() {
    let mutants = [
        Mutant::DropsCommits,
        Mutant::ForgetsKeys,
        Mutant::ReportsEarly,
        Mutant::SendsNoKey,
        Mutant::OpenLock,
        Mutant::StoresOutdated,
        Mutant::SendsTwice,
        Mutant::KeepsPauses,
        Mutant::DropsConflicts,
    ];
    for mutant in mutants {
        let caught = (0..LIVES).find_map(|seed| {
            let violations = play(seed, &script(seed), mutant, false).ledger.violations;
            violations.into_iter().next().map(|words| (seed, words))
        });
        let Some((seed, words)) = caught else { panic!("{mutant:?} goes unnoticed in {LIVES} lives") };
        println!("{mutant:?} is caught with seed {seed}: {words}");
    }
}
