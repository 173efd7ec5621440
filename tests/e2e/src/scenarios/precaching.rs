//! What a worker brings along, what it does when it cannot, and what it may not replace.

use serde_json::{Value, json};

use super::{Scenario, configs};
use crate::cx::{Cx, ready};
use crate::fail::Outcome;
use crate::page::Page;
use crate::site::Site;
use crate::{ensure, ensure_eq};

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        precached_page_is_the_fallback_of_a_navigation,
        precache_entry_that_fails_once_is_tried_again,
        removed_precache_entry_goes_with_the_next_version_and_its_tab,
        config_error_rejects_register_and_names_its_path,
        bad_config_never_replaces_a_working_worker,
        page_without_service_workers_is_told_so,
        warm_stores_what_the_first_load_brought,
        update_is_applied_by_both_tabs_once_and_a_tab_may_refuse,
    ]
}

async fn precached_page_is_the_fallback_of_a_navigation(cx: Cx) -> Outcome {
    let config = json!({
        "routes": [{ "mode": "navigate", "strategy": "network-first", "timeout": "3s", "fallback": "/done.html" }],
        "precache": [{ "url": "/done.html", "revision": "1" }, "/page.js", "/longshore/client.js"],
    });
    let mut server = cx.serve_plain(config).await?;
    let page = cx.open(&server).await?;
    server.down().await;
    ensure!(page.text("/page.js").await?.contains("register"), "a precached file without a route");
    page.go(&server.url("/never/seen")).await?;
    ensure_eq!(page.eval("document.title").await?, "Done", "the fallback page");
    Ok(())
}

async fn precache_entry_that_fails_once_is_tried_again(cx: Cx) -> Outcome {
    let mut config = configs::usual();
    config["precache"] = json!(["/index.html", "/page.js", "/longshore/client.js", "/extra.txt"]);
    let site = Site::new("plain")?;
    site.worker(&config)?;
    site.write("extra.txt", "extra")?;
    let mut server = cx.serve(site).await?;
    server.faults(json!({ "match": "/extra.txt", "status": 503, "times": 1 })).await?;
    let page = cx.open(&server).await?;
    ensure!(server.log().await?.arrivals("GET", "/extra.txt") >= 2, "the entry was asked for once only");
    server.down().await;
    ensure_eq!(page.text("/extra.txt").await?, "extra", "the entry offline");
    Ok(())
}

async fn removed_precache_entry_goes_with_the_next_version_and_its_tab(cx: Cx) -> Outcome {
    let mut config = configs::usual();
    config["precache"] =
        json!(["/index.html", "/page.js", "/longshore/client.js", { "url": "/old.txt", "revision": "1" }]);
    let site = Site::new("plain")?;
    site.worker(&config)?;
    site.write("old.txt", "old")?;
    let mut server = cx.serve(site).await?;
    let page = cx.open(&server).await?;
    config["precache"] =
        json!(["/index.html", "/page.js", "/longshore/client.js", { "url": "/new.txt", "revision": "1" }]);
    server.site.write("new.txt", "new")?;
    server.site.worker(&config)?;
    update(&page).await?;
    server.down().await;
    ensure_eq!(page.text("/new.txt").await?, "new", "the new entry");
    ensure_eq!(page.text("/old.txt").await?, "old", "the removed entry, in the tab that was loaded with it");
    page.reload().await?;
    page.until("cleaned entry", "await fetch('/old.txt').then((answer) => !answer.ok, () => true)").await?;
    Ok(())
}

async fn config_error_rejects_register_and_names_its_path(cx: Cx) -> Outcome {
    let mut config = configs::usual();
    config["routes"][0]["timeout"] = json!(3);
    config["routes"][0]["strategy"] = json!("network-first");
    let server = cx.serve_plain(config).await?;
    let page = Page::open(&cx.browser().await?, &server.url("/")).await?;
    let message = page.until("rejection", "window.registerError?.message").await?;
    let wanted = "routes[0].timeout: expected a duration such as \"3s\", got 3";
    ensure!(message.as_str().is_some_and(|message| message.contains(wanted)), "register() rejected with {message}");
    Ok(())
}

async fn bad_config_never_replaces_a_working_worker(cx: Cx) -> Outcome {
    let mut server = cx.serve_plain(configs::usual()).await?;
    server.put_value("a", "one").await?;
    let page = cx.open(&server).await?;
    let before = page.eval("(await ask('hello')).version && navigator.serviceWorker.controller.scriptURL").await?;
    server.site.worker(&json!({ "routes": [{ "match": "/api/*", "strategy": "cache-frist" }] }))?;
    let attempt = "const registration = await navigator.serviceWorker.ready;
        await registration.update().catch(() => {});
        while (registration.installing) await new Promise((resolve) => setTimeout(resolve, 50));
        return Boolean(registration.waiting)";
    ensure_eq!(page.run(attempt, Value::Null).await?, json!(false), "a waiting worker with bad config");
    for _ in 0..3 {
        page.text("/api/value/a?maxage=0").await?;
    }
    server.down().await;
    page.reload().await?;
    page.until("page", "document.title === 'Plain'").await?;
    ensure_eq!(page.text("/api/value/a?maxage=0").await?, "one", "the old worker still serves");
    ensure_eq!(page.eval("navigator.serviceWorker.controller.scriptURL").await?, before, "the controller");
    Ok(())
}

async fn page_without_service_workers_is_told_so(cx: Cx) -> Outcome {
    let site = Site::new("plain")?;
    site.worker(&configs::usual())?;
    let page = std::fs::read_to_string(site.folder().join("index.html"))?;
    let gone = "<head><script>delete Navigator.prototype.serviceWorker;</script>";
    site.write("index.html", &page.replace("<head>", gone))?;
    let server = cx.serve(site).await?;
    let page = Page::open(&cx.browser().await?, &server.url("/")).await?;
    ready(&page).await?;
    ensure_eq!(page.eval("ls.supported").await?, json!(false), "supported");
    ensure!(page.eval("ls.reason").await?.is_string(), "no reason given");
    Ok(())
}

async fn warm_stores_what_the_first_load_brought(cx: Cx) -> Outcome {
    let mut config = configs::with(json!([{ "match": "/*.css", "strategy": "cache-first" }]));
    config["precache"] = json!(["/index.html", "/page.js", "/longshore/client.js"]);
    let site = Site::new("plain")?;
    site.worker(&config)?;
    site.write("look.css", "h1 { color: rgb(1, 2, 3); }")?;
    let page = std::fs::read_to_string(site.folder().join("index.html"))?;
    site.write("index.html", &page.replace("</head>", "<link rel=\"stylesheet\" href=\"/look.css\"></head>"))?;
    let mut server = cx.serve(site).await?;
    let page = cx.open(&server).await?;
    // The file came before there was a worker; only warming can have stored it. A fetch would itself store it.
    let stored = "await new Promise((resolve, reject) => {
        const opened = indexedDB.open('longshore:/');
        opened.onerror = () => reject(opened.error);
        opened.onsuccess = () => {
          const keys = opened.result.transaction('entries').objectStore('entries').getAllKeys();
          keys.onerror = () => reject(keys.error);
          keys.onsuccess = () => { opened.result.close(); resolve(JSON.stringify(keys.result).includes('/look.css')); };
        };
      })";
    page.until("warmed style in the store", stored).await?;
    server.down().await;
    page.reload().await?;
    page.until("style offline", "getComputedStyle(document.querySelector('h1')).color === 'rgb(1, 2, 3)'").await?;
    Ok(())
}

async fn update_is_applied_by_both_tabs_once_and_a_tab_may_refuse(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::usual()).await?;
    let (first, second) = (cx.open(&server).await?, cx.open(&server).await?);
    for page in [&first, &second] {
        page.run("sessionStorage.loads = 0; window.before = true", Value::Null).await?;
    }
    server.site.worker(&configs::with(json!([{ "match": "/other/*", "strategy": "cache-first" }])))?;
    first.run("await (await navigator.serviceWorker.ready).update()", Value::Null).await?;
    for page in [&first, &second] {
        page.until("waiting event", "window.heard('waiting').length > 0").await?;
    }
    second.run("window.off = ls.on('update', (event) => event.refuse())", Value::Null).await?;
    ensure_eq!(first.run("return ls.applyUpdate()", Value::Null).await?, "refused", "while the other tab refuses");
    ensure_eq!(first.eval("window.before").await?, true, "the first tab is as it was");
    second.run("window.off()", Value::Null).await?;
    // The page may be gone before the answer is.
    first.run("setTimeout(() => ls.applyUpdate())", Value::Null).await?;
    for page in [&first, &second] {
        page.until("reload", "!window.before && window.ready === true").await?;
        ensure_eq!(
            page.eval("performance.getEntriesByType('navigation')[0].type").await?,
            "reload",
            "how it was loaded"
        );
        ensure_eq!(
            page.eval("Boolean((await navigator.serviceWorker.ready) && window.ls.registration.waiting)").await?,
            false,
            "an update that waits"
        );
    }
    Ok(())
}

/// Fetches the worker script anew, lets the new worker take over, and waits until it controls the page.
pub async fn update(page: &Page) -> Outcome {
    let body = "const registration = await navigator.serviceWorker.ready;
        const changed = new Promise((resolve) => navigator.serviceWorker.addEventListener('controllerchange', resolve, { once: true }));
        const { active } = registration;
        await registration.update();
        const fresh = registration.installing ?? registration.waiting ?? registration.active;
        if (fresh === active) throw new Error('the worker script has not changed');
        while (fresh.state === 'installing') await new Promise((resolve) => fresh.addEventListener('statechange', resolve, { once: true }));
        if (fresh.state === 'installed') await ls.skipWaiting();
        await changed;";
    page.run(body, Value::Null).await.map(|_| ())
}
