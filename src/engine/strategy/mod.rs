//! The strategies, one file each: what happens once it is known what is stored.
//! What happens to the network's answer is the same for all and lives in `exchange`.

mod by_http;
mod cache_first;
mod cache_only;
mod network_first;
mod network_only;
mod stale_while_revalidate;

pub use by_http::begin as begin_by_http;

use super::action::Standing;
use super::exchange::Exchange;
use crate::freshness::Ask;
use crate::route::Strategy;
use crate::time::Timestamp;

/// The first step after the lookup. What the request itself demands comes before the route's strategy.
pub fn begin(exchange: &mut Exchange, ask: Ask, now: Timestamp) {
    let stored = exchange.standing != Standing::Missing;
    match ask {
        // RFC 9111, 5.2.1.7 and fetch's `only-if-cached`: the stored answer or none.
        Ask::StoredOnly => cache_only::begin(exchange, now),
        Ask::StoredAnyAge if stored => cache_only::begin(exchange, now),
        Ask::NetworkOnly | Ask::Reload => network_only::begin(exchange, now),
        Ask::Revalidate if exchange.plan.strategy.stores() => network_first::begin(exchange, now),
        Ask::Normal | Ask::Revalidate | Ask::StoredAnyAge => match exchange.plan.strategy {
            Strategy::CacheFirst => cache_first::begin(exchange, now),
            Strategy::NetworkFirst => network_first::begin(exchange, now),
            Strategy::StaleWhileRevalidate => stale_while_revalidate::begin(exchange, now),
            Strategy::NetworkOnly => network_only::begin(exchange, now),
            Strategy::CacheOnly => cache_only::begin(exchange, now),
        },
    }
}
