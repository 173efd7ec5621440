//! Storage and wasm that fail: the page must not notice more than it has to. The faults are made by
//! `tests/sites/faults.js` in the worker script, before the runtime is loaded.

use serde_json::{Value, json};

use super::writes::{drained, echo, rows};
use super::{Scenario, configs};
use crate::cx::Cx;
use crate::fail::Outcome;
use crate::page::Page;
use crate::server::Server;
use crate::site::Site;
use crate::{ensure, ensure_eq};

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        storage_that_is_gone_leaves_reads_to_the_network,
        full_storage_answers_507_to_a_write_and_reads_from_the_network,
        answer_that_met_a_full_disk_is_stored_after_others_made_room,
        closed_database_handle_is_reopened,
        trapped_request_is_answered_by_the_network_and_the_next_by_a_fresh_instance,
        trap_in_a_write_sends_nothing_twice,
        wasm_that_does_not_boot_leaves_the_page_to_the_network,
        three_traps_in_a_minute_open_the_breaker,
    ]
}

/// A page with a stored value `one`, good for an hour by its route, where the server has `two` by now. The browser's own
/// HTTP cache may not keep it, or it would answer in place of the network.
async fn outdated(cx: &Cx) -> Outcome<(Server, Page)> {
    let site = Site::new("plain")?;
    site.worker_with_faults(&configs::with(
        json!([{ "match": "/api/*", "strategy": "cache-first", "staleTime": "1h" }]),
    ))?;
    let server = cx.serve(site).await?;
    server.put_value("a", "one").await?;
    let page = cx.open(&server).await?;
    for _ in 0..3 {
        ensure_eq!(value(&page).await?, "one", "the value while all is well");
    }
    server.put_value("a", "two").await?;
    ensure_eq!(value(&page).await?, "one", "the stored value");
    Ok((server, page))
}

async fn value(page: &Page) -> Outcome<String> {
    page.text("/api/value/a?maxage=0").await
}

async fn tell(page: &Page, word: &str) -> Outcome {
    page.run("await tell(args)", json!(word)).await.map(|_| ())
}

async fn storage_that_is_gone_leaves_reads_to_the_network(cx: Cx) -> Outcome {
    let (server, page) = outdated(&cx).await?;
    server.put_value("b", "fresh").await?;
    tell(&page, "storage").await?;
    ensure_eq!(page.text("/api/value/b?maxage=0").await?, "fresh", "a value that is not in memory");
    let write = echo(&page, "boat", 1).await?;
    ensure!(write["status"] != 202, "a write was called queued that cannot be stored: {write}");
    page.reload().await?;
    page.until("page", "document.title === 'Plain'").await?;
    tell(&page, "mend").await?;
    ensure_eq!(page.text("/api/value/b?maxage=0").await?, "fresh", "after the storage came back");
    Ok(())
}

async fn full_storage_answers_507_to_a_write_and_reads_from_the_network(cx: Cx) -> Outcome {
    let (server, page) = outdated(&cx).await?;
    server.put_value("b", "fresh").await?;
    tell(&page, "quota").await?;
    ensure_eq!(value(&page).await?, "one", "a read that is stored");
    ensure_eq!(page.text("/api/value/b?maxage=0").await?, "fresh", "a read that cannot be stored");
    let answer = echo(&page, "boat", 1).await?;
    ensure_eq!(answer["status"], 507, "the answer to a write, {answer}");
    ensure_eq!(answer["headers"]["content-type"], "application/problem+json", "its type");
    ensure_eq!(server.log().await?.lane("boat").len(), 0, "applied");
    tell(&page, "mend").await?;
    ensure_eq!(echo(&page, "boat", 2).await?["status"], 200, "a write after there is room again");
    drained(&page).await
}

async fn answer_that_met_a_full_disk_is_stored_after_others_made_room(cx: Cx) -> Outcome {
    let (server, page) = outdated(&cx).await?;
    server.put_value("b", "fresh").await?;
    let precached = "(await keys()).filter((key) => key.includes('#')).length";
    page.run(
        "window.keys = () => new Promise((resolve) => {
           const opened = indexedDB.open('longshore:/');
           opened.onsuccess = () => {
             const asked = opened.result.transaction('entries').objectStore('entries').getAllKeys();
             asked.onsuccess = () => { opened.result.close(); resolve(asked.result); };
           };
         })",
        Value::Null,
    )
    .await?;
    let before = page.eval(precached).await?;
    tell(&page, "full").await?;
    ensure_eq!(page.text("/api/value/b?maxage=0").await?, "fresh", "a read whose storing finds no room");
    page.until("stored answer", "(await keys()).some((key) => key.includes('/value/b'))").await?;
    ensure_eq!(page.eval("(await keys()).some((key) => key.includes('/value/a'))").await?, false, "the older answer");
    ensure_eq!(page.eval(precached).await?, before, "precached answers");
    ensure_eq!(value(&page).await?, "two", "what made room comes from the network");
    Ok(())
}

async fn closed_database_handle_is_reopened(cx: Cx) -> Outcome {
    let (mut server, page) = outdated(&cx).await?;
    tell(&page, "close").await?;
    ensure_eq!(echo(&page, "boat", 1).await?["status"], 200, "a write over a closed handle");
    tell(&page, "close").await?;
    server.down().await;
    ensure_eq!(value(&page).await?, "one", "a stored value over a closed handle");
    tell(&page, "close").await?;
    ensure_eq!(echo(&page, "boat", 2).await?["status"], 202, "an offline write over a closed handle");
    ensure_eq!(rows(&page).await?.len(), 1, "rows");
    Ok(())
}

/// A request that needs the engine: one with a field that no mark answers for.
async fn judged(page: &Page) -> Outcome<String> {
    let init = json!({ "headers": { "authorization": "Test" } });
    let answer = page.fetch("/api/value/a?maxage=0", init).await?;
    Ok(answer["text"].as_str().unwrap_or_default().to_owned())
}

async fn trapped_request_is_answered_by_the_network_and_the_next_by_a_fresh_instance(cx: Cx) -> Outcome {
    let (_server, page) = outdated(&cx).await?;
    tell(&page, "trap").await?;
    ensure_eq!(value(&page).await?, "one", "a request that needs no engine");
    ensure_eq!(judged(&page).await?, "two", "the request that trapped");
    ensure_eq!(judged(&page).await?, "one", "the next request");
    Ok(())
}

async fn trap_in_a_write_sends_nothing_twice(cx: Cx) -> Outcome {
    let (server, page) = outdated(&cx).await?;
    tell(&page, "trap").await?;
    let first = echo(&page, "boat", 1).await?;
    ensure!([200, 202, 503].map(Value::from).contains(&first["status"]), "the write that trapped got {first}");
    let second = echo(&page, "boat", 2).await?;
    ensure!([200, 202].map(Value::from).contains(&second["status"]), "the next write got {second}");
    drained(&page).await?;
    let wanted: &[u64] = if first["status"] == 503 { &[2] } else { &[1, 2] };
    ensure_eq!(server.log().await?.lane("boat"), wanted, "applied");
    Ok(())
}

async fn wasm_that_does_not_boot_leaves_the_page_to_the_network(cx: Cx) -> Outcome {
    let (server, page) = outdated(&cx).await?;
    tell(&page, "wasm").await?;
    tell(&page, "trap").await?;
    ensure_eq!(judged(&page).await?, "two", "the request that trapped");
    ensure_eq!(judged(&page).await?, "two", "the next, without wasm");
    ensure_eq!(value(&page).await?, "one", "what was marked as good while the engine ran");
    // It was never handed over, so it can go to the server as if there were no worker.
    ensure_eq!(echo(&page, "boat", 1).await?["status"], 200, "a write without wasm");
    ensure_eq!(server.log().await?.lane("boat"), [1], "applied");
    page.reload().await?;
    page.until("page", "document.title === 'Plain'").await?;
    Ok(())
}

async fn three_traps_in_a_minute_open_the_breaker(cx: Cx) -> Outcome {
    let (_server, page) = outdated(&cx).await?;
    for round in 1..=3 {
        tell(&page, "trap").await?;
        ensure_eq!(judged(&page).await?, "two", "request {round}, which trapped");
        if round < 3 {
            ensure_eq!(judged(&page).await?, "one", "the fresh instance after trap {round}");
        }
    }
    ensure_eq!(judged(&page).await?, "two", "with the breaker open");
    Ok(())
}
