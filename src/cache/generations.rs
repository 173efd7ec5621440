//! Which URLs and tags have been invalidated, and when.
//! A mirror of the stored rows: it says what to commit and never is the truth itself.

use super::key::without_fragment;
use crate::ids::Generation;
use crate::time::Timestamp;
use litemap::LiteMap;

/// What a write makes stale.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Everything stored for one URL.
    Url(String),
    /// Everything that carries a tag.
    Tag(String),
    /// One URL to which a write has begun: what is stored stays good, what is being fetched is not stored as fresh.
    Begun(String),
}

/// The generation now, and the one at which each target was last invalidated.
///
/// ```text
/// raise:       current = row[target] = max(current + 1, now)     (in the Commit that invalidates)
/// a fetch      carries the current generation it began under
/// invalidated: row[url or a tag] > the generation carried
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Generations {
    /// The newest generation; a fetch that begins now carries it.
    current: Generation,
    /// Row key (`u:` and a URL, `t:` and a tag) to the generation at which it was last raised.
    rows: LiteMap<String, Generation>,
}

impl Target {
    /// The key of its row: a URL without fragment after `u:`, a tag after `t:`.
    #[must_use]
    pub fn row_key(&self) -> String {
        match self {
            Target::Url(url) => format!("u:{}", without_fragment(url)),
            Target::Tag(tag) => format!("t:{tag}"),
            Target::Begun(url) => format!("b:{}", without_fragment(url)),
        }
    }
}

impl Generations {
    /// Takes the rows as they are stored. A row beyond `current` (which a torn store could give) raises it, so that
    /// nothing that is fetched from now on counts as invalidated already.
    pub fn restore(current: Generation, rows: impl Iterator<Item = (String, Generation)>) -> Generations {
        let mut generations = Generations::default();
        generations.learn(current, rows);
        generations
    }

    /// Takes in what the store has, keeping what memory has beyond it: a raise whose commit is still under way.
    pub fn learn(&mut self, current: Generation, rows: impl Iterator<Item = (String, Generation)>) {
        self.current = self.current.max(current);
        for (key, raised) in rows {
            self.current = self.current.max(raised);
            if self.rows.get(&key).is_none_or(|known| *known < raised) {
                self.rows.insert(key, raised);
            }
        }
    }

    /// The generation under which a fetch that begins now is made.
    #[must_use]
    pub fn current(&self) -> Generation {
        self.current
    }

    /// Makes everything under these targets stale: the new generation and the rows, both for the Commit that
    /// invalidates. Without targets nothing changes.
    ///
    /// The number is the time in milliseconds where that is higher than one more: of two workers that do not know each other's
    /// raises yet (they overlap during an update), the later one's raise is beyond all that the other has stored.
    pub fn raise(&mut self, targets: &[Target], now: Timestamp) -> (Generation, Vec<(String, Generation)>) {
        if targets.is_empty() {
            return (self.current, Vec::new());
        }
        let clock = u64::try_from(now.0).unwrap_or(0);
        self.current = Generation(self.current.0.saturating_add(1).max(clock));
        let mut rows = LiteMap::new();
        for target in targets {
            rows.insert(target.row_key(), self.current);
            self.rows.insert(target.row_key(), self.current);
        }
        (self.current, rows.into_tuple_vec())
    }

    /// Whether what was fetched under `stored_under` shows a state from before the last write to its URL or tags.
    #[must_use]
    pub fn is_invalidated(&self, url: &str, tags: &[String], stored_under: Generation) -> bool {
        let raised_since =
            |target: Target| self.rows.get(&target.row_key()).is_some_and(|raised| *raised > stored_under);
        raised_since(Target::Url(url.to_owned())) || tags.iter().any(|tag| raised_since(Target::Tag(tag.clone())))
    }

    /// Drops a URL's row that nothing can fall under any more; gives the row's key, to be deleted from the store.
    ///
    /// `up_to` is the oldest generation carried by anything of this URL, stored or still being fetched: a fetch that
    /// began before the row's generation would otherwise come in late and count as fresh.
    pub fn forget(&mut self, url: &str, up_to: Generation) -> Option<String> {
        let key = Target::Url(url.to_owned()).row_key();
        let needless = self.rows.get(&key).is_some_and(|raised| *raised <= up_to);
        needless.then(|| {
            self.rows.remove(&key);
            key
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const URL: &str = "https://a.example/api/boards";

    fn url() -> Target {
        Target::Url(URL.to_owned())
    }

    fn tag(name: &str) -> Target {
        Target::Tag(name.to_owned())
    }

    #[test]
    fn a_fetch_begun_before_a_write_is_invalidated_and_one_begun_after_is_not() {
        let check = |targets: &[Target], tags: &[&str], invalidated: bool| {
            let mut generations = Generations::default();
            let before = generations.current();
            generations.raise(targets, Timestamp(0));
            let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
            assert_eq!(generations.is_invalidated(URL, &tags, before), invalidated, "{targets:?} {tags:?}");
            assert!(!generations.is_invalidated(URL, &tags, generations.current()), "{targets:?} {tags:?}");
        };
        check(&[], &["api"], false);
        check(&[url()], &[], true);
        check(&[Target::Url(format!("{URL}#top"))], &[], true);
        check(&[Target::Url(format!("{URL}/1"))], &[], false);
        check(&[tag("api")], &["board:1", "api"], true);
        check(&[tag("api")], &["board:1"], false);
        check(&[tag(URL)], &[], false);
        check(&[url(), tag("other")], &["api"], true);
    }

    #[test]
    fn raising_gives_the_rows_to_commit() {
        let mut generations = Generations::restore(Generation(4), std::iter::empty());
        let (now, rows) = generations.raise(&[url(), tag("api"), url()], Timestamp(0));
        assert_eq!(now, Generation(5));
        assert_eq!(rows, [("t:api".to_owned(), Generation(5)), (format!("u:{URL}"), Generation(5))]);
        assert_eq!(generations.raise(&[], Timestamp(9)), (Generation(5), Vec::new()));
        assert_eq!(Generations::restore(now, rows.into_iter()), generations);
    }

    #[test]
    fn a_row_newer_than_the_stored_counter_raises_the_counter() {
        let rows = [("t:api".to_owned(), Generation(9))];
        assert_eq!(Generations::restore(Generation(3), rows.into_iter()).current(), Generation(9));
    }

    #[test]
    fn a_row_is_forgotten_only_when_nothing_older_is_left() {
        let mut generations = Generations::default();
        generations.raise(&[url(), tag("api")], Timestamp(0));
        assert_eq!(generations.forget(URL, Generation(0)), None);
        assert!(generations.is_invalidated(URL, &[], Generation(0)));
        assert_eq!(generations.forget(URL, Generation(1)), Some(format!("u:{URL}")));
        assert_eq!(generations.forget(URL, Generation(1)), None);
        assert_eq!(generations.current(), Generation(1));
        assert!(generations.is_invalidated(URL, &["api".to_owned()], Generation(0)));
    }

    proptest! {
        #[test]
        fn the_mirror_and_the_restored_rows_agree(
            writes in proptest::collection::vec(proptest::collection::vec(0_u8..5, 0..3), 0..12),
            at in 0_u64..12,
        ) {
            let mut mirror = Generations::default();
            let mut stored = std::collections::BTreeMap::new();
            for names in &writes {
                let targets: Vec<Target> = names.iter().map(|name| tag(&name.to_string())).collect();
                stored.extend(mirror.raise(&targets, Timestamp(0)).1);
            }
            let restored = Generations::restore(mirror.current(), stored.into_iter());
            prop_assert_eq!(&restored, &mirror);
            for name in 0_u8..5 {
                let raises = writes.iter().filter(|names| !names.is_empty()).zip(1_u64..);
                let expected = raises.filter(|(names, _)| names.contains(&name)).any(|(_, raised)| raised > at);
                prop_assert_eq!(restored.is_invalidated(URL, &[name.to_string()], Generation(at)), expected);
            }
        }
    }
}
