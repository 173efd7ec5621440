//! What is wrong with a config: where, what was expected and what was there.
//! Does not say it to anybody: the shell puts it on the console and rejects `register()` with it.

use thiserror::Error;

/// One error of a config.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{path}: {problem}")]
pub struct ConfigError {
    /// Where, as JavaScript would write it: `routes[2].timeout`; `config` for the whole.
    pub path: String,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong at one place of a config.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    /// A value of the wrong type or form.
    #[error("expected {expected}, got {got}{}", note.as_ref().map(|note| format!(" ({note})")).unwrap_or_default())]
    Unfit {
        /// What belongs there, in words.
        expected: String,
        /// What is there; `nothing` where a required key is missing.
        got: String,
        /// What may help.
        note: Option<String>,
    },
    /// A key that means nothing there.
    #[error("unknown key{}", suggestion.map(|key| format!(", did you mean \"{key}\"?")).unwrap_or_default())]
    UnknownKey {
        /// The key that it resembles.
        suggestion: Option<&'static str>,
    },
    /// Fine by itself, but not together with the rest; the text says why.
    #[error("{0}")]
    Clash(String),
}
