//! Taking Longshore off a site again: the safety worker in place of the app's.

use serde_json::{Value, json};

use super::versions::next_life;
use super::writes::{drained, queue, rows};
use super::{Scenario, configs};
use crate::cx::{Cx, ready};
use crate::ensure_eq;
use crate::fail::Outcome;
use crate::page::Page;
use crate::site::Site;

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        safety_worker_removes_answers_reloads_once_and_keeps_unsent_writes,
        kill_switch_does_the_same_at_the_workers_next_start_and_acts_on_an_explicit_answer_only,
    ]
}

/// What the safety worker is served as: the app's own script, by one line.
const OFF: &str = "importScripts('/longshore/longshore-off.js');";

/// Whether nothing of us is left in the page's origin, after so many loads of the page.
fn gone(loads: u32) -> String {
    format!(
        "!navigator.serviceWorker.controller && Number(sessionStorage.loads) === {loads}
         && !(await caches.keys()).some((name) => name.startsWith('longshore'))
         && (await navigator.serviceWorker.getRegistrations()).length === 0"
    )
}

async fn safety_worker_removes_answers_reloads_once_and_keeps_unsent_writes(cx: Cx) -> Outcome {
    let site = Site::new("plain")?;
    site.worker(&configs::usual())?;
    let page = std::fs::read_to_string(site.folder().join("index.html"))?;
    let counting = "<head><script>sessionStorage.loads = Number(sessionStorage.loads ?? 0) + 1;</script>";
    site.write("index.html", &page.replace("<head>", counting))?;
    let mut server = cx.serve(site).await?;
    server.put_value("a", "one").await?;
    let page = cx.open(&server).await?;
    for _ in 0..3 {
        page.text("/api/value/a?maxage=0").await?;
    }
    server.down().await;
    queue(&page, "boat", 1).await?;
    // Of so large a body the parts lie elsewhere.
    let large =
        "return (await fetch('/api/value/large', { method: 'PUT', body: new Blob([new Uint8Array(5 << 20)]) })).status";
    ensure_eq!(page.run(large, Value::Null).await?, 202, "a large write");
    server.up().await?;
    server.faults(json!({ "match": "/api/echo", "status": 503, "retryAfter": 600 })).await?;
    page.run("sessionStorage.loads = 0", Value::Null).await?;
    server.site.write("sw.js", OFF)?;
    // The page may be gone before the answer is.
    page.run("setTimeout(async () => (await navigator.serviceWorker.ready).update(), 50)", Value::Null).await?;
    // The page registers the same script again, which goes by itself and reloads nothing.
    page.until("page without us", &gone(1)).await?;
    page.reload().await?;
    page.until("page without us, reloaded", &gone(2)).await?;
    server.put_value("a", "two").await?;
    server.no_faults().await?;
    server.site.worker(&configs::usual())?;
    page.reload().await?;
    ready(&page).await?;
    ensure_eq!(page.eval("Number(sessionStorage.loads)").await?, 3, "loads of the page");
    ensure_eq!(page.text("/api/value/a?maxage=0").await?, "two", "nothing stored has stayed");
    let kept = "(await ls.queue.list({ bodies: true })).filter(({ url }) => url.endsWith('large')).map(({ id, body }) => [id, body?.size])";
    let kept = page.eval(kept).await?;
    ensure_eq!(kept[0][1], 5 << 20, "the large write has its body, {kept}");
    page.run("await ls.queue.discard(args)", kept[0][0].clone()).await?;
    if !rows(&page).await?.is_empty() {
        page.eval("ls.queue.flush()").await?;
    }
    drained(&page).await?;
    ensure_eq!(server.log().await?.lane("boat"), [1], "the kept write, sent by the next worker");
    Ok(())
}

async fn kill_switch_does_the_same_at_the_workers_next_start_and_acts_on_an_explicit_answer_only(cx: Cx) -> Outcome {
    let site = Site::new("plain")?;
    let mut config = configs::usual();
    config["killSwitch"] = json!("/off.json");
    site.worker(&config)?;
    let mut server = cx.serve(site).await?;
    server.put_value("a", "one").await?;
    let page = cx.open_in(&cx.stoppable_browser().await?, &server).await?;
    server.until("first question", |log| log.arrivals("GET", "/off.json") >= 2).await?;
    server.down().await;
    queue(&page, "boat", 1).await?;
    server.up().await?;
    server.faults(json!({ "match": "/api/echo", "status": 503, "retryAfter": 600 })).await?;
    // A login page where the flag would be: the worker starts, asks and stays.
    server.site.write("off.json", "<p>Log in</p>")?;
    start_again(&page).await?;
    server.until("question", |log| log.arrivals("GET", "/off.json") >= 1).await?;
    ensure_eq!(page.eval("(await ask('hello')).scope === location.origin + '/'").await?, true, "the worker is there");
    server.site.write("off.json", "{\"off\": true}")?;
    start_again(&page).await?;
    let gone = "!navigator.serviceWorker.controller && window.ls?.supported === false && window.ls.reason.includes('switched off by /off.json')
         && !(await caches.keys()).some((name) => name.startsWith('longshore'))
         && (await navigator.serviceWorker.getRegistrations()).length === 0";
    page.until("page without us", gone).await?;
    // It stays so, though the page registers again.
    page.reload().await?;
    page.until("page without us, reloaded", gone).await?;
    server.no_faults().await?;
    server.site.write("off.json", "{\"off\": false}")?;
    page.reload().await?;
    ready(&page).await?;
    if !rows(&page).await?.is_empty() {
        page.eval("ls.queue.flush()").await?;
    }
    drained(&page).await?;
    ensure_eq!(server.log().await?.lane("boat"), [1], "the kept write, sent by the next worker");
    Ok(())
}

/// Ends the worker, forgets when it has last asked, and lets it start.
async fn start_again(page: &Page) -> Outcome {
    let forget = "await new Promise((resolve, reject) => {
        const opened = indexedDB.open('longshore-files');
        opened.onerror = () => reject(opened.error);
        opened.onsuccess = () => {
          const transaction = opened.result.transaction('files', 'readwrite');
          transaction.objectStore('files').delete('asked');
          transaction.oncomplete = () => { opened.result.close(); resolve(); };
        };
      })";
    page.run(forget, Value::Null).await?;
    next_life(page).await?;
    // Not waited for: the worker may reload the page as soon as it has answered.
    page.run("setTimeout(() => fetch('/page.js').catch(() => {}), 50)", Value::Null).await.map(drop)
}
