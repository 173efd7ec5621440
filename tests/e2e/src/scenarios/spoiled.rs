//! Answers that are not what the server meant to say: cut off under way, or somebody else's. They are never stored.

use serde_json::{Value, json};

use super::{Scenario, configs};
use crate::cx::Cx;
use crate::fail::Outcome;
use crate::page::Page;
use crate::server::Server;
use crate::{ensure, ensure_eq};

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        body_that_is_cut_off_is_never_stored_and_the_next_good_one_is,
        stale_answer_outlives_a_revalidation_that_is_cut_off,
        captive_portal_never_becomes_the_data_of_an_api,
    ]
}

/// What the server has to say, in JSON; long enough for half of it to be on its way alone.
fn words(word: &str) -> String {
    json!({ "words": word.repeat(4000) }).to_string()
}

/// A server whose `/api/data.json` says this word, and a page, with one rule for `/api/*`.
async fn site(cx: &Cx, route: Value) -> Outcome<(Server, Page)> {
    let server = cx.serve_plain(configs::with(json!([route]))).await?;
    let page = cx.open(&server).await?;
    Ok((server, page))
}

/// Has the server say this word from now on.
fn say(server: &Server, word: &str) -> Outcome {
    server.site.write("data/words.json", &words(word))
}

/// Which word the page reads; empty for a body that breaks off.
async fn heard(page: &Page) -> Outcome<String> {
    let text = "await fetch('/data/words.json').then((answer) => answer.json())
        .then(({ words }) => words.slice(0, words.length / 4000), () => '')";
    Ok(page.eval(text).await?.as_str().unwrap_or_default().to_owned())
}

async fn body_that_is_cut_off_is_never_stored_and_the_next_good_one_is(cx: Cx) -> Outcome {
    let (mut server, page) =
        site(&cx, json!({ "match": "/data/*", "strategy": "cache-first", "staleTime": "1h" })).await?;
    say(&server, "one")?;
    server.faults(json!({ "match": "/data", "dropMidBody": true })).await?;
    for _ in 0..2 {
        ensure_eq!(heard(&page).await?, "", "a body that was cut off");
    }
    server.no_faults().await?;
    for _ in 0..3 {
        ensure_eq!(heard(&page).await?, "one", "the next good answer");
    }
    server.down().await;
    ensure_eq!(heard(&page).await?, "one", "the next good answer, offline");
    Ok(())
}

async fn stale_answer_outlives_a_revalidation_that_is_cut_off(cx: Cx) -> Outcome {
    let (mut server, page) = site(&cx, json!({ "match": "/data/*", "strategy": "stale-while-revalidate" })).await?;
    say(&server, "one")?;
    for _ in 0..3 {
        ensure_eq!(heard(&page).await?, "one", "while all is well");
    }
    server.clear_log().await?;
    // First the fault: the last of those three may still be followed by a revalidation.
    server.faults(json!({ "match": "/data", "dropMidBody": true })).await?;
    say(&server, "two")?;
    for round in 1..=3 {
        ensure_eq!(heard(&page).await?, "one", "what was stored, asked for the {round}. time");
    }
    server.until("revalidation", |log| log.arrivals("GET", "/data/words.json") > 0).await?;
    server.no_faults().await?;
    page.until("good answer", "(await (await fetch('/data/words.json')).text()).includes('two')").await?;
    server.down().await;
    ensure_eq!(heard(&page).await?, "two", "the next good answer, offline");
    Ok(())
}

async fn captive_portal_never_becomes_the_data_of_an_api(cx: Cx) -> Outcome {
    let route = json!({ "match": "/data/*", "strategy": "network-first", "expects": "application/json" });
    let (mut server, page) = site(&cx, route).await?;
    say(&server, "one")?;
    server.faults(json!({ "match": "/data", "portal": true })).await?;
    let answer = page.fetch("/data/words.json", Value::Null).await?;
    ensure!(answer["status"].is_u64() || answer["error"].is_string(), "no answer behind the portal: {answer}");
    server.no_faults().await?;
    for _ in 0..3 {
        ensure_eq!(heard(&page).await?, "one", "the real answer");
    }
    server.faults(json!({ "match": "/data", "portal": true })).await?;
    for _ in 0..2 {
        ensure_eq!(heard(&page).await?, "one", "what was stored, behind the portal");
    }
    server.no_faults().await?;
    say(&server, "two")?;
    for _ in 0..3 {
        ensure_eq!(heard(&page).await?, "two", "the next good answer");
    }
    server.down().await;
    ensure_eq!(heard(&page).await?, "two", "the next good answer, offline");
    Ok(())
}
