//! The queue of writes: kept before they are sent, sent in order, never dropped before the server has answered.
//!
//! [`Queue`] is the machine: [`Input`] in, [`Output`] out, nothing else. A status code becomes a [`Verdict`] in
//! `verdict.rs`; which row goes next is decided in `schedule.rs`.

mod row;

mod command;
mod input;
mod output;
mod reply;

mod backoff;
mod reach;
mod slot;
mod verdict;

mod answer;
mod commit;
mod control;
mod lock;
#[allow(clippy::module_inception, reason = "a file is named for the type it defines")]
mod queue;
mod reconcile;
mod schedule;
mod submit;
mod wake;

#[cfg(test)]
mod tests;

pub use command::{Command, CommandError, Only};
pub use input::{Input, Submission, Wake};
pub use output::{Change, Output, RowOp, TimerReason, Touch};
pub use queue::{Options, Queue};
pub use reach::Reach;
pub use reconcile::{Reconciled, Side};
pub use reply::{FullReason, QueuedReason, Reply};
pub use row::{BodyFacts, Cause, Draft, OnConflict, OnRetryable, Owner, Row, State};
pub use verdict::{Verdict, judge};
