//! No module has a name that says nothing.
//! Good names are for people to find.

use super::Finding;
use super::source::{Source, in_name};

/// Names under which anything could stand.
const EMPTY: &[&str] = &["core", "utils", "util", "helpers", "helper", "common", "manager", "types"];

/// Checks a file's path and the modules declared in it.
pub fn check(source: &Source) -> Vec<Finding> {
    if !source.is_rust() {
        return Vec::new();
    }
    let stem = source.path.trim_end_matches(".rs");
    let in_path = stem.split('/').filter(|part| EMPTY.contains(part)).map(|part| (0, part));
    let declared = source.code.lines().enumerate().filter_map(|(index, line)| Some((index + 1, declared_in(line)?)));
    let found = in_path.chain(declared.filter(|(_, name)| EMPTY.contains(name)));
    found.map(|(line, name)| Finding::at(source, line, format!("a module named `{name}` says nothing"))).collect()
}

/// The module that a line declares.
fn declared_in(line: &str) -> Option<&str> {
    let line = line.trim_start();
    let line =
        line.strip_prefix("pub").map_or(line, |rest| rest.trim_start_matches("(crate)").trim_start_matches("(super)"));
    let name = line.trim_start().strip_prefix("mod ")?;
    name.split(|character| !in_name(character)).next()
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::source::Source;

    #[test]
    fn names_that_say_nothing_are_found_in_paths_and_declarations() {
        let cases = [
            ("src/queue/utils.rs", "", 1),
            ("src/common/row.rs", "", 1),
            ("src/a.rs", "pub(crate) mod helpers;\nmod types { }", 2),
            ("src/a.rs", "mod core_web_vitals; // mod utils", 0),
        ];
        for (path, code, expected) in cases {
            assert_eq!(check(&Source::new(path, code)).len(), expected, "{path} {code}");
        }
    }
}
