//! A stored response without its body.
//! Does not judge whether it may be used: `freshness` does.

use crate::http::{Headers, Ready, ResponseHead};
use crate::ids::Generation;
use crate::time::Timestamp;

/// Where an entry is kept: its URL as the route sees it, or a precache revision of a URL.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryKey(pub String);

/// The metadata of one stored response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place in the store; the body lies under the same key in a store of its own.
    pub key: EntryKey,
    /// The URL that was asked for, without fragment.
    pub url: String,
    /// The request's fields that `Vary` names, as they were when it was fetched.
    pub selected: Headers,
    /// Status, fields and kind of the stored response.
    pub head: ResponseHead,
    /// When the request went out (RFC 9111, 4.2.3: request_time).
    pub requested_at: Timestamp,
    /// When the answer arrived (response_time).
    pub received_at: Timestamp,
    /// The generation its fetch began under.
    pub generation: Generation,
    /// The limit group it counts in: the route's name, or `precache`.
    pub group: String,
    /// Its tags, templates filled in.
    pub tags: Vec<String>,
    /// Body length in bytes, known once it is stored.
    pub size: u64,
    /// Whether it may go out unjudged, and when; `None` also where another config has marked it.
    pub ready: Option<Ready>,
}
