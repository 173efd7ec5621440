//! Faults of the database and of the clock: each leaves the page with an answer, and the next good answer is stored again. They are
//! made by `tests/sites/faults.js` in the worker script, before the runtime is loaded, or by the page itself.

use serde_json::{Value, json};

use super::{Scenario, configs};
use crate::cx::Cx;
use crate::ensure_eq;
use crate::fail::Outcome;
use crate::page::Page;
use crate::server::Server;
use crate::site::Site;

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        closed_handle_is_reopened_by_engine_and_shell,
        blocked_upgrade_leaves_reads_to_the_network_until_it_is_done,
        newer_database_is_left_alone_and_reads_go_to_the_network,
        damaged_records_are_replaced_by_the_network,
        clock_set_back_a_day_asks_the_network_and_stores_again,
    ]
}

/// What the page does to the database: `IDBFactory` and its requests as promises.
const OPEN: &str = "
    const settled = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const database = await settled(indexedDB.open('longshore:/'));";

/// A page and a server that both have `one`, stored for an hour; nothing is kept in memory, so that each answer comes from the database.
async fn stocked(cx: &Cx) -> Outcome<(Server, Page)> {
    let routes = json!([{ "match": "/api/*", "strategy": "cache-first", "staleTime": "1h" }]);
    let mut config = configs::with(routes);
    config["memory"] = json!(0);
    let site = Site::new("plain")?;
    site.worker_with_faults(&config)?;
    let server = cx.serve(site).await?;
    server.put_value("a", "one").await?;
    let page = cx.open(&server).await?;
    for _ in 0..3 {
        ensure_eq!(value(&page).await?, "one", "the value while all is well");
    }
    server.put_value("a", "two").await?;
    ensure_eq!(value(&page).await?, "one", "the stored value");
    Ok((server, page))
}

/// Reads the value, which the worker shell may answer by itself.
async fn value(page: &Page) -> Outcome<String> {
    page.text("/api/value/a?maxage=0").await
}

/// Reads the value by a request that only the engine may answer.
async fn judged(page: &Page) -> Outcome<String> {
    let answer = page.fetch("/api/value/a?maxage=0", json!({ "headers": { "authorization": "Test" } })).await?;
    Ok(answer["text"].as_str().unwrap_or_default().to_owned())
}

async fn tell(page: &Page, word: &str) -> Outcome {
    page.run("await tell(args)", json!(word)).await.map(|_| ())
}

/// Another value is fetched, stored, and still there when the server has gone.
async fn stores_again(server: &mut Server, page: &Page) -> Outcome {
    server.put_value("b", "good").await?;
    for _ in 0..3 {
        ensure_eq!(page.text("/api/value/b?maxage=0").await?, "good", "the next good answer");
    }
    server.down().await;
    ensure_eq!(page.text("/api/value/b?maxage=0").await?, "good", "the next good answer, offline");
    Ok(())
}

async fn closed_handle_is_reopened_by_engine_and_shell(cx: Cx) -> Outcome {
    let (mut server, page) = stocked(&cx).await?;
    for round in 1..=2 {
        tell(&page, "close").await?;
        ensure_eq!(judged(&page).await?, "one", "the engine's answer over a closed handle, round {round}");
        ensure_eq!(value(&page).await?, "one", "an answer after the shell's handle was closed, round {round}");
        // The engine would trap, and the network would answer.
        tell(&page, "trap").await?;
        ensure_eq!(value(&page).await?, "one", "the shell's own answer over a new handle, round {round}");
        ensure_eq!(judged(&page).await?, "two", "the request that trapped, round {round}");
    }
    stores_again(&mut server, &page).await
}

async fn blocked_upgrade_leaves_reads_to_the_network_until_it_is_done(cx: Cx) -> Outcome {
    let (mut server, page) = stocked(&cx).await?;
    // A handle that does not listen to `versionchange` holds every upgrade up.
    page.run(&format!("{OPEN} window.held = database;"), Value::Null).await?;
    tell(&page, "newer").await?;
    tell(&page, "close").await?;
    for name in ["first", "second"] {
        ensure_eq!(judged(&page).await?, "two", "the {name} answer while the upgrade is blocked");
        ensure_eq!(value(&page).await?, "two", "the {name} plain answer while the upgrade is blocked");
    }
    page.run("held.close()", Value::Null).await?;
    page.until("stored answer after the upgrade", "await (await fetch('/api/value/a?maxage=0')).text() === 'one'")
        .await?;
    stores_again(&mut server, &page).await
}

async fn newer_database_is_left_alone_and_reads_go_to_the_network(cx: Cx) -> Outcome {
    let (mut server, page) = stocked(&cx).await?;
    tell(&page, "newer").await?;
    tell(&page, "close").await?;
    ensure_eq!(judged(&page).await?, "one", "what was stored, after an upgrade");
    // Rolled back: the database is now newer than the worker.
    tell(&page, "mend").await?;
    tell(&page, "close").await?;
    ensure_eq!(judged(&page).await?, "two", "the engine's answer beside a newer database");
    tell(&page, "newer").await?;
    ensure_eq!(judged(&page).await?, "one", "what the newer version had stored is still there");
    stores_again(&mut server, &page).await
}

async fn damaged_records_are_replaced_by_the_network(cx: Cx) -> Outcome {
    let (mut server, page) = stocked(&cx).await?;
    let damages = json!([
        { "entries": "garbage" },
        { "entries": { "v": 1, "ready": 7, "head": 8, "size": "large" } },
        { "bodies": "garbage" },
        { "bodies": { "length": 3 } },
        { "bodies": null },
        { "entries": [], "bodies": 7 },
    ]);
    for damage in damages.as_array().into_iter().flatten() {
        let spoil = format!(
            "{OPEN}
            const transaction = database.transaction(Object.keys(args), 'readwrite');
            for (const [name, value] of Object.entries(args)) {{
              const store = transaction.objectStore(name);
              for (const key of await settled(store.getAllKeys())) if (key.includes('/api/value/a')) store.put(value, key);
            }}
            await new Promise((resolve, reject) => {{ transaction.oncomplete = resolve; transaction.onabort = reject; }});
            database.close();"
        );
        page.run(&spoil, damage.clone()).await?;
        server.put_value("a", "network").await?;
        ensure_eq!(value(&page).await?, "network", "the answer beside {damage}");
        page.text("/api/value/c?maxage=0").await?;
        server.put_value("a", "unseen").await?;
        ensure_eq!(value(&page).await?, "network", "what was stored in place of {damage}");
        ensure_eq!(judged(&page).await?, "network", "and what the engine finds in place of {damage}");
    }
    stores_again(&mut server, &page).await
}

async fn clock_set_back_a_day_asks_the_network_and_stores_again(cx: Cx) -> Outcome {
    let (mut server, page) = stocked(&cx).await?;
    tell(&page, "yesterday").await?;
    ensure_eq!(value(&page).await?, "two", "an answer from the future is not believed");
    server.put_value("a", "three").await?;
    ensure_eq!(value(&page).await?, "two", "what was stored at the new time");
    stores_again(&mut server, &page).await
}
