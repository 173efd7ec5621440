//! `respect: "http"`: RFC 9111 and RFC 5861 say how what is stored is used, whatever the strategy.

use super::{cache_only, network_only};
use crate::engine::exchange::Exchange;
use crate::freshness::{Ask, Invalidation, Ruling, may_use, rule};
use crate::time::Timestamp;

pub fn begin(exchange: &mut Exchange, invalidation: Invalidation, now: Timestamp) {
    let ruling = exchange.stored.as_ref().map(|entry| rule(entry.view(), &exchange.head, invalidation, now));
    match ruling {
        Some(Ruling::Use) => exchange.end_with_stored(now),
        Some(Ruling::UseAndRevalidate) => {
            exchange.answer_stored(now);
            exchange.fetch(now);
        }
        Some(Ruling::Validate(stand_in)) => {
            exchange.stand_in = stand_in;
            exchange.fetch(now);
        }
        Some(Ruling::PassBy) => network_only::begin(exchange, now),
        Some(Ruling::Refuse) => exchange.refuse(504, "what is stored is stale, and only the store may answer it"),
        None if may_use(&exchange.head) == Ask::StoredOnly => cache_only::begin(exchange, now),
        None => exchange.fetch(now),
    }
}
