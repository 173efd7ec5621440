//! How a route serves.
//! Does not serve, and knows nothing of other routes; which requests it takes, `Conditions` say, and under which keys its answers lie,
//! the worker shell (`sw/shell/routes.js`).

use super::{Limits, Packing, Priority, Strategy, Template};
use crate::http::Method;
use crate::time::Span;

/// One entry of the config's `routes`, but for its conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// What it is called in the store, where its limits count by it: its conditions as written. Functions have no text, so
    /// they are told apart by the route's index.
    pub name: String,
    /// `strategy`: required.
    pub strategy: Strategy,
    /// `timeout`, network-first only: how long the network may take while a stored answer stands by. Default: as long as it likes.
    pub timeout: Option<Span>,
    /// `staleTime`: how long a stored answer is fresh, whatever its own fields say. Default: they decide.
    pub stale_time: Option<Span>,
    /// `respect`: whether the times above and the strategy say how stored answers are used, or HTTP's own rules do. Default: they do.
    pub respect: Respect,
    /// `maxAge`: when a stored answer is too old to be used at all. Default: never.
    pub max_age: Option<Span>,
    /// `maxEntries`, `maxBytes` and `maxEntryBytes`: how much the route keeps, the longest unused going first. Default: no limit.
    pub limits: Limits,
    /// `priority`: whether its answers go before or after those of other routes when all together are too much. Default: neither.
    pub priority: Priority,
    /// `tags`: names to invalidate its answers by. A tag that names a missing segment is left out. Default: none.
    pub tags: Vec<Template>,
    /// `gzip`: how its bodies lie in the store. Default: as they came.
    pub packing: Packing,
    /// `storeOpaque`: whether answers that cannot be read are kept too. Default: they are not.
    pub store_opaque: bool,
    /// `expects`: the content types it stores, such as `application/json` or `image/*`, in lower case. Default (empty list): what the
    /// URL's ending suggests.
    pub expects: Vec<String>,
    /// `fallback`: the path of the page to show when neither network nor store has an answer. Default: none.
    pub fallback: Option<String>,
}

/// Who says how stored answers are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Respect {
    /// The route.
    #[default]
    Route,
    /// The header fields of answer and request, to the letter of RFC 9111 and RFC 5861.
    Http,
}

impl Route {
    /// A route of this strategy, everything else by default.
    #[must_use]
    pub fn new(strategy: Strategy) -> Route {
        Route {
            name: String::new(),
            strategy,
            timeout: None,
            stale_time: None,
            respect: Respect::Route,
            max_age: None,
            limits: Limits::NONE,
            priority: Priority::Normal,
            tags: Vec::new(),
            packing: Packing::Plain,
            store_opaque: false,
            expects: Vec::new(),
            fallback: None,
        }
    }

    /// The tags of an answer to this request, templates filled in.
    #[must_use]
    pub fn tags_for(&self, method: &Method, url: &str) -> Vec<String> {
        Template::fill_all(&self.tags, method, url)
    }
}
