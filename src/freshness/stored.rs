//! A stored response as freshness sees it, and which requests it may answer (RFC 9111, 4.1).
//! Does not find it: that is the store's part.

use crate::http::{Headers, RequestHead, ResponseHead, trimmed};
use crate::time::Timestamp;

/// What freshness needs of a stored response, borrowed from its entry.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    /// Status and fields as they were stored.
    pub head: &'a ResponseHead,
    /// The request's fields that `Vary` names, as [`selected`] took them.
    pub selected: &'a Headers,
    /// When the request went out (request_time).
    pub requested_at: Timestamp,
    /// When the answer arrived (response_time).
    pub received_at: Timestamp,
}

/// The request's fields that the answer says it depends on: what is stored beside it for [`vary_matches`].
#[must_use]
pub fn selected(request: &RequestHead, response: &ResponseHead) -> Headers {
    let nominated = response.headers.members("vary");
    let mut fields = Headers::default();
    for (name, value) in request.headers.iter() {
        if nominated.iter().any(|wanted| wanted.eq_ignore_ascii_case(name)) {
            fields.append(name, value);
        }
    }
    fields
}

/// Whether the stored response answers this request.
///
/// RFC 9111, 4.1: "all the presented request header fields nominated by that Vary field value match those fields in
/// the original request". Fields that the browser hides (Accept-Encoding, Cookie, Origin) are absent on both sides.
#[must_use]
pub fn vary_matches(stored: Stored<'_>, request: &RequestHead) -> bool {
    for name in stored.head.headers.members("vary") {
        // "A stored response with a Vary header field value containing a member "*" always fails to match."
        let wanted = name.eq_ignore_ascii_case("accept-language") && is_favourite(stored.head, &request.headers);
        if name == "*" || !wanted && !agree(name, stored.selected, &request.headers) {
            return false;
        }
    }
    true
}

/// Whether the stored response is in the one language that the request likes best, so that no server could choose better.
fn is_favourite(stored: &ResponseHead, request: &Headers) -> bool {
    let (mut best, mut favourite, mut rivals) = (0, "", 0);
    let ranges = request.members("accept-language");
    for range in &ranges {
        let (language, weight) = range.split_once(';').unwrap_or((range, "q=1"));
        let weight = thousandths(weight);
        if weight >= best {
            rivals = if weight > best { 0 } else { rivals + 1 };
            (best, favourite) = (weight, trimmed(language));
        }
    }
    let spoken = stored.headers.first("content-language");
    best > 0 && rivals == 0 && spoken.is_some_and(|spoken| spoken.eq_ignore_ascii_case(favourite))
}

/// RFC 9110, 12.4.2: `q=`, and a weight of at most three decimals.
fn thousandths(weight: &str) -> u32 {
    let mut value = 0;
    let mut digits = weight.bytes().filter(u8::is_ascii_digit);
    for _ in 0..4 {
        value = value * 10 + u32::from(digits.next().unwrap_or(b'0') - b'0');
    }
    value
}

/// Whether both say the same in a field. RFC 9111, 4.1 lets a cache join lines and leave out whitespace between members,
/// and more where the field's own definition makes it mean the same.
fn agree(name: &str, first: &Headers, second: &Headers) -> bool {
    let (ours, theirs) = (first.members(name), second.members(name));
    // "If (after any normalization that might take place) a header field is absent from a request, it can only match
    // another request if it is also absent there."
    if first.has(name) != second.has(name) || ours.len() != theirs.len() {
        return false;
    }
    // RFC 9110, 12.5.4: languages are compared in any case, and only their weights rank them.
    let unordered = name.eq_ignore_ascii_case("accept-language");
    for (at, member) in ours.iter().enumerate() {
        let found = if unordered {
            theirs.iter().any(|other| other.eq_ignore_ascii_case(member))
        } else {
            theirs.get(at) == Some(member)
        };
        if !found {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_in_the_favourite_language_serves() {
        let check = |spoken: &str, asked: &str, matches: bool| {
            let mut head = ResponseHead::new(200);
            head.headers = [("vary", "Accept-Language"), ("content-language", spoken)].into_iter().collect();
            let request = RequestHead {
                headers: [("accept-language", asked)].into_iter().collect(),
                ..RequestHead::get("https://a.example/")
            };
            let selected: Headers = [("accept-language", "en, de")].into_iter().collect();
            let at = Timestamp(0);
            let stored = Stored { head: &head, selected: &selected, requested_at: at, received_at: at };
            assert_eq!(vary_matches(stored, &request), matches, "{spoken:?} {asked:?}");
        };
        check("de", "fr;q=0.5, de;q=1.0", true);
        check("DE", "de , fr;q=0.999", true);
        check("de", "fr, de;q=0.9", false);
        check("de", "fr, de", false);
        check("de", "fr, de ; q=0.25, en;q=0.3", false);
        check("de", "fr;q=0.2, de ; q=0.25, en;q=0.03", true);
        check("de, fr", "de", false);
        check("", "", false);
        check("de", "de;q=0", false);
        check("de", "de;q=x", false);
    }

    #[test]
    fn an_answer_serves_only_requests_that_agree_in_what_vary_names() {
        let check = |vary: Option<&str>, first: &[(&str, &str)], second: &[(&str, &str)], matches: bool| {
            let ask = |pairs: &[(&str, &str)]| RequestHead {
                headers: pairs.iter().copied().collect(),
                ..RequestHead::get("https://a.example/")
            };
            let mut head = ResponseHead::new(200);
            head.headers = vary.map(|value| ("vary", value)).into_iter().collect();
            let selected = selected(&ask(first), &head);
            let at = Timestamp(0);
            let stored = Stored { head: &head, selected: &selected, requested_at: at, received_at: at };
            assert_eq!(vary_matches(stored, &ask(second)), matches, "{vary:?} {first:?} {second:?}");
        };
        check(None, &[("accept", "a")], &[("accept", "b")], true);
        check(Some(""), &[("accept", "a")], &[], true);
        check(Some("Accept"), &[("accept", "a")], &[("accept", "a")], true);
        check(Some("Accept"), &[("accept", "a")], &[("accept", "b")], false);
        check(Some("Accept"), &[("accept", "a")], &[], false);
        check(Some("Accept"), &[], &[("accept", "a")], false);
        check(Some("Accept"), &[], &[], true);
        check(Some("accept, X-Team"), &[("x-team", "1")], &[("x-team", "2")], false);
        check(Some("accept, X-Team"), &[("x-team", "1"), ("dnt", "1")], &[("x-team", "1")], true);
        check(Some("Accept"), &[("accept", "a, b")], &[("accept", "a ,b")], true);
        check(Some("Accept"), &[("accept", "a, b")], &[("accept", "b, a")], false);
        check(Some("Accept"), &[("accept", "a, b")], &[("accept", "a"), ("accept", "b")], true);
        check(Some("Accept"), &[("accept", "")], &[], false);
        check(Some("Accept"), &[("accept", "a")], &[("accept", "A")], false);
        check(Some("Accept-Language"), &[("accept-language", "en, de")], &[("accept-language", "de,EN")], true);
        check(Some("accept-language"), &[("accept-language", "en, de")], &[("accept-language", "de")], false);
        check(Some("accept-language"), &[("accept-language", "en;q=1")], &[("accept-language", "en;q=0")], false);
        check(Some("Accept-Encoding, Cookie"), &[], &[], true);
        check(Some("*"), &[], &[], false);
        check(Some("accept, *"), &[], &[], false);
    }
}
