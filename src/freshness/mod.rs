//! What RFC 9111 says of a stored response: whether it may be kept, used as it is, or must be asked about again.
//! Knows nothing of keys, stores, tags or strategies.
//!
//! Not implemented yet: heuristic freshness (4.2.2), the request's `max-age`, `max-stale` and `min-fresh` (5.2.1), the
//! windows of RFC 5861, several variants of one URL (4.1), ranges (3.4).

mod age;
mod ask;
mod reuse;
mod storable;
mod stored;
mod validation;

pub use age::{current_age, served};
pub use ask::{Ask, may_use};
pub use reuse::{Invalidation, Lifetime, Policy, Reuse, assess};
pub use storable::{Refusal, storable};
pub use stored::{Stored, selected, vary_matches};
pub use validation::{conditions, confirms, refresh};
