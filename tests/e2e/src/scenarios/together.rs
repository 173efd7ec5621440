//! Several writes as one: batches, coalescing, and the answers that each has all the same.

use serde_json::{Value, json};

use super::writes::{drained, rows};
use super::{Scenario, configs};
use crate::cx::{Cx, ready};
use crate::fail::{Fail, Outcome};
use crate::page::Page;
use crate::server::Server;
use crate::{ensure, ensure_eq};

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        writes_of_a_lane_go_in_batches_and_each_goes_by_its_own_answer,
        a_batch_whose_answer_was_lost_is_sent_again_under_the_same_keys,
        an_endpoint_that_takes_no_batches_is_left_alone,
        what_changes_a_write_that_was_never_sent_becomes_part_of_it,
        what_was_never_made_need_not_be_removed,
    ]
}

/// The cards of the board.
const LIST: &str = "/api/boards/b/cards";

/// A page whose writes to `/api/echo/{lane}/{n}` go to this endpoint, four at a time.
async fn batching(cx: &Cx, endpoint: &str) -> Outcome<(Server, Page)> {
    let batch = json!({ "url": endpoint, "maxItems": 4 });
    let rule =
        json!({ "match": "/api/echo/*", "lane": "{path[2]}", "batch": batch, "keepAnswers": "1d", "timeout": "3s" });
    let server = cx.serve_plain(configs::writes(json!([rule]))).await?;
    let page = cx.open_in(&cx.stoppable_browser().await?, &server).await?;
    Ok((server, page))
}

/// Writes JSON; gives the row's id.
async fn queue(page: &Page, method: &str, url: &str, body: Value) -> Outcome<String> {
    let init = json!({ "method": method, "body": body.to_string(), "headers": { "content-type": "application/json" } });
    let answer = page.fetch(url, init).await?;
    ensure_eq!(answer["status"], 202, "{method} {url}: {answer}");
    answer["headers"]["longshore-queued"].as_str().map(str::to_owned).ok_or(Fail::assert("no id in the answer"))
}

/// Writes these numbers to a lane.
async fn queue_all(page: &Page, lane: &str, numbers: std::ops::RangeInclusive<u64>) -> Outcome<Vec<String>> {
    let mut ids = Vec::new();
    for n in numbers {
        ids.push(queue(page, "POST", &format!("/api/echo/{lane}/{n}"), json!({ "n": n })).await?);
    }
    Ok(ids)
}

/// What the server has answered to a write, as it was kept.
async fn answer(page: &Page, id: &str) -> Outcome<Value> {
    let found = "const kept = await ls.queue.answer(args); return kept ? [kept.status, await kept.json()] : null";
    page.run(found, json!(id)).await
}

async fn writes_of_a_lane_go_in_batches_and_each_goes_by_its_own_answer(cx: Cx) -> Outcome {
    let (mut server, page) = batching(&cx, "/api/batch").await?;
    server.down().await;
    let ids = queue_all(&page, "boat", 1..=10).await?;
    let other = queue_all(&page, "car", 1..=2).await?;
    ensure_eq!(answer(&page, &ids[0]).await?, Value::Null, "not yet");
    page.eval("ls.queue.pause('all')").await?;
    server.up().await?;
    server.faults(json!({ "match": "/api/echo/boat/6", "status": 422 })).await?;
    page.eval("ls.queue.resume('all')").await?;
    page.eval("ls.queue.flush()").await?;
    page.until("dead event", "window.heard('dead').length === 1").await?;
    page.until("quiet", "(await ls.queue.list()).every(({ state }) => state !== 'sending')").await?;
    let log = server.log().await?;
    ensure_eq!(log.lane("boat"), [1, 2, 3, 4, 5], "what is behind a refusal waits");
    ensure_eq!(log.lane("car"), [1, 2], "in another lane it does not");
    ensure_eq!(answer(&page, &ids[5]).await?[0], 422, "the refusal is kept as well");
    server.no_faults().await?;
    page.run("await ls.queue.discard(args)", json!(ids[5])).await?;
    page.eval("ls.queue.flush()").await?;
    drained(&page).await?;
    let log = server.log().await?;
    ensure_eq!(log.lane("boat"), [1, 2, 3, 4, 5, 7, 8, 9, 10], "in their order");
    let batches = log.arrivals("POST", "/api/batch");
    ensure!((3..=6).contains(&batches), "{batches} batches for 11 writes");
    page.browser.stop_worker(&page.window).await?;
    page.reload().await?;
    ready(&page).await?;
    for (id, lane, n) in [(&ids[0], "boat", 1), (&ids[9], "boat", 10), (&other[1], "car", 2)] {
        ensure_eq!(answer(&page, id).await?, json!([200, { "lane": lane, "n": n }]), "its own answer, long after");
    }
    Ok(())
}

async fn a_batch_whose_answer_was_lost_is_sent_again_under_the_same_keys(cx: Cx) -> Outcome {
    let (mut server, page) = batching(&cx, "/api/batch").await?;
    server.down().await;
    queue_all(&page, "boat", 1..=8).await?;
    page.eval("ls.queue.pause('all')").await?;
    server.up().await?;
    server.faults(json!({ "match": "/api/batch", "dropAfterApply": 1.0 })).await?;
    page.eval("ls.queue.resume('all')").await?;
    page.eval("ls.queue.flush()").await?;
    server.until("a batch", |log| log.lane("boat").len() >= 4).await?;
    page.browser.stop_worker(&page.window).await?;
    server.no_faults().await?;
    ready(&page).await?;
    page.eval("ls.queue.flush()").await?;
    drained(&page).await?;
    let log = server.log().await?;
    ensure_eq!(log.lane("boat"), [1, 2, 3, 4, 5, 6, 7, 8], "each once, in their order");
    ensure!(log.replayed >= 4, "answered again: {}", log.replayed);
    Ok(())
}

async fn an_endpoint_that_takes_no_batches_is_left_alone(cx: Cx) -> Outcome {
    let (mut server, page) = batching(&cx, "/api/nothing").await?;
    server.down().await;
    queue_all(&page, "boat", 1..=6).await?;
    server.up().await?;
    page.eval("ls.queue.flush()").await?;
    drained(&page).await?;
    let log = server.log().await?;
    ensure_eq!(log.lane("boat"), [1, 2, 3, 4, 5, 6], "one by one");
    ensure_eq!(log.arrivals("POST", "/api/nothing"), 1, "asked once");
    Ok(())
}

/// A server with a board and a card, and a page before it whose writes do not go out yet.
async fn board(cx: &Cx) -> Outcome<(Server, Page)> {
    let mut config = configs::with(json!([{ "match": "/api/boards/*", "strategy": "network-first", "timeout": "2s" }]));
    let rule = json!({ "match": "/api/boards/*", "creates": true, "coalesce": true, "optimistic": { "at": "/items" } });
    config["mutations"] = json!([rule]);
    let server = cx.serve_plain(config).await?;
    server.write("POST", "/api/boards", json!({ "id": "b", "title": "Boats" })).await?;
    server.write("POST", LIST, json!({ "id": "c", "title": "Paint", "column": "todo" })).await?;
    let page = cx.open(&server).await?;
    page.until("list", &format!("(await fetch('{LIST}')).ok")).await?;
    page.eval("ls.queue.pause('all')").await?;
    server.clear_log().await?;
    Ok((server, page))
}

/// What waits, as method and path.
async fn waiting(page: &Page) -> Outcome<Value> {
    page.eval("(await ls.queue.list()).map(({ method, url }) => `${method} ${new URL(url).pathname}`)").await
}

async fn what_changes_a_write_that_was_never_sent_becomes_part_of_it(cx: Cx) -> Outcome {
    let (server, page) = board(&cx).await?;
    let made = queue(&page, "POST", LIST, json!({ "title": "New", "column": "todo" })).await?;
    let card = format!("{LIST}/{made}");
    for (name, value) in [("title", "Newer"), ("text", "soon"), ("title", "Newest")] {
        ensure_eq!(queue(&page, "PATCH", &card, json!({ name: value })).await?, made, "it goes by the first one's id");
    }
    let old = format!("{LIST}/c");
    let patch = queue(&page, "PATCH", &old, json!({ "title": "Sand" })).await?;
    ensure_eq!(queue(&page, "PATCH", &old, json!({ "text": "first" })).await?, patch, "so do changes of what is there");
    ensure_eq!(waiting(&page).await?, json!([format!("POST {LIST}"), format!("PATCH {old}")]), "two writes");
    let shown = format!("(await (await fetch('{LIST}')).json()).items.map(({{ title, text }}) => [title, text])");
    ensure_eq!(page.eval(&shown).await?, json!([["Sand", "first"], ["Newest", "soon"]]), "what the page sees");
    page.eval("ls.queue.resume('all')").await?;
    drained(&page).await?;
    let list = server.json(LIST).await?;
    let titles = |name: &str| -> Vec<Value> {
        list["items"].as_array().into_iter().flatten().map(|card| card[name].clone()).collect()
    };
    ensure_eq!(titles("title"), [json!("Sand"), json!("Newest")], "what the server has");
    ensure_eq!(titles("text"), [json!("first"), json!("soon")], "what the server has");
    let log = server.log().await?;
    ensure_eq!((log.arrivals("POST", LIST), log.arrivals("PATCH", &old)), (1, 1), "one request each");
    Ok(())
}

async fn what_was_never_made_need_not_be_removed(cx: Cx) -> Outcome {
    let (server, page) = board(&cx).await?;
    let made = queue(&page, "POST", LIST, json!({ "title": "New", "column": "todo" })).await?;
    let gone = page.fetch(&format!("{LIST}/{made}"), json!({ "method": "DELETE" })).await?;
    ensure_eq!((&gone["status"], &gone["headers"]["longshore-coalesced"]), (&json!(204), &json!(made)), "it is gone");
    ensure_eq!(rows(&page).await?.len(), 0, "rows");
    let old = format!("{LIST}/c");
    queue(&page, "PATCH", &old, json!({ "title": "Sand" })).await?;
    let removed = page.fetch(&old, json!({ "method": "DELETE" })).await?;
    ensure_eq!(removed["status"], 202, "that waits");
    ensure_eq!(waiting(&page).await?, json!([format!("DELETE {old}")]), "without what changes it before");
    page.eval("ls.queue.resume('all')").await?;
    drained(&page).await?;
    let log = server.log().await?;
    ensure_eq!((log.arrivals("POST", LIST), log.arrivals("PATCH", &old)), (0, 0), "what never went out");
    ensure_eq!(server.json(LIST).await?["items"], json!([]), "what the server has");
    Ok(())
}
