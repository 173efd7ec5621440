//! What a write's answer makes invalid among the stored responses (RFC 9111, 4.4).
//! Does not invalidate: the queue and the store do, by generation.

use crate::http::{Method, RequestHead, ResponseHead, origin, resolve};

/// The absolute URLs whose stored responses this exchange makes invalid: the target, and what `Location` and
/// `Content-Location` name on the same origin. Empty after a safe method or an error.
#[must_use]
pub fn invalidated(request: &RequestHead, response: &ResponseHead) -> Vec<String> {
    let mut urls = Vec::new();
    // "A cache MUST invalidate the target URI when it receives a non-error status code in response to an unsafe request
    // method (including methods whose safety is unknown)."
    if is_safe(&request.method) || !(200..=399).contains(&response.status) {
        return urls;
    }
    urls.push(request.url.clone());
    for name in ["location", "content-location"] {
        let named = response.headers.first(name).and_then(|reference| resolve(&request.url, reference));
        // "A cache MUST NOT trigger an invalidation under these conditions if the origin of the URI to be invalidated
        // differs from that of the target URI."
        if let Some(url) = named.filter(|url| origin(url).is_some() && origin(url) == origin(&request.url))
            && !urls.contains(&url)
        {
            urls.push(url);
        }
    }
    urls
}

/// RFC 9110, 9.2.1.
fn is_safe(method: &Method) -> bool {
    match method {
        Method::Get | Method::Head | Method::Options => true,
        Method::Other(token) => token == "TRACE",
        Method::Post | Method::Put | Method::Delete | Method::Patch => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unsafe_request_that_succeeds_makes_target_and_locations_invalid() {
        let check = |method: &str, status: u16, pairs: &[(&str, &str)], expected: &[&str]| {
            let request =
                RequestHead { method: Method::parse(method), ..RequestHead::get("https://a.example/todos/1") };
            let response = ResponseHead { headers: pairs.iter().copied().collect(), ..ResponseHead::new(status) };
            let expected: Vec<String> = expected.iter().map(|path| format!("https://a.example{path}")).collect();
            assert_eq!(invalidated(&request, &response), expected, "{method} {status} {pairs:?}");
        };
        for method in ["POST", "PUT", "DELETE", "PATCH", "M-SEARCH"] {
            check(method, 200, &[], &["/todos/1"]);
            check(method, 204, &[], &["/todos/1"]);
            check(method, 303, &[("location", "/todos")], &["/todos/1", "/todos"]);
            check(method, 400, &[("location", "/todos")], &[]);
            check(method, 500, &[], &[]);
            check(method, 0, &[], &[]);
        }
        for method in ["GET", "HEAD", "OPTIONS", "TRACE"] {
            check(method, 200, &[("location", "/todos")], &[]);
        }
        let both = [("location", "2"), ("content-location", "../lists?all")];
        check("POST", 201, &both, &["/todos/1", "/todos/2", "/lists?all"]);
        check("POST", 201, &[("location", "1"), ("content-location", "/todos/1#x")], &["/todos/1"]);
        check("POST", 201, &[("location", "https://b.example/x")], &["/todos/1"]);
        check("POST", 201, &[("location", "https://a.example.evil/x")], &["/todos/1"]);
        check("POST", 201, &[("location", "//b.example/x"), ("content-location", "x:y")], &["/todos/1"]);
        check("POST", 201, &[("location", "http://a.example/x")], &["/todos/1"]);
    }
}
