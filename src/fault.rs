//! What the outside world can answer in place of success.
//! Does not decide what follows: the machines above do.

use thiserror::Error;

/// A storage call that did not happen.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum StoreError {
    /// The origin's quota is used up; carries the browser's own words.
    #[error("storage is full: {0}")]
    Quota(String),
    /// Anything else, by the DOM error's name and message.
    #[error("storage failed: {0}")]
    Failed(String),
}

/// A fetch that brought no answer.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FetchError {
    /// The network gave no answer, or cut it off; carries the browser's own words.
    #[error("the network failed: {0}")]
    Network(String),
    /// Our own time limit passed first; whether the server acted on it is unknown.
    #[error("no answer in time")]
    Timeout,
    /// Nothing was sent: what it needs is not made yet, and waits in another lane.
    #[error("what it needs is not made yet")]
    Early,
    /// Nothing was sent: whoever is there now is not whose write it is, or has no credentials.
    #[error("it is sent under another identity only")]
    Withheld,
    /// Nothing was sent and nothing can be: the body that the write was kept with is gone, or what stands in its place in words.
    #[error("{0}")]
    Unsendable(String),
}
