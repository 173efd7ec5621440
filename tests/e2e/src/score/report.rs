//! What a run of the public suite came to, in words: the lines of the terminal and `benches/CACHE-TESTS.md`.
//! Runs nothing.

use std::fmt::Write as _;

use super::{Score, Test};

/// Tests that are not to be passed from here, each with its cause. An id that ends in `*` stands for all that begin so.
const OUT_OF_REACH: [(&str, &str); 10] = [
    ("headers-store-Set-Cookie*", HIDDEN),
    ("304-etag-update-response-Set-Cookie*", HIDDEN),
    ("headers-store-Clear-Site-Data", UNSEEN),
    ("304-etag-update-response-Clear-Site-Data", UNSEEN),
    ("age-parse-*", TURNED),
    ("stale-close-*", IMPOSSIBLE),
    ("304-etag-update-response-ETag", FORBIDDEN),
    ("partial-store-partial-reuse-*", SHORT),
    ("partial-store-partial-complete", UNJOINED),
    ("method-POST", UNSTORED),
];

const HIDDEN: &str = "no script, worker or page, may read this field (Fetch, forbidden response-header name)";
const UNSEEN: &str = "Chromium shows this field to no script, with or without a worker";
const TURNED: &str = "RFC 9111, 5.1 wants the opposite (the first member, and an invalid Age ignored), and so does the suite's repository since";
const IMPOSSIBLE: &str =
    "wants the server's count in an answer that the server never gave; the suite's repository has dropped that since";
const FORBIDDEN: &str =
    "RFC 9111, 4.3.4: a 304 with another strong validator \"MUST NOT\" update what is stored, so it is asked for again";
const SHORT: &str = "the part it sends says `bytes 4-9` and holds five bytes, so nobody can tell where they lie";
const UNJOINED: &str =
    "RFC 9110, 15.3.7.3: parts may be joined by a strong validator only, and this one has none; Longshore joins none";
const UNSTORED: &str = "not done: answers to writes are handed on, and none is stored for GET";

/// Why a test is not to be passed, where that is so.
fn out_of_reach(test: &Test) -> Option<&'static str> {
    let is_meant = |id: &str| id.strip_suffix('*').map_or(id == test.id, |start| test.id.starts_with(start));
    OUT_OF_REACH.iter().find(|(id, _)| is_meant(id)).map(|(_, why)| *why)
}

impl Score {
    /// Every failure of these kinds, two lines each.
    pub fn failures(&self, kinds: &[&str]) -> String {
        let mut text = String::new();
        for kind in kinds {
            for test in self.failed(kind) {
                let reason = test.failure.as_deref().unwrap_or_default();
                let cause = out_of_reach(test).map(|why| format!("; {why}")).unwrap_or_default();
                // Writing to a string cannot fail.
                let _ = writeln!(text, "{kind:<9} {}: {}\n{:<9} {reason}{cause}", test.id, test.name, "");
            }
        }
        text
    }
}

/// The page that `--write` keeps: all subjects in one table, and what Longshore fails.
pub fn page(browser: &str, suite: &str, longshore: &Score, others: &[(&str, Score)]) -> String {
    let cells = |score: &Score| {
        let part = |kind: &str| {
            let (passed, all) = score.of(kind);
            format!("{passed} of {all}")
        };
        format!("{} | {}", part("required"), part("optimal"))
    };
    let mut text = format!(
        "# Scored by the public suite for HTTP caches\n\n\
         [http-tests/cache-tests](https://cache-tests.fyi) as npm has it (`http-cache-tests` {suite}), its tests for browsers, run in a page\n\
         of {browser}. Made by `cargo xtask score --write`.\n\n\
         | who answers | required | optimal |\n|---|---|---|\n\
         | **Longshore**, `respect: \"http\"` for everything, the browser's own cache off | {} |\n",
        cells(longshore)
    );
    for (name, score) in others {
        let _ = writeln!(text, "| {name} | {} |", cells(score));
    }
    text.push_str("\n## What Longshore does not pass\n\n| kind | test | what happens | why |\n|---|---|---|---|\n");
    for kind in ["required", "optimal"] {
        for test in longshore.failed(kind) {
            let reason = test.failure.as_deref().unwrap_or_default();
            let _ =
                writeln!(text, "| {kind} | `{}` | {reason} | {} |", test.id, out_of_reach(test).unwrap_or_default());
        }
    }
    text
}
