//! The demo walked as a person would walk it: opened, cut off, worked with, connected again.

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::Scenario;
use crate::cli::repository;
use crate::cx::Cx;
use crate::engine::{Browser, Engine, Options};
use crate::fail::{Fail, Outcome};
use crate::page::Page;
use crate::server::Server;
use crate::site::Site;
use crate::{ensure, ensure_eq};

/// A photo of one red dot.
const PNG: [u8; 69] = [
    0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8,
    2, 0, 0, 0, 0x90, 0x77, 0x53, 0xde, 0, 0, 0, 0x0c, 0x49, 0x44, 0x41, 0x54, 0x08, 0xd7, 0x63, 0xf8, 0xcf, 0xc0, 0,
    0, 0x03, 0x01, 0x01, 0, 0x18, 0xdd, 0x8d, 0xb0, 0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82,
];

/// How many rows wait, as the page says it.
const WAITING: &str = "(await (await navigator.serviceWorker.ready) && Number(document.querySelector('#waiting-count').hidden ? 0 : document.querySelector('#waiting-count').textContent))";

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        demo_works_offline_and_catches_up_in_both_tabs,
        demo_tabs_share_one_outbox,
        demo_two_people_edit_one_card_offline,
        demo_fits_phone_and_desktop_in_light_and_dark,
    ]
}

async fn demo(cx: &Cx) -> Outcome<Server> {
    cx.serve(Site::copy_of(&repository().join("demo"))?).await
}

/// Opens the board with the most cards and gives its id; all of it is read ahead by then.
async fn open_board(page: &Page, server: &Server) -> Outcome<String> {
    page.until("controlling worker", "navigator.serviceWorker.controller !== null").await?;
    let boards = server.json("/api/boards").await?;
    let items = boards["items"].as_array().cloned().unwrap_or_default();
    let board = items.iter().max_by_key(|board| board["cards"].as_u64()).ok_or(Fail::assert("no board"))?;
    let id = board["id"].as_str().unwrap_or_default().to_owned();
    page.click(&format!("[data-testid=board-link][data-board-id='{id}']")).await?;
    let cards = cards(server, &id).await?;
    let shown = format!("document.querySelectorAll('[data-testid=card]').length === {}", cards.len());
    page.until("all cards", &shown).await?;
    server
        .until("comments of all cards read ahead", |log| {
            cards.iter().all(|card| {
                let path = format!("/api/boards/{id}/cards/{}/comments", card["id"].as_str().unwrap_or_default());
                log.statuses("GET", &path).contains(&200)
            })
        })
        .await?;
    Ok(id)
}

async fn cards(server: &Server, board: &str) -> Outcome<Vec<Value>> {
    let page = server.json(&format!("/api/boards/{board}/cards?limit=100")).await?;
    Ok(page["items"].as_array().cloned().unwrap_or_default())
}

async fn demo_works_offline_and_catches_up_in_both_tabs(cx: Cx) -> Outcome {
    let mut server = demo(&cx).await?;
    let browser = cx.browser().await?;
    let page = Page::open(&browser, &server.url("/")).await?;
    let board = open_board(&page, &server).await?;
    let before = cards(&server, &board).await?;
    let spoken = before
        .iter()
        .find(|card| card["comments"].as_u64() > Some(0))
        .ok_or(Fail::assert("no comments in the seed"))?;
    let spoken = spoken["id"].as_str().unwrap_or_default().to_owned();
    let other = Page::open(&browser, &server.url(&format!("/#/boards/{board}"))).await?;
    other.until("board in the second tab", "document.querySelectorAll('[data-testid=card]').length > 3").await?;
    server.down().await;

    page.reload().await?;
    let all = format!("document.querySelectorAll('[data-testid=card]').length === {}", before.len());
    page.until("all cards after an offline reload", &all).await?;
    // A card that was never opened, with its comments.
    page.click(&format!("[data-card-id='{spoken}'] [data-testid=card-open]")).await?;
    page.until("comments offline", "document.querySelectorAll('[data-testid=comment]').length > 0").await?;
    page.type_into("[data-testid=comment-text]", "Seen from the ferry").await?;
    page.run("document.querySelector('[data-testid=comment-author]').value = ''", Value::Null).await?;
    page.type_into("[data-testid=comment-author]", "Ada").await?;
    page.click("[data-testid=comment-submit]").await?;
    page.until("own comment", "[...document.querySelectorAll('[data-testid=comment]')].some((c) => c.textContent.includes('Seen from the ferry'))").await?;
    let photo = NamedTempFile::with_suffix(".png")?;
    std::fs::write(photo.path(), PNG)?;
    page.pick_file("[data-testid=photo-input]", photo.path()).await?;
    page.until("own photo", "document.querySelectorAll('[data-testid=photo]').length > 0").await?;
    page.until("two waiting writes", &format!("{WAITING} === 2")).await?;
    cx.picture(&page, "demo-card-offline").await?;
    page.click("[data-testid=card-close]").await?;
    // A new card, which is then moved.
    page.type_into("#new-card-todo", "Paint the buoy").await?;
    page.click("#new-card-todo ~ [data-testid=new-card-submit]").await?;
    let painted = "[...document.querySelectorAll('[data-testid=cards-todo] [data-testid=card]')].find((c) => c.textContent.includes('Paint the buoy'))";
    page.until("new card", &format!("{painted} !== undefined")).await?;
    page.run(&format!("({painted}).querySelector('[data-testid=card-move]').click()"), Value::Null).await?;
    page.run("document.querySelector('[data-testid=move-done]').click()", Value::Null).await?;
    page.click("[data-testid=move-submit]").await?;
    let moved = "[...document.querySelectorAll('[data-testid=cards-done] [data-testid=card]')].some((c) => c.textContent.includes('Paint the buoy'))";
    page.until("moved card", moved).await?;
    other.until("moved card in the second tab, without reload", moved).await?;
    page.until("four waiting writes", &format!("{WAITING} === 4")).await?;
    page.click("[data-testid=drawer-open]").await?;
    page.until(
        "drawer with what waits",
        "document.querySelectorAll('[data-testid=drawer-waiting] [data-testid=outbox-item]').length === 4",
    )
    .await?;
    cx.picture(&page, "demo-drawer-offline").await?;

    server.up().await?;
    page.until("everything sent", &format!("{WAITING} === 0")).await?;
    page.until("drawer with what arrived", "document.querySelectorAll('[data-testid=arrived-item]').length >= 4")
        .await?;
    other.until("calm second tab", &format!("{WAITING} === 0")).await?;
    cx.picture(&page, "demo-drawer-arrived").await?;
    let after = cards(&server, &board).await?;
    let painted: Vec<&Value> = after.iter().filter(|card| card["title"] == "Paint the buoy").collect();
    ensure_eq!(painted.len(), 1, "cards made at the server");
    ensure_eq!(painted[0]["column"], "done", "where it was moved");
    let spoken = after.iter().find(|card| card["id"] == spoken.as_str()).ok_or(Fail::assert("the card is gone"))?;
    ensure!(
        spoken["attachments"].as_array().is_some_and(|all| !all.is_empty()),
        "the photo is not at the server: {spoken}"
    );
    let path = format!("/api/boards/{board}/cards/{}/comments", spoken["id"].as_str().unwrap_or_default());
    let comments = server.json(&path).await?;
    let said = comments["items"]
        .as_array()
        .into_iter()
        .flatten()
        .filter(|comment| comment["text"] == "Seen from the ferry")
        .count();
    ensure_eq!(said, 1, "comments at the server");
    Ok(())
}

/// Whether a tab shows a card of this title.
fn shown(title: &str) -> String {
    format!("[...document.querySelectorAll('[data-testid=card]')].some((c) => c.textContent.includes('{title}'))")
}

/// Adds a card to the first column, as a person does.
async fn add(page: &Page, title: &str) -> Outcome {
    page.type_into("#new-card-todo", title).await?;
    page.click("#new-card-todo ~ [data-testid=new-card-submit]").await
}

async fn demo_tabs_share_one_outbox(cx: Cx) -> Outcome {
    let mut server = demo(&cx).await?;
    let browser = cx.browser().await?;
    let first = Page::open(&browser, &server.url("/")).await?;
    let board = open_board(&first, &server).await?;
    let second = Page::open(&browser, &server.url(&format!("/#/boards/{board}"))).await?;
    second.until("board in the second tab", "document.querySelectorAll('[data-testid=card]').length > 3").await?;
    add(&first, "Check the tide").await?;
    second.until("card of the first tab, online", &shown("Check the tide")).await?;
    server.down().await;
    add(&first, "Oil the crane").await?;
    add(&second, "Sweep the quay").await?;
    for page in [&first, &second] {
        page.until("both cards", &format!("{} && {}", shown("Oil the crane"), shown("Sweep the quay"))).await?;
        page.until("both in the outbox", &format!("{WAITING} === 2")).await?;
    }
    // One tab takes back what the other wrote.
    second.click("[data-testid=drawer-open]").await?;
    let crane = "[...document.querySelectorAll('[data-testid=outbox-item]')].find((op) => op.textContent.includes('Oil the crane')).querySelector('[data-testid=outbox-discard]:not(:disabled)')";
    second.until("way to discard", &format!("({crane}) !== null")).await?;
    second.run(&format!("({crane}).click()"), Value::Null).await?;
    for page in [&first, &second] {
        page.until("card gone", &format!("!({})", shown("Oil the crane"))).await?;
        page.until("one in the outbox", &format!("{WAITING} === 1")).await?;
    }
    server.up().await?;
    for page in [&first, &second] {
        page.until("empty outbox", &format!("{WAITING} === 0")).await?;
        page.until("card that was sent", &shown("Sweep the quay")).await?;
    }
    let titles: Vec<Value> = cards(&server, &board).await?.into_iter().map(|card| card["title"].clone()).collect();
    let times = |title: &str| titles.iter().filter(|found| *found == title).count();
    let made = ["Check the tide", "Oil the crane", "Sweep the quay"].map(times);
    ensure_eq!(made, [1, 0, 1], "cards at the server");
    Ok(())
}

/// Changes the words of the open card, as a person does.
async fn edit(page: &Page, title: &str, notes: &str) -> Outcome {
    let words = "for (const [id, value] of Object.entries(args)) {
        const field = document.querySelector(`[data-testid=${id}]`);
        field.value = value;
        field.dispatchEvent(new InputEvent('input', { bubbles: true }));
    }";
    page.run(words, json!({ "card-title": title, "card-text": notes })).await?;
    page.click("[data-testid=card-save]").await
}

/// The words of a card that a page shows.
const WORDS: &str = "[document.querySelector('[data-testid=card-title]')?.value, document.querySelector('[data-testid=card-text]')?.value]";

async fn demo_two_people_edit_one_card_offline(cx: Cx) -> Outcome {
    let mut server = demo(&cx).await?;
    let board = json!({ "id": "dock", "title": "Dock" });
    server.write("POST", "/api/boards", board).await?;
    let card = json!({ "id": "hull", "title": "Paint", "text": "one\ntwo\nthree\n", "column": "todo" });
    server.write("POST", "/api/boards/dock/cards", card).await?;
    let mut people = Vec::new();
    for _ in 0..2 {
        let browser = cx.own_browser(Options::default()).await?;
        let page = Page::open(&browser, &server.url("/")).await?;
        page.until("controlling worker", "navigator.serviceWorker.controller !== null").await?;
        page.run("location.hash = '#/boards/dock/cards/hull'", Value::Null).await?;
        page.until("card", &format!("{WORDS}[0] === 'Paint'")).await?;
        let kept = "(await fetch('/api/boards/dock/cards/hull')).ok && (await (await fetch('/api/boards/dock/cards/hull')).json()).version === 1";
        page.until("card kept by the worker", kept).await?;
        people.push((browser, page));
    }
    server.down().await;
    let wishes = [("Paint the hull", "ONE\ntwo\nthree\n"), ("Varnish it", "one\ntwo\nTHREE\n")];
    for ((_, page), (title, notes)) in people.iter().zip(wishes) {
        edit(page, title, notes).await?;
        page.until("own words at once", &format!("JSON.stringify({WORDS}) === JSON.stringify(['{title}', `{notes}`])"))
            .await?;
        page.until("one waiting write", &format!("{WAITING} === 1")).await?;
    }
    server.up().await?;
    // Whoever comes second is asked, about the title alone.
    let question = "document.querySelectorAll('[data-testid=card-dialog] [data-testid=conflict-field]').length";
    let asked = crate::page::wait("a question", || async {
        let mut seen = Vec::new();
        for (_, page) in &people {
            seen.push(page.eval(question).await?);
        }
        let place = seen.iter().position(|count| count.as_u64() > Some(0));
        Ok(place.ok_or_else(|| format!("{seen:?}")))
    })
    .await?;
    let page = &people[asked].1;
    let fields = "[...document.querySelectorAll('[data-testid=card-dialog] [data-testid=conflict-field]')].map((field) => [field.dataset.at, field.querySelector('[data-testid=conflict-mine]').textContent, field.querySelector('[data-testid=conflict-theirs]').textContent])";
    let (mine, theirs) = (wishes[asked].0, wishes[1 - asked].0);
    ensure_eq!(
        page.eval(fields).await?,
        json!([["/title", format!("Yours{mine}"), format!("Theirs{theirs}")]]),
        "the question"
    );
    for scheme in ["light", "dark"] {
        if cx.engine == Engine::Chromium {
            page.set_scheme(scheme).await?;
            look(&cx, &people[asked].0, page, &format!("{scheme}-conflict")).await?;
        }
    }
    page.click("[data-testid=card-dialog] [data-testid=conflict-mine]").await?;
    page.click("[data-testid=card-dialog] [data-testid=conflict-save]").await?;
    let both = format!("JSON.stringify({WORDS}) === JSON.stringify(['{mine}', 'ONE\\ntwo\\nTHREE\\n'])");
    for (_, page) in &people {
        page.until("both screens agree", &both).await?;
        page.until("nothing waits", &format!("{WAITING} === 0")).await?;
    }
    let card = server.json("/api/boards/dock/cards/hull").await?;
    let words = (card["title"].as_str(), card["text"].as_str());
    ensure_eq!(words, (Some(mine), Some("ONE\ntwo\nTHREE\n")), "what the server has");
    Ok(())
}

async fn demo_fits_phone_and_desktop_in_light_and_dark(cx: Cx) -> Outcome {
    let server = demo(&cx).await?;
    for scheme in ["light", "dark"] {
        let browser = cx.own_browser(Options { dark: scheme == "dark", ..Options::default() }).await?;
        let page = Page::open(&browser, &server.url("/")).await?;
        if cx.engine == Engine::Chromium {
            page.set_scheme(scheme).await?;
        }
        let dark = page.eval("matchMedia('(prefers-color-scheme: dark)').matches").await?;
        ensure_eq!(dark, json!(scheme == "dark"), "the scheme");
        look(&cx, &browser, &page, &format!("{scheme}-home")).await?;
        open_board(&page, &server).await.map_err(|fail| fail.during(scheme))?;
        look(&cx, &browser, &page, &format!("{scheme}-board")).await?;
        page.click("[data-testid=card-open]").await?;
        page.until("card", "document.querySelector('[data-testid=card-dialog]')?.open").await?;
        look(&cx, &browser, &page, &format!("{scheme}-card")).await?;
        let room = page.eval("document.querySelector('[data-testid=card-dialog] .dialog-body').clientHeight").await?;
        ensure!(room.as_u64() >= Some(400), "the card shows {room} px of its content");
    }
    Ok(())
}

/// Takes a picture at phone and desktop width; nothing may stick out at the side.
async fn look(cx: &Cx, _browser: &Browser, page: &Page, name: &str) -> Outcome {
    for (width, height) in [(390, 844), (1280, 900)] {
        page.resize(width, height).await?;
        let wide = if width < 600 { "innerWidth <= 500" } else { "innerWidth >= 1200" };
        page.until("new width", wide).await?;
        let over = page.eval("document.documentElement.scrollWidth - document.documentElement.clientWidth").await?;
        ensure_eq!(over, json!(0), "pixels that stick out at {width} in {name}");
        cx.picture(page, &format!("demo-{name}-{width}")).await?;
    }
    Ok(())
}
