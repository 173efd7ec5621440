//! What is made offline has an id at once, and what is done with it goes out under the real one.

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
        what_is_made_offline_is_written_to_before_it_has_its_id,
        an_answer_that_was_lost_gives_the_id_when_it_comes_again,
        what_needs_a_refused_write_waits_behind_it,
        what_waits_can_be_edited_and_is_seen_so,
    ]
}

/// The cards of the board.
const LIST: &str = "/api/boards/b/cards";

/// A server with a board and a card, and a page before it.
async fn board(cx: &Cx) -> Outcome<(Server, Page)> {
    let mut config = configs::with(json!([{ "match": "/api/boards/*", "strategy": "network-first", "timeout": "2s" }]));
    config["mutations"] = json!([{ "match": "/api/boards/*", "creates": true, "optimistic": { "at": "/items" } }]);
    let server = cx.serve_plain(config).await?;
    server.write("POST", "/api/boards", json!({ "id": "b", "title": "Boats" })).await?;
    server.write("POST", LIST, json!({ "id": "c", "title": "Paint", "column": "todo" })).await?;
    let page = cx.open_in(&cx.stoppable_browser().await?, &server).await?;
    page.until("list", &format!("(await fetch('{LIST}')).ok")).await?;
    Ok((server, page))
}

/// Writes; gives the status and the JSON of the answer.
async fn write(page: &Page, method: &str, url: &str, fields: Value) -> Outcome<(u64, Value)> {
    let headers = json!({ "content-type": "application/json" });
    let init = json!({ "method": method, "body": fields.to_string(), "headers": headers });
    let answer = page.fetch(url, init).await?;
    let body = serde_json::from_str(answer["text"].as_str().unwrap_or_default()).unwrap_or_default();
    Ok((answer["status"].as_u64().unwrap_or_default(), body))
}

/// Makes a card that the server does not get yet; gives its temporary id.
async fn make(page: &Page) -> Outcome<String> {
    let (status, card) = write(page, "POST", LIST, json!({ "title": "New", "column": "todo" })).await?;
    ensure_eq!((status, card["title"].as_str()), (202, Some("New")), "what was sent is in the answer: {card}");
    ensure_eq!(card["id"], card["queued"], "the id that it goes by");
    card["id"].as_str().map(str::to_owned).ok_or(Fail::assert("no id in the answer"))
}

/// The card that the server has made.
async fn made(server: &Server) -> Outcome<Value> {
    let list = server.json(LIST).await?;
    let new = list["items"].as_array().into_iter().flatten().find(|card| card["title"] == "New");
    new.cloned().ok_or(Fail::assert("the server has no such card"))
}

async fn what_is_made_offline_is_written_to_before_it_has_its_id(cx: Cx) -> Outcome {
    let (mut server, page) = board(&cx).await?;
    server.down().await;
    let temporary = make(&page).await?;
    let card = format!("{LIST}/{temporary}");
    ensure_eq!(write(&page, "PATCH", &card, json!({ "text": "soon" })).await?.0, 202, "by its URL");
    let comment = json!({ "author": "Ann", "text": "good" });
    ensure_eq!(write(&page, "POST", &format!("{card}/comments"), comment).await?.0, 202, "below its URL");
    let mention = json!({ "text": format!("after {temporary}") });
    ensure_eq!(write(&page, "PATCH", &format!("{LIST}/c"), mention).await?.0, 202, "in a body");
    let lanes: Vec<Value> = rows(&page).await?.iter().map(|row| row["lane"].clone()).collect();
    ensure!(lanes.len() == 4 && lanes.iter().all(|lane| *lane == lanes[0]), "one behind the other: {lanes:?}");
    let seen = page
        .eval(&format!("(await (await fetch('{LIST}')).json()).items.map(({{ title, text }}) => [title, text])"))
        .await?;
    ensure_eq!(seen, json!([["Paint", format!("after {temporary}")], ["New", "soon"]]), "what the page sees");
    server.up().await?;
    page.eval("ls.queue.flush()").await?;
    drained(&page).await?;
    let new = made(&server).await?;
    let real = new["id"].as_str().unwrap_or_default();
    ensure_eq!((new["text"].as_str(), new["comments"].as_u64()), (Some("soon"), Some(1)), "what was done with it");
    ensure!(real != temporary, "the server has an id of its own");
    ensure_eq!(server.json(&format!("{LIST}/c")).await?["text"], format!("after {real}"), "in the body");
    let named = page.until("named event", &format!("window.heard('named', '{temporary}')[0]")).await?;
    ensure_eq!(named["name"], real, "every tab is told");
    // Whoever still has the temporary id means the same.
    ensure_eq!(page.fetch(&card, Value::Null).await?["status"], 200, "read");
    ensure_eq!(write(&page, "PATCH", &card, json!({ "text": "now" })).await?.0, 200, "written");
    ensure_eq!(made(&server).await?["text"], "now", "what was written");
    Ok(())
}

async fn an_answer_that_was_lost_gives_the_id_when_it_comes_again(cx: Cx) -> Outcome {
    let (mut server, page) = board(&cx).await?;
    server.down().await;
    let temporary = make(&page).await?;
    write(&page, "PATCH", &format!("{LIST}/{temporary}"), json!({ "text": "soon" })).await?;
    server.up().await?;
    // It is made, and nobody hears of it.
    server.faults(json!({ "match": LIST, "methods": ["POST"], "dropAfterApply": 1.0 })).await?;
    page.eval("ls.queue.flush()").await?;
    server.until("a first try", |log| log.arrivals("POST", LIST) > 1).await?;
    page.browser.stop_worker(&page.window).await?;
    server.no_faults().await?;
    crate::cx::ready(&page).await?;
    page.eval("ls.queue.flush()").await?;
    drained(&page).await?;
    ensure_eq!(made(&server).await?["text"], "soon", "what was done with it");
    let list = server.json(LIST).await?;
    ensure_eq!(list["items"].as_array().map(Vec::len), Some(2), "made once: {list}");
    Ok(())
}

async fn what_waits_can_be_edited_and_is_seen_so(cx: Cx) -> Outcome {
    let (mut server, page) = board(&cx).await?;
    server.down().await;
    let temporary = make(&page).await?;
    let edited = json!({ "title": "New", "column": "todo", "text": "edited" });
    page.run("await ls.queue.edit(args.id, args.body)", json!({ "id": temporary, "body": edited })).await?;
    let seen = format!("(await (await fetch('{LIST}')).json()).items.some(({{ text }}) => text === 'edited')");
    page.until("edited on screen", &seen).await?;
    ensure_eq!(rows(&page).await?[0]["size"], edited.to_string().len(), "its length");
    server.up().await?;
    page.eval("ls.queue.flush()").await?;
    drained(&page).await?;
    ensure_eq!(made(&server).await?["text"], "edited", "what the server has");
    Ok(())
}

async fn what_needs_a_refused_write_waits_behind_it(cx: Cx) -> Outcome {
    let (mut server, page) = board(&cx).await?;
    server.down().await;
    let temporary = make(&page).await?;
    write(&page, "PATCH", &format!("{LIST}/{temporary}"), json!({ "text": "soon" })).await?;
    server.up().await?;
    server.faults(json!({ "match": LIST, "methods": ["POST"], "status": 422 })).await?;
    page.eval("ls.queue.flush()").await?;
    page.until("dead event", "window.heard('dead').length === 1").await?;
    let states: Vec<Value> = rows(&page).await?.iter().map(|row| row["state"].clone()).collect();
    ensure_eq!(states, [json!("dead"), json!("pending")], "it waits");
    ensure_eq!(server.log().await?.arrivals("PATCH", &format!("{LIST}/{temporary}")), 0, "and never went out");
    server.no_faults().await?;
    page.run("await ls.queue.retry(args)", json!(temporary)).await?;
    drained(&page).await?;
    ensure_eq!(made(&server).await?["text"], "soon", "what was done with it");
    Ok(())
}
