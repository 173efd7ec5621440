//! Under which other names stored answers are found: folders, clean URLs, parameters that do not count, redirects, HEAD, reads by POST.

use serde_json::{Value, json};

use super::{Scenario, configs};
use crate::cx::Cx;
use crate::ensure_eq;
use crate::fail::Outcome;
use crate::site::Site;

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        precached_pages_answer_for_folders_and_clean_urls,
        parameters_that_do_not_count_find_the_same_answer,
        redirected_answer_that_is_stored_comes_clean_to_a_navigation,
        head_is_answered_from_what_a_get_has_stored,
        post_that_reads_is_answered_from_the_store_by_its_body,
    ]
}

async fn precached_pages_answer_for_folders_and_clean_urls(cx: Cx) -> Outcome {
    let site = Site::new("plain")?;
    site.write("docs/index.html", "<!doctype html><title>Docs</title>")?;
    site.worker(
        &json!({ "precache": ["/index.html", "/docs/index.html", "/done.html", "/page.js", "/longshore/client.js"] }),
    )?;
    let mut server = cx.serve(site).await?;
    let page = cx.open(&server).await?;
    server.down().await;
    for (path, title) in
        [("/docs/", "Docs"), ("/done", "Done"), ("/docs/?utm_source=letter#top", "Docs"), ("/?fbclid=1", "Plain")]
    {
        page.go(&server.url(path)).await?;
        ensure_eq!(page.eval("document.title").await?, title, "{path}, offline");
    }
    Ok(())
}

async fn parameters_that_do_not_count_find_the_same_answer(cx: Cx) -> Outcome {
    let rule = json!({ "match": "/api/*", "strategy": "cache-first", "staleTime": "1h", "ignoreParams": ["utm_*"] });
    let server = cx.serve_plain(configs::with(json!([rule]))).await?;
    server.put_value("a", "one").await?;
    let page = cx.open(&server).await?;
    let path = "/api/value/a?utm_source=letter&etag=0";
    page.until("stored value", &format!("(await fetch('{path}')).headers.has('age')")).await?;
    server.put_value("a", "two").await?;
    for path in ["/api/value/a?etag=0&utm_medium=x&utm_id", "/api/value/a?etag=0"] {
        ensure_eq!(page.text(path).await?, "one", "{path} finds what is stored");
    }
    ensure_eq!(page.text("/api/value/a?utm_source=letter").await?, "two", "another parameter counts");
    Ok(())
}

async fn redirected_answer_that_is_stored_comes_clean_to_a_navigation(cx: Cx) -> Outcome {
    let rule = json!({ "match": "/api/moved", "strategy": "cache-first", "staleTime": "1h", "expects": "text/html" });
    let mut config = configs::with(json!([rule]));
    if let Some(list) = config["precache"].as_array_mut() {
        list.push(json!("/api/moved?to=/done.html&precached"));
    }
    let mut server = cx.serve_plain(config).await?;
    let page = cx.open(&server).await?;
    // A page's fetch follows the redirect; a navigation would be refused an answer that says that it was redirected (Fetch, 4.1).
    let path = "/api/moved?to=/done.html";
    ensure_eq!(page.fetch(path, Value::Null).await?["redirected"], true, "the network's answer");
    page.until("stored page", &format!("(await fetch('{path}')).headers.has('age')")).await?;
    server.down().await;
    for path in [path, "/api/moved?to=/done.html&precached"] {
        page.go(&server.url(path)).await?;
        ensure_eq!(page.eval("document.title").await?, "Done", "{path}, offline");
    }
    Ok(())
}

async fn head_is_answered_from_what_a_get_has_stored(cx: Cx) -> Outcome {
    let rule = json!({ "match": "/api/*", "strategy": "cache-first", "staleTime": "1h" });
    let mut server = cx.serve_plain(configs::with(json!([rule]))).await?;
    server.put_value("a", "one").await?;
    let page = cx.open(&server).await?;
    page.until("stored value", "(await fetch('/api/value/a')).headers.has('age')").await?;
    server.down().await;
    let answer = page.fetch("/api/value/a", json!({ "method": "HEAD" })).await?;
    ensure_eq!((&answer["status"], &answer["text"]), (&json!(200), &json!("")), "the HEAD, offline");
    ensure_eq!(answer["headers"]["content-type"], "text/plain; charset=utf-8", "its fields are the GET's");
    Ok(())
}

async fn post_that_reads_is_answered_from_the_store_by_its_body(cx: Cx) -> Outcome {
    let rule = json!({ "match": "/api/ask", "method": "POST", "key": "body", "strategy": "stale-while-revalidate", "staleTime": "1h" });
    let site = Site::new("plain")?;
    site.worker(&json!({ "routes": [rule], "precache": ["/index.html", "/page.js", "/longshore/client.js"] }))?;
    let mut server = cx.serve(site).await?;
    server.put_value("a", "one").await?;
    server.put_value("b", "two").await?;
    let page = cx.open(&server).await?;
    let ask = |body: &str| format!("fetch('/api/ask', {{ method: 'POST', body: '{body}' }})");
    for (body, text) in [("a", "one"), ("b", "two")] {
        ensure_eq!(page.eval(&format!("(await {}).text()", ask(body))).await?, text, "the network's answer to {body}");
        page.until("stored answer", &format!("(await {}).headers.has('age')", ask(body))).await?;
    }
    ensure_eq!(server.log().await?.arrivals("POST", "/api/ask"), 2, "each was asked for once");
    server.down().await;
    for (body, text) in [("a", "one"), ("b", "two")] {
        ensure_eq!(page.eval(&format!("(await {}).text()", ask(body))).await?, text, "the stored answer to {body}");
    }
    for other in [&ask("c"), &ask("mutation { a }"), "fetch('/api/ask')"] {
        let failed = format!("{other}.then(() => false, () => true)");
        ensure_eq!(page.eval(&failed).await?, true, "{other}, of which nothing is stored");
    }
    Ok(())
}
