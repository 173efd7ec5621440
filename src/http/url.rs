//! Absolute URLs as browsers write them: their origin, and what is left without query and fragment.
//! Validates nothing: what comes in has been parsed by the browser, or is compared as text and fits nothing.

/// Scheme, host and port.
#[must_use]
pub fn origin(url: &str) -> Option<&str> {
    let (scheme, rest) = url.split_once(':')?;
    let host = until(rest.strip_prefix("//")?, b"/?#");
    url.get(..scheme.len() + "://".len() + host.len())
}

/// The URL without query and fragment: how invalidations name it.
#[must_use]
pub fn bare(url: &str) -> &str {
    until(url, b"?#")
}

fn until<'a>(text: &'a str, ends: &[u8]) -> &'a str {
    let at = text.bytes().position(|byte| ends.contains(&byte));
    at.and_then(|at| text.get(..at)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let check = |url: &str, expected: Option<&str>| assert_eq!(origin(url), expected, "{url:?}");
        check("https://a.example", Some("https://a.example"));
        check("https://a.example/", Some("https://a.example"));
        check("https://a.example:8443/x?y#z", Some("https://a.example:8443"));
        check("https://a.example?x=/", Some("https://a.example"));
        check("https://a.example#x", Some("https://a.example"));
        check("data:text/plain,x://y", None);
        check("/x", None);
        check("", None);
    }
}
