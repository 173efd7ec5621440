//! Paths of the own origin, as a browser writes them.
//! Does not resolve relative ones: the config would mean something else in another folder.

use thiserror::Error;

/// Why a text is no path of the own origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(super) enum NoPath {
    /// A relative path or a whole URL.
    #[error("it must start with \"/\"")]
    Start,
    /// `//host/…` is another origin.
    #[error("\"//\" starts another origin")]
    OtherOrigin,
    /// A fragment never reaches a worker.
    #[error("a fragment never reaches a worker")]
    Fragment,
    /// Browsers would write it otherwise, so that it would never be found.
    #[error("'{0}' must be percent-encoded, as it is in URLs")]
    Encode(char),
    /// Browsers resolve these away.
    #[error("browsers resolve \".\" and \"..\" segments")]
    DotSegment,
}

/// Whether a text is a path of the own origin, with or without a query, in the form that browsers give it.
pub(super) fn check_own_path(text: &str) -> Result<(), NoPath> {
    if !text.starts_with('/') {
        return Err(NoPath::Start);
    }
    if text.starts_with("//") || text.starts_with("/\\") {
        return Err(NoPath::OtherOrigin);
    }
    let (path, _) = text.split_once('?').unwrap_or((text, ""));
    for c in text.chars() {
        match c {
            '#' => return Err(NoPath::Fragment),
            '"' | '<' | '>' | '`' | '{' | '}' | '\\' => return Err(NoPath::Encode(c)),
            c if !c.is_ascii_graphic() => return Err(NoPath::Encode(c)),
            _ => {}
        }
    }
    let dots = |segment: &str| matches!(segment.to_ascii_lowercase().replace("%2e", ".").as_str(), "." | "..");
    if path.split('/').any(dots) { Err(NoPath::DotSegment) } else { Ok(()) }
}
