//! Makes the keys under which entries lie.
//! Does not know the store, or which route asks.

use super::EntryKey;
use crate::http::Headers;

/// So many answers of one URL are kept beside the first. More would let a field with ever new values, such as a token, fill the store.
const VARIANTS: u32 = 8;

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

    /// Where an answer lies for other fields than those that `Vary` has selected for what lies here (RFC 9111, 4.1). A variant has no
    /// variants of its own, and neither has what is precached.
    #[must_use]
    pub fn variant(&self, selected: &Headers) -> Option<EntryKey> {
        let mut hash = 0_u32;
        for (name, value) in selected.iter() {
            for text in [name, value] {
                // Most spaces mean nothing, and case seldom does: what is alike should meet.
                for byte in text.bytes().filter(|byte| *byte != b' ') {
                    hash = hash.wrapping_mul(31).wrapping_add(byte.to_ascii_lowercase().into());
                }
            }
        }
        let slot = (hash % VARIANTS).to_string();
        (!self.0.contains('#')).then(|| EntryKey([&self.0, "#vary=", &slot].concat()))
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

    #[test]
    fn variants_lie_beside_the_first_and_are_few() {
        let first = EntryKey::of("https://a.example/p?q", Search::Keep);
        let variant = |value: &str| first.variant(&[("accept", value)].into_iter().collect()).expect("a key");
        assert_eq!(variant("a, b"), variant("A,b"));
        assert_ne!(variant("a"), variant("b"));
        assert_eq!(variant("a").variant(&Headers::default()), None);
        assert_eq!(EntryKey::precached("https://a.example/", None).variant(&Headers::default()), None);
        let slots: std::collections::BTreeSet<_> = (0..1000).map(|token| variant(&token.to_string())).collect();
        assert_eq!(slots.len(), VARIANTS as usize);
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
