//! Whole lives by chance: writes, answers, failures and deaths in any order.

use super::world::World;
use crate::queue::Wake;
use crate::time::Span;
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
    Submit(u64),
    /// Ends one open call, in one of several ways.
    End(usize, u8),
    Pass(i64),
    Wake(Wake),
    Start,
    Kill(u8),
    Discard(usize),
    RetryAll,
}

fn step() -> impl Strategy<Value = Step> {
    let wakes =
        vec![Wake::Start, Wake::Sync, Wake::FetchSucceeded, Wake::FetchFailed, Wake::Online, Wake::Page, Wake::Flush];
    prop_oneof![
        4 => (0..3_u64).prop_map(Step::Submit),
        12 => (any::<usize>(), 0..24_u8).prop_map(|(pick, how)| Step::End(pick, how)),
        2 => (1..5_000_i64).prop_map(Step::Pass),
        1 => proptest::sample::select(wakes).prop_map(Step::Wake),
        1 => Just(Step::Start),
        1 => any::<u8>().prop_map(Step::Kill),
        1 => any::<usize>().prop_map(Step::Discard),
        1 => Just(Step::RetryAll),
    ]
}

fn live(steps: &[Step]) {
    let mut world = World::default();
    world.start();
    for step in steps {
        match step {
            Step::Submit(lane) => world.submit(*lane),
            Step::End(pick, how) => drop(world.end(*pick, *how)),
            Step::Pass(ms) => world.pass(Span(*ms)),
            Step::Wake(wake) => world.wake(*wake),
            Step::Start => world.start(),
            Step::Kill(fate) => world.kill(*fate),
            Step::Discard(pick) => world.discard(*pick),
            Step::RetryAll => world.retry_all(),
        }
    }
    world.settle();
    for path in &world.promised {
        assert!(world.was_applied(path), "{path} was promised and lost");
    }
    for (n, later) in world.applied.iter().enumerate() {
        for earlier in world.applied.iter().take(n) {
            check_order(&world, earlier, later);
        }
    }
}

/// In one lane, what took effect earlier must not have been written later, unless the two were written at once, to two
/// workers.
fn check_order(world: &World, earlier: &str, later: &str) {
    let lane = |path: &str| path.split_once('/').map(|(lane, _)| lane.to_owned());
    let (by_first, first_worker) = world.submitted[later];
    let (by_second, second_worker) = world.submitted[earlier];
    let was_answered = world.answered.get(later).is_some_and(|answered| *answered < by_second);
    let ordered = by_first < by_second && (first_worker == second_worker || was_answered);
    let excused = world.may_be_late(later);
    assert!(lane(earlier) != lane(later) || !ordered || excused, "{earlier} took effect before {later}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn nothing_is_lost_reordered_or_sent_unstored(steps in proptest::collection::vec(step(), 1..150)) {
        live(&steps);
    }
}
