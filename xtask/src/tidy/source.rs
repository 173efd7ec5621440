//! A source file as the checks see it: as written, without comments and strings, and without its tests.
//! Not a parser: it knows just enough of Rust to tell code from prose.

use std::fs;
use std::path::Path;

use crate::failure::Failure;
use crate::stamp;

/// The folders that hold our own sources.
const FOLDERS: &[&str] = &["src", "xtask", "demo", "tests", "benches", "sw"];

/// One file of ours.
pub struct Source {
    /// The path from the root, with `/`.
    pub path: String,
    /// As written.
    pub text: String,
    /// Rust only: comments and what stands inside quotes blanked; lines stay where they are.
    pub code: String,
    /// Rust only: `code` with everything under `#[cfg(test)]` blanked too; empty for a file that is a test.
    pub product: String,
}

impl Source {
    /// Sorts a file's text into the three views.
    pub fn new(path: &str, text: &str) -> Self {
        let code = if path.ends_with(".rs") { without_prose(text) } else { String::new() };
        let product = if is_test(path) { String::new() } else { without_tests(&code) };
        Self { path: path.to_owned(), text: text.to_owned(), code, product }
    }

    /// Whether it is Rust.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The path below the library's `src/`, without the ending: `queue/row`.
    pub fn module(&self) -> Option<&str> {
        self.path.strip_prefix("src/")?.strip_suffix(".rs")
    }
}

/// Reads every source of ours.
pub fn read_all(root: &Path) -> Result<Vec<Source>, Failure> {
    let mut sources = Vec::new();
    for folder in FOLDERS {
        for file in stamp::files_below(&root.join(folder))? {
            let Some(path) = file.strip_prefix(root).ok().and_then(Path::to_str) else {
                continue;
            };
            let ours = [".rs", ".js", ".mjs", ".ts"].iter().any(|ending| path.ends_with(ending));
            if ours {
                let text = fs::read_to_string(&file).map_err(|error| Failure::file("read", &file, &error))?;
                sources.push(Source::new(path, &text));
            }
        }
    }
    Ok(sources)
}

/// Whether a file holds only tests, going by its name.
fn is_test(path: &str) -> bool {
    path.split('/').any(|part| matches!(part, "tests" | "tests.rs" | "benches"))
}

/// Whether a character may stand in a name.
pub fn in_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// Blanks comments, strings and characters.
fn without_prose(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut kept = String::with_capacity(text.len());
    let mut at = 0;
    while at < characters.len() {
        let length = prose_at(&characters, at);
        let blanked = &characters[at..at + length.max(1)];
        if length == 0 {
            kept.push(characters[at]);
        } else {
            kept.extend(blanked.iter().map(|&character| if character == '\n' { '\n' } else { ' ' }));
        }
        at += length.max(1);
    }
    kept
}

/// How many characters of comment, string or character literal begin here; 0 for code.
fn prose_at(text: &[char], at: usize) -> usize {
    let rest = &text[at..];
    let starts = |with: &str| with.chars().enumerate().all(|(i, c)| rest.get(i) == Some(&c));
    let after_name = at > 0 && in_name(text[at - 1]);
    if starts("//") {
        return rest.iter().position(|&c| c == '\n').unwrap_or(rest.len());
    }
    if starts("/*") {
        return block_comment(rest);
    }
    if starts("\"") {
        return quoted(rest, '"');
    }
    if starts("r") && !after_name {
        return raw_string(rest);
    }
    match rest {
        // 'a' is a character, 'a a lifetime.
        ['\'', '\\', ..] => quoted(rest, '\''),
        ['\'', _, '\'', ..] => 3,
        _ => 0,
    }
}

/// The length of a block comment, which may hold others.
fn block_comment(rest: &[char]) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while at < rest.len() {
        match rest[at..] {
            ['/', '*', ..] => (depth, at) = (depth + 1, at + 2),
            ['*', '/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// The length of something in quotes with escapes.
fn quoted(rest: &[char], quote: char) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            '\\' => at += 2,
            found if found == quote => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

/// The length of a raw string, or 0 when this `r` begins a name.
fn raw_string(rest: &[char]) -> usize {
    let hashes = rest[1..].iter().take_while(|&&c| c == '#').count();
    if rest.get(1 + hashes) != Some(&'"') {
        return 0;
    }
    let close: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let body = 2 + hashes;
    let found = rest[body..].windows(close.len()).position(|window| window == close);
    found.map_or(rest.len(), |position| body + position + close.len())
}

/// Blanks each item under `#[cfg(test)]`, up to its closing brace or semicolon.
fn without_tests(code: &str) -> String {
    const ATTRIBUTE: &str = "#[cfg(test)]";
    let mut kept = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(position) = rest.find(ATTRIBUTE) {
        let (before, item) = rest.split_at(position);
        kept.push_str(before);
        let length = item_length(item);
        kept.extend(item[..length].chars().map(|character| if character == '\n' { '\n' } else { ' ' }));
        rest = &item[length..];
    }
    kept.push_str(rest);
    kept
}

/// The bytes of an item with its attributes.
fn item_length(item: &str) -> usize {
    let mut depth = 0_u32;
    let mut square = 0_u32;
    for (at, character) in item.char_indices() {
        match character {
            '[' => square += 1,
            ']' => square = square.saturating_sub(1),
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            ';' if depth == 0 && square == 0 => return at + 1,
            _ => {}
        }
    }
    item.len()
}

#[cfg(test)]
mod tests {
    use super::Source;

    #[test]
    fn prose_is_blanked_and_lines_stay() {
        let text = "let a = \"x.unwrap() \\\" y\"; // panic!\nlet b = r#\"todo!\n\"#; /* a /* b */ c */ let c = '\\''; let d: &'a str = 'x';";
        let code = Source::new("src/a.rs", text).code;
        assert_eq!(code.lines().count(), text.lines().count());
        for gone in ["unwrap", "panic", "todo", "*/", "'x'"] {
            assert!(!code.contains(gone), "{gone} in {code}");
        }
        for stays in ["let a", "let b", "let c", "&'a str"] {
            assert!(code.contains(stays), "{stays} not in {code}");
        }
    }

    #[test]
    fn tests_are_no_product() {
        let text = "fn a() {}\n#[cfg(test)]\nuse x::{y};\n#[cfg(test)]\n#[allow(dead_code)]\nmod tests { fn b() { c[1]; } }\nfn d() {}";
        let product = Source::new("src/a.rs", text).product;
        assert!(product.contains("fn a") && product.contains("fn d"), "{product}");
        assert!(!product.contains("fn b") && !product.contains("use"), "{product}");
        assert_eq!(Source::new("src/queue/tests.rs", text).product, "");
    }
}
