//! Writes that wait, seen at once in what is read.

use serde_json::{Value, json};

use super::writes::drained;
use super::{Scenario, configs};
use crate::cx::Cx;
use crate::fail::Outcome;
use crate::page::Page;
use crate::server::Server;
use crate::{ensure, ensure_eq};

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        what_waits_is_seen_by_every_tab_offline_and_after_a_reload,
        a_refetch_does_not_undo_what_waits,
        a_stopped_worker_answers_with_what_waits,
        what_is_refused_or_discarded_is_shown_no_more,
        a_resource_that_is_made_or_removed_here_is_there_or_gone,
    ]
}

/// The cards of the board.
const LIST: &str = "/api/boards/b/cards";

/// One of them.
const CARD: &str = "/api/boards/b/cards/c";

/// A server with a board and two cards, and a page that has read them by this strategy.
async fn reader(cx: &Cx, strategy: Value) -> Outcome<(Server, Page)> {
    let mut route = json!({ "match": "/api/boards/*", "tags": ["board:{path[2]}"] });
    for (key, value) in strategy.as_object().into_iter().flatten() {
        route[key] = value.clone();
    }
    let mut config = configs::with(json!([route]));
    config["mutations"] = json!([{ "match": "/api/boards/*", "lane": "{path[2]}", "optimistic": { "at": "/items" } }]);
    let server = cx.serve_plain(config).await?;
    server.write("POST", "/api/boards", json!({ "id": "b", "title": "Boats" })).await?;
    for (id, title) in [("c", "Paint"), ("d", "Sail")] {
        server.write("POST", LIST, json!({ "id": id, "title": title, "column": "todo" })).await?;
    }
    let page = cx.open_in(&cx.stoppable_browser().await?, &server).await?;
    for url in [LIST, CARD] {
        page.until("stored", &format!("(await fetch('{url}')).ok")).await?;
    }
    ensure_eq!(titles(&page).await?, json!([0, "Paint", "Sail"]), "what the server has");
    Ok((server, page))
}

/// How many unsent writes are in the list, and the titles in it.
async fn titles(page: &Page) -> Outcome<Value> {
    let list = format!(
        "(async () => {{ const answer = await fetch('{LIST}'); const {{ items }} = await answer.json();
            return [Number(answer.headers.get('longshore-unsent')), ...items.map(({{ title }}) => title)]; }})()"
    );
    page.eval(&list).await
}

/// Writes to a card of this id; gives the answer.
async fn write(page: &Page, method: &str, url: &str, fields: Value) -> Outcome<Value> {
    let body = if fields.is_null() { Value::Null } else { fields.to_string().into() };
    let headers = json!({ "content-type": "application/json" });
    page.fetch(url, json!({ "method": method, "body": body, "headers": headers })).await
}

/// Writes what is not to reach the server yet.
async fn kept(page: &Page, method: &str, url: &str, fields: Value) -> Outcome<Value> {
    let answer = write(page, method, url, fields).await?;
    ensure_eq!(answer["status"], 202, "{method} {url}");
    Ok(answer["headers"]["longshore-queued"].clone())
}

async fn what_waits_is_seen_by_every_tab_offline_and_after_a_reload(cx: Cx) -> Outcome {
    let (mut server, page) = reader(&cx, json!({ "strategy": "network-first", "timeout": "2s" })).await?;
    let other = cx.open_in(&page.browser, &server).await?;
    server.down().await;
    let new = json!({ "title": "New", "column": "todo" });
    kept(&page, "POST", LIST, new).await?;
    let patch = kept(&page, "PATCH", CARD, json!({ "title": "Paint it" })).await?;
    kept(&page, "DELETE", "/api/boards/b/cards/d", Value::Null).await?;
    ensure_eq!(titles(&page).await?, json!([3, "Paint it", "New"]), "in the page that wrote");
    ensure_eq!(titles(&other).await?, json!([3, "Paint it", "New"]), "in another tab");
    page.reload().await?;
    crate::cx::ready(&page).await?;
    ensure_eq!(titles(&page).await?, json!([3, "Paint it", "New"]), "after a reload");
    // One goes, the others stay.
    page.run("await ls.queue.discard(args)", patch).await?;
    ensure_eq!(titles(&page).await?, json!([2, "Paint", "New"]), "without the one that was withdrawn");
    server.up().await?;
    page.eval("ls.queue.flush()").await?;
    drained(&page).await?;
    ensure_eq!(titles(&page).await?, json!([0, "Paint", "New"]), "what the server has");
    Ok(())
}

async fn a_refetch_does_not_undo_what_waits(cx: Cx) -> Outcome {
    let (server, page) = reader(&cx, json!({ "strategy": "stale-while-revalidate", "staleTime": "1h" })).await?;
    ensure_eq!(titles(&page).await?, json!([0, "Paint", "Sail"]), "given out without the engine");
    server.faults(json!({ "match": CARD, "methods": ["PATCH"], "status": 503 })).await?;
    kept(&page, "PATCH", CARD, json!({ "title": "Paint it" })).await?;
    ensure_eq!(titles(&page).await?, json!([1, "Paint it", "Sail"]), "from what is stored");
    page.eval("ls.cache.invalidate({ tags: ['board:b'] })").await?;
    ensure_eq!(titles(&page).await?, json!([1, "Paint it", "Sail"]), "from what the server says");
    // Somebody else's change comes under it.
    server.write("PATCH", "/api/boards/b/cards/d", json!({ "title": "Sell" })).await?;
    page.eval("ls.cache.invalidate({ tags: ['board:b'] })").await?;
    ensure_eq!(titles(&page).await?, json!([1, "Paint it", "Sell"]), "on top of it");
    server.no_faults().await?;
    page.eval("ls.queue.flush()").await?;
    drained(&page).await?;
    ensure_eq!(titles(&page).await?, json!([0, "Paint it", "Sell"]), "what the server has");
    Ok(())
}

async fn a_stopped_worker_answers_with_what_waits(cx: Cx) -> Outcome {
    let (mut server, page) = reader(&cx, json!({ "strategy": "stale-while-revalidate", "staleTime": "1h" })).await?;
    server.down().await;
    kept(&page, "PATCH", CARD, json!({ "title": "Paint it" })).await?;
    page.browser.stop_worker(&page.window).await?;
    crate::cx::ready(&page).await?;
    ensure_eq!(titles(&page).await?, json!([1, "Paint it", "Sail"]), "from a worker that has just started");
    Ok(())
}

async fn what_is_refused_or_discarded_is_shown_no_more(cx: Cx) -> Outcome {
    let (server, page) = reader(&cx, json!({ "strategy": "stale-while-revalidate", "staleTime": "1h" })).await?;
    server.faults(json!({ "match": CARD, "methods": ["PATCH"], "status": 503 })).await?;
    kept(&page, "PATCH", CARD, json!({ "title": "Paint it" })).await?;
    ensure_eq!(titles(&page).await?, json!([1, "Paint it", "Sail"]), "while it waits");
    server.faults(json!({ "match": CARD, "methods": ["PATCH"], "status": 422 })).await?;
    page.eval("ls.queue.flush()").await?;
    page.until("dead event", "window.heard('dead').length === 1").await?;
    // Other tabs are told that what they show is not so.
    page.until("updated event", &format!("window.heard('updated', '{LIST}').length > 0")).await?;
    ensure_eq!(titles(&page).await?, json!([0, "Paint", "Sail"]), "once it is refused");
    Ok(())
}

async fn a_resource_that_is_made_or_removed_here_is_there_or_gone(cx: Cx) -> Outcome {
    let (mut server, page) = reader(&cx, json!({ "strategy": "network-first", "timeout": "2s" })).await?;
    server.down().await;
    kept(&page, "DELETE", CARD, Value::Null).await?;
    let gone = page.fetch(CARD, Value::Null).await?;
    ensure_eq!(
        (gone["status"].as_u64(), gone["headers"]["longshore-unsent"].as_str()),
        (Some(404), Some("1")),
        "removed"
    );
    kept(&page, "PUT", "/api/boards/b/cards/e", json!({ "id": "e", "title": "Made" })).await?;
    let made = page.fetch("/api/boards/b/cards/e", Value::Null).await?;
    ensure_eq!(made["status"], 200, "made here: {made}");
    let body: Value = serde_json::from_str(made["text"].as_str().unwrap_or_default())?;
    ensure_eq!(body, json!({ "id": "e", "title": "Made" }), "as it was written");
    ensure!(made["headers"]["etag"].is_null(), "nobody else has it");
    Ok(())
}
