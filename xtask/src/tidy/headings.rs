//! Every Rust file says in its first line what it is.
//! Cannot judge whether what it says is true.

use super::Finding;
use super::source::Source;

/// Checks one file.
pub fn check(source: &Source) -> Vec<Finding> {
    let first = source.text.lines().next().unwrap_or_default();
    let told = first.strip_prefix("//! ").is_some_and(|sentence| !sentence.trim().is_empty());
    if !source.is_rust() || told {
        return Vec::new();
    }
    vec![Finding::at(source, 1, "the first line must be `//!` and a sentence on what the file is")]
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::source::Source;

    #[test]
    fn a_file_without_a_first_sentence_is_found() {
        for (text, expected) in
            [("//! A clock.\nfn a() {}", 0), ("fn a() {}", 1), ("//! \n", 1), ("", 1), ("/// A\nfn a() {}", 1)]
        {
            assert_eq!(check(&Source::new("src/a.rs", text)).len(), expected, "{text}");
        }
        assert!(check(&Source::new("sw/a.js", "const a = 1;")).is_empty());
    }
}
