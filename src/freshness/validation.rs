//! Asks the server whether a stored response still holds, and takes in its 304 (RFC 9111, 4.3).
//! Sends nothing.

use super::Stored;
use super::fields::replace;
use crate::http::{Headers, ResponseHead, ResponseType, parse_http_date, trimmed};

/// The fields that make a request for the stored response's URL conditional; none where it cannot be asked about.
///
/// RFC 9111, 4.3.1: the entity tag and the date, each where the stored response has one.
#[must_use]
pub fn conditions(stored: Stored<'_>) -> Headers {
    let mut fields = Headers::default();
    // On another origin these fields would cost a CORS preflight, which most servers refuse; the browser's own
    // cache below us asks conditionally without.
    if stored.head.kind != ResponseType::Basic {
        return fields;
    }
    if let Some(tag) = entity_tag(stored.head) {
        fields.append("if-none-match", tag);
    }
    if let Some(date) = last_modified(stored.head) {
        fields.append("if-modified-since", date);
    }
    fields
}

/// Whether a 304 speaks of this stored response.
///
/// RFC 9111, 4.3.4: with a strong validator, only stored responses with the same one are selected; with a weak one,
/// those that match it. A server that answers 304 with a tag we did not send has another state in mind.
///
/// Two steps beyond the letter, since we sent the conditions ourselves and for one stored response: servers that weaken the tag of
/// what they compress name the strong one in the 304, so both compare as weak; and a 304 that names nothing means what we asked about.
#[must_use]
pub fn confirms(stored: &ResponseHead, not_modified: &ResponseHead) -> bool {
    let named = entity_tag(not_modified);
    match (entity_tag(stored), named) {
        (Some(held), Some(named)) => return opaque(held) == opaque(named),
        (None, Some(named)) if opaque(named) == named => return false,
        (_, _) => {}
    }
    match (last_modified(stored), last_modified(not_modified)) {
        (Some(held), Some(named)) => parse_http_date(held) == parse_http_date(named),
        (None, Some(_)) => false,
        (_, None) => named.is_none(),
    }
}

/// The stored head freshened by a 304: its fields replace ours, status and URL stay.
#[must_use]
pub fn refresh(stored: &ResponseHead, not_modified: &ResponseHead) -> ResponseHead {
    let mut fresh = stored.clone();
    replace(&mut fresh.headers, &not_modified.headers);
    fresh
}

/// The stored head freshened by the answer to a HEAD; `None` where that speaks of another state, so that what is stored is stale.
///
/// RFC 9111, 4.3.5: "if the stored response and HEAD response have matching values for any received validator fields
/// (ETag and Last-Modified) and, if the HEAD response has a Content-Length header field, the value of Content-Length
/// matches that of the stored response".
#[must_use]
pub fn refresh_by_head(stored: &ResponseHead, answer: &ResponseHead) -> Option<ResponseHead> {
    for name in ["etag", "last-modified", "content-length"] {
        let named = answer.headers.first(name);
        if named.is_some() && named != stored.headers.first(name) {
            return None;
        }
    }
    Some(refresh(stored, answer))
}

/// RFC 9110, 8.8.3: an opaque tag in quotes, perhaps weak. Others are not worth sending.
fn entity_tag(head: &ResponseHead) -> Option<&str> {
    let tag = trimmed(head.headers.first("etag")?);
    let inner = opaque(tag).strip_prefix('"')?.strip_suffix('"')?;
    (!inner.as_bytes().contains(&b'"')).then_some(tag)
}

/// The tag without the mark of weakness: what RFC 9110, 8.8.3.2 compares as weak.
fn opaque(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

fn last_modified(head: &ResponseHead) -> Option<&str> {
    head.headers.first("last-modified").filter(|date| parse_http_date(date).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Timestamp;

    const SUNDAY: (&str, &str) = ("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT");
    const MONDAY: (&str, &str) = ("last-modified", "Mon, 07 Nov 1994 08:49:37 GMT");

    fn head(status: u16, pairs: &[(&str, &str)]) -> ResponseHead {
        ResponseHead { headers: pairs.iter().copied().collect(), ..ResponseHead::new(status) }
    }

    #[test]
    fn conditions_name_what_the_server_gave() {
        let check = |kind: ResponseType, pairs: &[(&str, &str)], expected: &[(&str, &str)]| {
            let head = ResponseHead { kind, ..head(200, pairs) };
            let at = Timestamp(0);
            let stored = Stored { head: &head, selected: &Headers::default(), requested_at: at, received_at: at };
            assert_eq!(conditions(stored), expected.iter().copied().collect(), "{kind:?} {pairs:?}");
        };
        let since = ("if-modified-since", SUNDAY.1);
        check(ResponseType::Basic, &[], &[]);
        check(ResponseType::Basic, &[("etag", "\"a\"")], &[("if-none-match", "\"a\"")]);
        check(ResponseType::Basic, &[("etag", "W/\"a\"")], &[("if-none-match", "W/\"a\"")]);
        check(ResponseType::Basic, &[("etag", "a")], &[]);
        check(ResponseType::Basic, &[("etag", "\"a\", \"b\"")], &[]);
        check(ResponseType::Basic, &[("etag", "\"")], &[]);
        check(ResponseType::Basic, &[SUNDAY], &[since]);
        check(ResponseType::Basic, &[("last-modified", "yesterday")], &[]);
        check(ResponseType::Basic, &[("etag", "\"a\""), SUNDAY], &[("if-none-match", "\"a\""), since]);
        check(ResponseType::Cors, &[("etag", "\"a\""), SUNDAY], &[]);
    }

    #[test]
    fn a_304_with_another_validator_confirms_nothing() {
        let check = |stored: &[(&str, &str)], answer: &[(&str, &str)], confirmed: bool| {
            assert_eq!(confirms(&head(200, stored), &head(304, answer)), confirmed, "{stored:?} {answer:?}");
        };
        check(&[("etag", "\"a\"")], &[("etag", "\"a\"")], true);
        check(&[("etag", "\"a\"")], &[("etag", "W/\"a\"")], true);
        check(&[("etag", "\"a\"")], &[("etag", "\"b\"")], false);
        check(&[("etag", "\"a\"")], &[], true);
        check(&[], &[("etag", "\"b\"")], false);
        check(&[SUNDAY], &[SUNDAY], true);
        check(&[SUNDAY], &[MONDAY], false);
        check(&[("etag", "W/\"a\"")], &[("etag", "\"a\"")], true);
        check(&[("etag", "\"a\""), SUNDAY], &[("etag", "\"a\""), MONDAY], true);
        check(&[("etag", "\"a\""), SUNDAY], &[MONDAY], false);
        check(&[SUNDAY], &[], true);
        check(&[SUNDAY], &[("etag", "\"b\""), SUNDAY], false);
        check(&[SUNDAY], &[("etag", "W/\"b\""), SUNDAY], true);
        check(&[SUNDAY], &[("etag", "W/\"b\"")], false);
        check(&[("etag", "\"a\"")], &[SUNDAY], false);
    }

    #[test]
    fn a_304_replaces_fields_but_not_what_describes_the_stored_bytes() {
        let check = |stored: &[(&str, &str)], answer: &[(&str, &str)], expected: &[(&str, &str)]| {
            assert_eq!(refresh(&head(200, stored), &head(304, answer)), head(200, expected), "{stored:?} {answer:?}");
        };
        check(
            &[("etag", "\"a\""), ("cache-control", "max-age=1")],
            &[("cache-control", "max-age=9")],
            &[("etag", "\"a\""), ("cache-control", "max-age=9")],
        );
        check(
            &[("content-encoding", "br"), ("content-length", "9"), ("content-md5", "a")],
            &[
                ("Content-Encoding", "gzip"),
                ("content-length", "0"),
                ("content-md5", "b"),
                ("content-type", "text/css"),
            ],
            &[("content-encoding", "br"), ("content-length", "9"), ("content-md5", "a"), ("content-type", "text/css")],
        );
        check(&[("a", "1"), ("b", "2")], &[("connection", "a"), ("upgrade", "x"), ("a", "9")], &[("b", "2")]);
        let withholds = ("cache-control", "no-cache=\"a\"");
        check(&[("a", "1"), ("b", "2")], &[withholds], &[("b", "2"), withholds]);
        check(&[("age", "500"), ("date", "old")], &[], &[]);
        check(&[("age", "500"), ("date", "old")], &[("date", "new"), ("age", "0")], &[("date", "new"), ("age", "0")]);
        check(
            &[("vary", "accept"), ("x", "1")],
            &[("vary", "origin"), ("vary", "dnt")],
            &[("x", "1"), ("vary", "origin"), ("vary", "dnt")],
        );
    }

    #[test]
    fn a_head_answer_freshens_what_it_speaks_of() {
        let check = |stored: &[(&str, &str)], answer: &[(&str, &str)], expected: Option<&[(&str, &str)]>| {
            let fresh = refresh_by_head(&head(200, stored), &head(200, answer));
            assert_eq!(fresh, expected.map(|pairs| head(200, pairs)), "{stored:?} {answer:?}");
        };
        let (held, new) = (("cache-control", "max-age=1"), ("cache-control", "max-age=9"));
        let (tag, length) = (("etag", "\"a\""), ("content-length", "9"));
        check(&[held, tag, length], &[tag, length, new], Some(&[length, tag, new]));
        check(&[held, tag], &[new], Some(&[tag, new]));
        check(&[held, tag], &[("etag", "\"b\""), new], None);
        check(&[held], &[tag, new], None);
        check(&[SUNDAY], &[MONDAY], None);
        check(&[length], &[("content-length", "8")], None);
        check(&[], &[length], None);
    }
}
