//! No source file is longer than 500 lines.
//! The 300 that the house style asks for are left to judgement.

use super::Finding;
use super::source::Source;

/// The most lines of any file.
const MOST: usize = 500;

/// Checks one file.
pub fn check(source: &Source) -> Vec<Finding> {
    let lines = source.text.lines().count();
    if lines <= MOST {
        return Vec::new();
    }
    vec![Finding::at(source, 0, format!("{lines} lines, {MOST} at the very most"))]
}

#[cfg(test)]
mod tests {
    use super::{MOST, check};
    use crate::tidy::source::Source;

    #[test]
    fn one_line_too_many_is_found() {
        assert!(check(&Source::new("src/a.rs", &"\n".repeat(MOST))).is_empty());
        assert_eq!(check(&Source::new("sw/a.js", &"\n".repeat(MOST + 1))).len(), 1);
    }
}
