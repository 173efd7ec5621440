//! Which header fields of an answer are kept, and how new ones replace old ones (RFC 9111, 3.1 and 3.2).
//! Does not judge whether an answer is kept at all.

use crate::http::{Headers, Members, withheld};

/// Fields of one connection or proxy (RFC 9111, 3.1; RFC 9110, 7.6.1).
const OF_THE_CONNECTION: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authentication-info",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "transfer-encoding",
    "upgrade",
];

/// Fields that rule how long an answer is good: no `Connection` takes them away. RFC 9110, 7.6.1: a field intended for
/// all recipients, such as Cache-Control, is never a connection option.
const NEVER_OPTIONS: [&str; 5] = ["age", "cache-control", "date", "expires", "vary"];

/// Fields that describe the stored bytes, which an answer without content cannot replace. RFC 9111, 3.2 excludes
/// Content-Length, and Content-Encoding for caches that keep decoded bodies.
const OF_THE_BYTES: [&str; 5] =
    ["content-digest", "content-encoding", "content-length", "content-md5", "content-range"];

/// Drops what must not be stored: fields of the connection, and those that `no-cache="…"` names (RFC 9111, 3.1).
pub fn strip(headers: &mut Headers) {
    let options = headers.get("connection").unwrap_or_default();
    for option in Members::of(&options) {
        if !lists(&NEVER_OPTIONS, option) {
            headers.remove(option);
        }
    }
    let control = headers.get("cache-control").unwrap_or_default();
    for names in Members::of(&control).filter_map(withheld) {
        for name in Members::of(names) {
            headers.remove(name);
        }
    }
    for name in OF_THE_CONNECTION {
        headers.remove(name);
    }
}

/// RFC 9111, 3.2: "caches MUST add each header field in the provided response to the stored response, replacing field
/// values that are already present".
///
/// Beyond the letter: where the new answer has no Age or Date, the old ones go, for they measured the old message's way
/// here and would age the confirmed answer at once.
pub(super) fn replace(stored: &mut Headers, new: &Headers) {
    stored.remove("age");
    stored.remove("date");
    for (name, _) in new.iter() {
        if !lists(&OF_THE_BYTES, name) {
            stored.remove(name);
        }
    }
    for (name, value) in new.iter() {
        if !lists(&OF_THE_BYTES, name) {
            stored.append(name, value);
        }
    }
    strip(stored);
}

fn lists(names: &[&str], name: &str) -> bool {
    names.iter().any(|listed| listed.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Headers {
        pairs.iter().copied().collect()
    }

    #[test]
    fn what_belongs_to_a_connection_or_is_withheld_is_not_stored() {
        let check = |pairs: &[(&str, &str)], expected: &[(&str, &str)]| {
            let mut headers = fields(pairs);
            strip(&mut headers);
            assert_eq!(headers, fields(expected), "{pairs:?}");
        };
        check(&[("a", "1"), ("connection", "a, B"), ("b", "2"), ("c", "3")], &[("c", "3")]);
        check(
            &[("upgrade", "x"), ("te", "x"), ("keep-alive", "x"), ("proxy-authenticate", "x"), ("c", "3")],
            &[("c", "3")],
        );
        check(&[("transfer-encoding", "chunked"), ("etag", "\"a\"")], &[("etag", "\"a\"")]);
        let ruled = ("cache-control", "no-store");
        check(&[("connection", "close, cache-control, vary"), ruled, ("vary", "a")], &[ruled, ("vary", "a")]);
        let withholds = ("cache-control", "no-cache=\"a, b\", max-age=9");
        check(&[withholds, ("a", "1"), ("B", "2"), ("c", "3")], &[withholds, ("c", "3")]);
        let private = ("cache-control", "private=\"a\"");
        check(&[private, ("a", "1")], &[private, ("a", "1")]);
    }
}
