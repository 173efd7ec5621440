//! Parts of a stored whole (RFC 9110, 14): which bytes a request wants, and the head that goes with them.
//! Reads no body: it says from where to where, and what is written between.

use super::list::{Members, trimmed};
use super::{Headers, Method, RequestHead, ResponseHead, digits, parse_http_date};
use crate::text::joined;

/// More parts than this are not worth their heads; RFC 9110, 14.2 has many small ones down as an attack.
const MOST_PARTS: usize = 16;

/// A body of more bytes is stored in chunks (`sw/works/chunks.js` has the same number), of which one part at a time is read.
const ONE_PIECE: u64 = 4 << 20;

/// Bytes of a body, both ends included; the first is never behind the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// Where it begins, from 0.
    pub first: u64,
    /// Its last byte.
    pub last: u64,
}

/// What a request's `Range` comes to for a body of known length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The whole: there is no `Range`, or it is to be ignored.
    Whole,
    /// These parts, in the order asked; one at least.
    Parts(Vec<Part>),
    /// Nothing of it is there: 416.
    Nothing,
}

/// What of a stored body goes out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cut {
    /// The body in order; none with a 416.
    pub pieces: Vec<Piece>,
    /// What comes after the last piece.
    pub close: String,
}

/// One piece of a partial body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// What comes before its bytes: the part's head in a multipart body, else nothing.
    pub before: String,
    /// Its bytes in the stored body.
    pub part: Part,
}

/// What a 206 from the network holds (RFC 9110, 14.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentRange {
    /// The bytes that came.
    pub part: Part,
    /// The length of the whole, where the server knew it.
    pub complete: Option<u64>,
}

/// Answers a request from a stored whole; `None` where the stored answer goes out as it is. The head is the stored one as it would be
/// served, and becomes the 206's or 416's; `boundary` is a word that the body does not hold, for several parts.
#[must_use]
pub fn cut(request: &RequestHead, head: &mut ResponseHead, length: u64, boundary: &str) -> Option<Cut> {
    let parts = match wanted(request, head, length) {
        Wanted::Whole => return None,
        Wanted::Nothing => Vec::new(),
        Wanted::Parts(parts) => parts,
    };
    let mut cut = Cut::default();
    let fields = &mut head.headers;
    let mut size = 0;
    match parts.as_slice() {
        [] => {
            // RFC 9110, 15.5.17: "SHOULD generate a Content-Range header field specifying the current length".
            head.status = 416;
            fields.remove("content-type");
            fields.set("content-range", &joined(&["bytes */", &length.to_string()]));
        }
        [part] => {
            head.status = 206;
            fields.set("content-range", &part.content_range(length));
            size = part.length();
            cut.pieces.push(Piece { before: String::new(), part: *part });
        }
        several => {
            head.status = 206;
            // RFC 9110, 15.3.7.2: the whole has no Content-Range of its own, and each part has the type that the whole had.
            let kind =
                fields.get("content-type").map_or_else(String::new, |kind| joined(&["\r\nContent-Type: ", &kind]));
            fields.set("content-type", &joined(&["multipart/byteranges; boundary=", boundary]));
            for part in several {
                let gap = if cut.pieces.is_empty() { "" } else { "\r\n" };
                let range = part.content_range(length);
                let before = joined(&[gap, "--", boundary, &kind, "\r\nContent-Range: ", &range, "\r\n\r\n"]);
                size += before.len() as u64 + part.length();
                cut.pieces.push(Piece { before, part: *part });
            }
            cut.close = joined(&["\r\n--", boundary, "--\r\n"]);
            size += cut.close.len() as u64;
        }
    }
    fields.set("content-length", &size.to_string());
    Some(cut)
}

/// Says of an answer that is stored whole that parts of it can be had, where its server said nothing (RFC 9110, 14.3): players wind
/// forward in it then, also beyond what they have loaded.
pub fn offer_parts(head: &mut ResponseHead) {
    let fields = &mut head.headers;
    if head.status == 200 && !fields.has("content-encoding") && !fields.has("accept-ranges") {
        fields.append("accept-ranges", "bytes");
    }
}

/// What a request wants of a stored answer with a body of this length.
#[must_use]
pub fn wanted(request: &RequestHead, stored: &ResponseHead, length: u64) -> Wanted {
    // RFC 9110, 14.2: for GET only, and only "if the result in absence of the Range header field would be a 200".
    // Bytes under a content coding are kept decoded: parts of them would not fit the server's.
    let whole = request.method != Method::Get
        || stored.status != 200
        || length == 0
        || stored.headers.has("content-encoding")
        || !if_range_holds(&request.headers, stored);
    let range = request.headers.get("range").filter(|_| !whole);
    let Some(asked) = range.as_deref().and_then(|range| parse(range, length)) else { return Wanted::Whole };
    let mut total = 0_u64;
    for part in &asked {
        total = total.saturating_add(part.length());
    }
    if asked.is_empty() {
        Wanted::Nothing
    } else if asked.len() > MOST_PARTS || total > length || (asked.len() > 1 && length > ONE_PIECE) {
        // RFC 9110, 14.2: a server "MAY ignore the Range header field"; of parts that overlap the whole is shorter.
        Wanted::Whole
    } else {
        Wanted::Parts(asked)
    }
}

/// Which bytes of a stored part a request wants, counted from the part's own first, and where they lie in the whole; `None` where the
/// part does not hold them all. `length` is how many it holds, whatever its `Content-Range` promises.
#[must_use]
pub fn within(request: &Headers, stored: &ResponseHead, length: u64) -> Option<(Part, String)> {
    let held = ContentRange::parse(stored.headers.first("content-range")?)?;
    let (first, complete) = (held.part.first, held.complete?);
    let range = request.get("range").filter(|_| if_range_holds(request, stored))?;
    let asked = parse(&range, complete)?;
    let [asked] = asked.as_slice() else { return None };
    let part = Part { first: asked.first.checked_sub(first)?, last: asked.last - first };
    (part.last < length).then(|| (part, asked.content_range(complete)))
}

/// The parts of `bytes=…` that a body of this length has; `None` where the field is malformed or of another unit, and so ignored.
fn parse(range: &str, length: u64) -> Option<Vec<Part>> {
    let (unit, specs) = range.split_once('=')?;
    if !trimmed(unit).eq_ignore_ascii_case("bytes") {
        return None;
    }
    let mut parts = Vec::new();
    let mut any = false;
    for spec in Members::of(specs) {
        any = true;
        let (first, last) = spec.split_once('-')?;
        let end = length.checked_sub(1)?;
        let part = if first.is_empty() {
            // The last so many bytes; of a shorter body all of it.
            let suffix = number(last)?;
            Part { first: length.saturating_sub(suffix), last: end }
        } else {
            let first = number(first)?;
            let last = if last.is_empty() { u64::MAX } else { number(last)? };
            // RFC 9110, 14.1.1: such a spec is invalid, and with it the whole field.
            if last < first {
                return None;
            }
            Part { first, last: last.min(end) }
        };
        if part.first < length {
            parts.push(part);
        }
    }
    any.then_some(parts)
}

/// Whether `If-Range`, where the request has it, names what is stored (RFC 9110, 13.1.5): else the whole is wanted.
fn if_range_holds(request: &Headers, stored: &ResponseHead) -> bool {
    let Some(validator) = request.get("if-range") else { return true };
    if validator.as_bytes().contains(&b'"') {
        // The strong comparison: a weak tag is equal to none.
        return validator.starts_with('"') && stored.headers.first("etag") == Some(&validator);
    }
    let date = |name: &str| stored.headers.first(name).and_then(parse_http_date);
    let (Some(modified), Some(made)) = (date("last-modified"), date("date")) else { return false };
    // RFC 9110, 8.8.2.2: a date is a strong validator where the answer was made at least a second later.
    parse_http_date(&validator) == Some(modified) && made.0 >= modified.0 + 1000
}

fn number(text: &str) -> Option<u64> {
    digits(text)?.try_into().ok()
}

impl Part {
    /// How many bytes it is.
    #[must_use]
    pub fn length(self) -> u64 {
        (self.last - self.first).saturating_add(1)
    }

    /// The field that says which part of how much this is.
    #[must_use]
    pub fn content_range(self, complete: u64) -> String {
        format!("bytes {}-{}/{complete}", self.first, self.last)
    }
}

impl ContentRange {
    /// Reads `bytes 0-9/10` or `bytes 0-9/*`; `None` for a 416's form and for anything that makes no sense.
    #[must_use]
    pub fn parse(value: &str) -> Option<ContentRange> {
        let (unit, range) = trimmed(value).split_once(' ')?;
        let (part, complete) = range.split_once('/')?;
        let (first, last) = part.split_once('-')?;
        let part = Part { first: number(first)?, last: number(last)? };
        let complete = if complete == "*" { None } else { Some(number(complete)?) };
        // RFC 9110, 14.4: "A Content-Range field value is invalid if it contains a range-resp that has a last-pos value
        // less than its first-pos value, or a complete-length value less than or equal to its last-pos value."
        let valid = part.first <= part.last && complete.is_none_or(|complete| complete > part.last);
        (valid && unit.eq_ignore_ascii_case("bytes")).then_some(ContentRange { part, complete })
    }

    /// Whether nothing is missing.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.part.first == 0 && self.complete == Some(self.part.length())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SUNDAY: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const SECOND_LATER: &str = "Sun, 06 Nov 1994 08:49:38 GMT";

    fn asking(pairs: &[(&str, &str)]) -> RequestHead {
        RequestHead { headers: pairs.iter().copied().collect(), ..RequestHead::get("https://a.example/film") }
    }

    fn held(pairs: &[(&str, &str)]) -> ResponseHead {
        ResponseHead { headers: pairs.iter().copied().collect(), ..ResponseHead::new(200) }
    }

    #[test]
    fn a_stored_whole_offers_parts_unless_its_server_has_spoken() {
        let check = |status: u16, pairs: &[(&str, &str)], expected: Option<&str>| {
            let mut head = ResponseHead { status, ..held(pairs) };
            offer_parts(&mut head);
            assert_eq!(head.headers.get("accept-ranges").as_deref(), expected, "{status} {pairs:?}");
        };
        check(200, &[], Some("bytes"));
        check(200, &[("accept-ranges", "bytes")], Some("bytes"));
        check(200, &[("accept-ranges", "none")], Some("none"));
        check(200, &[("content-encoding", "gzip")], None);
        check(404, &[], None);
    }

    #[test]
    fn a_stored_part_gives_what_it_holds() {
        let check = |held_range: &str, length: u64, range: &str, expected: Option<(u64, u64, &str)>| {
            let stored = ResponseHead { status: 206, ..held(&[("content-range", held_range), ("etag", "\"a\"")]) };
            let found = within(&asking(&[("range", range)]).headers, &stored, length);
            let expected = expected.map(|(first, last, range)| (Part { first, last }, range.to_owned()));
            assert_eq!(found, expected, "{held_range:?} {length} {range:?}");
        };
        check("bytes 4-8/10", 5, "bytes=4-8", Some((0, 4, "bytes 4-8/10")));
        check("bytes 4-8/10", 5, "bytes=5-6", Some((1, 2, "bytes 5-6/10")));
        check("bytes 4-8/10", 5, "bytes=3-6", None);
        check("bytes 4-8/10", 5, "bytes=5-9", None);
        check("bytes 4-8/10", 5, "bytes=5-", None);
        check("bytes 4-9/10", 6, "bytes=5-", Some((1, 5, "bytes 5-9/10")));
        check("bytes 4-9/10", 6, "bytes=-2", Some((4, 5, "bytes 8-9/10")));
        check("bytes 4-9/10", 6, "bytes=-99", None);
        check("bytes 4-9/10", 5, "bytes=-2", None);
        check("bytes 4-9/10", 6, "bytes=5-5,7-7", None);
        check("bytes 4-9/10", 6, "bytes=10-", None);
        check("bytes 4-9/10", 6, "lines=5-5", None);
        check("bytes 4-9/*", 6, "bytes=5-6", None);
        check("nonsense", 6, "bytes=5-6", None);
        let stored = ResponseHead { status: 206, ..held(&[("content-range", "bytes 0-1/2"), ("etag", "\"a\"")]) };
        for (validator, holds) in [("\"a\"", true), ("\"b\"", false)] {
            let asked = asking(&[("range", "bytes=0-0"), ("if-range", validator)]);
            assert_eq!(within(&asked.headers, &stored, 2).is_some(), holds, "{validator}");
        }
    }

    #[test]
    fn ranges_are_read_and_clamped() {
        let check = |range: &str, length: u64, expected: Option<&[(u64, u64)]>| {
            let expected = match expected {
                None => Wanted::Whole,
                Some([]) => Wanted::Nothing,
                Some(parts) => Wanted::Parts(parts.iter().map(|&(first, last)| Part { first, last }).collect()),
            };
            assert_eq!(wanted(&asking(&[("range", range)]), &held(&[]), length), expected, "{range:?} of {length}");
        };
        check("bytes=0-0", 10, Some(&[(0, 0)]));
        check("bytes=2-5", 10, Some(&[(2, 5)]));
        check("Bytes = 2-5", 10, Some(&[(2, 5)]));
        check("bytes=2-", 10, Some(&[(2, 9)]));
        check("bytes=0-", 10, Some(&[(0, 9)]));
        check("bytes=-3", 10, Some(&[(7, 9)]));
        check("bytes=-30", 10, Some(&[(0, 9)]));
        check("bytes=5-99", 10, Some(&[(5, 9)]));
        check("bytes=9-99999999999999999999999", 10, Some(&[(9, 9)]));
        check("bytes=0-1, -2", 10, Some(&[(0, 1), (8, 9)]));
        check("bytes=8-, 0-1", 10, Some(&[(8, 9), (0, 1)]));
        check("bytes=0-1,,20-30", 10, Some(&[(0, 1)]));
        check("bytes=10-", 10, Some(&[]));
        check("bytes=99999999999999999999999-", 10, Some(&[]));
        check("bytes=-0", 10, Some(&[]));
        check("bytes=10-, 20-30", 10, Some(&[]));
        check("bytes=5-2", 10, None);
        check("bytes=0-1, 5-2", 10, None);
        check("bytes=", 10, None);
        check("bytes=,", 10, None);
        check("bytes=-", 10, None);
        check("bytes=a-b", 10, None);
        check("bytes=0 - 1", 10, None);
        check("bytes=+1-2", 10, None);
        check("bytes 0-1", 10, None);
        check("lines=0-1", 10, None);
        check("bytes=0-5, 4-9", 10, None);
        check("bytes=0-1, 8-9", ONE_PIECE, Some(&[(0, 1), (8, 9)]));
        check("bytes=0-1, 8-9", ONE_PIECE + 1, None);
        check("bytes=8-9", ONE_PIECE + 1, Some(&[(8, 9)]));
        check("bytes=0-, 0-", 10, None);
        check(&format!("bytes={}", ["0-0"; 17].join(",")), 100, None);
        check("bytes=0-1", 0, None);
        check("bytes=-1", 0, None);
    }

    #[test]
    fn some_requests_get_the_whole_all_the_same() {
        let range = ("range", "bytes=0-1");
        let check = |request: RequestHead, stored: ResponseHead, partly: bool| {
            let parts = wanted(&request, &stored, 10) != Wanted::Whole;
            assert_eq!(parts, partly, "{request:?} {stored:?}");
        };
        check(asking(&[]), held(&[]), false);
        check(RequestHead { method: Method::Head, ..asking(&[range]) }, held(&[]), false);
        check(asking(&[range]), ResponseHead { status: 203, ..held(&[]) }, false);
        check(asking(&[range]), held(&[("content-encoding", "br")]), false);
        let dates = [("last-modified", SUNDAY), ("date", SECOND_LATER)];
        for (if_range, stored, partly) in [
            ("\"a\"", &[("etag", "\"a\"")][..], true),
            ("\"a\"", &[("etag", "\"b\"")], false),
            ("\"a\"", &[("etag", "W/\"a\"")], false),
            ("W/\"a\"", &[("etag", "W/\"a\"")], false),
            ("\"a\"", &[], false),
            (SUNDAY, &dates, true),
            ("Sunday, 06-Nov-94 08:49:37 GMT", &dates, true),
            (SECOND_LATER, &dates, false),
            (SUNDAY, &[("last-modified", SUNDAY), ("date", SUNDAY)], false),
            (SUNDAY, &[("last-modified", SUNDAY)], false),
            ("nonsense", &dates, false),
            ("nonsense", &[], false),
        ] {
            check(asking(&[range, ("if-range", if_range)]), held(stored), partly);
        }
    }

    #[test]
    fn a_part_goes_out_under_206() {
        let mut head =
            held(&[("content-type", "video/webm"), ("etag", "\"a\""), ("content-length", "10"), ("age", "5")]);
        let answer = cut(&asking(&[("range", "bytes=2-5")]), &mut head, 10, "x").expect("a part");
        let fields = [
            ("content-type", "video/webm"),
            ("etag", "\"a\""),
            ("age", "5"),
            ("content-range", "bytes 2-5/10"),
            ("content-length", "4"),
        ];
        assert_eq!(head, ResponseHead { status: 206, ..held(&fields) });
        assert_eq!(answer.pieces, [Piece { before: String::new(), part: Part { first: 2, last: 5 } }]);
        assert_eq!(answer.close, "");
        assert_eq!(cut(&asking(&[]), &mut held(&fields), 10, "x"), None);
    }

    #[test]
    fn what_is_not_there_is_416() {
        let mut head = held(&[("content-type", "video/webm"), ("etag", "\"a\"")]);
        let answer = cut(&asking(&[("range", "bytes=10-")]), &mut head, 10, "x").expect("an answer");
        let fields = [("etag", "\"a\""), ("content-range", "bytes */10"), ("content-length", "0")];
        assert_eq!(head, ResponseHead { status: 416, ..held(&fields) });
        assert_eq!((answer.pieces, answer.close), (Vec::new(), String::new()));
    }

    #[test]
    fn several_parts_go_out_as_one_multipart_body() {
        let mut head = held(&[("content-type", "text/plain"), ("content-length", "10")]);
        let answer = cut(&asking(&[("range", "bytes=0-1, -2")]), &mut head, 10, "cut").expect("parts");
        let mut body = String::new();
        for piece in &answer.pieces {
            body.push_str(&piece.before);
            body.push_str(&"0123456789"[piece.part.first as usize..=piece.part.last as usize]);
        }
        body.push_str(&answer.close);
        assert_eq!(
            body,
            "--cut\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n\
             --cut\r\nContent-Type: text/plain\r\nContent-Range: bytes 8-9/10\r\n\r\n89\r\n--cut--\r\n"
        );
        let length = body.len().to_string();
        let fields = [("content-type", "multipart/byteranges; boundary=cut"), ("content-length", &length)];
        assert_eq!(head, ResponseHead { status: 206, ..held(&fields) });
    }

    #[test]
    fn a_206_from_the_network_says_what_it_holds() {
        let check = |value: &str, expected: Option<(u64, u64, Option<u64>)>, whole: bool| {
            let expected =
                expected.map(|(first, last, complete)| ContentRange { part: Part { first, last }, complete });
            let read = ContentRange::parse(value);
            assert_eq!(read, expected, "{value:?}");
            assert_eq!(read.is_some_and(ContentRange::is_whole), whole, "{value:?}");
        };
        check("bytes 0-9/10", Some((0, 9, Some(10))), true);
        check("Bytes 4-9/10", Some((4, 9, Some(10))), false);
        check("bytes 0-4/10", Some((0, 4, Some(10))), false);
        check("bytes 0-9/*", Some((0, 9, None)), false);
        for bad in [
            "",
            "bytes */10",
            "bytes 9-4/10",
            "bytes 0-10/10",
            "bytes 0-9",
            "bytes=0-9/10",
            "lines 0-9/10",
            "bytes 0-x/10",
        ] {
            check(bad, None, false);
        }
    }

    proptest! {
        #[test]
        fn any_range_stays_within_the_body(range in "(bytes=)?[0-9,= -]{0,30}", length in 0_u64..1000) {
            if let Wanted::Parts(parts) = wanted(&asking(&[("range", &range)]), &held(&[]), length) {
                prop_assert!(!parts.is_empty());
                prop_assert!(parts.iter().all(|part| part.first <= part.last && part.last < length));
            }
        }

        #[test]
        fn any_content_range_is_read_without_a_panic(value in "(bytes )?[0-9*/ -]{0,30}") {
            if let Some(read) = ContentRange::parse(&value) {
                prop_assert!(read.part.length() > 0);
            }
        }
    }
}
