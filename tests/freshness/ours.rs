//! What our own `freshness` makes of an exchange, and what a judgement says.
//! Decides nothing itself.

use super::exchange::{ARRIVAL, Exchange, Fields};
use longshore::freshness::{
    Invalidation, Ruling, Stored, conditions, confirms, refresh, rule, selected, served, storable_by_http, strip,
    vary_matches,
};
use longshore::http::{Headers, RequestHead, ResponseHead};
use longshore::time::Timestamp;

/// The fields of a refreshed answer that are compared.
pub const COMPARED: [&str; 9] =
    ["cache-control", "expires", "etag", "last-modified", "vary", "x-a", "x-b", "content-length", "content-encoding"];

/// What one side says of an exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// Whether the answer may be stored.
    pub storable: bool,
    /// The `Age` that the later request gets to see, where the stored answer is used without asking first.
    pub age: Option<i64>,
    /// The conditions that go to the server where it is asked about the stored answer.
    pub conditions: Option<Fields>,
    /// The stored answer's fields after the 304, where that speaks of it.
    pub refreshed: Option<Vec<(&'static str, Vec<String>)>>,
}

/// What two judgements can differ in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Aspect {
    /// Whether it is stored.
    Storable,
    /// Whether it is used without asking.
    Use,
    /// How old it is said to be.
    Age,
    /// What the server is asked.
    Conditions,
    /// Whether the 304 speaks of it.
    Confirms,
    /// What the 304 leaves.
    Fields,
}

impl Judgement {
    /// What an answer comes to that is not stored: nothing more.
    pub fn not_stored() -> Judgement {
        Judgement { storable: false, age: None, conditions: None, refreshed: None }
    }

    /// Where the two differ; what follows from a difference is none of its own.
    pub fn apart(&self, other: &Judgement) -> Vec<Aspect> {
        if self.storable != other.storable {
            return vec![Aspect::Storable];
        }
        let mut apart = Vec::new();
        match (self.age, other.age) {
            (Some(ours), Some(theirs)) if ours != theirs => apart.push(Aspect::Age),
            (Some(_), None) | (None, Some(_)) => apart.push(Aspect::Use),
            (_, _) if self.conditions != other.conditions => apart.push(Aspect::Conditions),
            (_, _) => {}
        }
        match (&self.refreshed, &other.refreshed) {
            (Some(ours), Some(theirs)) if ours != theirs => apart.push(Aspect::Fields),
            (Some(_), None) | (None, Some(_)) => apart.push(Aspect::Confirms),
            (_, _) => {}
        }
        apart
    }
}

/// Our judgement.
pub fn judge(exchange: &Exchange) -> Judgement {
    let headers = |fields: &Fields| fields.iter().map(|(name, value)| (*name, value)).collect::<Headers>();
    let request = RequestHead { headers: headers(&exchange.request), ..RequestHead::get("https://a.example/") };
    let later = RequestHead { headers: headers(&exchange.later), ..request.clone() };
    let mut head = ResponseHead { headers: headers(&exchange.response), ..ResponseHead::new(exchange.status) };
    if storable_by_http(&request, &head).is_err() {
        return Judgement::not_stored();
    }
    strip(&mut head.headers);
    let at = |seconds: i64| Timestamp((ARRIVAL + seconds) * 1000);
    let stored = Stored {
        head: &head,
        selected: &selected(&request, &head),
        requested_at: at(-exchange.delay),
        received_at: at(0),
    };
    let now = at(exchange.now);
    let ruling = rule(stored, &later, Invalidation::None, now);
    let matches = vary_matches(stored, &later);
    let used = matches && matches!(ruling, Ruling::Use | Ruling::UseAndRevalidate);
    let asks = matches && matches!(ruling, Ruling::Validate(_));
    let not_modified = ResponseHead { headers: headers(&exchange.not_modified), ..ResponseHead::new(304) };
    let refreshed = confirms(&head, &not_modified).then(|| {
        let fresh = refresh(&head, &not_modified).headers;
        let lines = |wanted: &str| {
            fresh.iter().filter(|(name, _)| *name == wanted).map(|(_, value)| value.to_owned()).collect()
        };
        COMPARED.map(|name| (name, lines(name))).to_vec()
    });
    let sent = |name: &'static str| {
        let value = conditions(stored).get(name);
        value.map(|value| (name, value))
    };
    Judgement {
        storable: true,
        age: used.then(|| served(stored, now).headers.get("age").and_then(|age| age.parse().ok()).unwrap_or(-1)),
        conditions: asks.then(|| ["if-none-match", "if-modified-since"].into_iter().filter_map(sent).collect()),
        refreshed,
    }
}
