//! What the suite itself relies on in each engine, shown with a worker written by hand: if one of these fails, the
//! others mean nothing.

use serde_json::json;

use super::Scenario;
use crate::cx::Cx;
use crate::engine::Options;
use crate::fail::Outcome;
use crate::page::Page;
use crate::site::Site;
use crate::{ensure, ensure_eq};

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        harness_two_tabs_share_a_worker_that_can_be_stopped,
        harness_worker_and_storage_survive_reopening,
        harness_server_goes_down_and_comes_back_on_its_port,
        harness_window_is_as_narrow_as_the_engine_allows,
    ]
}

/// Waits until the hand-written worker controls a page.
async fn controlled(page: &Page) -> Outcome {
    page.until("controller", "navigator.serviceWorker.controller !== null").await.map(|_| ())
}

async fn harness_two_tabs_share_a_worker_that_can_be_stopped(cx: Cx) -> Outcome {
    let server = cx.serve(Site::new("bare")?).await?;
    let browser = cx.stoppable_browser().await?;
    let first = Page::open(&browser, &server.url("/")).await?;
    controlled(&first).await?;
    let second = Page::open(&browser, &server.url("/")).await?;
    let born = first.text("/born").await?;
    ensure_eq!(second.text("/born").await?, born, "both tabs ask one worker");
    browser.tidy().await?;
    let page = Page::open(&browser, &server.url("/")).await?;
    browser.stop_worker(&page.window).await?;
    ensure!(page.text("/born").await? != born, "the worker was not stopped");
    Ok(())
}

async fn harness_worker_and_storage_survive_reopening(cx: Cx) -> Outcome {
    let mut server = cx.serve(Site::new("bare")?).await?;
    let browser = cx.own_browser(Options::default()).await?;
    let page = Page::open(&browser, &server.url("/")).await?;
    controlled(&page).await?;
    page.run("await put('kept', args)", json!("yes")).await?;
    browser.reopen().await?;
    server.down().await;
    let page = Page::open(&browser, &server.url("/")).await?;
    ensure_eq!(page.eval("await get('kept')").await?, json!("yes"), "IndexedDB after reopening, server down");
    Ok(())
}

async fn harness_server_goes_down_and_comes_back_on_its_port(cx: Cx) -> Outcome {
    let mut server = cx.serve(Site::new("bare")?).await?;
    let page = Page::open(&cx.browser().await?, &server.url("/")).await?;
    controlled(&page).await?;
    server.down().await;
    let answer = page.fetch("/network", json!(null)).await?;
    ensure!(answer["error"].is_string(), "an answer from a server that is down: {answer}");
    server.up().await?;
    ensure_eq!(page.fetch("/index.html?again", json!(null)).await?["status"], 200, "the server is back");
    Ok(())
}

async fn harness_window_is_as_narrow_as_the_engine_allows(cx: Cx) -> Outcome {
    let server = cx.serve(Site::new("bare")?).await?;
    let browser = cx.own_browser(Options { dark: true, ..Options::default() }).await?;
    let page = Page::open(&browser, &server.url("/")).await?;
    page.resize(390, 844).await?;
    let width = page.until("narrow window", "innerWidth <= 500 && innerWidth").await?;
    println!("  {} is {width} px wide at its narrowest", cx.engine.name());
    if cx.engine == crate::engine::Engine::Chromium {
        page.set_scheme("dark").await?;
    }
    let dark = page.eval("matchMedia('(prefers-color-scheme: dark)').matches").await?;
    println!("  {} dark: {dark}", cx.engine.name());
    cx.picture(&page, "harness").await
}
