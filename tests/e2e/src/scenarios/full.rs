//! A disk that is full: the browser's own quota, not a fault of our making. Pages get their answers, and the next is stored.

use serde_json::{Value, json};

use super::{Scenario, configs};
use crate::cx::{Cx, ready};
use crate::engine::{Engine, Options};
use crate::fail::Outcome;
use crate::page::Page;
use crate::site::Site;
use crate::{ensure, ensure_eq};

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![browser_quota_costs_no_page_its_answer_and_the_next_is_stored]
}

/// Each answer's size, and how many there are: several times what may be stored.
const SIZE: usize = 1 << 20;
const COUNT: usize = 24;

/// What the browser allows, in bytes.
const QUOTA: u64 = 10 << 20;

async fn browser_quota_costs_no_page_its_answer_and_the_next_is_stored(cx: Cx) -> Outcome {
    cx.only(&[Engine::Chromium, Engine::Firefox], "the engine's quota cannot be set")?;
    let routes = json!([{ "match": "/big/*", "strategy": "cache-first", "staleTime": "1h" }]);
    let mut config = configs::with(routes);
    config["memory"] = json!(0);
    let site = Site::new("plain")?;
    site.worker(&config)?;
    for n in 0..=COUNT {
        site.write(&format!("big/{n}.txt"), &noise(n))?;
    }
    let mut server = cx.serve(site).await?;
    let browser = cx.own_browser(Options { small_disk: true, ..Options::default() }).await?;
    let page = Page::open(&browser, "about:blank").await?;
    if cx.engine == Engine::Chromium {
        // Before the first write, since the browser decides from what it knew last.
        let quota = json!({ "origin": server.url(""), "quotaSize": QUOTA });
        browser.devtools("Storage.overrideQuotaForOrigin", quota).await?;
    }
    page.go(&server.url("/")).await?;
    ready(&page).await?;
    for n in 0..COUNT {
        ensure_eq!(size(&page, n).await?, json!(SIZE), "the answer {n} under a quota that is too small for all");
    }
    let stored = page.run(STORED, Value::Null).await?.as_u64().unwrap_or_default();
    ensure!(0 < stored && stored < QUOTA / SIZE as u64 + 1, "{stored} answers are stored: the quota was not felt");
    if cx.engine == Engine::Chromium {
        // Its database gives the room of what was removed back only after a while, so there must be room anew.
        browser.devtools("Storage.overrideQuotaForOrigin", json!({ "origin": server.url("") })).await?;
    }
    crate::page::wait("next answer in the store", || async {
        server.clear_log().await?;
        ensure_eq!(size(&page, COUNT).await?, json!(SIZE), "the next answer");
        let arrivals = server.log().await?.arrivals("GET", &format!("/big/{COUNT}.txt"));
        Ok(if arrivals == 0 { Ok(()) } else { Err("it came from the network".to_owned()) })
    })
    .await?;
    server.down().await;
    ensure_eq!(size(&page, COUNT).await?, json!(SIZE), "the next answer, offline");
    page.reload().await?;
    ready(&page).await?;
    ensure_eq!(page.eval("document.title").await?, "Plain", "the page itself, offline");
    Ok(())
}

/// How many of the answers are in the database.
const STORED: &str = "
    const settled = (request) => new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const database = await settled(indexedDB.open('longshore:/'));
    const keys = await settled(database.transaction('bodies').objectStore('bodies').getAllKeys());
    database.close();
    return keys.filter((key) => key.includes('/big/')).length;";

/// How long an answer is; null where there is none.
async fn size(page: &Page, n: usize) -> Outcome<Value> {
    let length =
        format!("await fetch('/big/{n}.txt').then((answer) => answer.text()).then((text) => text.length, () => null)");
    page.eval(&length).await
}

/// A text that no browser's store can make smaller.
fn noise(seed: usize) -> String {
    let mut state = seed as u64 + 1;
    let letter = |_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'!' + u8::try_from((state >> 33) % 90).unwrap_or_default())
    };
    (0..SIZE).map(letter).collect()
}
