//! Which URLs and tags have been invalidated, and when.
//! A mirror of the stored rows: it says what to commit and never is the truth itself.

use super::key::without_fragment;
use crate::ids::Generation;
use crate::time::Timestamp;
use litemap::LiteMap;
use std::collections::BinaryHeap;

/// What a write makes stale.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// Everything stored for one URL.
    Url(String),
    /// Everything that carries a tag.
    Tag(String),
    /// One URL to which a write has begun: what is stored stays good, what is being fetched is not stored as fresh.
    Begun(String),
    /// Everything but what is precached, which goes with its revision: it may have been touched by a write whose row has
    /// been forgotten.
    All,
}

/// So many rows may be stored at the start of a worker, which reads them all.
const MOST: usize = 1000;

/// The generation now, and the one at which each target was last invalidated.
///
/// ```text
/// raise:       current = row[target] = max(current + 1, now)     (in the Commit that invalidates)
/// a fetch      carries the current generation it began under
/// invalidated: row[url, a tag or all] > the generation carried
/// forget:      row[all] = the newest of the rows that go
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Generations {
    /// The newest generation; a fetch that begins now carries it.
    current: Generation,
    /// Row key (`u:` and a URL, `t:` and a tag) to the generation at which it was last raised.
    rows: LiteMap<String, Generation>,
}

impl Target {
    /// The key of its row: a URL without fragment after `u:`, a tag after `t:`. Only rows that can be forgotten have a colon.
    #[must_use]
    pub fn row_key(&self) -> String {
        match self {
            Target::Url(url) => format!("u:{}", without_fragment(url)),
            Target::Tag(tag) => format!("t:{tag}"),
            Target::Begun(url) => format!("b:{}", without_fragment(url)),
            Target::All => "all".to_owned(),
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
        raised_since(Target::All)
            || raised_since(Target::Url(url.to_owned()))
            || tags.iter().any(|tag| raised_since(Target::Tag(tag.clone())))
    }

    /// The generation up to which rows have been forgotten.
    #[must_use]
    pub fn forgotten(&self) -> Generation {
        self.rows.get(&Target::All.row_key()).copied().unwrap_or_default()
    }

    /// Forgets the older half of the rows where there are too many; gives the newest generation forgotten.
    ///
    /// Whatever began under an older one counts as invalidated from here on: once it has been asked for again, it does not.
    pub fn forget(&mut self) -> Option<Generation> {
        if self.rows.len() <= MOST {
            return None;
        }
        let raised = self.rows.values().copied().collect::<BinaryHeap<_>>().into_sorted_vec();
        let up_to = *raised.get(raised.len() / 2)?;
        self.rows.retain(|_, raised| *raised > up_to);
        self.rows.insert(Target::All.row_key(), up_to);
        Some(up_to)
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
    fn too_many_rows_are_forgotten_and_what_began_before_them_is_invalidated() {
        let mut generations = Generations::default();
        for number in 1..=MOST as i64 {
            generations.raise(&[tag(&number.to_string())], Timestamp(number));
        }
        assert_eq!(generations.forget(), None);
        generations.raise(&[url()], Timestamp(5000));
        let up_to = Generation(MOST as u64 / 2 + 1);
        assert_eq!(generations.forget(), Some(up_to));
        assert_eq!(generations.forgotten(), up_to);
        assert_eq!(generations.rows.len(), MOST / 2 + 1);
        assert_eq!(generations.forget(), None);
        let older = Generation(up_to.0 - 1);
        for (under, tag, expected) in
            [(older, "x", true), (older, "1", true), (up_to, "1", false), (up_to, "1000", true)]
        {
            let found = generations.is_invalidated("https://a.example/", &[tag.to_owned()], under);
            assert_eq!(found, expected, "{under:?} {tag}");
        }
        assert!(generations.is_invalidated(URL, &[], up_to));
        assert!(!generations.is_invalidated(URL, &[], generations.current()));
    }

    #[test]
    fn rows_of_one_raise_go_together() {
        let mut generations = Generations::default();
        let tags: Vec<Target> = (0..=MOST).map(|number| tag(&number.to_string())).collect();
        let (current, _) = generations.raise(&tags, Timestamp(7));
        assert_eq!(generations.forget(), Some(current));
        assert_eq!(generations.rows.len(), 1);
        assert!(!generations.is_invalidated(URL, &["3".to_owned()], generations.current()));
        assert!(generations.is_invalidated(URL, &["3".to_owned()], Generation(6)));
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
