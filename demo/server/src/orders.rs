//! The wording of an outage: what a test may ask for. Knows nothing of how it is done.

use axum::{body::Body, http::Request};
use serde::{Deserialize, Serialize};

use crate::problem::Problem;

/// What a test commands; every field may be left out, and what is left out is off.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Orders {
    /// The listener is closed and open connections are cut.
    pub refuse: bool,
    /// Only paths that begin like this; everything when left out. `refuse` does not look at it.
    #[serde(rename = "match")]
    pub prefix: Option<String>,
    /// Only these methods; all when left out.
    pub methods: Option<Vec<String>>,
    /// Each answer takes this long: at least, at most. The effect happens somewhere within.
    pub delay_ms: Option<(u64, u64)>,
    /// The request is taken and never answered; its connection is cut when the orders change.
    pub stall: bool,
    /// In this share of the requests the effect happens and the connection is reset in place of an answer.
    pub drop_after_apply: f64,
    /// The head and half of the body are sent, then the connection is closed.
    pub drop_mid_body: bool,
    /// The head and half of the body are sent, and the rest once the orders change.
    pub stall_mid_body: bool,
    /// The length of the body is not declared.
    pub unsized_body: bool,
    /// The request has no effect and is answered with this status.
    pub status: Option<u16>,
    /// The `Retry-After` of that answer, in seconds or as a date.
    pub retry_after: Option<serde_json::Value>,
    /// The request has no effect and is answered with a login page.
    pub portal: bool,
    /// Where chance begins.
    pub seed: u64,
    /// Only so many requests are disturbed, the first that match.
    pub times: Option<u64>,
}

impl Orders {
    /// Names the field that makes no sense.
    pub fn check(&self) -> Result<(), Problem> {
        if !(0.0..=1.0).contains(&self.drop_after_apply) {
            return Err(Problem::field("dropAfterApply", "must be between 0 and 1"));
        }
        if self.delay_ms.is_some_and(|(least, most)| least > most) {
            return Err(Problem::field("delayMs", "must be the least and the most"));
        }
        if self.status.is_some_and(|status| !(200..=599).contains(&status)) {
            return Err(Problem::field("status", "must be between 200 and 599"));
        }
        Ok(())
    }

    /// Whether a request is one that these orders are about.
    pub fn concern(&self, request: &Request<Body>) -> bool {
        let method = request.method().as_str();
        let named = |names: &Vec<String>| names.iter().any(|name| name.eq_ignore_ascii_case(method));
        self.prefix.as_ref().is_none_or(|prefix| request.uri().path().starts_with(prefix.as_str()))
            && self.methods.as_ref().is_none_or(named)
    }
}
