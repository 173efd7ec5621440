//! Requests for a part (RFC 9110, 14): what is stored whole is cut, what the network sends goes to the page untouched, and the whole is
//! fetched behind it. Which bytes a request wants is for `http/range.rs` to say.

use super::Exchange;
use crate::cache::Entry;
use crate::engine::effect::{Answer, Upstream};
use crate::freshness::Refusal;
use crate::http::{
    CacheMode, ContentRange, Credentials, Cut, Headers, Method, Part, Piece, ResponseHead, cut, digits, within,
};
use crate::text::split_last;
use crate::time::Timestamp;

/// A whole of more bytes than this is not fetched because a page asked for a part of it.
const LARGEST_FILL: i64 = 32 << 20;

/// A part of more bytes than this is not kept by itself.
const LARGEST_PART: u64 = 1 << 20;

impl Exchange {
    /// Whether it is about a part still, and not about the whole behind it.
    pub(super) fn wants_part(&self) -> bool {
        self.head.headers.has("range")
    }

    /// The stored answer, or what of it the page wants.
    pub(super) fn stored_answer(&self, now: Timestamp) -> Option<Answer> {
        let entry = self.stored.as_ref()?;
        let mut head = self.head_of(entry, now);
        let cut = match self.head.method {
            // RFC 9110, 9.3.2: "the server MUST NOT send content in the response"; its fields are those of a GET. Browsers would hand it on.
            Method::Head => Some(Cut::default()),
            _ if entry.head.status == 206 => self.lies_within(entry)?.map(|(part, range)| {
                head.headers.set("content-length", &part.length().to_string());
                head.headers.set("content-range", &range);
                Cut { pieces: vec![Piece { before: String::new(), part }], close: String::new() }
            }),
            _ => cut(&self.head, &mut head, entry.size, &format!("longshore-{}", now.0)),
        };
        Some(Answer::Stored { key: entry.key.clone(), head, cut })
    }

    /// Which bytes of a stored part the page wants, and how they are called; nothing where it wants the part as it is, since it asks
    /// in the same words; `None` where the part is not enough.
    pub(super) fn lies_within(&self, entry: &Entry) -> Option<Option<(Part, String)>> {
        let fields = &self.head.headers;
        if !fields.has("if-range") && fields.first("range") == entry.selected.first("range") {
            return Some(None);
        }
        within(fields, &entry.head, entry.size).map(Some)
    }

    /// The entry of a part from the network that is kept as it is: where HTTP rules, nothing whole is known, and the part is small.
    pub(super) fn part_to_keep(&self, head: &ResponseHead, now: Timestamp) -> Option<Box<Entry>> {
        let range = ContentRange::parse(head.headers.first("content-range")?)?;
        let known_whole = self.known().is_some_and(|entry| entry.head.status != 206);
        let kept = self.refusal(head) == Some(Refusal::Partial) && range.part.length() <= LARGEST_PART && !known_whole;
        let place = self.plan.keys.get(1).filter(|_| kept && self.seeks_parts())?;
        let mut entry = Box::new(self.entry(head, now));
        entry.key = place.clone();
        if let Some(asked) = self.head.headers.first("range") {
            entry.selected.set("range", asked);
        }
        Some(entry)
    }

    /// Whether a stored part may answer it (RFC 9111, 3.3); there is then a place for parts after the first.
    pub(super) fn seeks_parts(&self) -> bool {
        self.respects_http() && self.wants_part() && self.head.method == Method::Get
    }

    /// Its page has an answer: what it asks for from here is the whole, for the store, by its URL.
    pub(super) fn turn_to_whole(&mut self) {
        self.head.headers.remove("range");
        self.head.headers.remove("if-range");
        self.head.cache = CacheMode::Default;
        self.by_url = true;
    }

    /// What goes to the network in place of the page's request, if that does not.
    pub(super) fn upstream(&self, mut extra: Headers, cache: Option<CacheMode>) -> Upstream {
        let url = self.by_url.then(|| self.head.url.clone());
        if self.by_url {
            for (name, value) in self.head.headers.iter() {
                extra.append(name, value);
            }
        }
        Upstream { url, extra, cache, integrity: None }
    }

    /// Whether it may ask for the whole: what is fetched by URL carries no credentials elsewhere, and may be another's answer.
    pub(super) fn may_turn(&self) -> bool {
        self.head.same_origin || self.head.credentials != Credentials::Include
    }

    /// Whether a part from the network shows that the whole is missing here, or outdated, and could be kept.
    pub(super) fn is_worth_filling(&self, head: &ResponseHead) -> bool {
        // RFC 9110, 14.4: the length of the whole, or `*`, comes last.
        let length = head.headers.first("content-range").and_then(|range| digits(split_last(range, b'/')?.1));
        // That it is a part must be all that speaks against it.
        self.refusal(head) == Some(Refusal::Partial)
            && length.is_some_and(|length| length <= LARGEST_FILL)
            && (self.known().is_none() || self.differs(head) == Some(true))
            && self.may_turn()
    }
}
