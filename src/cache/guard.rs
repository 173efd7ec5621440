//! Poison guards: answers that came with status 200 and yet are not what was asked for, such as a captive portal's
//! login page in place of a script. Does not ask whether HTTP lets them be stored: `freshness` does.

use super::key::without_fragment;
use crate::http::{MediaType, ResponseHead, ResponseType, accepts, digits, origin};
use crate::text::split_last;
use thiserror::Error;

/// Why an answer must not be stored in the asked URL's place.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Poison {
    /// A redirect led off the asked origin; carries where to.
    #[error("redirected to another origin: \"{0}\"")]
    ForeignRedirect(String),
    /// Not a type the route expects; carries the type found, or nothing.
    #[error("unexpected content type \"{0}\"")]
    ContentType(String),
    /// A web page where the name of the URL promises something else.
    #[error("a web page where the URL ends in .{0}")]
    PageInPlaceOf(String),
}

/// Extensions of files that are never web pages.
const NEVER_PAGES: [&str; 24] = [
    "js",
    "mjs",
    "css",
    "json",
    "wasm",
    "map",
    "webmanifest",
    "png",
    "jpg",
    "jpeg",
    "gif",
    "webp",
    "avif",
    "svg",
    "ico",
    "woff",
    "woff2",
    "ttf",
    "otf",
    "mp3",
    "mp4",
    "webm",
    "pdf",
    "zip",
];

/// Looks at a head before its body is stored. `expects` are the route's content types; where it names none, a web page
/// is refused for a URL whose extension promises another thing.
pub fn inspect(request_url: &str, response: &ResponseHead, expects: &[String]) -> Result<(), Poison> {
    if response.redirected && origin(&response.url) != origin(request_url) {
        return Err(Poison::ForeignRedirect(response.url.clone()));
    }
    if !accepts(expects, &response.headers) {
        return Err(Poison::ContentType(response.headers.get("content-type").unwrap_or_default()));
    }
    let is_page = MediaType::of(&response.headers).is_some_and(|found| found.is_html());
    match extension(request_url).filter(|found| NEVER_PAGES.contains(&found.as_str())) {
        Some(found) if is_page && expects.is_empty() => Err(Poison::PageInPlaceOf(found)),
        Some(_) | None => Ok(()),
    }
}

/// The body length that the answer promises, where the body as we read it must have it.
///
/// With a content coding the length is that of the coded bytes (RFC 9110, 8.6), which the browser has undone; across
/// origins the coding is hidden while the length is not (Fetch, CORS-safelisted response-header names).
#[must_use]
pub fn declared_length(response: &ResponseHead) -> Option<u64> {
    let plain = response.kind == ResponseType::Basic && !response.headers.has("content-encoding");
    let lengths = response.headers.members("content-length");
    let (first, others) = lengths.split_first().filter(|_| plain)?;
    // RFC 9110, 8.6: a repeated value counts once; differing ones promise nothing.
    let agreed = others.iter().all(|other| other == first);
    digits(first).filter(|_| agreed)?.try_into().ok()
}

/// The extension of the path's last segment, in lower case.
fn extension(url: &str) -> Option<String> {
    let path = without_fragment(url).get(origin(url)?.len()..)?;
    let path = path.split_once('?').map_or(path, |(path, _)| path);
    let (_, file) = split_last(path, b'/')?;
    split_last(file, b'.').map(|(_, extension)| extension.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    const HTML: (&str, &str) = ("content-type", "text/html; charset=utf-8");

    fn head(pairs: &[(&str, &str)]) -> ResponseHead {
        ResponseHead { headers: pairs.iter().copied().collect(), ..ResponseHead::new(200) }
    }

    #[test]
    fn pages_in_place_of_files_are_poison() {
        let check = |url: &str, content_type: &str, expects: &[&str], expected: Result<(), Poison>| {
            let expects: Vec<String> = expects.iter().map(|text| (*text).to_owned()).collect();
            assert_eq!(
                inspect(url, &head(&[("content-type", content_type)]), &expects),
                expected,
                "{url} {content_type} {expects:?}"
            );
        };
        let page = |extension: &str| Err(Poison::PageInPlaceOf(extension.to_owned()));
        check("https://a.example/app.js", HTML.1, &[], page("js"));
        check("https://a.example/app.JS?v=1.html", HTML.1, &[], page("js"));
        check("https://a.example/a/b.css#x", "application/xhtml+xml", &[], page("css"));
        check("https://a.example/data.json", HTML.1, &[], page("json"));
        check("https://a.example/x.wasm", HTML.1, &[], page("wasm"));
        check("https://a.example/x.png", HTML.1, &[], page("png"));
        check("https://a.example/app.js", "text/javascript", &[], Ok(()));
        check("https://a.example/app.js", "", &[], Ok(()));
        check("https://a.example/", HTML.1, &[], Ok(()));
        check("https://a.example", HTML.1, &[], Ok(()));
        check("https://a.js", HTML.1, &[], Ok(()));
        check("https://a.example/x.html", HTML.1, &[], Ok(()));
        check("https://a.example/v1.2/page", HTML.1, &[], Ok(()));
        check("https://a.example/viewer?file=x.pdf", HTML.1, &[], Ok(()));
        check("https://a.example/api/x", HTML.1, &["application/json"], Err(Poison::ContentType(HTML.1.to_owned())));
        check("https://a.example/api/x", "", &["application/json"], Err(Poison::ContentType(String::new())));
        check("https://a.example/api/x", "application/json", &["application/json"], Ok(()));
        check("https://a.example/docs/app.js", HTML.1, &["text/html"], Ok(()));
    }

    #[test]
    fn redirects_may_not_leave_the_origin() {
        let check = |from: &str, to: &str, redirected: bool, clean: bool| {
            let response = ResponseHead { url: to.to_owned(), redirected, ..head(&[]) };
            assert_eq!(inspect(from, &response, &[]).is_ok(), clean, "{from} {to} {redirected}");
        };
        check("https://a.example/x", "https://a.example/y", true, true);
        check("https://a.example/x", "https://portal.example/login", true, false);
        check("https://a.example/x", "http://a.example/x", true, false);
        check("https://a.example/x", "https://a.example:8443/x", true, false);
        check("https://a.example/x", "https://a.example.evil/x", true, false);
        check("https://a.example/x", "", true, false);
        check("https://a.example/x", "", false, true);
        check("https://a.example?x", "https://a.example/y", true, true);
    }

    #[test]
    fn lengths_are_told_only_where_they_count_the_bytes_we_see() {
        let check = |kind: ResponseType, pairs: &[(&str, &str)], expected: Option<u64>| {
            let response = ResponseHead { kind, ..head(pairs) };
            assert_eq!(declared_length(&response), expected, "{kind:?} {pairs:?}");
        };
        check(ResponseType::Basic, &[("content-length", "12")], Some(12));
        check(ResponseType::Basic, &[("content-length", "12, 12")], Some(12));
        check(ResponseType::Basic, &[("content-length", "12, 13")], None);
        check(ResponseType::Basic, &[("content-length", "-1")], None);
        check(ResponseType::Basic, &[("content-length", "12"), ("content-encoding", "br")], None);
        check(ResponseType::Basic, &[], None);
        check(ResponseType::Cors, &[("content-length", "12")], None);
    }
}
