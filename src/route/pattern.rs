//! URL patterns: a small subset of URLPattern's syntax, in which everything accepted means what it means there.
//! Does not normalise or decode; what could never match a URL from a browser is refused when it is read.

use super::address::Address;
use super::glob::Glob;
use thiserror::Error;

/// A compiled pattern.
///
/// * `/api/*` is matched against the path of own-origin URLs, `https://cdn.example/*` against whole URLs.
/// * `*` is any run of characters, also none and also with slashes; it stays inside its part (host, path or query).
/// * `:name` is one path segment or the rest of one: at least one character, no slash.
/// * The query is looked at only if the pattern has a `?`. Upper and lower case differ, and so do `/a` and `/a/`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// As written.
    text: String,
    /// Scheme, host and port; `None` for the own origin.
    origin: Option<Glob>,
    /// The path, beginning with its slash.
    path: Glob,
    /// What follows `?`; `None` when the query does not matter.
    query: Option<Glob>,
}

/// Why a pattern was refused.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PatternError {
    /// Neither a path nor a whole URL.
    #[error("it must start with \"/\" or \"https://\"")]
    Start,
    /// `//host/path`: a whole URL or a path?
    #[error("a whole URL needs its scheme, such as \"https://\"")]
    NoScheme,
    /// `https:///path`.
    #[error("the host is missing")]
    NoHost,
    /// `https://host`: URLPattern's versions disagree on what that means.
    #[error("a whole URL needs a path, such as \"/*\"")]
    NoPath,
    /// Upper case in the host, or another character that no host has.
    #[error("a host has no '{0}' (and is written in lower case)")]
    HostCharacter(char),
    /// `https://host:443/`: browsers leave the default port out.
    #[error("the default port is left out of URLs")]
    DefaultPort,
    /// Groups, regular expressions and escapes.
    #[error("'{0}' is not supported: patterns have \"*\" and \":name\"")]
    Unsupported(char),
    /// `:name?`, `:name*` or `:name+`.
    #[error("\":{0}\" cannot be optional or repeated")]
    Modifier(String),
    /// Two segments of one name.
    #[error("\":{0}\" is there twice")]
    Repeated(String),
    /// A `:name` after the `?`.
    #[error("\":{0}\" is not supported in the query: use \"*\"")]
    NameInQuery(String),
    /// A space, a letter beyond ASCII and so on.
    #[error("'{0}' must be percent-encoded, as it is in URLs")]
    Encode(char),
    /// Browsers send no fragment.
    #[error("a fragment never reaches a worker")]
    Fragment,
    /// `/a/../b`.
    #[error("browsers resolve \".\" and \"..\" segments, so it would never match")]
    DotSegment,
    /// `/a?`.
    #[error("the query after \"?\" is missing")]
    EmptyQuery,
}

impl Pattern {
    /// Reads a pattern as written in the config.
    pub fn parse(text: &str) -> Result<Pattern, PatternError> {
        let (origin, rest) = split_origin(text)?;
        check_characters(rest)?;
        let (path, query) = rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
        if path.split('/').any(|segment| segment == "." || segment == "..") {
            return Err(PatternError::DotSegment);
        }
        Ok(Pattern {
            text: text.to_owned(),
            origin: origin.map(host_glob).transpose()?,
            path: path_glob(path, query)?,
            query: query.map(query_glob).transpose()?,
        })
    }

    /// Whether it takes this absolute URL, seen from a worker of this origin (`https://app.example`).
    #[must_use]
    pub fn matches(&self, url: &str, scope_origin: &str) -> bool {
        let address = Address::of(url);
        let here = match &self.origin {
            None => address.origin == scope_origin,
            Some(origin) => origin.matches(address.origin),
        };
        let query = |glob: &Glob| address.query.is_some_and(|query| glob.matches(query));
        here && self.path.matches(address.path) && self.query.as_ref().is_none_or(query)
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

/// Cuts a whole URL before its path; a path has no origin.
fn split_origin(text: &str) -> Result<(Option<&str>, &str), PatternError> {
    if text.starts_with("//") {
        return Err(PatternError::NoScheme);
    }
    if text.starts_with('/') {
        return Ok((None, text));
    }
    let scheme =
        ["https://", "http://"].into_iter().find(|scheme| text.starts_with(scheme)).ok_or(PatternError::Start)?;
    let host = text.strip_prefix(scheme).unwrap_or_default();
    let length = host.find(['/', '?', '#']).unwrap_or(host.len());
    let (origin, rest) = text.split_at_checked(scheme.len() + length).unwrap_or((text, ""));
    match rest.chars().next() {
        _ if length == 0 => Err(PatternError::NoHost),
        Some('/') => Ok((Some(origin), rest)),
        _ => Err(PatternError::NoPath),
    }
}

/// Refuses what has another meaning in URLPattern, or never stands in a URL.
fn check_characters(text: &str) -> Result<(), PatternError> {
    for c in text.chars() {
        match c {
            '#' => return Err(PatternError::Fragment),
            '{' | '}' | '(' | ')' | '\\' => return Err(PatternError::Unsupported(c)),
            '"' | '<' | '>' | '`' => return Err(PatternError::Encode(c)),
            c if !c.is_ascii_graphic() => return Err(PatternError::Encode(c)),
            _ => {}
        }
    }
    Ok(())
}

fn host_glob(origin: &str) -> Result<Glob, PatternError> {
    let (scheme, host) = origin.split_once("://").unwrap_or(("", origin));
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._:*[]".contains(c);
    if let Some(c) = host.chars().find(|c| !allowed(*c)) {
        return Err(PatternError::HostCharacter(c));
    }
    if matches!((scheme, host.rsplit_once(':')), ("https", Some((_, "443"))) | ("http", Some((_, "80")))) {
        return Err(PatternError::DefaultPort);
    }
    // A `*` of the host cannot reach into the path, since the URL's origin is matched by itself:
    // `https://*.example/*` must not take `https://evil.test/x.example/`.
    Ok(Glob::stars(origin))
}

fn path_glob(path: &str, query: Option<&str>) -> Result<Glob, PatternError> {
    let mut glob = Glob::default();
    let mut names: Vec<&str> = Vec::new();
    let mut rest = path;
    while let Some(c) = rest.chars().next() {
        let after = rest.strip_prefix(c).unwrap_or_default();
        let (name, tail) = if c == ':' { split_name(after) } else { ("", after) };
        match c {
            '*' => glob.push_run(),
            ':' if !name.is_empty() => {
                // Where a `?` is followed by a query it begins the query; else it means what it does in URLPattern.
                let optional = tail.is_empty() && query.is_some_and(|query| query.is_empty() || query.starts_with('/'));
                if optional || tail.starts_with(['*', '+']) {
                    return Err(PatternError::Modifier(name.to_owned()));
                }
                if names.contains(&name) {
                    return Err(PatternError::Repeated(name.to_owned()));
                }
                names.push(name);
                glob.push_segment();
            }
            // All of it is ASCII by now.
            _ => glob.push_byte(u8::try_from(c).unwrap_or(b'/')),
        }
        rest = tail;
    }
    Ok(glob)
}

fn query_glob(query: &str) -> Result<Glob, PatternError> {
    if query.is_empty() {
        return Err(PatternError::EmptyQuery);
    }
    let names = query.split(':').skip(1).map(|after| split_name(after).0);
    match names.into_iter().find(|name| !name.is_empty()) {
        Some(name) => Err(PatternError::NameInQuery(name.to_owned())),
        None => Ok(Glob::stars(query)),
    }
}

/// The name at the beginning of the text (letters, digits and `_`, not beginning with a digit), and what follows.
fn split_name(text: &str) -> (&str, &str) {
    let length = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '$').unwrap_or(text.len());
    let length = if text.starts_with(|c: char| c.is_ascii_digit()) { 0 } else { length };
    text.split_at_checked(length).unwrap_or(("", text))
}

// What is refused, and what matches, stands in `tests/routes.json`, which the worker shell answers to as well.
// What matches and what is refused stands in `tests/routes.json`, to which the worker shell answers as well.
#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn patterns_that_look_odd_are_read() {
        for fine in [
            "/",
            "/*",
            "/**",
            "/a:8080",
            "/a?b?c",
            "/:id?tab=1",
            "/a?t=12:30",
            "https://*:*/x",
            "https://[::1]:8080/",
            "/@scope/$x/~u",
        ] {
            assert!(Pattern::parse(fine).is_ok(), "{fine:?}");
        }
    }

    #[test]
    fn many_wildcards_are_not_slow() {
        let wildcards: String = (0..60).map(|n| format!("*a:n{n}-")).collect();
        let pattern = Pattern::parse(&format!("/{wildcards}!")).unwrap();
        assert!(!pattern.matches(&format!("https://a.example/{}", "a".repeat(2000)), "https://a.example"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(pattern in "/?(https://)?[a-c:*?/.{#ü]{0,20}", url in "(https://a)?[a-c/?#]{0,20}") {
            if let Ok(pattern) = Pattern::parse(&pattern) {
                let _ = pattern.matches(&url, "https://a");
            }
        }

        #[test]
        fn a_pattern_without_wildcards_takes_itself_alone(path in "/[a-c]{1,3}", other in "/[a-c]{1,3}") {
            let taken = Pattern::parse(&path).unwrap().matches(&format!("https://a.example{other}"), "https://a.example");
            prop_assert_eq!(taken, path == other);
        }
    }
}
