//! Cache-first: a fresh stored answer costs no network; a stale one is asked about first and stands by.

use crate::engine::action::Standing;
use crate::engine::exchange::Exchange;
use crate::time::Timestamp;

pub fn begin(exchange: &mut Exchange, now: Timestamp) {
    match exchange.standing {
        Standing::Fresh => exchange.end_with_fresh(now),
        Standing::Stale | Standing::Invalidated | Standing::Missing => exchange.fetch_patiently(now),
    }
}
