//! Network-only: nothing stored is used, save the route's fallback when the network gives nothing.

use crate::engine::exchange::Exchange;
use crate::time::Timestamp;

pub fn begin(exchange: &mut Exchange, now: Timestamp) {
    exchange.set_aside();
    exchange.fetch(now);
}
