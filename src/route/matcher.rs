//! What a route looks at in a request.
//! Does not run the app's functions: their verdict is handed in.

use super::Pattern;
use super::address::Address;
use crate::http::Headers;

/// The route's `match`: which URLs it is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matcher {
    /// No `match` given: every URL of the own origin, and of no other.
    OwnOrigin,
    /// Any of these patterns.
    Patterns(Vec<Pattern>),
    /// A function of the app, which runs in the shell and may name any origin.
    Hook,
}

/// One entry of a route's `header`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeaderRule {
    /// The field's name in lower case.
    pub name: String,
    /// The value it must have, exactly and in full; `None` when being there is enough.
    pub value: Option<String>,
}

impl Matcher {
    /// Whether it takes this URL; `hook` is the function's verdict, asked for only when there is a function.
    #[must_use]
    pub fn matches(&self, url: &str, scope_origin: &str, hook: impl FnOnce() -> bool) -> bool {
        match self {
            Matcher::OwnOrigin => Address::of(url).origin == scope_origin,
            Matcher::Patterns(patterns) => patterns.iter().any(|pattern| pattern.matches(url, scope_origin)),
            Matcher::Hook => hook(),
        }
    }
}

impl HeaderRule {
    /// Whether a request's fields satisfy it. Names are compared without case (RFC 9110, 5.1), values with.
    #[must_use]
    pub fn matches(&self, headers: &Headers) -> bool {
        match (&self.value, headers.get(&self.name)) {
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(wanted), Some(found)) => *wanted == found,
        }
    }
}
