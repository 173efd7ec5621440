//! Stale-while-revalidate (RFC 5861, section 3): a fresh answer costs no network, a stale one goes out at once and is
//! revalidated behind it. An invalidated one is known to be wrong, so the network is asked first.

use crate::engine::action::Standing;
use crate::engine::exchange::Exchange;
use crate::time::Timestamp;

pub fn begin(exchange: &mut Exchange, now: Timestamp) {
    match exchange.standing {
        Standing::Fresh => exchange.end_with_fresh(now),
        Standing::Stale => {
            exchange.answer_stored(now);
            exchange.fetch(now);
        }
        Standing::Invalidated | Standing::Missing => exchange.fetch_patiently(now),
    }
}
