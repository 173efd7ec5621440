//! How a scenario ends when it does not end well. Judges errors only: retrying is the runner's business.

use thirtyfour::error::{WebDriverError, WebDriverErrorInner};

/// Why a scenario stopped.
#[derive(Debug)]
pub enum Fail {
    /// Something was not as the scenario says: final, never tried again.
    Assert(String),
    /// The browser or its driver did not start, or went away: may be tried once more.
    Browser(String),
    /// This engine cannot do what the scenario needs.
    Skip(String),
}

/// What a scenario, or a step of one, gives back.
pub type Outcome<T = ()> = Result<T, Fail>;

impl Fail {
    /// A failed expectation.
    pub fn assert(message: impl Into<String>) -> Self {
        Self::Assert(message.into())
    }

    /// The same failure with what was being done in front.
    pub fn during(self, what: &str) -> Self {
        match self {
            Self::Assert(message) => Self::Assert(format!("{what}: {message}")),
            Self::Browser(message) => Self::Browser(format!("{what}: {message}")),
            Self::Skip(message) => Self::Skip(message),
        }
    }
}

impl From<WebDriverError> for Fail {
    fn from(error: WebDriverError) -> Self {
        let text = first_line(&error.to_string());
        match error.as_inner() {
            WebDriverErrorInner::RequestFailed(_)
            | WebDriverErrorInner::HttpError(_)
            | WebDriverErrorInner::InvalidSessionId(_)
            | WebDriverErrorInner::SessionNotCreated(_)
            | WebDriverErrorInner::SessionCreateError(_)
            | WebDriverErrorInner::FatalError(_) => Self::Browser(text),
            _ if text.contains("crashed") || text.contains("disconnected") => Self::Browser(text),
            _ => Self::Assert(text),
        }
    }
}

impl From<reqwest::Error> for Fail {
    fn from(error: reqwest::Error) -> Self {
        Self::Assert(format!("the server's control port: {error:?}"))
    }
}

impl From<std::io::Error> for Fail {
    fn from(error: std::io::Error) -> Self {
        Self::Assert(error.to_string())
    }
}

impl From<serde_json::Error> for Fail {
    fn from(error: serde_json::Error) -> Self {
        Self::Assert(format!("unexpected JSON: {error}"))
    }
}

/// Cuts a driver's stack trace off.
fn first_line(text: &str) -> String {
    let text = text.split("Stacktrace").next().unwrap_or(text);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Stops the scenario unless the condition holds.
#[macro_export]
macro_rules! ensure {
    ($condition:expr, $($message:tt)+) => {
        if $condition {
        } else {
            return Err($crate::fail::Fail::assert(format!($($message)+)));
        }
    };
}

/// Stops the scenario unless both sides are equal, and shows both.
#[macro_export]
macro_rules! ensure_eq {
    ($got:expr, $want:expr, $($message:tt)+) => {{
        let (got, want) = (&$got, &$want);
        if got != want {
            return Err($crate::fail::Fail::assert(format!("{}: got {got:?}, wanted {want:?}", format!($($message)+))));
        }
    }};
}
