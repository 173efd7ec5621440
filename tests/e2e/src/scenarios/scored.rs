//! The public suite for HTTP caches, and the score that must not fall. `cargo xtask score` says what fails in it.

use super::Scenario;
use crate::cx::Cx;
use crate::engine::{Engine, Options};
use crate::ensure;
use crate::fail::Outcome;
use crate::score::{self, Subject};

/// Tests of the suite's required kind that have been passed.
const REQUIRED: usize = 127;

/// The same of its optimal kind.
const OPTIMAL: usize = 64;

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    let mut list = super::list![cache_tests_score_does_not_fall];
    for scenario in &mut list {
        scenario.engines = &[Engine::Chromium];
        scenario.why_not = "its own cache cannot be turned off from here";
    }
    list
}

async fn cache_tests_score_does_not_fall(cx: Cx) -> Outcome {
    let browser = cx.own_browser(Options { uncached: true, ..Options::default() }).await?;
    let score = score::run(&browser, &cx.setup.dist, Subject::Longshore).await?;
    println!("  {}", score.line());
    let ((required, _), (optimal, _)) = (score.of("required"), score.of("optimal"));
    let failures = score.failures(&["required", "optimal"]);
    ensure!(
        required >= REQUIRED && optimal >= OPTIMAL,
        "{}, of {REQUIRED} and {OPTIMAL} before:\n{failures}",
        score.line()
    );
    Ok(())
}
