//! Static routing: what no route can want never asks the worker, where the browser can be told so.

use serde_json::{Value, json};

use super::{Scenario, configs};
use crate::cx::Cx;
use crate::engine::Engine;
use crate::fail::Outcome;
use crate::page::Page;
use crate::site::Site;
use crate::{ensure, ensure_eq};

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        unwanted_requests_go_past_the_worker,
        precached_file_named_by_its_hash_needs_no_worker,
        cold_navigation_asks_the_network_beside_the_worker,
        static_patterns_take_whatever_the_routes_take,
    ]
}

async fn unwanted_requests_go_past_the_worker(cx: Cx) -> Outcome {
    cx.only(&[Engine::Chromium], "only Chromium has static routing")?;
    let server = cx.serve_plain(configs::usual()).await?;
    server.put_value("a", "one").await?;
    let page = cx.open(&server).await?;
    let asked = async |path: &str| -> Outcome<Value> {
        page.fetch(path, Value::Null).await?;
        // What the browser itself says: `network` where a static rule has sent it there.
        let entry = format!("performance.getEntriesByName(new URL('{path}', location.href).href).at(-1)");
        page.eval(&format!("{entry}.workerMatchedSourceType !== 'network'")).await
    };
    ensure_eq!(asked("/api/value/a").await?, true, "the worker is asked for what a route wants");
    ensure_eq!(asked("/page.js?x").await?, true, "and for what is precached, with a query too");
    ensure_eq!(asked("/index").await?, true, "and for the other names of a precached page");
    ensure_eq!(asked("/longshore/client.js").await?, true, "and for the page client");
    ensure_eq!(asked("/elsewhere.txt").await?, false, "but not for what nothing wants");
    page.go(&server.url("/done.html")).await?;
    let navigation = "performance.getEntriesByType('navigation')[0].workerMatchedSourceType !== 'network'";
    ensure_eq!(page.eval(navigation).await?, true, "a navigation, which a route wants by its mode");
    Ok(())
}

async fn precached_file_named_by_its_hash_needs_no_worker(cx: Cx) -> Outcome {
    cx.only(&[Engine::Chromium], "only Chromium has static routing")?;
    let mut config = configs::usual();
    let named = |url: &str| json!({ "url": url, "revision": null });
    config["precache"] = json!([
        "/index.html",
        "/page.js",
        "/longshore/client.js",
        named("/part-5f3a9c1d.txt"),
        named("/film-77ab01cd.webm")
    ]);
    let site = Site::new("plain")?;
    site.worker(&config)?;
    site.write("part-5f3a9c1d.txt", "part")?;
    site.write("film-77ab01cd.webm", "film")?;
    let mut server = cx.serve(site).await?;
    let page = cx.open(&server).await?;
    server.down().await;
    page.browser.stop_worker(&page.window).await?;
    let running = async || -> Outcome<bool> {
        let targets = page.browser.devtools("Target.getTargets", json!({})).await?;
        let targets = targets["targetInfos"].as_array().cloned().unwrap_or_default();
        Ok(targets.iter().any(|target| target["type"] == json!("service_worker")))
    };
    let asked = async |path: &str| -> Outcome<Value> { page.fetch(path, Value::Null).await };
    ensure!(!running().await?, "the worker runs on");
    let answer = asked("/part-5f3a9c1d.txt").await?;
    ensure_eq!(answer["text"], json!("part"), "the file, with neither server nor worker: {answer}");
    ensure_eq!(answer["headers"]["cache-status"], json!("Longshore; hit; detail=mirror"), "who answered");
    ensure!(!running().await?, "the worker was started for what the mirror has");
    let film = asked("/film-77ab01cd.webm").await?;
    ensure_eq!(film["status"], json!(200), "what is played comes from the worker");
    ensure!(running().await?, "which was started for that");
    // What the browser has removed from the mirror comes back with the worker's next start.
    page.eval("caches.delete('longshore-mirror:/')").await?;
    page.browser.stop_worker(&page.window).await?;
    asked("/page.js").await?;
    page.until("the mirror filled again", "caches.match('/part-5f3a9c1d.txt').then((found) => found !== undefined)")
        .await?;
    Ok(())
}

async fn cold_navigation_asks_the_network_beside_the_worker(cx: Cx) -> Outcome {
    cx.only(&[Engine::Chromium], "only Chromium has static routing")?;
    let mut server = cx.serve_plain(configs::usual()).await?;
    let page = cx.open(&server).await?;
    page.browser.stop_worker(&page.window).await?;
    page.go(&server.url("/done.html")).await?;
    let matched = "performance.getEntriesByType('navigation')[0].workerMatchedSourceType";
    ensure_eq!(page.eval(matched).await?, "race-network-and-fetch-handler", "who was asked");
    let stored = "new Promise((resolve) => {
        const opening = indexedDB.open('longshore:/');
        opening.onsuccess = () => {
            const asking = opening.result.transaction('entries').objectStore('entries').get(location.href);
            asking.onsuccess = () => { opening.result.close(); resolve(asking.result !== undefined); };
        };
    })";
    page.until("what the network gave stored by the worker too", stored).await?;
    ensure_eq!(server.log().await?.arrivals("GET", "/done.html"), 1, "requests for one navigation");
    page.go(&server.url("/")).await?;
    server.down().await;
    page.browser.stop_worker(&page.window).await?;
    page.go(&server.url("/done.html")).await?;
    ensure_eq!(page.eval("document.title").await?, "Done", "the worker's answer where the network has none");
    Ok(())
}

/// The vectors that hold `src/route/` and `sw/pattern.js` to the same answers: nothing that a route takes may be missed here.
async fn static_patterns_take_whatever_the_routes_take(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::usual()).await?;
    let page = Page::open(&cx.browser().await?, &server.url("/")).await?;
    if page.eval("typeof URLPattern").await? == json!("undefined") {
        return cx.only(&[], "this browser has no URLPattern");
    }
    let script = include_str!("../../../../sw/works/static.js").replace("export ", "");
    let vectors: Value = serde_json::from_str(include_str!("../../../routes.json"))?;
    let body = format!(
        "{script}
        const missed = [];
        let looked = 0;
        for (const {{ routes, mutations, requests = [] }} of args) {{
          const rules = routes ?? mutations ?? [];
          for (const request of requests) {{
            const match = rules[request.route ?? request.mutation ?? -1]?.match;
            if (match === undefined) continue;
            looked += 1;
            if (!listOf(match).some((text) => urlPattern(text, 'https://app.example').test(request.url))) missed.push(request.url + ' by ' + match);
          }}
        }}
        return {{ looked, missed }};"
    );
    let found = page.run(&body, vectors).await?;
    ensure_eq!(found["missed"], json!([]), "URLs that a route takes and the static rule does not");
    ensure!(found["looked"].as_u64() > Some(30), "only {} vectors were looked at", found["looked"]);
    Ok(())
}
