//! Two people write to one resource: what the second one's worker makes of it.

use serde_json::{Value, json};

use super::writes::{drained, rows};
use super::{Scenario, configs};
use crate::cx::Cx;
use crate::fail::{Fail, Outcome};
use crate::page::Page;
use crate::server::Server;
use crate::{ensure, ensure_eq};

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        what_two_have_changed_is_merged_and_sent_again,
        what_both_have_changed_is_asked_about_in_every_tab,
        the_policies_that_ask_nobody,
        own_writes_in_a_row_are_no_conflict,
        a_write_back_to_what_it_was_is_not_lost,
        what_is_refused_for_another_reason_is_asked_about_once,
        a_conflict_is_settled_once_the_network_is_back,
    ]
}

/// Where the card lies that is written to.
const CARD: &str = "/api/boards/b/cards/c";

/// A page that has read a card, of whose writes conflicts are settled so.
async fn reader(cx: &Cx, conflict: Value) -> Outcome<(Server, Page)> {
    let mut config =
        configs::with(json!([{ "match": "/api/boards/*", "strategy": "stale-while-revalidate", "staleTime": "1h" }]));
    config["mutations"] = json!([{ "match": "/api/boards/*", "conflict": conflict }]);
    let server = cx.serve_plain(config).await?;
    server.write("POST", "/api/boards", json!({ "id": "b", "title": "Boats" })).await?;
    let card = json!({ "id": "c", "title": "Paint", "text": "red", "column": "todo" });
    server.write("POST", "/api/boards/b/cards", card).await?;
    let page = cx.open(&server).await?;
    let read: Value = serde_json::from_str(&page.text(CARD).await?)?;
    ensure_eq!(read["title"], "Paint", "what the page looks at");
    // What is written from now on is based on what is stored.
    page.until("stored card", &format!("(await fetch('{CARD}')).headers.get('cache-status')?.includes('hit')")).await?;
    Ok((server, page))
}

/// Changes the card in the page; gives its answer.
async fn change(page: &Page, fields: Value) -> Outcome<Value> {
    let headers = json!({ "content-type": "application/json" });
    page.fetch(CARD, json!({ "method": "PATCH", "body": fields.to_string(), "headers": headers })).await
}

/// The id of the row that a 202 for a conflict speaks of.
fn kept(answer: &Value) -> Outcome<String> {
    ensure_eq!(
        (answer["status"].as_u64(), answer["headers"]["longshore-reason"].as_str()),
        (Some(202), Some("conflict")),
        "{answer}"
    );
    answer["headers"]["longshore-queued"].as_str().map(str::to_owned).ok_or(Fail::assert("no Longshore-Queued header"))
}

async fn what_two_have_changed_is_merged_and_sent_again(cx: Cx) -> Outcome {
    let (server, page) = reader(&cx, json!("merge")).await?;
    server.write("PATCH", CARD, json!({ "text": "blue" })).await?;
    let id = kept(&change(&page, json!({ "title": "Paint the boat" })).await?)?;
    drained(&page).await?;
    let card = server.json(CARD).await?;
    ensure_eq!(
        (card["title"].as_str(), card["text"].as_str()),
        (Some("Paint the boat"), Some("blue")),
        "both are in it"
    );
    let merged = page.until("merged event", &format!("window.heard('merged', '{id}')[0]")).await?;
    let report = merged["report"].as_array().cloned().unwrap_or_default();
    ensure!(report.contains(&json!({ "at": "/title", "took": "mine" })), "mine is reported: {merged}");
    ensure!(report.contains(&json!({ "at": "/text", "took": "theirs" })), "theirs is reported: {merged}");
    ensure_eq!(page.eval("window.heard('conflict').length").await?, 0, "nobody was asked");
    Ok(())
}

async fn what_both_have_changed_is_asked_about_in_every_tab(cx: Cx) -> Outcome {
    let (server, page) = reader(&cx, json!("merge")).await?;
    let other = cx.open(&server).await?;
    server.write("PATCH", CARD, json!({ "title": "Sell", "text": "blue" })).await?;
    let id = kept(&change(&page, json!({ "title": "Paint the boat" })).await?)?;
    page.until("conflict event", &format!("window.heard('conflict', '{id}').length === 1")).await?;
    // It survives its page, and is there for others.
    page.reload().await?;
    crate::cx::ready(&page).await?;
    for tab in [&page, &other] {
        let listed = rows(tab).await?;
        ensure_eq!((listed.len(), listed[0]["state"].as_str()), (1, Some("conflict")), "the row is kept");
        let conflict = tab.run("return ls.queue.conflict(args)", json!(id)).await?;
        let clash = json!([{ "at": "/title", "base": "Paint", "mine": "Paint the boat", "theirs": "Sell" }]);
        ensure_eq!(conflict["clashes"], clash, "what is asked");
        ensure_eq!(conflict["merged"]["text"], "blue", "what is not");
    }
    let refused = other.run("return ls.queue.resolve(args, { choices: {} }).then(() => '', String)", json!(id)).await?;
    ensure!(refused.as_str().is_some_and(|words| words.contains("nothing is chosen for \"/title\"")), "{refused}");
    let choices = "await ls.queue.resolve(args, { choices: { '/title': { value: 'Paint and sell' } } })";
    other.run(choices, json!(id)).await?;
    drained(&page).await?;
    let card = server.json(CARD).await?;
    ensure_eq!((card["title"].as_str(), card["text"].as_str()), (Some("Paint and sell"), Some("blue")), "as decided");
    Ok(())
}

async fn the_policies_that_ask_nobody(cx: Cx) -> Outcome {
    let (server, page) = reader(&cx, json!("client-wins")).await?;
    server.write("PATCH", CARD, json!({ "title": "Sell" })).await?;
    change(&page, json!({ "title": "Paint the boat" })).await?;
    drained(&page).await?;
    ensure_eq!(server.json(CARD).await?["title"], "Paint the boat", "the client's");

    let (server, page) = reader(&cx, json!("server-wins")).await?;
    server.write("PATCH", CARD, json!({ "title": "Sell" })).await?;
    ensure_eq!(change(&page, json!({ "title": "Paint the boat" })).await?["status"], 412, "the page hears of it");
    drained(&page).await?;
    ensure_eq!(server.json(CARD).await?["title"], "Sell", "the server's");
    Ok(())
}

async fn own_writes_in_a_row_are_no_conflict(cx: Cx) -> Outcome {
    let (server, page) = reader(&cx, json!("merge")).await?;
    server.faults(json!({ "match": CARD, "methods": ["PATCH"], "status": 503 })).await?;
    for title in ["one", "two", "three"] {
        ensure_eq!(change(&page, json!({ "title": title })).await?["status"], 202, "kept");
    }
    server.no_faults().await?;
    page.eval("ls.queue.flush()").await?;
    drained(&page).await?;
    ensure_eq!(server.json(CARD).await?["title"], "three", "the last");
    let statuses = server.log().await?.statuses("PATCH", CARD);
    ensure!(!statuses.contains(&412), "no write met the one before it: {statuses:?}");
    Ok(())
}

async fn a_conflict_is_settled_once_the_network_is_back(cx: Cx) -> Outcome {
    let (server, page) = reader(&cx, json!({ "text": ["/text"] })).await?;
    server.write("PATCH", CARD, json!({ "text": "red\nand blue\n" })).await?;
    // Refused, and then what the server has is not to be had.
    server.faults(json!({ "match": CARD, "methods": ["GET"], "status": 503 })).await?;
    kept(&change(&page, json!({ "title": "Paint the boat" })).await?)?;
    server.until("a try to read", |log| log.arrivals("GET", CARD) > 1).await?;
    ensure_eq!(rows(&page).await?[0]["state"], "merging", "it waits");
    server.no_faults().await?;
    page.eval("ls.queue.flush()").await?;
    drained(&page).await?;
    let card = server.json(CARD).await?;
    ensure_eq!(
        (card["title"].as_str(), card["text"].as_str()),
        (Some("Paint the boat"), Some("red\nand blue\n")),
        "both are in it"
    );
    Ok(())
}

async fn a_write_back_to_what_it_was_is_not_lost(cx: Cx) -> Outcome {
    let (server, page) = reader(&cx, json!("merge")).await?;
    for title in ["Varnish", "Paint"] {
        ensure_eq!(change(&page, json!({ "title": title })).await?["status"], 200, "nobody else writes");
    }
    ensure_eq!(server.json(CARD).await?["title"], "Paint", "the last");
    Ok(())
}

async fn what_is_refused_for_another_reason_is_asked_about_once(cx: Cx) -> Outcome {
    let (server, page) = reader(&cx, json!("merge")).await?;
    server.faults(json!({ "match": CARD, "methods": ["PATCH"], "status": 409 })).await?;
    let id = kept(&change(&page, json!({ "title": "Paint it" })).await?)?;
    page.until("conflict event", &format!("window.heard('conflict', '{id}').length === 1")).await?;
    ensure_eq!(server.log().await?.statuses("PATCH", CARD), [409], "sent once");
    server.no_faults().await?;
    page.run("await ls.queue.resolve(args, 'mine')", json!(id)).await?;
    drained(&page).await?;
    ensure_eq!(server.json(CARD).await?["title"], "Paint it", "as decided");
    Ok(())
}
