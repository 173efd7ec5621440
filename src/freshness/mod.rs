//! What RFC 9111 says of a stored response: whether it may be kept, used as it is, or must be asked about again.
//! Knows nothing of keys, stores, tags or strategies.
//!
//! Not implemented: parts joined (3.4). Where variants (4.1) and parts (3.3) of a URL lie is for `cache/key.rs` to say.

mod age;
mod ask;
mod fields;
mod lifetime;
mod ready;
mod reuse;
mod ruling;
mod storable;
mod stored;
mod validation;

pub use age::{current_age, served};
pub use ask::{Ask, is_conditional, may_use};
pub use fields::strip;
pub use ready::ready;
pub use reuse::{Invalidation, Lifetime, Policy, Respect, Reuse, assess, ttl};
pub use ruling::{Ruling, StandIn, rule};
pub use storable::{Refusal, storable, storable_by_http};
pub use stored::{Stored, selected, vary_matches};
pub use validation::{conditions, confirms, refresh, refresh_by_head};
