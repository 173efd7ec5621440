//! The whole worker without a browser: reads, writes, commits and timers put together.
//!
//! [`Engine`] takes what happens (`begin`, `submit`, `on_*`) and is drained of [`Effect`]s with `poll_output`. It knows the
//! store, the network and the tabs by those effects only, so that it runs the same under `cargo test`.

pub mod config;

mod action;
mod answer;
mod effect;
mod exchange;
mod flights;
mod installing;
#[cfg(feature = "desk")]
pub mod layers;
mod machine;
mod plan;
mod precaching;
mod reads;
mod storing;
mod strategy;
mod under_way;
mod writes;

pub use answer::problem;
pub use effect::{Answer, CommitResult, Committed, Compare, Durability, Effect, Keep, Op, Reason, Upstream};
pub use exchange::PRECACHE;
pub use installing::Aim;
pub use machine::{Engine, Instance};
pub use plan::{Taken, absolute};
pub use writes::{Lock, WriteRequest};

#[cfg(test)]
mod tests;
