//! Requests for a part (RFC 9110, 14): what is stored whole is cut, what the network sends goes to the page untouched, and the whole is
//! fetched behind it. Which bytes a request wants is for `http/range.rs` to say.

use super::Exchange;
use crate::engine::effect::{Answer, Upstream};
use crate::freshness::Refusal;
use crate::http::{CacheMode, Credentials, Cut, Headers, Method, ResponseHead, cut, digits};
use crate::time::Timestamp;

/// A whole of more bytes than this is not fetched because a page asked for a part of it.
const LARGEST_FILL: i64 = 32 << 20;

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
            _ => cut(&self.head, &mut head, entry.size, &format!("longshore-{}", now.0)),
        };
        Some(Answer::Stored { key: entry.key.clone(), head, cut })
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
        let length = head.headers.first("content-range").and_then(|range| digits(range.rsplit_once('/')?.1));
        // That it is a part must be all that speaks against it.
        self.refusal(head) == Some(Refusal::Partial)
            && length.is_some_and(|length| length <= LARGEST_FILL)
            && (self.known().is_none() || self.differs(head) == Some(true))
            && self.may_turn()
    }
}
