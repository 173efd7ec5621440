//! Makes the keys under which entries lie.
//! Does not know the store, or which route asks.

use super::EntryKey;

/// What becomes of a URL's query in its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Search {
    /// Another query is another entry.
    Keep,
    /// One entry for every query: a route's `ignoreSearch`.
    Ignore,
}

impl EntryKey {
    /// The key of a URL as a route sees it. The fragment never reaches a server, so it is no part.
    #[must_use]
    pub fn of(url: &str, search: Search) -> EntryKey {
        let url = without_fragment(url);
        let kept = match search {
            Search::Keep => url,
            Search::Ignore => url.split_once('?').map_or(url, |(path, _)| path),
        };
        EntryKey(kept.to_owned())
    }

    /// The key of one revision of a precached URL; a URL whose name carries its revision has none.
    /// It stands where a fragment would, so that it is never a route's key.
    #[must_use]
    pub fn precached(url: &str, revision: Option<&str>) -> EntryKey {
        EntryKey(format!("{}#revision={}", without_fragment(url), revision.unwrap_or_default()))
    }
}

/// The URL up to its fragment.
pub(super) fn without_fragment(url: &str) -> &str {
    url.split_once('#').map_or(url, |(before, _)| before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_leave_out_what_does_not_count() {
        let check = |url: &str, search: Search, expected: &str| {
            assert_eq!(EntryKey::of(url, search).0, expected, "{url:?} {search:?}");
        };
        check("https://a.example/p?q=1#top", Search::Keep, "https://a.example/p?q=1");
        check("https://a.example/p?q=1#top", Search::Ignore, "https://a.example/p");
        check("https://a.example/p#a?b", Search::Ignore, "https://a.example/p");
        check("https://a.example/p", Search::Ignore, "https://a.example/p");
        assert_eq!(EntryKey::precached("https://a.example/#x", Some("a1")).0, "https://a.example/#revision=a1");
        assert_ne!(
            EntryKey::precached("https://a.example/", Some("a1")),
            EntryKey::precached("https://a.example/", None)
        );
    }

    proptest! {
        #[test]
        fn a_precached_key_is_never_a_routes_key(one in ".{0,30}", other in ".{0,30}", revision in ".{0,8}") {
            let precached = EntryKey::precached(&one, Some(&revision));
            prop_assert_ne!(&precached, &EntryKey::of(&other, Search::Keep));
            prop_assert_ne!(&precached, &EntryKey::of(&other, Search::Ignore));
        }
    }
}
