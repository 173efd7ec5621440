//! The `Cache-Status` field: how an answer came about (RFC 9211).
//! Knows what happened only from whoever fills it in.

use super::Headers;

/// What this cache did for one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheStatus {
    /// Whether the answer came from what is stored, or why the request went on.
    pub came: Came,
    /// What the server answered, where that is not what goes out: 304 after a validation, or an error that something stored stood in for.
    pub forwarded_status: Option<u16>,
    /// How many seconds it stays fresh; negative once stale.
    pub ttl: Option<i64>,
    /// Whether the server's answer is stored.
    pub stored: bool,
    /// Whether the request waited for another one's answer.
    pub collapsed: bool,
    /// A word on what the parameters do not tell: a token.
    pub detail: Option<&'static str>,
}

/// Where an answer came from (RFC 9211, 2.1 and 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// From what is stored, without waiting for the server.
    Hit,
    /// The route uses nothing stored.
    Bypass,
    /// The method is not one that stored answers serve.
    Method,
    /// Nothing is stored for the URL.
    UriMiss,
    /// What is stored is for other fields than the request's.
    VaryMiss,
    /// The request wanted the server asked.
    Request,
    /// What is stored had to be validated.
    Stale,
    /// What is stored does not hold the bytes that were wanted.
    Partial,
    /// From nowhere: only what is stored may answer, and it may not. RFC 9211, 2 has no parameter for it, so the detail says so.
    Refused,
}

impl CacheStatus {
    /// Only where it came from.
    #[must_use]
    pub fn new(came: Came) -> CacheStatus {
        CacheStatus { came, forwarded_status: None, ttl: None, stored: false, collapsed: false, detail: None }
    }

    /// Adds our member to a head. RFC 9211, 2: caches nearer to the server come first.
    pub fn append_to(self, headers: &mut Headers) {
        headers.append("cache-status", &self.member());
    }

    /// The member as it is written (RFC 8941, 3.1).
    #[must_use]
    pub fn member(self) -> String {
        let mut member = String::from("Longshore; ");
        member.push_str(self.came.as_str());
        if let Some(status) = self.forwarded_status {
            member.push_str("; fwd-status=");
            member.push_str(&i64::from(status).to_string());
        }
        if let Some(ttl) = self.ttl {
            member.push_str("; ttl=");
            member.push_str(&ttl.to_string());
        }
        for (is, parameter) in [(self.stored, "; stored"), (self.collapsed, "; collapsed")] {
            if is {
                member.push_str(parameter);
            }
        }
        if let Some(detail) = self.detail {
            member.push_str("; detail=");
            member.push_str(detail);
        }
        member
    }
}

impl Came {
    /// The parameter that says so.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Came::Hit => "hit",
            Came::Bypass => "fwd=bypass",
            Came::Method => "fwd=method",
            Came::UriMiss => "fwd=uri-miss",
            Came::VaryMiss => "fwd=vary-miss",
            Came::Request => "fwd=request",
            Came::Stale => "fwd=stale",
            Came::Partial => "fwd=partial",
            Came::Refused => "detail=only-if-cached",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_happened_is_written_as_parameters() {
        let check = |status: CacheStatus, expected: &str| assert_eq!(status.member(), expected);
        let new = CacheStatus::new;
        check(new(Came::Hit), "Longshore; hit");
        check(CacheStatus { ttl: Some(376), ..new(Came::Hit) }, "Longshore; hit; ttl=376");
        check(
            CacheStatus { ttl: Some(-5), detail: Some("stale-while-revalidate"), ..new(Came::Hit) },
            "Longshore; hit; ttl=-5; detail=stale-while-revalidate",
        );
        check(CacheStatus { stored: true, ..new(Came::UriMiss) }, "Longshore; fwd=uri-miss; stored");
        check(
            CacheStatus { forwarded_status: Some(304), ttl: Some(60), stored: true, ..new(Came::Stale) },
            "Longshore; fwd=stale; fwd-status=304; ttl=60; stored",
        );
        check(CacheStatus { collapsed: true, ..new(Came::VaryMiss) }, "Longshore; fwd=vary-miss; collapsed");
        for (came, expected) in [
            (Came::Bypass, "Longshore; fwd=bypass"),
            (Came::Method, "Longshore; fwd=method"),
            (Came::Request, "Longshore; fwd=request"),
            (Came::Partial, "Longshore; fwd=partial"),
            (Came::Refused, "Longshore; detail=only-if-cached"),
        ] {
            check(new(came), expected);
        }
    }

    #[test]
    fn it_comes_after_what_other_caches_said() {
        let mut headers: Headers = [("cache-status", "origin-cdn; hit")].into_iter().collect();
        CacheStatus::new(Came::Hit).append_to(&mut headers);
        assert_eq!(headers.get("cache-status").as_deref(), Some("origin-cdn; hit, Longshore; hit"));
    }
}
