//! What a route looks at in a request, and whether it takes it.
//! Does not run the app's functions: their verdict is handed in.

use super::Pattern;
use super::address::Address;
use crate::http::{Headers, Method, Mode, RequestHead};

/// The conditions of an entry of `routes` or `mutations`. All that are given must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// `match`: which URLs. Default for reads: all of the own origin; writes must say.
    pub matcher: Matcher,
    /// `method` or `methods`. Default: GET and HEAD for reads; POST, PUT, PATCH and DELETE for writes.
    pub methods: Vec<Method>,
    /// `destination`: fetch's words such as `image`; the empty one is a plain `fetch()`. Default (empty list): any.
    pub destinations: Vec<String>,
    /// `mode`: fetch's words such as `navigate`. Default (empty list): any; for writes without `forms` all but `navigate`.
    pub modes: Vec<Mode>,
    /// `header`: fields that must all be there. Default: none.
    pub headers: Vec<HeaderRule>,
}

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

impl Conditions {
    /// Whether they take this request; `hook` is their function's verdict, asked for last.
    #[must_use]
    pub fn hold(&self, head: &RequestHead, scope_origin: &str, hook: impl FnOnce() -> bool) -> bool {
        self.methods.contains(&head.method)
            && (self.destinations.is_empty() || self.destinations.contains(&head.destination))
            && (self.modes.is_empty() || self.modes.contains(&head.mode))
            && self.headers.iter().all(|rule| rule.matches(&head.headers))
            && self.matcher.matches(&head.url, scope_origin, hook)
    }
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
