//! Writes and workers that do not live to see the answer.

use serde_json::{Value, json};

use super::writes::{drained, echo, queue, rows};
use super::{Scenario, configs, precaching};
use crate::cx::{Cx, ready};
use crate::engine::{Engine, Options};
use crate::fail::{Fail, Outcome};
use crate::{ensure, ensure_eq};

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        write_while_server_down_survives_browser_restart_and_arrives_once_in_order,
        worker_stopped_mid_replay_applies_once,
        worker_update_with_a_row_in_flight_applies_once,
        write_whose_answer_is_lost_is_sent_again_with_its_key,
        queued_write_is_sent_when_a_new_worker_starts,
        sync_event_drains_the_queue,
        message_from_a_page_drains_the_queue,
        successful_fetch_drains_the_queue,
    ]
}

async fn write_while_server_down_survives_browser_restart_and_arrives_once_in_order(cx: Cx) -> Outcome {
    let mut server = cx.serve_plain(configs::usual()).await?;
    let browser = cx.own_browser(Options::default()).await?;
    let page = cx.open_in(&browser, &server).await?;
    server.down().await;
    for n in 1..=5 {
        queue(&page, "boat", n).await?;
    }
    let keys: Vec<Value> = rows(&page).await?.iter().map(|row| row["key"].clone()).collect();
    ensure_eq!(keys.len(), 5, "rows before");
    browser.reopen().await?;
    let page = cx.open_in(&browser, &server).await?;
    let listed: Vec<Value> = rows(&page).await?.iter().map(|row| row["key"].clone()).collect();
    ensure_eq!(listed, keys, "rows after reopening, server still down");
    server.up().await?;
    drained(&page).await?;
    let log = server.log().await?;
    ensure_eq!(log.lane("boat"), [1, 2, 3, 4, 5], "applied, in order");
    ensure!(log.seen.values().all(|times| *times == 1), "arrivals per key {:?}", log.seen);
    Ok(())
}

async fn worker_stopped_mid_replay_applies_once(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::usual()).await?;
    let browser = cx.stoppable_browser().await?;
    let page = cx.open_in(&browser, &server).await?;
    let before = page.eval("(await ask('hello')).origin").await?;
    server.faults(json!({ "refuse": true })).await?;
    for n in 1..=3 {
        queue(&page, "red", n).await?;
        queue(&page, "green", n).await?;
    }
    // Longer than the worker has still to live, shorter than the queue's own timeout.
    let delay = if cx.engine == Engine::WebKit { 9_000 } else { 5_000 };
    server.faults(json!({ "match": "/api/echo", "delayMs": [delay, delay] })).await?;
    page.eval("ls.queue.flush()").await?;
    server.until("request under way", |log| log.open > 0).await?;
    browser.stop_worker(&page.window).await?;
    server.no_faults().await?;
    ready(&page).await?;
    page.eval("ls.queue.flush()").await?;
    drained(&page).await?;
    ensure!(page.eval("(await ask('hello')).origin").await? != before, "the worker was not stopped");
    let log = server.log().await?;
    for lane in ["red", "green"] {
        ensure_eq!(log.lane(lane), [1, 2, 3], "applied in {lane}");
    }
    Ok(())
}

async fn worker_update_with_a_row_in_flight_applies_once(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::usual()).await?;
    server.put_value("a", "one").await?;
    let page = cx.open(&server).await?;
    server.faults(json!({ "match": "/api/echo", "delayMs": [2500, 2500] })).await?;
    page.run(
        "window.direct = fetch('/api/echo/boat/1', { method: 'POST', body: 'x' }).then((a) => a.status, String)",
        Value::Null,
    )
    .await?;
    server.until("request under way", |log| log.open > 0).await?;
    for n in 2..=4 {
        queue(&page, "boat", n).await?;
    }
    let old = page.eval("(await ask('hello')).origin").await?;
    server.site.worker_after("// the next version", &configs::usual())?;
    precaching::update(&page).await?;
    ensure!(page.eval("(await ask('hello')).origin").await? != old, "the new worker does not answer");
    ensure_eq!(page.text("/api/value/a?maxage=0").await?, "one", "the old tab is still served");
    server.faults(json!({ "match": "/api/echo", "delayMs": [50, 100] })).await?;
    drained(&page).await?;
    let log = server.log().await?;
    ensure_eq!(log.lane("boat"), [1, 2, 3, 4], "applied");
    let direct = page.eval("window.direct").await?;
    ensure!(direct == 200 || direct == 202, "the page that waited over the update got {direct}");
    Ok(())
}

async fn write_whose_answer_is_lost_is_sent_again_with_its_key(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::usual()).await?;
    let page = cx.open(&server).await?;
    server.faults(json!({ "match": "/api/echo", "dropAfterApply": 1.0, "times": 1 })).await?;
    let answer = echo(&page, "boat", 1).await?;
    // A browser may itself try again when a kept-alive connection breaks; then the page gets the answer at once.
    ensure!(answer["status"] == 200 || answer["status"] == 202, "the write got {answer}");
    drained(&page).await?;
    let log = server.log().await?;
    ensure_eq!(log.lane("boat"), [1], "applied");
    ensure!(log.replayed >= 1, "the server was not asked again");
    ensure_eq!(log.seen.len(), 1, "keys");
    Ok(())
}

async fn queued_write_is_sent_when_a_new_worker_starts(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::usual()).await?;
    let browser = cx.stoppable_browser().await?;
    let page = cx.open_in(&browser, &server).await?;
    server.faults(json!({ "refuse": true })).await?;
    queue(&page, "boat", 1).await?;
    browser.stop_worker(&page.window).await?;
    server.no_faults().await?;
    page.go(&server.url("/")).await?;
    ready(&page).await?;
    drained(&page).await?;
    ensure_eq!(server.log().await?.lane("boat"), [1], "applied");
    Ok(())
}

async fn sync_event_drains_the_queue(cx: Cx) -> Outcome {
    cx.only(&[Engine::Chromium], "the engine has no Background Sync")?;
    let server = cx.serve_plain(configs::usual()).await?;
    // A profile of its own, because registrations are numbered per profile.
    let browser = cx.own_browser(Options::default()).await?;
    let page = cx.open_in(&browser, &server).await?;
    server.faults(json!({ "match": "/api/echo", "status": 503, "retryAfter": 1 })).await?;
    queue(&page, "boat", 1).await?;
    let tags = page.eval("(await navigator.serviceWorker.ready).sync.getTags()").await?;
    let tag = tags[0].as_str().ok_or_else(|| Fail::assert("no sync is registered for a queued write"))?.to_owned();
    server.no_faults().await?;
    // No page and no timer is left to wake the worker.
    page.go("about:blank").await?;
    browser.devtools("ServiceWorker.enable", json!({})).await?;
    browser.devtools("ServiceWorker.stopAllWorkers", json!({})).await?;
    crate::page::wait("applied write after a sync event", || async {
        let event = json!({ "origin": server.url("/"), "registrationId": "0", "tag": tag, "lastChance": false });
        browser.devtools("ServiceWorker.dispatchSyncEvent", event).await?;
        let lane = server.log().await?.lane("boat");
        Ok(if lane == [1] { Ok(()) } else { Err(format!("{lane:?}")) })
    })
    .await
}

async fn message_from_a_page_drains_the_queue(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::usual()).await?;
    let page = cx.open(&server).await?;
    server.faults(json!({ "refuse": true })).await?;
    for n in 1..=3 {
        queue(&page, "boat", n).await?;
    }
    server.no_faults().await?;
    page.eval("ask('connectivity', { online: true })").await?;
    drained(&page).await?;
    ensure_eq!(server.log().await?.lane("boat"), [1, 2, 3], "applied");
    Ok(())
}

async fn successful_fetch_drains_the_queue(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::usual()).await?;
    server.put_value("a", "one").await?;
    let page = cx.open(&server).await?;
    server.faults(json!({ "refuse": true })).await?;
    queue(&page, "boat", 1).await?;
    server.no_faults().await?;
    page.text("/api/value/a?maxage=0").await?;
    drained(&page).await?;
    ensure_eq!(echo(&page, "boat", 2).await?["status"], 200, "the lane is free again");
    ensure_eq!(server.log().await?.lane("boat"), [1, 2], "applied");
    Ok(())
}
