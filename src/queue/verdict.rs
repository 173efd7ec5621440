//! Turns the server's answer to a sent mutation into what the queue does next.
//! Does not send, store or sleep: it only judges.

use super::{Cause, Row, backoff};
use crate::fault::FetchError;
use crate::http::{MediaType, Method, Mode, ResponseHead, ResponseType, accepts, digits, parse_http_date, trimmed};
use crate::ids::Entropy;
use crate::time::{Span, Timestamp};

/// What the queue must do with a mutation after one attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The server took it: drop the row and tell the tabs.
    Settle,
    /// Someone wrote first: keep the row until a person decides.
    Conflict,
    /// The credentials ran out: hold everything of this identity until this moment, or until they are renewed.
    Pause(Timestamp),
    /// Not now: leave it alone until this moment.
    RetryAt(Timestamp, Cause),
    /// Sent, and nobody knows whether it arrived: send it again under the same key, at this moment.
    Unknown(Timestamp),
    /// Never: keep it for the person to see.
    Dead,
}

/// Judges one attempt at `row`, whose `attempts` counts it.
#[must_use]
pub fn judge(row: &Row, answer: Result<&ResponseHead, &FetchError>, entropy: Entropy, now: Timestamp) -> Verdict {
    let later = now + backoff::delay(row.attempts, entropy);
    let head = match answer {
        Ok(head) if head.kind != ResponseType::Error => head,
        Ok(_) | Err(FetchError::Network(_)) => return Verdict::RetryAt(later, Cause::Network),
        Err(FetchError::Timeout) => return Verdict::Unknown(later),
        // RFC 8470, 5.2, has a number for it.
        Err(FetchError::Early) => return Verdict::RetryAt(later, Cause::Server(425)),
        Err(FetchError::Withheld) => return Verdict::Pause(later),
        Err(FetchError::Unsendable(_)) => return Verdict::Dead,
    };
    // A login page in place of the API is no answer at all (captive portals say 200).
    if is_portal(row, head) {
        return Verdict::RetryAt(later, Cause::Portal);
    }
    match (head.status, head.kind) {
        // Answered, but not for us to read: asking again would tell no more. A redirect that the page wanted to
        // follow itself is how servers answer a form (RFC 9110, 15.4.4).
        (_, ResponseType::Opaque | ResponseType::OpaqueRedirect) => Verdict::Settle,
        (200..=299, _) => Verdict::Settle,
        // Gone already is what a DELETE wanted (RFC 9110, 9.3.5: it is idempotent).
        (404 | 410, _) if row.draft.method == Method::Delete => Verdict::Settle,
        (401, _) => Verdict::Pause(later),
        (409 | 412, _) => Verdict::Conflict,
        // RFC 9110, 10.2.3: Retry-After is the server's own wish, so it wins over our backoff, within reason.
        (status @ (408 | 425 | 429 | 500..=599), _) => {
            Verdict::RetryAt(retry_after(row, head, now).unwrap_or(later), Cause::Server(status))
        }
        // Anything else gets no better by asking again.
        _ => Verdict::Dead,
    }
}

/// The server's wish for patience: seconds or a date, neither sooner than we ever retry nor later than the row allows.
fn retry_after(row: &Row, head: &ResponseHead, now: Timestamp) -> Option<Timestamp> {
    let value = trimmed(head.headers.first("retry-after")?);
    let wish = match digits(value) {
        // A number too long to hold is a wish for ever.
        Some(seconds) => Span::seconds(seconds),
        None => parse_http_date(value)?.since(now),
    };
    Some(now + wish.min(row.draft.max_retry_after).max(backoff::SHORTEST))
}

/// Whether something other than the server has answered. Only a success can be a false one: error pages are HTML on
/// the most orderly of APIs.
fn is_portal(row: &Row, head: &ResponseHead) -> bool {
    match head.status {
        // RFC 6585, 6: Network Authentication Required.
        511 => true,
        // No content, no content type.
        204 | 205 => false,
        200..=299 => match MediaType::of(&head.headers) {
            // Portals show a page. An answer that does not say what it is is taken for an empty one.
            None => false,
            Some(_) if !row.draft.expects.is_empty() => !accepts(&row.draft.expects, &head.headers),
            // Nothing expected by the route: a page in answer to a script that speaks JSON is still no answer.
            Some(found) => found.is_html() && speaks_json(row),
        },
        _ => false,
    }
}

fn speaks_json(row: &Row) -> bool {
    let names = |text: &str, word: &[u8]| text.as_bytes().windows(4).any(|found| found.eq_ignore_ascii_case(word));
    let accept = row.headers.get("accept").unwrap_or_default();
    let sent = row.body.as_ref().and_then(|body| body.content_type.as_deref()).unwrap_or_default();
    row.draft.mode != Mode::Navigate && !names(&accept, b"html") && (names(&accept, b"json") || names(sent, b"json"))
}
