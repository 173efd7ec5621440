//! First match wins, in written order.
//! Does not remember anything between requests.

use super::{MutationRoute, Route};
use crate::http::RequestHead;

/// The config's `routes`, seen from the worker's origin.
#[derive(Clone, Copy, Debug)]
pub struct RouteTable<'a> {
    /// The worker's origin, such as `https://app.example`.
    origin: &'a str,
    /// The routes in written order.
    routes: &'a [Route],
}

/// The config's `mutations`, seen from the worker's origin.
#[derive(Clone, Copy, Debug)]
pub struct MutationTable<'a> {
    /// The worker's origin, such as `https://app.example`.
    origin: &'a str,
    /// The mutation routes in written order.
    mutations: &'a [MutationRoute],
}

impl<'a> RouteTable<'a> {
    /// Looks at routes from this origin.
    #[must_use]
    pub fn new(routes: &'a [Route], origin: &'a str) -> RouteTable<'a> {
        RouteTable { origin, routes }
    }

    /// The index of the route that takes this request; `hooks` gives the verdict of the function at an index, and is asked
    /// only about routes whose other conditions hold.
    #[must_use]
    pub fn find(&self, head: &RequestHead, hooks: &dyn Fn(usize) -> bool) -> Option<usize> {
        let mut routes = self.routes.iter().enumerate();
        routes.find(|(index, route)| route.matches(head, self.origin, || hooks(*index))).map(|(index, _)| index)
    }
}

impl<'a> MutationTable<'a> {
    /// Looks at mutation routes from this origin.
    #[must_use]
    pub fn new(mutations: &'a [MutationRoute], origin: &'a str) -> MutationTable<'a> {
        MutationTable { origin, mutations }
    }

    /// The index of the mutation route that takes this request; `hooks` as in [`RouteTable::find`].
    #[must_use]
    pub fn find(&self, head: &RequestHead, hooks: &dyn Fn(usize) -> bool) -> Option<usize> {
        let mut mutations = self.mutations.iter().enumerate();
        mutations.find(|(index, route)| route.matches(head, self.origin, || hooks(*index))).map(|(index, _)| index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Method, Mode};
    use crate::route::{Matcher, Pattern, Strategy};

    const ORIGIN: &str = "https://app.example";

    fn patterns(text: &str) -> Matcher {
        Matcher::Patterns(vec![Pattern::parse(text).unwrap()])
    }

    #[test]
    fn functions_are_asked_in_order_and_only_when_the_rest_holds() {
        let mut other = Route::new(Matcher::Hook, Strategy::CacheFirst);
        other.destinations = vec!["image".to_owned()];
        let routes =
            [other, Route::new(Matcher::Hook, Strategy::CacheFirst), Route::new(patterns("/*"), Strategy::CacheOnly)];
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

    #[test]
    fn form_navigations_are_mutations_only_with_forms() {
        let mut with_forms = MutationRoute::new(patterns("/*"));
        with_forms.forms = Some("/sent".to_owned());
        let routes = [MutationRoute::new(patterns("/*")), with_forms];
        let table = MutationTable::new(&routes, ORIGIN);
        let mut head = RequestHead::get("https://app.example/api/cards");
        assert_eq!(table.find(&head, &|_| true), None, "a GET is no mutation");
        head.method = Method::Post;
        assert_eq!(table.find(&head, &|_| true), Some(0));
        head.mode = Mode::Navigate;
        assert_eq!(table.find(&head, &|_| true), Some(1));
    }
}
