//! What every tab is told: events, numbered so that a gap shows.
//! Carries metadata only; a tab that wants the data reads it again through the worker.

mod sequence;

pub use crate::event::{Event, News, Subject};
pub use sequence::{Envelope, Sequence};
