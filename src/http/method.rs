//! Request methods (RFC 9110, section 9).
//! Does not say what a route or queue does with them.

/// A request method; unknown ones are kept as written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// RFC 9110, 9.3.1.
    Get,
    /// RFC 9110, 9.3.2.
    Head,
    /// RFC 9110, 9.3.3.
    Post,
    /// RFC 9110, 9.3.4.
    Put,
    /// RFC 9110, 9.3.5.
    Delete,
    /// RFC 5789.
    Patch,
    /// RFC 9110, 9.3.7.
    Options,
    /// Any other token.
    Other(String),
}

impl Method {
    /// Reads a method token; the standard ones in any case, as fetch normalises them.
    #[must_use]
    pub fn parse(text: &str) -> Method {
        match text.to_ascii_uppercase().as_str() {
            "GET" => Method::Get,
            "HEAD" => Method::Head,
            "POST" => Method::Post,
            "PUT" => Method::Put,
            "DELETE" => Method::Delete,
            "PATCH" => Method::Patch,
            "OPTIONS" => Method::Options,
            _ => Method::Other(text.to_owned()),
        }
    }

    /// The token as it goes on the wire.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Method::Get => "GET",
            Method::Head => "HEAD",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Delete => "DELETE",
            Method::Patch => "PATCH",
            Method::Options => "OPTIONS",
            Method::Other(token) => token,
        }
    }
}
