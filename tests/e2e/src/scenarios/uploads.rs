//! Large bodies of writes: a file from the disk that is kept offline, byte for byte, whatever dies on the way.

use std::path::Path;

use serde_json::{Value, json};
use tempfile::NamedTempFile;

use super::writes::{drained, rows};
use super::{Scenario, configs};
use crate::cx::{Cx, ready};
use crate::engine::{Engine, Options};
use crate::fail::Outcome;
use crate::page::Page;
use crate::server::Server;
use crate::site::Site;
use crate::{ensure, ensure_eq};

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        large_file_attached_offline_arrives_byte_for_byte,
        worker_stopped_while_a_large_file_is_laid_down_promises_nothing_and_leaves_nothing,
        browser_killed_while_a_large_file_is_sent_sends_it_whole,
    ]
}

/// As large as the demo's photos never are.
const LENGTH: usize = 60 << 20;

/// Where it goes.
const ATTACHMENTS: &str = "/api/boards/b/cards/c/attachments";

/// What the page does with a file that was picked.
const HELP: &str = "
    window.attach = async () => {
      const form = new FormData();
      form.append('id', 'file-1');
      form.append('file', document.querySelector('#file').files[0]);
      return (await fetch('/api/boards/b/cards/c/attachments', { method: 'POST', body: form })).status;
    };
    const settled = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    window.chunks = async () => {
      const database = await settled(indexedDB.open('longshore:/'));
      const count = await settled(database.transaction('chunks').objectStore('chunks').count());
      database.close();
      return count;
    };
    window.digest = async (bytes) => [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))].join();
    if (!document.querySelector('#file')) document.body.insertAdjacentHTML('beforeend', '<input type=file id=file>');";

/// A server with a card, and a file of bytes that do not repeat.
async fn site(cx: &Cx) -> Outcome<(Server, NamedTempFile)> {
    let site = Site::new("plain")?;
    let config = configs::writes(json!([{ "match": "/api/*", "timeout": "60s" }]));
    site.worker_with_faults(&config)?;
    let server = cx.serve(site).await?;
    server.write("POST", "/api/boards", json!({ "id": "b", "title": "Boats" })).await?;
    server.write("POST", "/api/boards/b/cards", json!({ "id": "c", "title": "Plans", "column": "todo" })).await?;
    let file = NamedTempFile::with_suffix(".bin")?;
    let bytes: Vec<u8> = (0..LENGTH as u32 / 4).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    std::fs::write(file.path(), bytes)?;
    Ok((server, file))
}

/// Picks the file in a page.
async fn pick(page: &Page, file: &Path) -> Outcome {
    page.run(HELP, Value::Null).await?;
    page.pick_file("#file", file).await
}

/// What the server has is what was picked, once.
async fn arrived(server: &Server, page: &Page) -> Outcome {
    drained(page).await?;
    let card = server.json("/api/boards/b/cards/c").await?;
    let attachments = card["attachments"].as_array().cloned().unwrap_or_default();
    ensure_eq!((attachments.len(), attachments[0]["size"].as_u64()), (1, Some(LENGTH as u64)), "what has arrived");
    let same = format!(
        "await digest(await (await fetch('{ATTACHMENTS}/file-1')).arrayBuffer()) === await digest(await document.querySelector('#file').files[0].arrayBuffer())"
    );
    ensure_eq!(page.eval(&same).await?, true, "byte for byte");
    page.until("nothing left of it", "(await chunks()) === 0").await.map(|_| ())
}

async fn large_file_attached_offline_arrives_byte_for_byte(cx: Cx) -> Outcome {
    let (mut server, file) = site(&cx).await?;
    let page = cx.open(&server).await?;
    pick(&page, file.path()).await?;
    server.down().await;
    ensure_eq!(page.eval("attach()").await?, 202, "kept");
    let listed = rows(&page).await?;
    ensure!(listed[0]["size"].as_u64() > Some(LENGTH as u64), "with the form around it: {listed:?}");
    ensure_eq!(
        page.eval("(await ls.queue.list({ bodies: true }))[0].body.size").await?,
        listed[0]["size"],
        "to be seen"
    );
    server.up().await?;
    page.eval("ls.queue.flush()").await?;
    arrived(&server, &page).await
}

async fn worker_stopped_while_a_large_file_is_laid_down_promises_nothing_and_leaves_nothing(cx: Cx) -> Outcome {
    let (mut server, file) = site(&cx).await?;
    let page = cx.open_in(&cx.stoppable_browser().await?, &server).await?;
    pick(&page, file.path()).await?;
    // A browser may send it itself, past a worker that died with it.
    server.down().await;
    page.run("await tell('halfway')", Value::Null).await?;
    page.run("window.promised = null; attach().then((status) => { window.promised = status; }, () => {})", Value::Null)
        .await?;
    page.until("chunks of it", "(await chunks()) === 3").await?;
    ensure_eq!(page.eval("window.promised").await?, Value::Null, "nothing is promised yet");
    page.browser.stop_worker(&page.window).await?;
    page.go(&server.url("/")).await?;
    ready(&page).await?;
    page.run(HELP, Value::Null).await?;
    // A browser may hand it to the next worker by itself, which keeps it: all of it, and nothing of before. Each of these starts the worker,
    // should it have ended.
    let whole = LENGTH.div_ceil(1 << 20) + 1;
    let left = format!(
        "await fetch('/page.js') && await (async () => {{
           const [count, {{ length }}] = [await chunks(), await ls.queue.list()];
           return count === length * {whole} || (() => {{ throw new Error(`${{count}} chunks, ${{length}} rows`) }})();
         }})()"
    );
    page.until("nothing left of before", &left).await?;
    let kept = rows(&page).await?.len();
    server.up().await?;
    page.eval("ls.queue.flush()").await?;
    drained(&page).await?;
    let card = server.json("/api/boards/b/cards/c").await?;
    ensure_eq!(card["attachments"].as_array().map(Vec::len), Some(kept), "what has arrived is what was kept");
    Ok(())
}

async fn browser_killed_while_a_large_file_is_sent_sends_it_whole(cx: Cx) -> Outcome {
    cx.only(&[Engine::Chromium, Engine::Firefox], "WebKit keeps no profile")?;
    let (mut server, file) = site(&cx).await?;
    let browser = cx.own_browser(Options::default()).await?;
    let page = cx.open_in(&browser, &server).await?;
    pick(&page, file.path()).await?;
    server.down().await;
    ensure_eq!(page.eval("attach()").await?, 202, "kept");
    server.up().await?;
    // It is taken, and the answer does not come.
    server.faults(json!({ "match": ATTACHMENTS, "methods": ["POST"], "stall": true })).await?;
    page.run("void ls.queue.flush()", Value::Null).await?;
    server.until("its sending", |log| log.open > 0).await?;
    browser.reopen().await?;
    server.no_faults().await?;
    let page = cx.open_in(&browser, &server).await?;
    pick(&page, file.path()).await?;
    page.eval("ls.queue.flush()").await?;
    arrived(&server, &page).await
}
