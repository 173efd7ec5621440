//! Media types: what an answer says it is, and whether that is what was expected (RFC 9110, 8.3).
//! Does not sniff bodies.

use super::{Headers, trimmed};

/// A media type without its parameters, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaType {
    /// The part before the slash, such as `text`; `*` in a pattern.
    pub kind: String,
    /// The part after the slash, such as `html`; `*` in a pattern.
    pub subtype: String,
}

/// Whether the `Content-Type` of an answer is one of those expected; with nothing expected, every answer is.
#[must_use]
pub fn accepts(expected: &[String], headers: &Headers) -> bool {
    if expected.is_empty() {
        return true;
    }
    let Some(found) = MediaType::of(headers) else { return false };
    for text in expected {
        if MediaType::parse(text).is_some_and(|wanted| wanted.covers(&found)) {
            return true;
        }
    }
    false
}

impl MediaType {
    /// Reads `type/subtype`, with or without parameters.
    #[must_use]
    pub fn parse(text: &str) -> Option<MediaType> {
        let (essence, _parameters) = text.split_once(';').unwrap_or((text, ""));
        let (kind, subtype) = trimmed(essence).split_once('/')?;
        (is_token(kind) && is_token(subtype))
            .then(|| MediaType { kind: kind.to_ascii_lowercase(), subtype: subtype.to_ascii_lowercase() })
    }

    /// The type of an answer. Of several, the last valid one holds, as fetch extracts it.
    #[must_use]
    pub fn of(headers: &Headers) -> Option<MediaType> {
        let mut last = None;
        for member in headers.members("content-type") {
            if let Some(found) = MediaType::parse(member)
                && found.kind != "*"
            {
                last = Some(found);
            }
        }
        last
    }

    /// Whether it is a web page: the face of login pages and error pages.
    #[must_use]
    pub fn is_html(&self) -> bool {
        self.is("text", "html") || self.is("application", "xhtml+xml")
    }

    /// Whether it is JSON under any name (`application/json`, `text/json`, `…+json`), as MIME Sniffing, 4.6 has it.
    #[must_use]
    pub fn is_json(&self) -> bool {
        self.is("application", "json") || self.is("text", "json") || self.subtype.ends_with("+json")
    }

    /// Whether it is JavaScript under one of the names still in use (RFC 9239, 6).
    #[must_use]
    pub fn is_javascript(&self) -> bool {
        let named = matches!(self.subtype.as_str(), "javascript" | "x-javascript" | "ecmascript");
        named && matches!(self.kind.as_str(), "text" | "application")
    }

    /// Whether a type is one that this pattern stands for. `application/json` stands for `…+json`, and `text/javascript`
    /// for its other names; a suffixed type such as `application/ld+json` stands for itself alone.
    #[must_use]
    pub fn covers(&self, found: &MediaType) -> bool {
        self == found
            || (self.subtype == "*" && (self.kind == "*" || self.kind == found.kind))
            || (self.is("application", "json") && found.is_json())
            || (self.is_javascript() && found.is_javascript())
    }

    fn is(&self, kind: &str, subtype: &str) -> bool {
        self.kind == kind && self.subtype == subtype
    }
}

/// RFC 9110, 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expected_types_are_told_from_others() {
        let check = |expected: &[&str], content_type: Option<&str>, accepted: bool| {
            let expected: Vec<String> = expected.iter().map(|text| (*text).to_owned()).collect();
            let headers: Headers = content_type.map(|value| ("Content-Type", value)).into_iter().collect();
            assert_eq!(accepts(&expected, &headers), accepted, "{expected:?} {content_type:?}");
        };
        check(&[], None, true);
        check(&[], Some("text/html"), true);
        check(&["application/json"], None, false);
        check(&["application/json"], Some(""), false);
        check(&["application/json"], Some("nonsense"), false);
        check(&["application/json"], Some("Application/JSON; charset=utf-8"), true);
        check(&["application/json"], Some("application/problem+json"), true);
        check(&["application/json"], Some("text/json"), true);
        check(&["application/json"], Some("text/html"), false);
        check(&["application/json"], Some("application/jsonp"), false);
        check(&["application/ld+json"], Some("application/json"), false);
        check(&["application/ld+json"], Some("application/ld+json"), true);
        check(&["image/*"], Some("image/svg+xml"), true);
        check(&["image/*"], Some("text/html"), false);
        check(&["*/*"], Some("text/html"), true);
        check(&["text/css", "text/html"], Some("text/html;charset=utf-8"), true);
        check(&["text/javascript"], Some("application/javascript"), true);
        check(&["application/x-javascript"], Some("text/javascript"), true);
        check(&["text/javascript"], Some("text/html"), false);
        check(&["text/html"], Some("text/plain, text/html"), true);
        check(&["text/html"], Some("text/html, nonsense"), true);
        check(&["text/html"], Some("text/html, text/plain"), false);
        check(&["text/plain"], Some("text/plain; a=\"x, text/html\""), true);
        check(&["not a type"], Some("text/html"), false);
    }
}
