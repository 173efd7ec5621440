//! What one write changes for readers: its URL, the collection it belongs to, its tags, and what the answer names.
//! Does not know what is stored under them.

use super::Draft;
use crate::http::{ResponseHead, bare, origin};
use crate::text::{split_last, without_last};

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

/// The URLs, without query, that the answer to a write makes old besides the write's own: those that `Location` and
/// `Content-Location` name (RFC 9111, 4.4), which the shell has made absolute. None after an error.
#[must_use]
pub fn named(url: &str, answer: &ResponseHead) -> Vec<String> {
    let mut urls = Vec::new();
    if !(200..=399).contains(&answer.status) {
        return urls;
    }
    for field in ["location", "content-location"] {
        // "A cache MUST NOT trigger an invalidation under these conditions if the origin of the URI to be invalidated
        // differs from that of the target URI."
        let named = answer.headers.first(field);
        let Some(named) = named.filter(|named| origin(named).is_some() && origin(named) == origin(url)) else {
            continue;
        };
        let named = bare(named).to_owned();
        if named != bare(url) && !urls.contains(&named) {
            urls.push(named);
        }
    }
    urls
}

/// The URL with its last path segment dropped: the collection of a member, by the habit of REST.
fn parent(url: &str) -> Option<&str> {
    let origin = origin(url)?;
    let path = url.get(origin.len()..)?;
    let (above, _) = split_last(without_last(path, '/'), b'/')?;
    // The site's own root is a page, not a collection.
    if above.is_empty() { None } else { url.get(..origin.len() + above.len()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unsafe_request_that_succeeds_makes_locations_invalid_too() {
        let check = |status: u16, pairs: &[(&str, &str)], expected: &[&str]| {
            let answer = ResponseHead { headers: pairs.iter().copied().collect(), ..ResponseHead::new(status) };
            let expected: Vec<String> = expected.iter().map(|path| format!("https://a.example{path}")).collect();
            assert_eq!(named("https://a.example/todos/1", &answer), expected, "{status} {pairs:?}");
        };
        check(200, &[], &[]);
        let (todos, second) = ("https://a.example/todos", "https://a.example/todos/2");
        check(303, &[("location", todos)], &["/todos"]);
        check(400, &[("location", todos)], &[]);
        check(0, &[("location", todos)], &[]);
        check(
            201,
            &[("location", second), ("content-location", "https://a.example/lists?all")],
            &["/todos/2", "/lists"],
        );
        check(201, &[("location", second), ("content-location", "https://a.example/todos/2#x")], &["/todos/2"]);
        check(200, &[("content-location", "https://a.example/todos/1?x")], &[]);
        check(201, &[("location", "/todos")], &[]);
        check(201, &[("location", "https://b.example/x")], &[]);
        check(201, &[("location", "https://a.example.evil/x")], &[]);
        check(201, &[("location", "//b.example/x"), ("content-location", "x:y")], &[]);
        check(201, &[("location", "http://a.example/x")], &[]);
    }

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
