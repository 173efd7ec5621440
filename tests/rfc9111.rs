//! Our reading of RFC 9111 beside that of the crate http-cache-semantics, on generated exchanges, and the table of the RFC's rules
//! with the test of each.
//! `RFC9111_CASES=n` plays another number of exchanges.

#![cfg(not(target_arch = "wasm32"))]

mod freshness {
    pub mod classes;
    pub mod exchange;
    pub mod ours;
    pub mod rules;
    pub mod theirs;
}

use freshness::classes::{CLASSES, Seen};
use freshness::exchange::{Exchange, Random};
use freshness::{ours, rules, theirs};

/// How many exchanges are judged by both, and in how many threads.
const CASES: u64 = 100_000;
const THREADS: u64 = 4;

/// What came of a number of exchanges.
#[derive(Default)]
struct Tally {
    /// How many met each class.
    met: [u64; CLASSES.len()],
    /// How many differences each class explained.
    explained: [u64; CLASSES.len()],
    /// How many exchanges were judged differently.
    differing: u64,
    /// How many we stored, used without asking, asked about, saw confirmed.
    outcomes: [u64; 4],
    /// Differences that no class explains.
    unexplained: Vec<String>,
}

impl Tally {
    fn of(seed: u64, cases: u64) -> Tally {
        let mut random = Random::new(seed);
        let mut tally = Tally::default();
        (0..cases).for_each(|_| tally.judge(&Exchange::generate(&mut random)));
        tally
    }

    fn judge(&mut self, exchange: &Exchange) {
        let (here, there) = (ours::judge(exchange), theirs::judge(exchange));
        let asked = here.conditions.as_ref().is_some_and(|sent| !sent.is_empty());
        for (count, came) in
            self.outcomes.iter_mut().zip([here.storable, here.age.is_some(), asked, here.refreshed.is_some()])
        {
            *count += u64::from(came);
        }
        let seen = Seen::of(exchange);
        let of: Vec<usize> = (0..CLASSES.len()).filter(|&at| (CLASSES[at].meets)(&seen)).collect();
        of.iter().for_each(|&at| self.met[at] += 1);
        let apart = here.apart(&there);
        self.differing += u64::from(!apart.is_empty());
        for aspect in apart {
            match of.iter().find(|&&at| CLASSES[at].aspects.contains(&aspect)) {
                Some(&at) => self.explained[at] += 1,
                None => {
                    self.unexplained.push(format!("{aspect:?} in {exchange:?}\nours: {here:?}\ntheirs: {there:?}\n"));
                }
            }
        }
    }

    fn add(&mut self, other: Tally) {
        let sum = |ours: &mut [u64], theirs: &[u64]| ours.iter_mut().zip(theirs).for_each(|(a, b)| *a += b);
        sum(&mut self.met, &other.met);
        sum(&mut self.explained, &other.explained);
        sum(&mut self.outcomes, &other.outcomes);
        self.differing += other.differing;
        self.unexplained.extend(other.unexplained);
    }
}

#[test]
fn every_difference_from_http_cache_semantics_has_a_name_and_a_reason() {
    let cases = std::env::var("RFC9111_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(CASES);
    let mut tally = Tally::default();
    std::thread::scope(|scope| {
        let parts: Vec<_> = (0..THREADS).map(|seed| scope.spawn(move || Tally::of(seed, cases / THREADS))).collect();
        parts.into_iter().for_each(|part| tally.add(part.join().expect("a part of the exchanges")));
    });

    let [stored, used, asked, confirmed] = tally.outcomes;
    println!(
        "{cases} exchanges; we store {stored}, use {used} without asking, ask about {asked}, see {confirmed} confirmed"
    );
    println!("{} are judged differently, each for the reason of a class:", tally.differing);
    println!("{:>7} {:>7}  class", "met", "differ");
    for (class, (met, explained)) in CLASSES.iter().zip(tally.met.iter().zip(tally.explained)) {
        println!("{met:>7} {explained:>7}  {} ({})", class.name, class.section);
    }

    tally.unexplained.iter().take(5).for_each(|case| println!("{case}"));
    assert!(tally.unexplained.is_empty(), "{} differences of no class", tally.unexplained.len());
    const { assert!(CLASSES.len() <= 15) };
    for (class, (met, explained)) in CLASSES.iter().zip(tally.met.iter().zip(tally.explained)) {
        assert!(met * 20 <= cases, "\"{}\" is met by more than 5 % of the exchanges", class.name);
        assert!(explained > 0 || cases < CASES, "\"{}\" explains nothing", class.name);
    }
    // The exchanges are worth judging: every outcome is common.
    for count in tally.outcomes {
        assert!(count * 20 >= cases, "{:?}", tally.outcomes);
    }
}

#[test]
fn every_rule_names_a_test_that_exists() {
    rules::check();
}
