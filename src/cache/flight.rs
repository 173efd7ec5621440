//! Single flight: one upstream fetch for all who ask for the same thing at the same time.
//! Does not fetch, and shares no body: it only says who fetches and who waits.

use super::key::without_fragment;
use crate::http::{CacheMode, Credentials, Method, Mode, RequestHead};
use crate::ids::Generation;

/// Everything in which two requests must agree to share one fetch.
///
/// The whole header list stands in it, since `Vary` is known only from the answer; so Authorization and Range do too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlightKey {
    /// The URL without fragment.
    url: String,
    /// Every header field, sorted by name; lines of one name keep their order.
    headers: Vec<(String, String)>,
    /// Fetch's request mode.
    mode: Mode,
    /// Fetch's credentials mode.
    credentials: Credentials,
    /// Fetch's redirect mode.
    redirect: String,
    /// Whose data it is, or which route stores the answer: a route that stores nothing cannot store for another.
    identity: String,
    /// The generation it begins under: after a write nobody joins a fetch from before it.
    generation: Generation,
}

/// What who boards a flight does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boarding {
    /// Nobody fetches it yet: fetch, and tell the others.
    Pilot,
    /// Someone fetches it already: wait until they land.
    Passenger,
}

/// The fetches under way, and who waits for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flights<W> {
    /// A flight's passengers in the order they came; the pilot is not among them.
    waiting: Vec<(FlightKey, Vec<W>)>,
}

impl FlightKey {
    /// The key of a request that may share a fetch; `None` for one that must have its own: not a GET, or one whose
    /// cache mode says how it wants to be fetched.
    #[must_use]
    pub fn of(request: &RequestHead, identity: &str, generation: Generation) -> Option<FlightKey> {
        if request.method != Method::Get || request.cache != CacheMode::Default {
            return None;
        }
        let mut headers: Vec<(String, String)> = Vec::new();
        for (name, value) in request.headers.iter() {
            let name = name.to_ascii_lowercase();
            let place = headers.partition_point(|(other, _)| *other <= name);
            headers.insert(place, (name, value.to_owned()));
        }
        Some(FlightKey {
            url: without_fragment(&request.url).to_owned(),
            headers,
            mode: request.mode,
            credentials: request.credentials,
            redirect: request.redirect.clone(),
            identity: identity.to_owned(),
            generation,
        })
    }
}

impl<W> Default for Flights<W> {
    fn default() -> Flights<W> {
        Flights { waiting: Vec::new() }
    }
}

impl<W> Flights<W> {
    /// Joins the flight of this key, or opens it.
    pub fn board(&mut self, key: &FlightKey, who: W) -> Boarding {
        match self.waiting.iter_mut().find(|(other, _)| other == key) {
            Some((_, passengers)) => {
                passengers.push(who);
                Boarding::Passenger
            }
            None => {
                self.waiting.push((key.clone(), Vec::new()));
                Boarding::Pilot
            }
        }
    }

    /// Whether anyone waits for the flight beside its pilot.
    #[must_use]
    pub fn has_passengers(&self, key: &FlightKey) -> bool {
        self.waiting.iter().any(|(other, passengers)| other == key && !passengers.is_empty())
    }

    /// Ends the flight, well or badly, and gives those who wait for it.
    pub fn land(&mut self, key: &FlightKey) -> Vec<W> {
        let place = self.waiting.iter().position(|(other, _)| other == key);
        place.map(|place| self.waiting.swap_remove(place).1).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> RequestHead {
        RequestHead::get("https://a.example/x")
    }

    fn with(pairs: &[(&str, &str)]) -> RequestHead {
        RequestHead { headers: pairs.iter().copied().collect(), ..plain() }
    }

    #[test]
    fn only_requests_that_agree_in_everything_share_a_fetch() {
        let check = |one: RequestHead, other: RequestHead, shared: bool| {
            let (first, second) = (FlightKey::of(&one, "", Generation(1)), FlightKey::of(&other, "", Generation(1)));
            assert_eq!(first.is_some() && first == second, shared, "{one:?} {other:?}");
        };
        check(plain(), plain(), true);
        check(plain(), RequestHead::get("https://a.example/x#top"), true);
        check(plain(), RequestHead::get("https://a.example/x?"), false);
        check(with(&[("a", "1"), ("b", "2")]), with(&[("B", "2"), ("A", "1")]), true);
        check(with(&[("a", "1"), ("a", "2")]), with(&[("a", "2"), ("a", "1")]), false);
        check(with(&[("authorization", "x")]), with(&[("authorization", "y")]), false);
        check(with(&[("range", "bytes=0-1")]), plain(), false);
        check(with(&[("accept", "x")]), with(&[("accept", "y")]), false);
        check(plain(), RequestHead { credentials: Credentials::Include, ..plain() }, false);
        check(plain(), RequestHead { mode: Mode::NoCors, ..plain() }, false);
        check(plain(), RequestHead { redirect: "manual".to_owned(), ..plain() }, false);
        let post = RequestHead { method: Method::Post, ..plain() };
        check(post.clone(), post, false);
        for cache in
            [CacheMode::NoStore, CacheMode::Reload, CacheMode::NoCache, CacheMode::ForceCache, CacheMode::OnlyIfCached]
        {
            let request = RequestHead { cache, ..plain() };
            check(request.clone(), request, false);
        }
    }

    #[test]
    fn another_person_or_another_generation_fetches_anew() {
        let of = |identity: &str, generation: u64| FlightKey::of(&plain(), identity, Generation(generation));
        assert_eq!(of("ann", 1), of("ann", 1));
        assert_ne!(of("ann", 1), of("bob", 1));
        assert_ne!(of("ann", 1), of("ann", 2));
    }

    #[test]
    fn the_first_fetches_and_the_others_wait_in_order() {
        let mut flights = Flights::default();
        let keys = ["https://a.example/x", "https://a.example/y"]
            .map(|url| FlightKey::of(&RequestHead::get(url), "", Generation(1)));
        let [Some(x), Some(y)] = &keys else { panic!("both can be shared") };
        assert_eq!(flights.board(x, 1), Boarding::Pilot);
        assert_eq!(flights.board(x, 2), Boarding::Passenger);
        assert_eq!(flights.board(y, 3), Boarding::Pilot);
        assert_eq!(flights.board(x, 4), Boarding::Passenger);
        assert_eq!(flights.land(x), [2, 4]);
        assert_eq!(flights.land(x), Vec::<i32>::new());
        assert_eq!(flights.board(x, 5), Boarding::Pilot);
        assert_eq!(flights.land(y), Vec::<i32>::new());
    }
}
