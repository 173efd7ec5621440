//! Absolute URLs as browsers write them: their origin, and what a reference in a header field means beside one.
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

/// Resolves a reference as in `Location` (RFC 3986, 5.2), without its fragment.
#[must_use]
pub fn resolve(base: &str, reference: &str) -> Option<String> {
    let origin = origin(base)?;
    let base = until(base, b"#");
    let reference = until(reference, b"#");
    if has_scheme(reference) {
        return Some(reference.to_owned());
    }
    if reference.starts_with("//") {
        let scheme = origin.split_once(':')?.0;
        return Some([scheme, ":", reference].concat());
    }
    let base_path = bare(base.get(origin.len()..)?);
    let (path, query) = reference.split_at_checked(bare(reference).len())?;
    if path.is_empty() {
        let kept = if query.is_empty() { base.get(origin.len() + base_path.len()..)? } else { query };
        return Some([origin, base_path, kept].concat());
    }
    let folder = base_path.get(..base_path.rfind('/').map_or(0, |at| at + 1))?;
    let joined = if path.starts_with('/') { path.to_owned() } else { [folder, path].concat() };
    Some([origin, &without_dots(&joined), query].concat())
}

/// RFC 3986, 5.2.4.
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let mut ends_in_dots = false;
    for segment in path.strip_prefix('/').unwrap_or(path).split('/') {
        ends_in_dots = segment == "." || segment == "..";
        if segment == ".." {
            kept.pop();
        } else if !ends_in_dots {
            kept.push(segment);
        }
    }
    let mut out = String::new();
    for segment in kept {
        out.push('/');
        out.push_str(segment);
    }
    if ends_in_dots || out.is_empty() {
        out.push('/');
    }
    out
}

/// RFC 3986, 3.1.
fn has_scheme(reference: &str) -> bool {
    let Some((scheme, _)) = reference.split_once(':') else { return false };
    let letters = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    scheme.bytes().next().is_some_and(|first| first.is_ascii_alphabetic()) && scheme.bytes().all(letters)
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

    #[test]
    fn references_are_resolved_beside_a_url() {
        let check = |reference: &str, expected: &str| {
            let resolved = resolve("https://a.example/b/c/d?q=1#f", reference);
            assert_eq!(resolved.as_deref(), Some(expected), "{reference:?}");
        };
        check("https://b.example/x", "https://b.example/x");
        check("//b.example/x", "https://b.example/x");
        check("/x?y=1#z", "https://a.example/x?y=1");
        check("x", "https://a.example/b/c/x");
        check("./x", "https://a.example/b/c/x");
        check("x:y/z", "x:y/z");
        check("./x:y", "https://a.example/b/c/x:y");
        check("../x", "https://a.example/b/x");
        check("../../../x", "https://a.example/x");
        check("..", "https://a.example/b/");
        check(".", "https://a.example/b/c/");
        check("x/", "https://a.example/b/c/x/");
        check("/", "https://a.example/");
        check("?y", "https://a.example/b/c/d?y");
        check("", "https://a.example/b/c/d?q=1");
        check("#z", "https://a.example/b/c/d?q=1");
        check("x?a=../b", "https://a.example/b/c/x?a=../b");
        check("1:x", "https://a.example/b/c/1:x");
        assert_eq!(resolve("https://a.example", "x").as_deref(), Some("https://a.example/x"));
        assert_eq!(resolve("nonsense", "x"), None);
    }
}
