//! Makes the keys under which entries lie.
//! Does not know the store, or which route asks: what of a URL counts for a route, the worker shell says (`sw/shell/routes.js`).

use super::EntryKey;
use crate::http::Headers;
use crate::text::joined;

/// So many answers of one URL are kept beside the first. More would let a field with ever new values, such as a token, fill the store.
const VARIANTS: u32 = 8;

impl EntryKey {
    /// The key of a URL of which everything counts. The fragment never reaches a server, so it is no part.
    #[must_use]
    pub fn of(url: &str) -> EntryKey {
        EntryKey(without_fragment(url).to_owned())
    }

    /// The key of one revision of a precached URL; a URL whose name carries its revision has none.
    /// It stands where a fragment would, so that it is never a route's key.
    #[must_use]
    pub fn precached(url: &str, revision: Option<&str>) -> EntryKey {
        EntryKey(format!("{}#revision={}", without_fragment(url), revision.unwrap_or_default()))
    }

    /// Where the last part lies that was stored of what lies here whole.
    #[must_use]
    pub fn part(&self) -> EntryKey {
        EntryKey(joined(&[&self.0, "#part"]))
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
        (!self.0.as_bytes().contains(&b'#')).then(|| EntryKey(joined(&[&self.0, "#vary=", &slot])))
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
        let check = |url: &str, expected: &str| assert_eq!(EntryKey::of(url).0, expected, "{url:?}");
        check("https://a.example/p?q=1#top", "https://a.example/p?q=1");
        check("https://a.example/p", "https://a.example/p");
        assert_eq!(EntryKey::precached("https://a.example/#x", Some("a1")).0, "https://a.example/#revision=a1");
        assert_ne!(
            EntryKey::precached("https://a.example/", Some("a1")),
            EntryKey::precached("https://a.example/", None)
        );
    }

    #[test]
    fn variants_lie_beside_the_first_and_are_few() {
        let first = EntryKey::of("https://a.example/p?q");
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
            prop_assert_ne!(&precached, &EntryKey::of(&other));
        }
    }
}
