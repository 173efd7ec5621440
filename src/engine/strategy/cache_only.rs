//! Cache-only: the stored answer, however old, or 504 (RFC 9111, 5.2.1.7).

use crate::engine::action::Action;
use crate::engine::exchange::Exchange;
use crate::time::Timestamp;

pub fn begin(exchange: &mut Exchange, now: Timestamp) -> Vec<Action> {
    let mut actions = exchange.answer_stored(now);
    if actions.is_empty() {
        return exchange.refuse(504, "nothing is stored for this request, and only the store may answer it");
    }
    actions.extend(exchange.finish());
    actions
}
