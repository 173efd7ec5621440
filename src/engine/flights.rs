//! The fetches that exchanges share: who asks the network, and what those hear who wait.
//! Who may share with whom is `cache`'s to say.

use super::action::Action;
use super::effect::{Effect, Upstream};
use super::machine::{Engine, Job};
use crate::cache::FlightKey;
use crate::fault::FetchError;
use crate::freshness::is_conditional;
use crate::http::{CacheMode, ResponseHead, bare, digits};
use crate::ids::{BodyId, ExchangeId, Generation};
use crate::time::Timestamp;

/// Passengers share a body of at most this many bytes; a larger one they read from the store.
const SHARED_BYTES: i64 = 1 << 20;

impl Engine {
    /// Fetches alone, or joins whoever is fetching the same already.
    pub(super) fn take_off(&mut self, id: ExchangeId, mut upstream: Upstream) {
        let generation = self.generations.current();
        match self.jobs.get_mut(&id) {
            Some(Job::Page { exchange, pilot }) => {
                exchange.generation = generation;
                if let Some(key) = FlightKey::of(&exchange.head, &exchange.plan.group, generation) {
                    let first = self.flights.board(key, id);
                    *pilot = Some(first);
                    if first != id {
                        return;
                    }
                    let (url, tags) = (bare(&exchange.head.url), &exchange.plan.tags);
                    if exchange.plan.strategy.stores()
                        && self.generations.is_invalidated(url, tags, Generation::default())
                    {
                        // Written to: the browser's own cache, which no write of ours clears, may hold the state before.
                        upstream.cache = Some(CacheMode::NoCache);
                    }
                }
            }
            Some(Job::Precache(precaching)) => precaching.generation = generation,
            None => {}
        }
        self.push(Effect::Fetch { exchange: id, upstream });
    }

    /// The pilot's answer is there: passengers get it too, or wait until it is stored.
    pub(super) fn disembark(
        &mut self,
        id: ExchangeId,
        result: &Result<(ResponseHead, BodyId), FetchError>,
        stores: bool,
        now: Timestamp,
    ) {
        let passengers = self.flights.let_out(id);
        if !stores {
            self.flights.land(id);
            self.leave(id);
        }
        let head = result.as_ref().ok().map(|(head, _)| head);
        let length = head.and_then(|head| digits(head.headers.first("content-length")?));
        let large = length.is_some_and(|length| length > SHARED_BYTES);
        for passenger in passengers {
            if large && stores {
                self.flights.stay(id, passenger);
                continue;
            }
            self.leave(passenger);
            let Some(Job::Page { exchange, .. }) = self.jobs.get_mut(&passenger) else { continue };
            let unasked = head.is_some_and(|head| head.status == 304)
                && exchange.stored.is_none()
                && !is_conditional(&exchange.head.headers);
            if unasked {
                // The pilot asked with its stored answer's validators; this one has none to stand by.
                exchange.look_again();
            } else {
                exchange.on_response(result, now);
                for action in &mut exchange.actions {
                    if matches!(action, Action::Commit { .. }) {
                        // The pilot stores for all.
                        *action = Action::Finish(Ok(()));
                    }
                }
            }
            self.act(passenger, now);
        }
    }

    /// A pilot is over. If its answer is stored now, those who came late look there.
    pub(super) fn land(&mut self, pilot: ExchangeId, now: Timestamp) {
        for late in self.flights.land(pilot) {
            self.leave(late);
            if let Some(Job::Page { exchange, .. }) = self.jobs.get_mut(&late) {
                exchange.look_again();
            }
            self.act(late, now);
        }
    }

    /// It shares no fetch any more.
    fn leave(&mut self, id: ExchangeId) {
        if let Some(Job::Page { pilot, .. }) = self.jobs.get_mut(&id) {
            *pilot = None;
        }
    }
}
