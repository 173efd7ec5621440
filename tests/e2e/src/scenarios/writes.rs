//! What a page gets for a write, and what the queue then does with it.

use serde_json::{Value, json};

use super::{Scenario, configs};
use crate::cx::Cx;
use crate::fail::{Fail, Outcome};
use crate::page::Page;
use crate::server::Server;
use crate::{ensure, ensure_eq};

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        write_while_online_is_answered_by_the_server,
        final_refusal_goes_to_the_page_and_leaves_no_row,
        server_error_becomes_202_and_settles_later,
        retry_after_is_honoured,
        login_page_is_no_answer_to_a_write,
        slow_answer_becomes_202_after_the_timeout,
        on_retryable_answer_gives_the_status_and_keeps_no_row,
        own_idempotency_key_is_kept_and_joined,
        lanes_are_serial_inside_and_parallel_between,
        dead_row_parks_its_lane_only_and_is_sent_on_retry,
        discarded_row_lets_its_lane_go_on,
        conflict_is_kept_listed_and_resent,
        withdrawn_write_never_reaches_the_server,
        events_tell_a_write_from_queued_to_settled,
    ]
}

/// Writes to `/api/echo/{lane}/{n}` in the page.
pub async fn echo(page: &Page, lane: &str, n: u64) -> Outcome<Value> {
    page.fetch(&format!("/api/echo/{lane}/{n}"), json!({ "method": "POST", "body": format!("{lane} {n}") })).await
}

/// Writes and expects 202; gives the row's id.
pub async fn queue(page: &Page, lane: &str, n: u64) -> Outcome<String> {
    let answer = echo(page, lane, n).await?;
    ensure_eq!(answer["status"], 202, "the answer to {lane}/{n}, {answer}");
    let id = answer["headers"]["longshore-queued"].as_str().ok_or(Fail::assert("no Longshore-Queued header"))?;
    let body: Value = serde_json::from_str(answer["text"].as_str().unwrap_or_default())?;
    ensure_eq!(body["queued"], id, "the id in the body");
    ensure_eq!(body["reason"], answer["headers"]["longshore-reason"], "the reason in body and header");
    Ok(id.to_owned())
}

/// The rows that wait.
pub async fn rows(page: &Page) -> Outcome<Vec<Value>> {
    Ok(page.eval("ls.queue.list()").await?.as_array().cloned().unwrap_or_default())
}

/// Waits until the queue is empty.
pub async fn drained(page: &Page) -> Outcome {
    page.until(
        "empty queue",
        "((rows) => rows.length === 0 || (() => { throw new Error(JSON.stringify(rows)) })())(await ls.queue.list())",
    )
    .await
    .map(|_| ())
}

/// A page of the plain site with the usual config.
pub async fn plain(cx: &Cx) -> Outcome<(Server, Page)> {
    let server = cx.serve_plain(configs::usual()).await?;
    let page = cx.open(&server).await?;
    Ok((server, page))
}

async fn write_while_online_is_answered_by_the_server(cx: Cx) -> Outcome {
    let (server, page) = plain(&cx).await?;
    let answer = echo(&page, "boat", 1).await?;
    ensure_eq!(answer["status"], 200, "the server's own status");
    ensure!(answer["text"].as_str().is_some_and(|text| text.contains("boat")), "the server's own body, not {answer}");
    drained(&page).await?;
    let log = server.log().await?;
    ensure_eq!(log.lane("boat"), [1], "applied");
    let key = log.applied.iter().find_map(|applied| applied.key.clone()).unwrap_or_default();
    ensure_eq!((key.len(), key.matches('-').count()), (36, 4), "the key is an unquoted UUID: {key}");
    Ok(())
}

async fn final_refusal_goes_to_the_page_and_leaves_no_row(cx: Cx) -> Outcome {
    let (server, page) = plain(&cx).await?;
    server.faults(json!({ "match": "/api/echo", "status": 422 })).await?;
    ensure_eq!(echo(&page, "boat", 1).await?["status"], 422, "the server's refusal");
    ensure_eq!(rows(&page).await?.len(), 0, "rows");
    server.no_faults().await?;
    ensure_eq!(echo(&page, "boat", 2).await?["status"], 200, "the lane is free again");
    ensure_eq!(server.log().await?.lane("boat"), [2], "applied");
    Ok(())
}

async fn server_error_becomes_202_and_settles_later(cx: Cx) -> Outcome {
    let (server, page) = plain(&cx).await?;
    server.faults(json!({ "match": "/api/echo", "status": 503, "times": 1 })).await?;
    queue(&page, "boat", 1).await?;
    drained(&page).await?;
    page.until("settled event", "window.heard('settled', '/api/echo/boat/1').length === 1").await?;
    ensure_eq!(server.log().await?.lane("boat"), [1], "applied");
    Ok(())
}

async fn retry_after_is_honoured(cx: Cx) -> Outcome {
    let (server, page) = plain(&cx).await?;
    server.faults(json!({ "match": "/api/echo", "status": 503, "retryAfter": 4, "times": 1 })).await?;
    let before = page.eval("Date.now()").await?.as_f64().unwrap_or_default();
    let id = queue(&page, "boat", 1).await?;
    let rows = rows(&page).await?;
    let row = rows.iter().find(|row| row["id"] == id.as_str()).ok_or(Fail::assert("the row is not listed"))?;
    let wait = row["notBefore"].as_f64().unwrap_or_default() - before;
    ensure!((3_900.0..6_000.0).contains(&wait), "notBefore is {wait} ms away: {row}");
    // A wake before its time must not send it.
    page.eval("ask('wake', { reason: 'page' })").await?;
    drained(&page).await?;
    let settled = page.eval("Date.now()").await?.as_f64().unwrap_or_default();
    ensure!(settled - before >= 3_900.0, "sent after {} ms", settled - before);
    ensure_eq!(server.log().await?.lane("boat"), [1], "applied");
    Ok(())
}

async fn login_page_is_no_answer_to_a_write(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::writes(json!([{ "match": "/api/*", "expects": "application/json" }]))).await?;
    let page = cx.open(&server).await?;
    server.faults(json!({ "match": "/api/echo", "portal": true, "times": 1 })).await?;
    let answer = echo(&page, "boat", 1).await?;
    ensure_eq!(answer["status"], 202, "the answer behind a portal");
    ensure_eq!(answer["headers"]["longshore-reason"], "portal", "the reason");
    drained(&page).await?;
    ensure_eq!(server.log().await?.lane("boat"), [1], "applied");
    Ok(())
}

async fn slow_answer_becomes_202_after_the_timeout(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::writes(json!([{ "match": "/api/*", "timeout": "700ms" }]))).await?;
    let page = cx.open(&server).await?;
    server.faults(json!({ "match": "/api/echo", "stall": true })).await?;
    let answer = echo(&page, "boat", 1).await?;
    ensure_eq!(answer["status"], 202, "the answer after the timeout");
    ensure_eq!(answer["headers"]["longshore-reason"], "timeout", "the reason");
    server.no_faults().await?;
    drained(&page).await?;
    let log = server.log().await?;
    ensure_eq!(log.lane("boat"), [1], "applied");
    ensure_eq!(log.seen.len(), 1, "one key for both attempts");
    Ok(())
}

async fn on_retryable_answer_gives_the_status_and_keeps_no_row(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::writes(json!([{ "match": "/api/*", "onRetryable": "answer" }]))).await?;
    let page = cx.open(&server).await?;
    server.faults(json!({ "match": "/api/echo", "status": 503 })).await?;
    ensure_eq!(echo(&page, "boat", 1).await?["status"], 503, "the server's own status");
    ensure_eq!(rows(&page).await?.len(), 0, "rows");
    Ok(())
}

async fn own_idempotency_key_is_kept_and_joined(cx: Cx) -> Outcome {
    let (mut server, page) = plain(&cx).await?;
    server.down().await;
    let key = "3f2c9a51-6f1c-4f0e-9d5e-0a1b2c3d4e5f";
    let write = json!({ "method": "POST", "body": "once", "headers": { "Idempotency-Key": key } });
    let first = page.fetch("/api/echo/boat/1", write.clone()).await?;
    let second = page.fetch("/api/echo/boat/1", write).await?;
    let id = |answer: &Value| answer["headers"]["longshore-queued"].clone();
    ensure!(id(&first).is_string(), "the first was answered {first}");
    ensure_eq!(id(&second), id(&first), "the second joins the row of the first");
    let listed = rows(&page).await?;
    ensure_eq!((listed.len(), listed[0]["key"].as_str()), (1, Some(key)), "rows and key");
    server.up().await?;
    drained(&page).await?;
    let log = server.log().await?;
    ensure_eq!(log.lane("boat"), [1], "applied");
    ensure_eq!(log.seen.keys().cloned().collect::<Vec<_>>(), [key], "keys at the server");
    Ok(())
}

async fn lanes_are_serial_inside_and_parallel_between(cx: Cx) -> Outcome {
    let (server, page) = plain(&cx).await?;
    server.faults(json!({ "refuse": true })).await?;
    for n in 1..=4 {
        for lane in ["red", "green", "blue"] {
            queue(&page, lane, n).await?;
        }
    }
    server.faults(json!({ "match": "/api/echo", "delayMs": [300, 300] })).await?;
    page.eval("ls.queue.flush()").await?;
    server.until("lanes in parallel", |log| log.open >= 2).await?;
    let mut most = 0;
    let log = server
        .until("all applied", |log| {
            most = most.max(log.open);
            log.applied.len() == 12
        })
        .await?;
    ensure!(most <= 3, "{most} requests open in three lanes");
    for lane in ["red", "green", "blue"] {
        ensure_eq!(log.lane(lane), [1, 2, 3, 4], "order in {lane}");
    }
    drained(&page).await
}

async fn dead_row_parks_its_lane_only_and_is_sent_on_retry(cx: Cx) -> Outcome {
    let (server, page, dead) = parked(&cx).await?;
    server.no_faults().await?;
    page.run("await ls.queue.retry(args)", json!(dead)).await?;
    drained(&page).await?;
    ensure_eq!(server.log().await?.lane("bad"), [1, 2], "the lane goes on in order");
    Ok(())
}

async fn discarded_row_lets_its_lane_go_on(cx: Cx) -> Outcome {
    let (server, page, dead) = parked(&cx).await?;
    server.no_faults().await?;
    page.run("await ls.queue.discard(args)", json!(dead)).await?;
    drained(&page).await?;
    ensure_eq!(server.log().await?.lane("bad"), [2], "only what came after");
    Ok(())
}

/// Two writes in a lane that the server refuses for good, one in another that it takes; gives the dead row's id.
async fn parked(cx: &Cx) -> Outcome<(Server, Page, String)> {
    let (server, page) = plain(cx).await?;
    server.faults(json!({ "refuse": true })).await?;
    let dead = queue(&page, "bad", 1).await?;
    queue(&page, "bad", 2).await?;
    queue(&page, "good", 1).await?;
    server.faults(json!({ "match": "/api/echo/bad", "status": 400 })).await?;
    page.eval("ls.queue.flush()").await?;
    server.until("other lane's write", |log| log.lane("good") == [1]).await?;
    page.until("dead row", "window.heard('dead', '/api/echo/bad/1').length === 1").await?;
    page.until("two rows", "(await ls.queue.list()).length === 2").await?;
    let listed = rows(&page).await?;
    let row = listed.iter().find(|row| row["id"] == dead.as_str()).ok_or(Fail::assert("the dead row is not listed"))?;
    ensure_eq!((row["state"].as_str(), row["status"].as_u64()), (Some("dead"), Some(400)), "the dead row");
    ensure_eq!(server.log().await?.arrivals("POST", "/api/echo/bad/2"), 0, "sent from a parked lane");
    Ok((server, page, dead))
}

async fn conflict_is_kept_listed_and_resent(cx: Cx) -> Outcome {
    let (server, page) = plain(&cx).await?;
    server.faults(json!({ "refuse": true })).await?;
    let id = queue(&page, "boat", 1).await?;
    server.faults(json!({ "match": "/api/echo", "status": 412 })).await?;
    page.eval("ls.queue.flush()").await?;
    page.until("conflict event", "window.heard('conflict', '/api/echo/boat/1').length === 1").await?;
    let listed = rows(&page).await?;
    ensure_eq!((listed.len(), listed[0]["state"].as_str()), (1, Some("conflict")), "the row is kept");
    server.no_faults().await?;
    page.run("await ls.queue.retry(args)", json!(id)).await?;
    drained(&page).await?;
    ensure_eq!(server.log().await?.lane("boat"), [1], "applied");
    Ok(())
}

async fn withdrawn_write_never_reaches_the_server(cx: Cx) -> Outcome {
    let (server, page) = plain(&cx).await?;
    server.faults(json!({ "refuse": true })).await?;
    let id = queue(&page, "boat", 1).await?;
    queue(&page, "boat", 2).await?;
    page.run("await ls.queue.discard(args)", json!(id)).await?;
    page.until("discarded event", "window.heard('discarded').length === 1").await?;
    server.no_faults().await?;
    page.eval("ls.queue.flush()").await?;
    drained(&page).await?;
    ensure_eq!(server.log().await?.lane("boat"), [2], "applied");
    Ok(())
}

async fn events_tell_a_write_from_queued_to_settled(cx: Cx) -> Outcome {
    let (server, page) = plain(&cx).await?;
    let other = cx.open(&server).await?;
    server.faults(json!({ "match": "/api/echo", "status": 503, "times": 1 })).await?;
    queue(&page, "boat", 1).await?;
    drained(&page).await?;
    let story = "(() => { const kinds = window.events.filter((event) => event.url?.includes('/api/echo/boat/1')).map((event) => event.kind);
        return kinds.includes('settled') && kinds.filter((kind) => ['queued', 'retry', 'sending', 'settled'].includes(kind)); })()";
    let kinds = other.until("whole story in the second tab", story).await?;
    let kinds: Vec<&str> = kinds.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for kind in ["queued", "sending", "settled"] {
        ensure!(kinds.contains(&kind), "{kind} is missing in {kinds:?}");
    }
    ensure_eq!(kinds.last(), Some(&"settled"), "the end of {kinds:?}");
    Ok(())
}
