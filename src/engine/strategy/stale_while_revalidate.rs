//! Stale-while-revalidate (RFC 5861, section 3): a fresh answer costs no network, a stale one goes out at once and is
//! revalidated behind it. An invalidated one is known to be wrong, so the network is asked first.

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
        Standing::Stale => {
            let mut actions = exchange.answer_stored(now);
            actions.extend(exchange.fetch(now));
            actions
        }
        Standing::Invalidated => exchange.fetch_patiently(now),
        Standing::Missing => exchange.fetch(now),
    }
}
