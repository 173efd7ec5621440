//! Paths of the own origin, as a browser writes them.
//! Does not resolve relative ones: the config would mean something else in another folder.

use super::checker::Fit;

/// What browsers resolve away.
const DOT_SEGMENTS: [&str; 6] = [".", "..", "%2e", ".%2e", "%2e.", "%2e%2e"];

/// Whether a text is a path of the own origin, with or without a query, in the form that browsers give it.
pub(super) fn check_own_path(text: &str) -> Fit {
    let why = match text.as_bytes() {
        [b'/', b'/' | b'\\', ..] => "\"//\" starts another origin",
        [b'/', ..] => return check_rest(text),
        _ => "it must start with \"/\"",
    };
    Err(Some(why.to_owned()))
}

fn check_rest(text: &str) -> Fit {
    for c in text.chars() {
        if c == '#' {
            return Err(Some("a fragment never reaches a worker".to_owned()));
        }
        // Browsers would write it otherwise, so that it would never be found.
        if !c.is_ascii_graphic() || matches!(c, '"' | '<' | '>' | '`' | '{' | '}' | '\\') {
            return Err(Some(format!("'{c}' must be percent-encoded, as it is in URLs")));
        }
    }
    let (path, _) = text.split_once('?').unwrap_or((text, ""));
    for segment in path.split('/') {
        if DOT_SEGMENTS.iter().any(|dots| segment.eq_ignore_ascii_case(dots)) {
            return Err(Some("browsers resolve \".\" and \"..\" segments".to_owned()));
        }
    }
    Ok(())
}
