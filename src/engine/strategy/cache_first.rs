//! Cache-first: a fresh stored answer costs no network; a stale one is asked about first and stands by.

use crate::engine::action::{Action, Standing};
use crate::engine::exchange::Exchange;
use crate::time::Timestamp;

pub fn begin(exchange: &mut Exchange, now: Timestamp) -> Vec<Action> {
    match exchange.standing {
        Standing::Fresh => {
            let mut actions = exchange.answer_stored(now);
            actions.extend(exchange.finish());
            actions
        }
        Standing::Stale | Standing::Invalidated => exchange.fetch_patiently(now),
        Standing::Missing => exchange.fetch(now),
    }
}
