//! Nothing in the library panics by its own will: outside tests, no unwrap, expect, panic and the like.
//! Indexing and arithmetic are left to reviewers.

use super::Finding;
use super::source::{Source, in_name};

/// Calls that end the program.
const CALLS: &[&str] = &[".unwrap()", ".expect(", ".unwrap_err()", ".expect_err("];

/// Macros that end the program.
const MACROS: &[&str] = &["panic!", "unreachable!", "todo!", "unimplemented!"];

/// Checks one file of the library.
pub fn check(source: &Source) -> Vec<Finding> {
    if source.module().is_none() {
        return Vec::new();
    }
    let mut findings = Vec::new();
    for (index, line) in source.product.lines().enumerate() {
        let calls = CALLS.iter().filter(|call| line.contains(**call));
        let macros =
            MACROS.iter().filter(|name| line.match_indices(**name).any(|(at, _)| !line[..at].ends_with(in_name)));
        for found in calls.chain(macros) {
            findings.push(Finding::at(source, index + 1, format!("`{found}` outside tests")));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::source::Source;

    #[test]
    fn what_ends_the_program_is_found_outside_tests_only() {
        let calls = ["a.unwrap()", "a.expect(b)", "panic!(a)", "unreachable!()", "todo!()"];
        for call in calls {
            assert_eq!(check(&Source::new("src/a.rs", &format!("fn f() {{ {call} }}"))).len(), 1, "{call}");
            let in_test = format!("#[cfg(test)]\nmod tests {{ fn f() {{ {call} }} }}");
            assert!(check(&Source::new("src/a.rs", &in_test)).is_empty(), "{call}");
            assert!(check(&Source::new("xtask/src/a.rs", call)).is_empty(), "{call}");
        }
        assert!(check(&Source::new("src/a.rs", "a.unwrap_or(b); a.expect_header();")).is_empty());
    }
}
