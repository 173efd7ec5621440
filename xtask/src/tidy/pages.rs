//! The pages beside the sources: they are there, ARCHITECTURE.md stays short, and the npm lock names no host.
//! Reads no prose.

use std::fs;
use std::path::Path;

use super::Finding;

/// Pages that every reader expects.
const PRESENT: &[&str] = &["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"];

/// The map must fit into one sitting.
const MAP_LINES: usize = 199;

/// Checks the pages at the root.
pub fn check(root: &Path) -> Vec<Finding> {
    let read = |page: &str| fs::read_to_string(root.join(page)).unwrap_or_default();
    let mut findings: Vec<Finding> = PRESENT.iter().filter_map(|page| present(page, &read(page))).collect();
    findings.extend(short("ARCHITECTURE.md", &read("ARCHITECTURE.md")));
    findings.extend(no_host("package-lock.json", &read("package-lock.json")));
    findings
}

/// The page exists and says something.
fn present(page: &str, text: &str) -> Option<Finding> {
    text.trim().is_empty().then(|| whole(page, "missing or empty"))
}

/// The map is short.
fn short(page: &str, text: &str) -> Option<Finding> {
    let lines = text.lines().count();
    (lines > MAP_LINES).then(|| whole(page, &format!("{lines} lines, fewer than {} wanted", MAP_LINES + 1)))
}

/// Whoever installs decides which registry to ask.
fn no_host(page: &str, text: &str) -> Vec<Finding> {
    let resolved = text.lines().enumerate().filter(|(_, line)| line.contains("\"resolved\""));
    let says = "`resolved` names a registry host; install with the .npmrc of this repository";
    resolved.map(|(index, _)| Finding { file: page.to_owned(), line: index + 1, says: says.to_owned() }).collect()
}

/// A finding about a whole page.
fn whole(page: &str, says: &str) -> Finding {
    Finding { file: page.to_owned(), line: 0, says: says.to_owned() }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{MAP_LINES, PRESENT, check, no_host, present, short};

    #[test]
    fn an_empty_place_lacks_every_page() {
        assert_eq!(check(Path::new("/nowhere")).len(), PRESENT.len());
        assert!(present("README.md", "Longshore").is_none());
    }

    #[test]
    fn a_long_map_is_found() {
        assert!(short("a", &"\n".repeat(MAP_LINES)).is_none());
        assert!(short("a", &"\n".repeat(MAP_LINES + 1)).is_some());
    }

    #[test]
    fn a_host_in_the_lock_is_found() {
        assert_eq!(no_host("a", "{\n \"resolved\": \"https://registry.example/a.tgz\",\n}")[0].line, 2);
        assert!(no_host("a", "\"integrity\": \"sha512-x\"").is_empty());
    }
}
