//! Reads counts out of what test programs print.
//! Trusts no exit code and no count alone: each must agree with the other.

use crate::report::Counts;
use crate::run::Heard;

/// Sums libtest's `test result:` lines, as cargo test and wasm-bindgen's runner print them.
pub fn libtest(output: &str) -> Counts {
    let mut sum = Counts::default();
    for line in output.lines().filter_map(|line| line.trim_start().strip_prefix("test result: ")) {
        let (_, counts) = line.split_once(". ").unwrap_or(("", line));
        sum += counts_in(counts, ';');
    }
    sum
}

/// Takes the last line that says `N passed, N failed`, as the e2e program prints it.
pub fn last_line(output: &str) -> Counts {
    let found = output.lines().rev().find(|line| line.contains(" passed, ") && line.contains(" failed"));
    found.map_or_else(Counts::default, |line| counts_in(line.trim(), ','))
}

/// Reads the summary that node's test runner ends with: `# pass 3`, `# fail 0`, `# skipped 0`.
pub fn node(output: &str) -> Counts {
    let number = |name: &str| {
        let found = output.lines().rev().find_map(|line| line.strip_prefix(name));
        found.and_then(|rest| rest.trim().parse().ok()).unwrap_or(0)
    };
    Counts { passed: number("# pass "), failed: number("# fail "), skipped: number("# skipped ") }
}

/// Makes counts and exit code agree: a bad end without a failed test is a failure, and so is a run of no test at all.
pub fn agreed(mut counts: Counts, heard: &Heard, narrowed: bool) -> Counts {
    let ran_nothing = counts == Counts::default() && !narrowed;
    if counts.failed == 0 && (!heard.went_well() || ran_nothing) {
        counts.failed = 1;
    }
    counts
}

/// `3 passed; 1 failed; 0 ignored` with any separator.
fn counts_in(text: &str, separator: char) -> Counts {
    let mut counts = Counts::default();
    for part in text.split(separator) {
        let mut words = part.split_whitespace();
        let (Some(number), Some(what)) = (words.next().and_then(|word| word.parse().ok()), words.next()) else {
            continue;
        };
        match what {
            "passed" => counts.passed = number,
            "failed" => counts.failed = number,
            "ignored" | "skipped" => counts.skipped = number,
            _ => {}
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{agreed, last_line, libtest, node};
    use crate::report::Counts;
    use crate::run::{Heard, capture, program};

    /// What a program that ends with this code is heard as.
    fn ended_with(code: &str) -> Heard {
        let mut command = program("sh", Path::new("/"));
        command.args(["-c", &format!("exit {code}")]);
        capture(command).unwrap()
    }

    #[test]
    fn libtest_lines_add_up() {
        let output = "running 2 tests\ntest result: ok. 2 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out\n\
                      test result: FAILED. 3 passed; 1 failed; 4 ignored; 0 measured; 9 filtered out; finished in 0.00s\n";
        assert_eq!(libtest(output), Counts { passed: 5, failed: 1, skipped: 4 });
    }

    #[test]
    fn the_last_line_counts_and_earlier_ones_do_not() {
        let output = "test a ... ok\n1 passed, 1 failed\nsaid later\n7 passed, 0 failed, 2 skipped\n";
        assert_eq!(last_line(output), Counts { passed: 7, failed: 0, skipped: 2 });
        assert_eq!(last_line("killed"), Counts::default());
    }

    #[test]
    fn the_summary_of_node_counts() {
        let output = "# Subtest: a\nok 1 - a\n# tests 5\n# pass 3\n# fail 2\n# skipped 1\n";
        let expected = Counts { passed: 3, failed: 2, skipped: 1 };
        assert_eq!(node(output), expected);
    }

    #[test]
    fn a_bad_end_or_an_empty_run_is_never_a_success() {
        let good = Counts { passed: 2, failed: 0, skipped: 0 };
        assert_eq!(agreed(good, &ended_with("0"), false), good);
        assert_eq!(agreed(good, &ended_with("1"), false).failed, 1);
        assert_eq!(agreed(Counts::default(), &ended_with("0"), false).failed, 1);
        assert_eq!(agreed(Counts::default(), &ended_with("0"), true).failed, 0);
    }
}
