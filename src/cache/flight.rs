//! Single flight: one upstream fetch for all who ask for the same thing at the same time.
//! Does not fetch, and shares no body: it only says who fetches and who waits.

use super::key::without_fragment;
use crate::http::{CacheMode, Credentials, Method, Mode, RequestHead};
use crate::ids::Generation;

/// Everything in which two requests must agree to share one fetch.
///
/// The whole header list stands in it, since `Vary` is known only from the answer; so Authorization does too.
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

/// The fetches under way, and who waits for each. A flight is known by its pilot: the one who asked the network for all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flights<W> {
    open: Vec<Flight<W>>,
}

/// One fetch under way.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Flight<W> {
    /// Who fetches.
    pilot: W,
    /// In what those who join must agree.
    key: FlightKey,
    /// Who waits, in the order they came; the pilot is not among them.
    passengers: Vec<W>,
}

impl FlightKey {
    /// The key of a request that may share a fetch; `None` for one that must have its own: not a GET, one for a part, or one whose
    /// cache mode says how it wants to be fetched.
    #[must_use]
    pub fn of(request: &RequestHead, identity: &str, generation: Generation) -> Option<FlightKey> {
        let ranged = request.headers.has("range");
        if request.method != Method::Get || request.cache != CacheMode::Default || ranged {
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
        Flights { open: Vec::new() }
    }
}

impl<W: Copy + PartialEq> Flights<W> {
    /// Joins the flight of this key, or opens it, and gives its pilot: whoever finds itself there must fetch, and tell the others.
    pub fn board(&mut self, key: FlightKey, who: W) -> W {
        if let Some(flight) = self.open.iter_mut().find(|flight| flight.key == key) {
            flight.passengers.push(who);
            return flight.pilot;
        }
        self.open.push(Flight { pilot: who, key, passengers: Vec::new() });
        who
    }

    /// Goes on waiting for a flight, after its passengers have been let out.
    pub fn stay(&mut self, pilot: W, who: W) {
        if let Some(flight) = self.of(pilot) {
            flight.passengers.push(who);
        }
    }

    /// Whether anyone waits for the flight beside its pilot.
    #[must_use]
    pub fn has_passengers(&mut self, pilot: W) -> bool {
        self.of(pilot).is_some_and(|flight| !flight.passengers.is_empty())
    }

    /// Lets out those who wait. The flight stays open: whoever comes before its answer is stored waits for that.
    pub fn let_out(&mut self, pilot: W) -> Vec<W> {
        self.of(pilot).map(|flight| std::mem::take(&mut flight.passengers)).unwrap_or_default()
    }

    /// Ends the flight, well or badly, and gives those who wait for it.
    pub fn land(&mut self, pilot: W) -> Vec<W> {
        let place = self.open.iter().position(|flight| flight.pilot == pilot);
        place.map(|place| self.open.swap_remove(place).passengers).unwrap_or_default()
    }

    fn of(&mut self, pilot: W) -> Option<&mut Flight<W>> {
        self.open.iter_mut().find(|flight| flight.pilot == pilot)
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
        let key = |url: &str| FlightKey::of(&RequestHead::get(url), "", Generation(1)).expect("it can be shared");
        let (x, y) = (key("https://a.example/x"), key("https://a.example/y"));
        let mut flights = Flights::default();
        assert_eq!(
            [(&x, 1), (&x, 2), (&y, 3), (&x, 4)].map(|(key, who)| flights.board(key.clone(), who)),
            [1, 1, 3, 1]
        );
        assert!(flights.has_passengers(1) && !flights.has_passengers(3));
        assert_eq!(flights.let_out(1), [2, 4]);
        flights.stay(1, 4);
        assert_eq!(flights.board(x.clone(), 5), 1, "it stays open until it has landed");
        assert_eq!(flights.land(1), [4, 5]);
        assert_eq!(flights.land(1), Vec::<i32>::new());
        assert_eq!(flights.board(x, 6), 6);
        assert_eq!(flights.land(3), Vec::<i32>::new());
    }
}
