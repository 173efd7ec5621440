//! Room: what goes when there is too much, what stays, and how little it may take.

use serde_json::{Value, json};

use super::serving::stored;
use super::{Scenario, configs};
use crate::cx::Cx;
use crate::fail::Outcome;
use crate::page::Page;
use crate::server::Server;
use crate::{ensure, ensure_eq};

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        entries_beyond_max_entries_are_evicted_oldest_first,
        limits_for_all_spare_what_has_priority_and_what_is_precached,
        what_an_open_page_observes_goes_last,
        packed_bodies_take_less_and_read_the_same,
    ]
}

/// Stores six answers, and gives the names of those that are kept where three may be.
async fn three_of_six(server: &mut Server, page: &Page) -> Outcome<Value> {
    for name in ["a", "b", "c", "d", "e", "f"] {
        server.put_value(name, name).await?;
        stored(page, &format!("/api/value/{name}?maxage=0"), name).await?;
    }
    server.down().await;
    let kept = "(await Promise.all([...'abcdef'].map((name) => fetch(`/api/value/${name}?maxage=0`)
        .then((answer) => answer.ok && name, () => false)))).filter(Boolean)";
    page.until("eviction", &format!("((kept) => kept.length <= 3 && kept)({kept})")).await
}

async fn entries_beyond_max_entries_are_evicted_oldest_first(cx: Cx) -> Outcome {
    let routes = json!([{ "match": "/api/*", "strategy": "cache-first", "staleTime": "1h", "maxEntries": 3 }]);
    let mut server = cx.serve_plain(configs::with(routes)).await?;
    let page = cx.open(&server).await?;
    ensure_eq!(three_of_six(&mut server, &page).await?, json!(["d", "e", "f"]), "what is kept");
    Ok(())
}

async fn limits_for_all_spare_what_has_priority_and_what_is_precached(cx: Cx) -> Outcome {
    let mut config = configs::with(json!([
        { "match": "/api/value/h*", "strategy": "cache-first", "staleTime": "1h", "priority": "high" },
        { "match": "/api/value/long*", "strategy": "cache-first", "staleTime": "1h", "maxEntryBytes": 20 },
        { "match": "/api/*", "strategy": "cache-first", "staleTime": "1h" },
    ]));
    config["limits"] = json!({ "maxEntries": 3 });
    let mut server = cx.serve_plain(config).await?;
    let page = cx.open(&server).await?;
    let long = "more than twenty bytes, and not stored";
    for (name, value) in [("high", "h"), ("a", "a"), ("long", long), ("b", "b"), ("c", "c"), ("d", "d")] {
        server.put_value(name, value).await?;
        stored(&page, &format!("/api/value/{name}?maxage=0"), value).await?;
    }
    server.down().await;
    let kept =
        "(await Promise.all(['high', 'long', 'a', 'b', 'c', 'd'].map((name) => fetch(`/api/value/${name}?maxage=0`)
        .then((answer) => answer.ok && name, () => false)))).filter(Boolean)";
    let kept = page.until("eviction", &format!("((kept) => kept.length <= 3 && kept)({kept})")).await?;
    ensure_eq!(kept, json!(["high", "c", "d"]), "what is kept");
    ensure_eq!(page.fetch("/page.js", json!({})).await?["status"], 200, "what is precached");
    Ok(())
}

async fn what_an_open_page_observes_goes_last(cx: Cx) -> Outcome {
    let routes = json!([{ "match": "/api/*", "strategy": "cache-first", "staleTime": "1h", "maxEntries": 3 }]);
    let mut server = cx.serve_plain(configs::with(routes)).await?;
    let page = cx.open(&server).await?;
    // The query is left out of patterns without one.
    page.eval("ls.on('updated', () => {}, { urls: ['/api/value/a'] })").await?;
    // Once it has answered what came after that, it knows.
    page.eval("ask('version')").await?;
    ensure_eq!(three_of_six(&mut server, &page).await?, json!(["a", "e", "f"]), "what is kept");
    Ok(())
}

async fn packed_bodies_take_less_and_read_the_same(cx: Cx) -> Outcome {
    let routes = json!([{ "match": "/api/*", "strategy": "cache-first", "staleTime": "1h", "gzip": true }]);
    let mut server = cx.serve_plain(configs::with(routes)).await?;
    let page = cx.open(&server).await?;
    let long = "tell them the same again, ".repeat(400);
    for (name, value) in [("long", long.as_str()), ("short", "short")] {
        server.put_value(name, value).await?;
        stored(&page, &format!("/api/value/{name}?maxage=0"), value).await?;
    }
    let sizes = "new Promise((resolve, reject) => {
        const opened = indexedDB.open('longshore:/');
        opened.onerror = () => reject(opened.error);
        opened.onsuccess = () => {
          const bodies = opened.result.transaction('bodies').objectStore('bodies');
          const url = (name) => `${location.origin}/api/value/${name}?maxage=0`;
          const [long, short] = ['long', 'short'].map((name) => bodies.get(url(name)));
          short.onsuccess = () => {
            opened.result.close();
            resolve([long.result.packed.byteLength, long.result.byteLength, short.result.packed === undefined]);
          };
        };
      })";
    let sizes = page.eval(sizes).await?;
    ensure_eq!([&sizes[1], &sizes[2]], [&json!(long.len()), &json!(true)], "the length, and a body that is too short");
    ensure!(sizes[0].as_u64().is_some_and(|packed| packed < 500), "10 KB of one sentence take {} bytes", sizes[0]);
    server.down().await;
    let url = "/api/value/long?maxage=0";
    // From the store, from memory, and by the engine, which cuts a part out of it.
    for _ in 0..2 {
        ensure_eq!(page.text(url).await?, long, "offline");
    }
    let part = page.fetch(url, json!({ "headers": { "range": "bytes=5-8" } })).await?;
    ensure_eq!([&part["status"], &part["text"]], [&json!(206), &json!("them")], "a part");
    let parts = page.fetch(url, json!({ "headers": { "range": "bytes=0-3,5-8" } })).await?;
    ensure!(parts["text"].as_str().is_some_and(|text| text.contains("\r\n\r\nthem")), "two parts: {parts}");
    let whole = page.fetch(url, json!({ "cache": "no-cache" })).await?;
    ensure_eq!(whole["text"], long, "by the engine, whole");
    Ok(())
}
