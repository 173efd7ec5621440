//! What a page gets from the store when the network is gone, late or changed.

use serde_json::{Value, json};

use super::{Scenario, configs};
use crate::cx::{Cx, ready};
use crate::fail::Outcome;
use crate::page::Page;
use crate::site::Site;
use crate::{ensure, ensure_eq};

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        first_load_then_offline_reload,
        stale_answer_then_updated_event_in_second_tab,
        cache_first_answers_from_the_store_without_the_network,
        network_first_falls_back_after_its_timeout,
        network_only_and_cache_only_keep_their_word,
        fresh_entry_under_stale_while_revalidate_costs_no_network,
        revalidation_by_etag_keeps_the_stored_body,
        no_store_is_never_stored,
        vary_keeps_variants_beside_each_other,
        content_encoding_is_told_of_bodies_that_are_decoded,
        captive_portal_page_never_becomes_a_script,
        invalidated_entry_is_not_served_again,
        concurrent_reads_share_one_fetch,
        header_fields_decide_where_a_route_respects_http,
    ]
}

async fn first_load_then_offline_reload(cx: Cx) -> Outcome {
    let mut server = cx.serve_plain(configs::usual()).await?;
    server.put_value("a", "one").await?;
    let page = cx.open(&server).await?;
    stored(&page, "/api/value/a?maxage=0", "one").await?;
    server.down().await;
    page.reload().await?;
    ready(&page).await?;
    ensure_eq!(page.eval("document.title").await?, "Plain", "the page itself, offline");
    ensure_eq!(page.text("/api/value/a?maxage=0").await?, "one", "the value, offline");
    Ok(())
}

async fn stale_answer_then_updated_event_in_second_tab(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::usual()).await?;
    server.put_value("a", "one").await?;
    let (first, second) = (cx.open(&server).await?, cx.open(&server).await?);
    stored(&first, "/api/value/a?maxage=0", "one").await?;
    second.run("window.events.length = 0", Value::Null).await?;
    server.put_value("a", "two").await?;
    ensure_eq!(first.text("/api/value/a?maxage=0").await?, "one", "the stale answer comes first");
    let event = second.until("updated event", "window.heard('updated', '/api/value/a')[0]").await?;
    ensure!(event["tags"].as_array().is_some_and(|tags| tags.contains(&json!("api"))), "tags in {event}");
    ensure!(event["etag"].is_string(), "etag in {event}");
    ensure_eq!(second.text("/api/value/a?maxage=0").await?, "two", "what the event promised");
    Ok(())
}

async fn cache_first_answers_from_the_store_without_the_network(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::with(json!([{ "match": "/api/*", "strategy": "cache-first" }]))).await?;
    server.put_value("a", "one").await?;
    let page = cx.open(&server).await?;
    stored(&page, "/api/value/a?maxage=600", "one").await?;
    server.put_value("a", "two").await?;
    server.clear_log().await?;
    ensure_eq!(page.text("/api/value/a?maxage=600").await?, "one", "the stored answer");
    ensure_eq!(server.log().await?.arrivals("GET", "/api/value/a"), 0, "requests at the server");
    Ok(())
}

async fn network_first_falls_back_after_its_timeout(cx: Cx) -> Outcome {
    let routes = json!([{ "match": "/api/*", "strategy": "network-first", "timeout": "500ms" }]);
    let mut server = cx.serve_plain(configs::with(routes)).await?;
    server.put_value("a", "one").await?;
    let page = cx.open(&server).await?;
    stored(&page, "/api/value/a?maxage=0", "one").await?;
    server.put_value("a", "two").await?;
    ensure_eq!(page.text("/api/value/a?maxage=0").await?, "two", "the network comes first");
    server.faults(json!({ "match": "/api/value", "stall": true })).await?;
    ensure_eq!(page.text("/api/value/a?maxage=0").await?, "two", "the store after the timeout");
    server.down().await;
    ensure_eq!(page.text("/api/value/a?maxage=0").await?, "two", "the store when the server is gone");
    Ok(())
}

async fn network_only_and_cache_only_keep_their_word(cx: Cx) -> Outcome {
    let routes = json!([
        { "match": "/api/value/net", "strategy": "network-only" },
        { "match": "/api/value/cache", "strategy": "cache-only" },
    ]);
    let mut server = cx.serve_plain(configs::with(routes)).await?;
    server.put_value("net", "one").await?;
    server.put_value("cache", "one").await?;
    let page = cx.open(&server).await?;
    stored(&page, "/api/value/net?maxage=0", "one").await?;
    server.put_value("net", "two").await?;
    ensure_eq!(page.text("/api/value/net?maxage=0").await?, "two", "network-only");
    let miss = page.fetch("/api/value/cache", Value::Null).await?;
    ensure!(miss["error"].is_string() || miss["status"] == 504, "a cache-only miss gave {miss}");
    ensure_eq!(server.log().await?.arrivals("GET", "/api/value/cache"), 0, "cache-only requests at the server");
    server.down().await;
    let gone = page.fetch("/api/value/net?maxage=0", Value::Null).await?;
    ensure!(gone["status"] != 200, "network-only gave {gone} from a server that is down");
    Ok(())
}

async fn fresh_entry_under_stale_while_revalidate_costs_no_network(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::usual()).await?;
    server.put_value("a", "one").await?;
    let page = cx.open(&server).await?;
    stored(&page, "/api/value/a?maxage=600", "one").await?;
    server.clear_log().await?;
    for _ in 0..3 {
        ensure_eq!(page.text("/api/value/a?maxage=600").await?, "one", "the fresh answer");
    }
    // A stale entry's revalidation reaches the server after this one, if the fresh one's had been sent.
    page.text("/api/value/b?maxage=0").await?;
    server.until("other request", |log| log.arrivals("GET", "/api/value/b") == 1).await?;
    ensure_eq!(server.log().await?.arrivals("GET", "/api/value/a"), 0, "requests for the fresh entry");
    Ok(())
}

async fn revalidation_by_etag_keeps_the_stored_body(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::usual()).await?;
    server.put_value("a", "one").await?;
    let page = cx.open(&server).await?;
    stored(&page, "/api/value/a?maxage=0", "one").await?;
    server.clear_log().await?;
    ensure_eq!(page.text("/api/value/a?maxage=0").await?, "one", "the stale answer");
    server.until("304", |log| log.statuses("GET", "/api/value/a").contains(&304)).await?;
    ensure_eq!(page.text("/api/value/a?maxage=0").await?, "one", "the answer after the 304");
    Ok(())
}

async fn no_store_is_never_stored(cx: Cx) -> Outcome {
    let mut server = cx.serve_plain(configs::usual()).await?;
    server.put_value("a", "secret").await?;
    let page = cx.open(&server).await?;
    stored(&page, "/api/value/a?cache=no-store", "secret").await?;
    server.down().await;
    let answer = page.fetch("/api/value/a?cache=no-store", Value::Null).await?;
    ensure!(answer["status"] != 200, "a no-store answer was kept: {answer}");
    Ok(())
}

async fn vary_keeps_variants_beside_each_other(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::with(json!([{ "match": "/api/*", "strategy": "cache-first" }]))).await?;
    server.put_value("tea", "tea").await?;
    let page = cx.open(&server).await?;
    for _ in 0..3 {
        for flavour in ["mint", "sage"] {
            let ask = json!({ "headers": { "x-flavour": flavour } });
            let answer = page.fetch("/api/value/tea?maxage=600&vary=x-flavour", ask).await?;
            ensure_eq!(answer["text"], format!("tea for {flavour}"), "asked for {flavour}");
        }
    }
    ensure_eq!(server.log().await?.arrivals("GET", "/api/value/tea"), 2, "fetches, one for each flavour");
    Ok(())
}

async fn content_encoding_is_told_of_bodies_that_are_decoded(cx: Cx) -> Outcome {
    let site = Site::new("plain")?;
    // As a network's answer is once the browser has decoded it.
    let coded = "const network = self.fetch;
        self.fetch = (asked, init) => !(asked.url ?? asked).endsWith('/coded') ? network(asked, init) : Promise.resolve(
          new Response('decoded', { headers: { 'content-encoding': 'gzip', 'content-type': 'text/html', 'cache-control': 'max-age=9' } }));";
    site.worker_after(coded, &configs::with(json!([{ "match": "/coded", "strategy": "cache-first" }])))?;
    let server = cx.serve(site).await?;
    let page = cx.open(&server).await?;
    stored(&page, "/coded", "decoded").await?;
    let answer = page.fetch("/coded", Value::Null).await?;
    ensure_eq!(
        (&answer["text"], &answer["headers"]["content-encoding"]),
        (&json!("decoded"), &json!("gzip")),
        "as script"
    );
    page.go(&server.url("/coded")).await?;
    ensure_eq!(page.eval("document.body.textContent").await?, "decoded", "as a page");
    Ok(())
}

async fn captive_portal_page_never_becomes_a_script(cx: Cx) -> Outcome {
    let routes = json!([{ "match": "/*.js", "strategy": "stale-while-revalidate", "expects": "text/javascript" }]);
    let server = cx.serve_plain(configs::with(routes)).await?;
    server.site.write("app.js", "// the real script\n")?;
    let page = cx.open(&server).await?;
    stored(&page, "/app.js", "// the real script\n").await?;
    server.faults(json!({ "match": "/app.js", "portal": true })).await?;
    server.clear_log().await?;
    page.text("/app.js").await?;
    server.until("portal's answer", |log| log.arrivals("GET", "/app.js") >= 1).await?;
    for _ in 0..3 {
        ensure_eq!(page.text("/app.js").await?, "// the real script\n", "the script behind the portal");
    }
    server.no_faults().await
}

async fn invalidated_entry_is_not_served_again(cx: Cx) -> Outcome {
    let routes = json!([{ "match": "/api/*", "strategy": "cache-first", "tags": ["values"] }]);
    let server = cx.serve_plain(configs::with(routes)).await?;
    server.put_value("a", "one").await?;
    let page = cx.open(&server).await?;
    stored(&page, "/api/value/a?maxage=600", "one").await?;
    server.put_value("a", "two").await?;
    page.run("await ls.cache.invalidate({ tags: ['values'] })", Value::Null).await?;
    ensure_eq!(page.text("/api/value/a?maxage=600").await?, "two", "after the tag was invalidated");
    server.put_value("a", "three").await?;
    let write = json!({ "method": "PUT", "body": "four" });
    ensure_eq!(page.fetch("/api/value/a?maxage=600", write).await?["status"], 200, "the write");
    ensure_eq!(page.text("/api/value/a?maxage=600").await?, "four", "after one's own write");
    Ok(())
}

async fn concurrent_reads_share_one_fetch(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::with(json!([{ "match": "/api/*", "strategy": "cache-first" }]))).await?;
    server.put_value("a", "one").await?;
    let page = cx.open(&server).await?;
    server.faults(json!({ "match": "/api/value", "delayMs": [700, 700] })).await?;
    server.clear_log().await?;
    let all = "Promise.all([1, 2, 3, 4, 5].map(async () => (await fetch('/api/value/a?maxage=600')).text()))";
    ensure_eq!(page.eval(all).await?, json!(["one", "one", "one", "one", "one"]), "all answers");
    ensure_eq!(server.log().await?.arrivals("GET", "/api/value/a"), 1, "requests at the server");
    Ok(())
}

async fn header_fields_decide_where_a_route_respects_http(cx: Cx) -> Outcome {
    let routes = json!([{ "match": "/api/*", "strategy": "network-first", "respect": "http" }]);
    let mut server = cx.serve_plain(configs::with(routes)).await?;
    let page = cx.open(&server).await?;
    let look = |name: &str, cache: &str| format!("/api/value/{name}?cache={}", cache.replace(' ', ""));
    let fresh = look("fresh", "max-age=600");
    let bound = look("bound", "max-age=0, must-revalidate");
    let behind = look("behind", "max-age=0, stale-while-revalidate=600");
    // The first is renewed behind its answers; that is over when the others are stored.
    for (name, url) in [("behind", &behind), ("bound", &bound), ("fresh", &fresh)] {
        server.put_value(name, "one").await?;
        stored(&page, url, "one").await?;
    }
    for name in ["behind", "bound", "fresh"] {
        server.put_value(name, "two").await?;
    }
    server.clear_log().await?;
    let answer = page.fetch(&fresh, Value::Null).await?;
    ensure_eq!(answer["text"], "one", "max-age: the stored answer");
    let status = answer["headers"]["cache-status"].as_str().unwrap_or_default().to_owned();
    ensure!(status.starts_with("Longshore; hit; ttl="), "Cache-Status: {status}");
    ensure!(answer["headers"]["server-timing"].is_string(), "Server-Timing in {answer}");
    ensure_eq!(page.text(&bound).await?, "two", "must-revalidate: the server's answer");
    ensure_eq!(page.text(&behind).await?, "one", "stale-while-revalidate: the stored answer first");
    server.until("revalidation", |log| log.arrivals("GET", "/api/value/behind") >= 1).await?;
    page.until("renewed answer", &format!("(await (await fetch('{behind}')).text()) === 'two'")).await?;
    ensure_eq!(server.log().await?.arrivals("GET", "/api/value/fresh"), 0, "requests for what is fresh");

    server.down().await;
    let only = json!({ "headers": { "cache-control": "only-if-cached" } });
    ensure_eq!(page.fetch(&fresh, only.clone()).await?["text"], "one", "only-if-cached: what is fresh");
    let refused = page.fetch(&bound, only).await?;
    ensure_eq!(refused["status"], 504, "only-if-cached: what is stale");
    ensure_eq!(refused["headers"]["cache-status"], "Longshore; detail=only-if-cached", "why");
    ensure_eq!(page.fetch(&bound, Value::Null).await?["status"], 504, "must-revalidate without the server");
    Ok(())
}

/// Reads until the worker has surely had its turn to store the answer.
pub async fn stored(page: &Page, url: &str, text: &str) -> Outcome {
    for _ in 0..3 {
        ensure_eq!(page.text(url).await?, text, "{url} while the server is up");
    }
    Ok(())
}
