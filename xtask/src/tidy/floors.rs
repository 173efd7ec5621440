//! The floors of the library: who may import whom, and what no floor below the browser may know.
//! Looks at paths from the crate's root only; the compiler sees to the rest.

use super::Finding;
use super::source::{Source, in_name};

/// Values: they import nothing above.
const VALUES: &[&str] = &["time", "ids", "text", "fault", "event", "http"];

/// Composition: imports values and policies.
const COMPOSITION: &str = "engine";

/// The browser: imports everything.
const BROWSER: &[&str] = &["web", "desk"];

/// Words that stand for a clock, chance, a browser or an order that differs from run to run.
const FORBIDDEN: &[&str] = &[
    "async",
    "await",
    "HashMap",
    "HashSet",
    "Instant",
    "SystemTime",
    "thread",
    "rand",
    "getrandom",
    "js_sys",
    "web_sys",
    "wasm_bindgen",
    "wasm_bindgen_futures",
    "serde_wasm_bindgen",
    "rexie",
    "idb",
    "JsValue",
];

/// Checks one file of the library.
pub fn check(source: &Source) -> Vec<Finding> {
    let Some(module) = source.module() else {
        return Vec::new();
    };
    let path: Vec<&str> = module.split('/').filter(|part| *part != "mod").collect();
    let Some(own) = path.first().copied().filter(|own| *own != "lib" && !BROWSER.contains(own)) else {
        return Vec::new();
    };
    let mut findings = Vec::new();
    for (line, text) in lines(&source.product) {
        for word in names_in(text).filter(|word| FORBIDDEN.contains(word)) {
            findings.push(Finding::at(
                source,
                line,
                format!("`{word}` outside src/web: floors 0 to 2 are deterministic"),
            ));
        }
    }
    for (line, target) in imports(&source.product, path.len()) {
        if !may_import(own, &target) {
            findings.push(Finding::at(source, line, format!("`{own}` may not import `{target}`")));
        }
    }
    findings
}

/// Whether a module below the browser shell may name another one at the crate's root.
fn may_import(own: &str, target: &str) -> bool {
    let is_value = VALUES.contains(&target);
    match own {
        _ if own == target => true,
        _ if VALUES.contains(&own) => is_value,
        COMPOSITION => !BROWSER.contains(&target),
        _ => is_value,
    }
}

/// The modules that paths from the crate's root lead to, with their lines.
fn imports(code: &str, depth: usize) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for (start, _) in code.match_indices("crate::") {
        if !code[..start].ends_with(in_name) {
            found.extend(roots(code, start + "crate::".len()));
        }
    }
    // `super` as often as the file lies deep leads to the crate's root as well.
    let climb = "super::".repeat(depth);
    for (start, _) in code.match_indices(&climb) {
        if !code[..start].ends_with(in_name) && !code[..start].ends_with("super::") {
            found.extend(roots(code, start + climb.len()));
        }
    }
    found
}

/// The first names of the paths that begin here: one, or each of a group in braces.
fn roots(code: &str, start: usize) -> Vec<(usize, String)> {
    let line_at = |at: usize| code[..at].matches('\n').count() + 1;
    let name_at = |at: usize| code[at..].chars().take_while(|c| in_name(*c)).collect::<String>();
    if !code[start..].starts_with('{') {
        return vec![(line_at(start), name_at(start))];
    }
    let mut found = Vec::new();
    let mut depth = 0;
    let mut fresh = false;
    for (offset, character) in code[start..].char_indices() {
        match character {
            '{' => (depth, fresh) = (depth + 1, depth == 0),
            '}' if depth == 1 => break,
            '}' => depth -= 1,
            ',' => fresh = depth == 1,
            _ if fresh && in_name(character) => {
                found.push((line_at(start + offset), name_at(start + offset)));
                fresh = false;
            }
            _ => {}
        }
    }
    found
}

/// The lines with their numbers.
fn lines(code: &str) -> impl Iterator<Item = (usize, &str)> {
    code.lines().enumerate().map(|(index, line)| (index + 1, line))
}

/// The names in a line.
fn names_in(line: &str) -> impl Iterator<Item = &str> {
    line.split(|character| !in_name(character))
}

#[cfg(test)]
mod tests {
    use super::check;
    use crate::tidy::source::Source;

    /// What the check says of a file, without the places.
    fn said(path: &str, code: &str) -> Vec<String> {
        check(&Source::new(path, code)).into_iter().map(|finding| finding.says).collect()
    }

    #[test]
    fn a_floor_imports_only_what_lies_below() {
        let cases = [
            ("src/time.rs", "use crate::queue::Row;", vec!["`time` may not import `queue`"]),
            ("src/http/dates.rs", "use crate::{time::Timestamp, engine};", vec!["`http` may not import `engine`"]),
            (
                "src/queue/row.rs",
                "use crate::{\n  cache::{Entry, web},\n  time,\n};",
                vec!["`queue` may not import `cache`"],
            ),
            ("src/queue/row.rs", "fn a() { super::super::cache::b() }", vec!["`queue` may not import `cache`"]),
            ("src/queue/mod.rs", "use super::cache::Entry;", vec!["`queue` may not import `cache`"]),
            ("src/queue/row.rs", "use super::lane::Lane; use crate::queue::lane;", vec![]),
            ("src/queue.rs", "use crate::http::Head;", vec![]),
            ("src/engine/mod.rs", "use crate::{queue, cache, time};", vec![]),
            ("src/engine/mod.rs", "use crate::web::Store;", vec!["`engine` may not import `web`"]),
            ("src/web/mod.rs", "use crate::engine::Engine;", vec![]),
            ("src/queue/row.rs", "#[cfg(test)]\nmod tests { use crate::cache::Entry; }", vec![]),
        ];
        for (path, code, expected) in cases {
            assert_eq!(said(path, code), expected, "{path}: {code}");
        }
    }

    #[test]
    fn what_is_not_deterministic_stays_in_the_browser_shell() {
        for word in ["async", "HashMap", "Instant", "SystemTime", "js_sys", "web_sys", "wasm_bindgen"] {
            let code = format!("fn a() {{ {word} }}");
            assert_eq!(said("src/queue/row.rs", &code).len(), 1, "{word}");
            assert!(said("src/web/store.rs", &code).is_empty(), "{word}");
            assert!(said("src/queue/row.rs", &format!("// {word}")).is_empty(), "{word}");
        }
    }
}
