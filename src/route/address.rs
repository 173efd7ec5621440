//! A URL cut into the parts that matching looks at.
//! Does not normalise: the browser has done so, and percent-encoding is compared as given.

/// The parts of an absolute URL, without its fragment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Address<'a> {
    /// Scheme, host and port: `https://app.example:8443`; empty for a URL without `://`.
    pub origin: &'a str,
    /// The path; `/` where the URL has none.
    pub path: &'a str,
    /// What follows `?`; `None` also for an empty query, as `URL.search` has it.
    pub query: Option<&'a str>,
}

impl<'a> Address<'a> {
    /// Cuts a URL; text that is none becomes a path that no pattern begins.
    pub fn of(url: &'a str) -> Address<'a> {
        let url = url.split_once('#').map_or(url, |(before, _)| before);
        let (head, query) = url.split_once('?').map_or((url, None), |(head, query)| (head, Some(query)));
        let query = query.filter(|query| !query.is_empty());
        let host = head.split_once(':').and_then(|(_, after)| after.strip_prefix("//"));
        let path = host.map_or(head, |host| host.find('/').and_then(|at| host.get(at..)).unwrap_or(""));
        let origin = head.get(..head.len() - path.len()).unwrap_or("");
        Address { origin, path: if path.is_empty() { "/" } else { path }, query }
    }

    /// The path's segments, in order; those of `/a/` are `a` and an empty one.
    pub fn segments(&self) -> impl Iterator<Item = &'a str> {
        self.path.split('/').skip(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_cut_at_host_query_and_fragment() {
        let check = |url: &str, origin: &str, path: &str, query: Option<&str>| {
            assert_eq!(Address::of(url), Address { origin, path, query }, "{url:?}");
        };
        check("https://a.example/x/y?q=1#f", "https://a.example", "/x/y", Some("q=1"));
        check("https://a.example:8443/", "https://a.example:8443", "/", None);
        check("https://a.example", "https://a.example", "/", None);
        check("https://a.example?q", "https://a.example", "/", Some("q"));
        check("https://a.example/x?#f", "https://a.example", "/x", None);
        check("https://a.example/x?to=https://b.example/y", "https://a.example", "/x", Some("to=https://b.example/y"));
        check("https://a.example/x#?no", "https://a.example", "/x", None);
        check("data:text/plain,hi", "", "data:text/plain,hi", None);
        check("", "", "/", None);
    }
}
