//! The mark on a stored answer that it may go out as it is.
//! Does not say when one is made: `freshness` does.

use crate::time::Timestamp;

/// Any plain GET may have the stored answer, in this time, unless a write has touched it. What a plain GET is, the worker shell knows
/// (`sw/shell/ready.js`), which answers by the mark alone, without the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ready {
    /// From then on: a clock that was set back says nothing of its age.
    pub from: Timestamp,
    /// No longer then.
    pub until: Timestamp,
    /// When its age was zero: what `Age` counts from (RFC 9111, 5.1).
    pub born: Timestamp,
    /// The route that judged so, by its place in the config: another may judge otherwise. `None` for what is precached.
    pub route: Option<usize>,
}
