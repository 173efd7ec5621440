//! First match wins, in written order.
//! Does not remember anything between requests.

use super::Conditions;
use crate::http::RequestHead;

/// The config's `routes`, or its `mutations`, seen from the worker's origin.
#[derive(Clone, Copy, Debug)]
pub struct RouteTable<'a> {
    /// The worker's origin, such as `https://app.example`.
    origin: &'a str,
    /// The conditions of each in written order.
    routes: &'a [Conditions],
}

impl<'a> RouteTable<'a> {
    /// Looks at routes from this origin.
    #[must_use]
    pub fn new(routes: &'a [Conditions], origin: &'a str) -> RouteTable<'a> {
        RouteTable { origin, routes }
    }

    /// The index of the route that takes this request; `hooks` gives the verdict of the function at an index, and is asked
    /// only about routes whose other conditions hold.
    #[must_use]
    pub fn find(&self, head: &RequestHead, hooks: &dyn Fn(usize) -> bool) -> Option<usize> {
        let mut routes = self.routes.iter().enumerate();
        routes.find(|(index, route)| route.hold(head, self.origin, || hooks(*index))).map(|(index, _)| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Method;
    use crate::route::{Matcher, Pattern};

    const ORIGIN: &str = "https://app.example";

    fn reads(matcher: Matcher) -> Conditions {
        Conditions {
            matcher,
            methods: vec![Method::Get, Method::Head],
            destinations: Vec::new(),
            modes: Vec::new(),
            headers: Vec::new(),
        }
    }

    #[test]
    fn functions_are_asked_in_order_and_only_when_the_rest_holds() {
        let images = Conditions { destinations: vec!["image".to_owned()], ..reads(Matcher::Hook) };
        let patterns = Matcher::Patterns(vec![Pattern::parse("/*").unwrap()]);
        let routes = [images, reads(Matcher::Hook), reads(patterns)];
        let table = RouteTable::new(&routes, ORIGIN);
        let asked = std::cell::RefCell::new(Vec::new());
        let find = |url: &str, verdict: bool| {
            let hook = |index| {
                asked.borrow_mut().push(index);
                verdict
            };
            table.find(&RequestHead::get(url), &hook)
        };
        assert_eq!(find("https://app.example/a", true), Some(1));
        assert_eq!(find("https://app.example/a", false), Some(2));
        assert_eq!(find("https://elsewhere.example/a", true), Some(1), "a function may name any origin");
        assert_eq!(find("https://elsewhere.example/a", false), None);
        assert_eq!(asked.into_inner(), [1, 1, 1, 1]);
    }
}
