//! What is wrong with a config: where, and what is wrong there.
//! Does not say it to anybody: the shell puts it on the console and rejects `register()` with it.

use thiserror::Error;

/// One error of a config.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path}: {problem}")]
pub struct ConfigError {
    /// Where, as JavaScript would write it: `routes[2].timeout`; `config` for the whole.
    pub path: String,
    /// What is wrong there, in words: `expected …, got …`, `unknown key …`, or why it does not go together with the rest.
    pub problem: String,
}
