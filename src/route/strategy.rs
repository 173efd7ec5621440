//! The names of the strategies.
//! Does not carry them out: `engine/strategy/` has a file for each.

/// Who is asked first, the store or the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strategy {
    /// A fresh stored answer without any network; else the network.
    CacheFirst,
    /// The network; the stored answer when it fails or takes longer than the route's timeout.
    NetworkFirst,
    /// The stored answer at once, and a newer one fetched behind it when it is stale.
    StaleWhileRevalidate,
    /// The network, and nothing is stored.
    NetworkOnly,
    /// What is stored, however old; never the network.
    CacheOnly,
}

impl Strategy {
    /// Every strategy, in the order the documentation names them.
    pub const ALL: [Strategy; 5] = [
        Strategy::CacheFirst,
        Strategy::NetworkFirst,
        Strategy::StaleWhileRevalidate,
        Strategy::NetworkOnly,
        Strategy::CacheOnly,
    ];

    /// Reads the config's word for it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Strategy> {
        Strategy::ALL.into_iter().find(|strategy| strategy.as_str() == text)
    }

    /// The config's word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Strategy::CacheFirst => "cache-first",
            Strategy::NetworkFirst => "network-first",
            Strategy::StaleWhileRevalidate => "stale-while-revalidate",
            Strategy::NetworkOnly => "network-only",
            Strategy::CacheOnly => "cache-only",
        }
    }

    /// Whether a stored answer may go out before the network is asked.
    #[must_use]
    pub fn answers_unasked(self) -> bool {
        match self {
            Strategy::CacheFirst | Strategy::StaleWhileRevalidate | Strategy::CacheOnly => true,
            Strategy::NetworkFirst | Strategy::NetworkOnly => false,
        }
    }

    /// Whether it keeps what the network answers.
    #[must_use]
    pub fn stores(self) -> bool {
        match self {
            Strategy::CacheFirst | Strategy::NetworkFirst | Strategy::StaleWhileRevalidate => true,
            Strategy::NetworkOnly | Strategy::CacheOnly => false,
        }
    }
}
