//! Reads `precache`.
//! Does not fetch anything.

use super::checker::{Checker, child};
use super::value::{Value, field, quoted};
use litemap::LiteMap;

/// One thing to fetch at install.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Precached {
    /// Its path on the own origin, with or without a query.
    pub url: String,
    /// The revision of its content. Default: none, the path itself changes with the content, or the server is asked at each install.
    pub revision: Option<String>,
    /// Subresource integrity that the answer must have, such as `sha256-…`. Default: none.
    pub integrity: Option<String>,
}

const KEYS: [&str; 3] = ["url", "revision", "integrity"];
const URL: &str = "a path such as \"/index.html\"";

/// Reads the list; what is wrong goes to the checker.
pub(super) fn read_all(checker: &mut Checker, at: &str, value: &Value) -> Vec<Precached> {
    let mut seen: LiteMap<String, String> = LiteMap::new();
    checker.list(at, value, "a list of paths", |checker, at, item| {
        let entry = read(checker, at, item)?;
        if let Some(first) = seen.get(&entry.url) {
            checker.clash(at, &format!("{} is listed already, at {first}", quoted(&entry.url)));
        } else {
            seen.insert(entry.url.clone(), at.to_owned());
        }
        Some(entry)
    })
}

fn read(checker: &mut Checker, at: &str, value: &Value) -> Option<Precached> {
    let Value::Map(fields) = value else {
        let expected = "a path such as \"/index.html\", or {url, revision, integrity}";
        let url = checker.own_path(at, value, expected)?;
        return Some(Precached { url, revision: None, integrity: None });
    };
    let (mut url, mut revision, mut integrity) = (None, None, None);
    for (key, value) in fields {
        let at = child(at, key);
        match key.as_str() {
            "url" => url = checker.own_path(&at, value, URL),
            "revision" => revision = read_revision(checker, &at, value),
            "integrity" => integrity = read_integrity(checker, &at, value),
            _ => checker.unknown_key(&at, key, &KEYS),
        }
    }
    if field(fields, "url").is_none() {
        checker.missing(at, "url", URL);
    }
    url.map(|url| Precached { url, revision, integrity })
}

fn read_revision(checker: &mut Checker, at: &str, value: &Value) -> Option<String> {
    match value {
        Value::Text(text) if !text.is_empty() => Some(text.clone()),
        // Workbox's manifests say `null` for files with a hash in their names.
        Value::Null => None,
        _ => checker.unfit(at, "a text that changes with the content, or null", value),
    }
}

fn read_integrity(checker: &mut Checker, at: &str, value: &Value) -> Option<String> {
    let expected = "an integrity such as \"sha256-…\"";
    let text = checker.text(at, value, expected)?;
    let mut hashes = text.split_ascii_whitespace().peekable();
    let fine = hashes.peek().is_some() && hashes.all(is_integrity);
    if fine { Some(text.to_owned()) } else { checker.unfit(at, expected, value) }
}

/// Subresource Integrity, 3.5: an algorithm, a hyphen, base64. Browsers ignore what they cannot read, which would be no check at all.
fn is_integrity(hash: &str) -> bool {
    let Some((algorithm, base64)) = hash.split_once('-') else { return false };
    let length = match algorithm {
        "sha256" => 44,
        "sha384" => 64,
        "sha512" => 88,
        _ => return false,
    };
    let alphabet = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    base64.len() == length && base64.chars().all(alphabet)
}
