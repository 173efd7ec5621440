//! What one write changes for readers: its URL, the collection it belongs to, its tags.
//! Does not know what is stored under them.

use super::Draft;
use crate::http::{bare, origin};

/// URLs and tags whose stored answers a write makes old.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Absolute URLs without query; entries that differ only in their query are meant too.
    pub urls: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
}

impl Reach {
    /// The write's own URL, its parent collection, and its tags.
    #[must_use]
    pub fn of(draft: &Draft) -> Reach {
        let url = bare(&draft.url);
        let mut urls = vec![url.to_owned()];
        urls.extend(parent(url).map(str::to_owned));
        Reach { urls, tags: draft.invalidates.clone() }
    }
}

/// The URL with its last path segment dropped: the collection of a member, by the habit of REST.
fn parent(url: &str) -> Option<&str> {
    let origin = origin(url)?;
    let path = url.get(origin.len()..)?;
    let (above, _) = path.trim_end_matches('/').rsplit_once('/')?;
    // The site's own root is a page, not a collection.
    if above.is_empty() { None } else { url.get(..origin.len() + above.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parent_of_a_member_is_its_collection() {
        let check = |url: &str, expected: Option<&str>| assert_eq!(parent(bare(url)), expected, "{url}");
        check("https://a.b/api/todos/1", Some("https://a.b/api/todos"));
        check("https://a.b/api/todos/1/?x=/2", Some("https://a.b/api/todos"));
        check("https://a.b/api/todos", Some("https://a.b/api"));
        check("https://a.b/api", None);
        check("https://a.b/", None);
        check("https://a.b", None);
        check("nonsense", None);
    }
}
