//! A virtual server: resources that count the writes applied to them, and answers kept by idempotency key.
//! Does not lose or delay anything: the network between does.

use super::app;
use longshore::http::{Headers, Method, ResponseHead};
use std::collections::BTreeMap;

/// A write as it arrives.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The write's number.
    pub number: u64,
    /// The method.
    pub method: Method,
    /// Its URL.
    pub url: String,
    /// Its key, where it carries one.
    pub key: Option<String>,
}

/// What the server would like to say to a write that it has not yet answered for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Takes it.
    Takes,
    /// Refuses it for good with this status, and remembers that.
    Refuses(u16),
    /// Turns it away for now, with this status and perhaps a `Retry-After`; nothing is remembered.
    Busy(u16, Option<u64>),
}

/// The server.
#[derive(Clone, Debug, Default)]
pub struct Server {
    /// Writes in the order of their effect: number and URL.
    pub applied: Vec<(u64, String)>,
    /// DELETEs of what was gone already: done without an effect.
    pub needless: Vec<u64>,
    /// How many writes came in, again or anew.
    pub arrivals: usize,
    /// Whether keys are forgotten: a server that is not what it should be.
    pub forgetful: bool,
    /// What it said for good, by key.
    pub answers: BTreeMap<String, u16>,
}

impl Server {
    /// Takes in a write; gives its answer, and whether it took effect just now.
    pub fn write(&mut self, arrival: &Arrival, mood: Mood) -> (ResponseHead, bool) {
        self.arrivals += 1;
        let kept = arrival.key.as_ref().and_then(|key| self.answers.get(key));
        if let (Some(status), false) = (kept, self.forgetful) {
            return (head(*status, &[]), false);
        }
        let status = match mood {
            Mood::Busy(status, after) => {
                let after = after.map(|after| after.to_string());
                let fields: Vec<_> = after.iter().map(|after| ("retry-after", after.as_str())).collect();
                return (head(status, &fields), false);
            }
            Mood::Refuses(status) => {
                if status == 404 && arrival.method == Method::Delete {
                    self.needless.push(arrival.number);
                }
                status
            }
            Mood::Takes => {
                self.applied.push((arrival.number, arrival.url.clone()));
                200
            }
        };
        arrival.key.as_ref().and_then(|key| self.answers.insert(key.clone(), status));
        (head(status, &[]), mood == Mood::Takes)
    }

    /// Answers a read: the resource's version as its text and, on some resources, as its ETag.
    pub fn read(&self, url: &str, if_none_match: Option<&str>) -> (ResponseHead, String) {
        let text = self.version(url).to_string();
        let etag = format!("\"{text}\"");
        let has_etag = !url.contains("/first/");
        let mut fields: Vec<(&str, &str)> = Vec::new();
        if has_etag {
            fields.push(("etag", etag.as_str()));
        }
        if has_etag && if_none_match == Some(etag.as_str()) {
            return (head(304, &fields), String::new());
        }
        let length = text.len().to_string();
        fields.push(("content-length", length.as_str()));
        (head(200, &fields), text)
    }

    /// How many writes have changed what is read at a URL.
    pub fn version(&self, url: &str) -> usize {
        self.applied.iter().filter(|(_, written)| app::touches(written, url)).count()
    }

    /// How often a write took effect.
    pub fn effects(&self, number: u64) -> usize {
        self.applied.iter().filter(|(applied, _)| *applied == number).count()
    }

    /// Whether a write has had what it wanted.
    pub fn has_done(&self, number: u64) -> bool {
        self.effects(number) > 0 || self.needless.contains(&number)
    }
}

/// A JSON answer of the server's.
pub fn head(status: u16, fields: &[(&str, &str)]) -> ResponseHead {
    let mut headers: Headers = fields.iter().copied().collect();
    headers.set("content-type", "application/json");
    ResponseHead { headers, ..ResponseHead::new(status) }
}
