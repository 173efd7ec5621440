//! Network-first: the network's answer, unless it fails or the route's timeout passes while a stored one stands by.

use crate::engine::exchange::Exchange;
use crate::time::Timestamp;

pub fn begin(exchange: &mut Exchange, now: Timestamp) {
    exchange.fetch_patiently(now);
}
