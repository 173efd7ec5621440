//! The queue's machine: inputs in, outputs out, no clock, no store, no network of its own.
//! Keeps in memory only what the store can give back.

use super::{Input, Output, Owner, Row};
use crate::time::Timestamp;
use std::collections::VecDeque;

/// What the app can set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// The most rows that may wait; `None`: as many as the browser's quota holds.
    pub max_pending: Option<usize>,
}

/// The queue of one worker instance.
#[derive(Debug)]
pub struct Queue {
    owner: Owner,
    options: Options,
    outputs: VecDeque<Output>,
}

impl Queue {
    /// An empty queue; `owner` must differ from every other worker instance's.
    #[must_use]
    pub fn new(owner: Owner, options: Options) -> Queue {
        Queue { owner, options, outputs: VecDeque::new() }
    }

    /// Takes over the rows that earlier instances left in the store; `Wake::Start` then sets them going.
    pub fn restore(&mut self, rows: Vec<Row>, now: Timestamp) {
        let _ = (rows, now);
    }

    /// Takes in one thing that happened; drain [`Queue::poll_output`] after it.
    pub fn handle_input(&mut self, input: Input, now: Timestamp) {
        let _ = (input, now, &self.owner, &self.options);
    }

    /// The next thing to do, until there is none.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// Every row that is in the store, in creation order.
    pub fn list(&self) -> impl Iterator<Item = &Row> {
        std::iter::empty()
    }

    /// Whether nothing is under way and nothing could be sent now.
    #[must_use]
    pub fn is_idle(&self, now: Timestamp) -> bool {
        let _ = now;
        true
    }

    /// When the queue next wants `Wake::Timer`.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        None
    }
}
