//! What every tab is told: events, numbered so that a gap shows.
//! Carries metadata only; a tab that wants the data reads it again through the worker.

mod event;
mod sequence;

pub use event::{Event, Subject};
pub use sequence::{Envelope, Sequence};
