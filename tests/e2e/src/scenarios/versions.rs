//! Deploys: what a tab gets that lives through one, what an installation leaves behind, and the way back.

use serde_json::{Value, json};

use super::precaching::update;
use super::writes::{drained, queue, rows};
use super::{Scenario, configs};
use crate::cx::{Cx, ready};
use crate::engine::Engine;
use crate::fail::{Fail, Outcome};
use crate::page::Page;
use crate::server::Server;
use crate::site::Site;
use crate::{ensure, ensure_eq};

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        workbox_manifest_is_taken_as_it_is_and_its_progress_told,
        installation_that_was_cut_off_goes_on_where_it_was,
        optional_entry_fails_no_installation_and_is_fetched_at_a_later_start,
        stale_copy_in_front_of_the_server_is_passed_by_and_a_wrong_file_is_named,
        older_tab_keeps_its_version_and_the_version_goes_with_the_tab,
        version_that_cannot_be_installed_leaves_the_old_one_and_the_way_back_fetches_nothing,
        removed_storage_is_noticed_at_the_next_start_and_made_whole,
    ]
}

/// The names of what is precached, sorted: path and revision.
/// Opening a database that is not there would stand in the way of whoever makes it.
const PRECACHED: &str = "await new Promise(async (resolve, reject) => {
    if (!(await indexedDB.databases()).some(({ name }) => name === 'longshore:/')) return resolve('');
    const opened = indexedDB.open('longshore:/');
    opened.onerror = () => reject(opened.error);
    opened.onsuccess = () => {
      const keys = opened.result.transaction('entries').objectStore('entries').getAllKeys();
      keys.onerror = () => reject(keys.error);
      keys.onsuccess = () => {
        opened.result.close();
        resolve(keys.result.filter((key) => key.includes('#revision=')).map((key) => key.slice(location.origin.length)).join(' '));
      };
    };
  })";

/// The usual config with these entries beside the page's own.
fn config(entries: Value) -> Value {
    let mut config = configs::usual();
    config["skipWaiting"] = json!(true);
    if let (Some(list), Value::Array(entries)) = (config["precache"].as_array_mut(), entries) {
        list.extend(entries);
    }
    config
}

/// Writes the files and the worker of a version of the app: one file with a hash in its name, one without.
fn deploy(server: &Server, word: &str) -> Outcome {
    server.site.write(&format!("assets/lazy.{word}.js"), &format!("export const word = '{word}';"))?;
    server.site.write("words.txt", word)?;
    server.site.worker(&version(word))
}

fn version(word: &str) -> Value {
    config(json!([
        { "url": format!("/assets/lazy.{word}.js"), "revision": null },
        { "url": "/words.txt", "revision": word },
    ]))
}

/// A server with version `aa` of the app.
async fn deployed(cx: &Cx) -> Outcome<Server> {
    let site = Site::new("plain")?;
    site.worker(&version("aa"))?;
    let server = cx.serve(site).await?;
    deploy(&server, "aa")?;
    Ok(server)
}

/// Takes the lazy file of a version off the server.
fn withdraw(server: &Server, word: &str) -> Outcome {
    Ok(std::fs::remove_file(server.site.folder().join(format!("assets/lazy.{word}.js")))?)
}

/// What the page's lazy file of a version says; the status where it has none.
async fn lazy(page: &Page, word: &str) -> Outcome<Value> {
    let load = "const answer = await fetch(args);
        return answer.ok ? (await import(args)).word : answer.status";
    page.run(load, json!(format!("/assets/lazy.{word}.js"))).await
}

/// Ends the worker, and sees to it that another life of it has begun: Firefox ends an idle one in its own time.
pub async fn next_life(page: &Page) -> Outcome {
    // A worker that has left the site answers with an error, or not at all.
    let name = "await Promise.race([ask('hello').then(({ origin }) => origin, String), new Promise((resolve) => setTimeout(resolve, 5000, ''))])";
    let before = page.eval(name).await?;
    for _ in 0..3 {
        page.browser.stop_worker(&page.window).await?;
        page.until("page", "window.ask !== undefined").await?;
        if page.eval(name).await? != before {
            return Ok(());
        }
    }
    Err(Fail::assert("the worker did not end".to_owned()))
}

async fn workbox_manifest_is_taken_as_it_is_and_its_progress_told(cx: Cx) -> Outcome {
    let site = Site::new("plain")?;
    let manifest = json!([
        { "url": "index.html", "revision": "3f2a" },
        { "url": "page.js", "revision": "77b1" },
        { "url": "assets/lazy.aa.js", "revision": null },
        { "url": "index.html", "revision": "3f2a" },
        "longshore/client.js",
    ]);
    site.write("assets/lazy.aa.js", "export const word = 'aa';")?;
    // As the tools leave it behind.
    let start = format!(
        "importScripts('/longshore/longshore-sw.js');
         longshore.start({{ precache: {manifest}, routes: [{{ mode: 'navigate', strategy: 'network-first', fallback: '/index.html' }}] }});"
    );
    site.write("sw.js", &start)?;
    let mut server = cx.serve(site).await?;
    // What the page hears before its script runs is nobody's.
    server.faults(json!({ "match": "/assets", "delayMs": [300, 400] })).await?;
    let page = cx.open(&server).await?;
    let last = page.until("progress", "window.heard('precache').at(-1)").await?;
    ensure_eq!(
        (&last["done"], &last["total"], &last["failed"]),
        (&json!(4), &json!(4), &json!(0)),
        "the last progress"
    );
    server.down().await;
    ensure_eq!(lazy(&page, "aa").await?, "aa", "the file with a hash in its name, offline");
    page.reload().await?;
    ensure_eq!(page.eval("document.title").await?, "Plain", "the page, offline");
    Ok(())
}

async fn installation_that_was_cut_off_goes_on_where_it_was(cx: Cx) -> Outcome {
    let site = Site::new("plain")?;
    let names: Vec<_> = (0..8).map(|number| format!("/parts/{number}.txt")).collect();
    for name in &names {
        site.write(name.trim_start_matches('/'), name)?;
    }
    let entries: Vec<_> = names.iter().map(|name| json!({ "url": name, "revision": "1" })).collect();
    site.worker(&config(json!(entries)))?;
    let mut server = cx.serve(site).await?;
    server.faults(json!({ "match": "/parts/7.txt", "status": 503 })).await?;
    let page = Page::open(&cx.browser().await?, &server.url("/")).await?;
    page.until(
        "word of the failure",
        "window.heard?.('install-error', 'precache /parts/7.txt: the server said 503').length > 0",
    )
    .await?;
    server.no_faults().await?;
    page.reload().await?;
    ready(&page).await?;
    let log = server.log().await?;
    for name in &names[..7] {
        ensure_eq!(log.arrivals("GET", name), 1, "arrivals of {name}");
    }
    server.down().await;
    for name in &names {
        ensure_eq!(page.text(name).await?, *name, "an entry offline");
    }
    Ok(())
}

async fn optional_entry_fails_no_installation_and_is_fetched_at_a_later_start(cx: Cx) -> Outcome {
    let site = Site::new("plain")?;
    site.worker(&config(json!([{ "url": "/extra.txt", "revision": "1", "group": "optional" }])))?;
    site.write("extra.txt", "extra")?;
    let mut server = cx.serve(site).await?;
    server.faults(json!({ "match": "/extra.txt", "status": 503 })).await?;
    let page = cx.open_in(&cx.stoppable_browser().await?, &server).await?;
    page.until("failed entry", "window.heard('precache').some(({ failed }) => failed === 1)").await?;
    server.no_faults().await?;
    next_life(&page).await?;
    page.text("/page.js").await?;
    page.until("entry", &format!("({PRECACHED}).includes('/extra.txt#')")).await?;
    server.down().await;
    ensure_eq!(page.text("/extra.txt").await?, "extra", "the entry offline");
    Ok(())
}

async fn stale_copy_in_front_of_the_server_is_passed_by_and_a_wrong_file_is_named(cx: Cx) -> Outcome {
    // What browsers take for the hash of `new` (Subresource Integrity, 3.5).
    let integrity = "sha256-EVB6Di9eadXfpApiob17buV+a82FxnybhDGzb/8hxDc=";
    let site = Site::new("plain")?;
    site.write("app.txt", "new")?;
    site.write("stale.txt", "old")?;
    // A cache on the way that holds an old copy of this URL, and knows nothing of others.
    let stale = "const real = self.fetch;
        self.fetch = (asked, ...rest) => asked.url?.endsWith('/app.txt')
          ? real(new Request('/stale.txt', { integrity: asked.integrity, cache: asked.cache }), ...rest) : real(asked, ...rest);";
    let entry = json!([{ "url": "/app.txt", "revision": "2", "integrity": integrity }]);
    site.worker_after(stale, &config(entry.clone()))?;
    let mut server = cx.serve(site).await?;
    let page = cx.open(&server).await?;
    server.site.write("app.txt", "wrong")?;
    let mut worse = config(entry);
    worse["precache"][3]["revision"] = json!("3");
    server.site.worker_after(stale, &worse)?;
    page.run("await (await navigator.serviceWorker.ready).update()", Value::Null).await?;
    page.until(
        "named error",
        "window.heard('install-error', 'precache /app.txt: what came does not have its integrity').length > 0",
    )
    .await?;
    server.down().await;
    ensure_eq!(page.text("/app.txt").await?, "new", "what has its integrity");
    Ok(())
}

async fn older_tab_keeps_its_version_and_the_version_goes_with_the_tab(cx: Cx) -> Outcome {
    let server = deployed(&cx).await?;
    let browser = cx.stoppable_browser().await?;
    let old = cx.open_in(&browser, &server).await?;
    deploy(&server, "bb")?;
    withdraw(&server, "aa")?;
    update(&old).await?;
    ensure_eq!(lazy(&old, "aa").await?, "aa", "the old tab's lazy file, which the server has no more");
    ensure_eq!(old.text("/words.txt").await?, "aa", "the old tab's revision");
    let new = cx.open_in(&browser, &server).await?;
    ensure_eq!(lazy(&new, "bb").await?, "bb", "the new tab's lazy file");
    ensure_eq!(lazy(&new, "aa").await?, 404, "the old file in the new tab");
    ensure_eq!(new.text("/words.txt").await?, "bb", "the new tab's revision");
    if cx.engine != Engine::WebKit {
        // In another life of the worker. In WebKit the tab itself has to leave for that.
        next_life(&old).await?;
        ensure_eq!(lazy(&old, "aa").await?, "aa", "the old tab's lazy file, from a worker that has just started");
        ensure_eq!(old.text("/words.txt").await?, "aa", "the old tab's revision, then");
    }
    let stored = new.eval(PRECACHED).await?;
    ensure!(stored.as_str().is_some_and(|keys| keys.contains("lazy.aa.js")), "the old version is stored: {stored}");
    old.go("about:blank").await?;
    next_life(&new).await?;
    new.text("/page.js").await?;
    new.until("cleaned version", &format!("((keys) => keys !== '' && !keys.includes('aa'))({PRECACHED})")).await?;
    Ok(())
}

async fn version_that_cannot_be_installed_leaves_the_old_one_and_the_way_back_fetches_nothing(cx: Cx) -> Outcome {
    let server = deployed(&cx).await?;
    let page = cx.open(&server).await?;
    server.faults(json!({ "match": "/api/echo", "status": 503, "retryAfter": 600 })).await?;
    queue(&page, "boat", 1).await?;
    // A version that lacks a file.
    deploy(&server, "bb")?;
    withdraw(&server, "bb")?;
    page.run("await (await navigator.serviceWorker.ready).update()", Value::Null).await?;
    page.until("failed installation", "window.heard('install-error', 'lazy.bb.js: the server said 404').length > 0")
        .await?;
    page.until("end of the installation", "!(await navigator.serviceWorker.ready).installing").await?;
    ensure_eq!(lazy(&page, "aa").await?, "aa", "the old worker serves");
    ensure_eq!(page.text("/words.txt").await?, "aa", "the old worker's revision");
    // The same, whole; and back.
    deploy(&server, "bb")?;
    update(&page).await?;
    let second = cx.open(&server).await?;
    ensure_eq!(second.text("/words.txt").await?, "bb", "the new version");
    deploy(&server, "aa")?;
    server.clear_log().await?;
    update(&page).await?;
    let log = server.log().await?;
    ensure_eq!(log.arrivals("GET", "/assets/lazy.aa.js"), 0, "fetches of what is stored");
    ensure_eq!(log.arrivals("GET", "/words.txt"), 0, "fetches of the revision that is stored");
    ensure_eq!(second.text("/words.txt").await?, "bb", "the tab of the version that was taken back");
    let third = cx.open(&server).await?;
    ensure_eq!(third.text("/words.txt").await?, "aa", "the version before");
    ensure_eq!(rows(&third).await?.len(), 1, "rows that wait");
    server.no_faults().await?;
    third.eval("ls.queue.list().then(([row]) => ls.queue.retry(row.id))").await?;
    drained(&third).await?;
    ensure_eq!(server.log().await?.lane("boat"), [1], "the write of before");
    Ok(())
}

async fn removed_storage_is_noticed_at_the_next_start_and_made_whole(cx: Cx) -> Outcome {
    let mut server = deployed(&cx).await?;
    let page = cx.open_in(&cx.stoppable_browser().await?, &server).await?;
    let clear = "for (const name of await caches.keys()) await caches.delete(name);
        for (const name of ['longshore:/', 'longshore-files']) {
          await new Promise((resolve, reject) => {
            const request = indexedDB.deleteDatabase(name);
            request.onsuccess = resolve;
            request.onerror = () => reject(request.error);
          });
        }";
    page.run(clear, Value::Null).await?;
    next_life(&page).await?;
    page.text("/page.js").await?;
    let whole = ["/index.html#", "/page.js#", "/assets/lazy.aa.js#", "/words.txt#"]
        .map(|name| format!("keys.includes('{name}')"));
    page.until("whole precache", &format!("((keys) => {})({PRECACHED})", whole.join(" && "))).await?;
    server.down().await;
    page.reload().await?;
    ready(&page).await?;
    ensure_eq!(page.text("/words.txt").await?, "aa", "an entry offline");
    Ok(())
}
