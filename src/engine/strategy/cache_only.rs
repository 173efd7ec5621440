//! Cache-only: the stored answer, however old, or 504 (RFC 9111, 5.2.1.7).

use crate::engine::action::Standing;
use crate::engine::exchange::Exchange;
use crate::time::Timestamp;

pub fn begin(exchange: &mut Exchange, now: Timestamp) {
    match exchange.standing {
        Standing::Missing => {
            exchange.refuse(504, "nothing is stored for this request, and only the store may answer it")
        }
        Standing::Fresh | Standing::Stale | Standing::Invalidated => exchange.end_with_stored(now),
    }
}
