//! Bodies that are too large to hold: stored in chunks while pages read them, and read again chunk by chunk.

use serde_json::{Value, json};

use super::{Scenario, configs};
use crate::cx::{Cx, ready};
use crate::engine::Engine;
use crate::ensure_eq;
use crate::fail::Outcome;
use crate::page::Page;
use crate::server::Server;
use crate::site::Site;

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        large_body_is_streamed_while_it_is_stored_and_read_offline_whole_and_in_parts,
        large_body_that_no_page_reads_is_stored_and_still_there_for_it,
        large_body_that_is_cut_off_leaves_nothing_and_the_next_good_one_is_stored,
        worker_stopped_while_it_stores_leaves_no_chunks_after_the_next_start,
        large_body_is_read_to_its_end_while_another_takes_its_place,
        body_beyond_the_routes_limit_passes_through_unstored,
        large_body_on_a_full_disk_reaches_its_page_and_the_next_is_stored,
        large_precached_file_is_whole_offline,
    ]
}

/// How long the large body is: what is declared must be noticed as well as what is not.
const LENGTH: usize = 24 << 20;

/// A chunk, and how many there are.
const CHUNK: usize = 1 << 20;
const CHUNKS: usize = LENGTH / CHUNK;

/// What the page tells of bodies and of the database. A body is a count of its own places, from `from`, in lines of eight bytes.
const HELPERS: &str = "
    const code = (at, from) => (((at >>> 3) + from) >>> (4 * (6 - (at & 7)))) & 15;
    window.wrong = (bytes, first = 0, from = 0) => {
      for (let place = 0; place < bytes.length; place++) {
        const at = first + place;
        const byte = (at & 7) === 7 ? 10 : '0123456789abcdef'.charCodeAt(code(at, from));
        if (bytes[place] !== byte) return at;
      }
      return -1;
    };
    window.bytesOf = async (answer) => new Uint8Array(await answer.arrayBuffer());
    window.whole = async (from = 0) => {
      const answer = await fetch('/big/count.txt');
      const bytes = await bytesOf(answer);
      return [answer.status, bytes.length, wrong(bytes, 0, from)].join(' ');
    };
    window.part = async (range) => {
      const answer = await fetch('/big/count.txt', { headers: { range } });
      const bytes = await bytesOf(answer);
      const first = Number(/bytes (\\d+)/.exec(answer.headers.get('content-range'))?.[1] ?? 0);
      return [answer.status, first, bytes.length, wrong(bytes, first)].join(' ');
    };
    let answer, reader, first;
    window.begin = async () => {
      answer = await fetch('/big/count.txt');
      reader = answer.body.getReader();
      first = (await reader.read()).value;
      return [answer.status, answer.headers.get('content-type'), answer.headers.get('content-length')].join(' ');
    };
    window.end = async () => {
      const parts = [first];
      for (let read = await reader.read(); !read.done; read = await reader.read()) parts.push(read.value);
      const got = await bytesOf(new Response(new Blob(parts)));
      return [got.length, wrong(got)].join(' ');
    };
    window.later = async () => { answer = await fetch('/big/count.txt'); };
    window.atLast = async () => {
      const got = await bytesOf(answer);
      return [got.length, wrong(got)].join(' ');
    };
    window.kept = async () => {
      const settled = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
      const database = await settled(indexedDB.open('longshore:/'));
      try {
        const transaction = database.transaction(['entries', 'chunks']);
        const [keys, chunks] = await Promise.all(['entries', 'chunks'].map((name) => settled(transaction.objectStore(name).getAllKeys())));
        return `${keys.filter((key) => key.includes('/big/')).length} ${chunks.length}`;
      } finally {
        database.close();
      }
    };";

/// A page of a site with the large body, its helpers in place.
async fn site(cx: &Cx, route: Value) -> Outcome<(Server, Page)> {
    let server = serve(cx, route).await?;
    let page = cx.open(&server).await?;
    help(&page).await?;
    Ok((server, page))
}

/// Gives the page its helpers. As its own script: what Firefox's driver runs sees bytes one by one through a wrapper, a minute for all.
async fn help(page: &Page) -> Outcome {
    let own =
        "const script = document.createElement('script'); script.textContent = args; document.head.append(script);";
    page.run(own, json!(format!("{{ {HELPERS} }}"))).await.map(|_| ())
}

async fn serve(cx: &Cx, mut route: Value) -> Outcome<Server> {
    route["match"] = json!("/big/*");
    let site = Site::new("plain")?;
    site.worker_with_faults(&configs::with(json!([route])))?;
    site.write("big/count.txt", &count(0))?;
    cx.serve(site).await
}

/// A route that keeps what it has.
fn lasting() -> Value {
    json!({ "strategy": "cache-first", "staleTime": "1h" })
}

/// The body.
fn count(from: usize) -> String {
    (from..from + LENGTH / 8).map(|line| format!("{line:07x}\n")).collect()
}

/// Waits until so many entries and chunks are in the store.
async fn kept(page: &Page, entries: usize, chunks: usize) -> Outcome {
    let wanted = format!("kept().then((now) => now === '{entries} {chunks}' || Promise.reject(new Error(now)))");
    page.until("entries and chunks in the store", &wanted).await.map(|_| ())
}

/// Reads the whole as it should be.
async fn reads(page: &Page, from: usize, when: &str) -> Outcome {
    ensure_eq!(page.eval(&format!("whole({from})")).await?, format!("200 {LENGTH} -1"), "the whole {when}");
    Ok(())
}

async fn large_body_is_streamed_while_it_is_stored_and_read_offline_whole_and_in_parts(cx: Cx) -> Outcome {
    let (mut server, page) = site(&cx, lasting()).await?;
    server.faults(json!({ "match": "/big", "stallMidBody": true })).await?;
    ensure_eq!(page.eval("begin()").await?, format!("200 text/plain; charset=utf-8 {LENGTH}"), "the head");
    // That it came this far is the proof: until its orders change, the server keeps the second half to itself.
    server.no_faults().await?;
    ensure_eq!(page.eval("end()").await?, format!("{LENGTH} -1"), "what was streamed");
    kept(&page, 1, CHUNKS).await?;

    server.down().await;
    reads(&page, 0, "offline").await?;
    let last = LENGTH - 1;
    for (asked, first, length) in [
        ("bytes=0-9", 0, 10),
        (&format!("bytes={}-{}", CHUNK - 5, CHUNK + 4), CHUNK - 5, 10),
        (&format!("bytes={}-{}", 3 * CHUNK, 5 * CHUNK - 1), 3 * CHUNK, 2 * CHUNK),
        (&format!("bytes={}-", 20 * CHUNK + 1), 20 * CHUNK + 1, 4 * CHUNK - 1),
        ("bytes=-700", LENGTH - 700, 700),
        (&format!("bytes={last}-{last}"), last, 1),
    ] {
        ensure_eq!(page.eval(&format!("part('{asked}')")).await?, format!("206 {first} {length} -1"), "{asked}");
    }
    ensure_eq!(page.eval(&format!("part('bytes={LENGTH}-')")).await?, "416 0 0 -1", "beyond the end");
    // RFC 9110, 14.2: a server may ignore Range.
    ensure_eq!(page.eval("part('bytes=0-1, 10-19')").await?, format!("200 0 {LENGTH} -1"), "several parts");
    page.reload().await?;
    ready(&page).await?;
    help(&page).await?;
    reads(&page, 0, "after a reload").await?;
    kept(&page, 1, CHUNKS).await
}

async fn large_body_that_no_page_reads_is_stored_and_still_there_for_it(cx: Cx) -> Outcome {
    let (mut server, page) = site(&cx, lasting()).await?;
    server.faults(json!({ "match": "/big", "unsizedBody": true })).await?;
    page.eval("later()").await?;
    kept(&page, 1, CHUNKS).await?;
    server.down().await;
    ensure_eq!(page.eval("atLast()").await?, format!("{LENGTH} -1"), "what the page reads at last");
    reads(&page, 0, "offline").await
}

async fn large_body_that_is_cut_off_leaves_nothing_and_the_next_good_one_is_stored(cx: Cx) -> Outcome {
    let (mut server, page) = site(&cx, lasting()).await?;
    server.faults(json!({ "match": "/big", "dropMidBody": true })).await?;
    for _ in 0..2 {
        ensure_eq!(page.eval("whole().catch(() => 'broken')").await?, "broken", "a body that was cut off");
        kept(&page, 0, 0).await?;
    }
    server.no_faults().await?;
    reads(&page, 0, "the next time").await?;
    kept(&page, 1, CHUNKS).await?;
    server.down().await;
    reads(&page, 0, "offline").await
}

async fn worker_stopped_while_it_stores_leaves_no_chunks_after_the_next_start(cx: Cx) -> Outcome {
    let mut server = serve(&cx, lasting()).await?;
    let browser = cx.stoppable_browser().await?;
    let page = cx.open_in(&browser, &server).await?;
    help(&page).await?;
    server.faults(json!({ "match": "/big", "stallMidBody": true })).await?;
    page.eval("later()").await?;
    page.until("chunks without an entry", "/^0 [1-9]/.test(await kept())").await?;
    browser.stop_worker(&page.window).await?;
    server.no_faults().await?;
    page.go(&server.url("/")).await?;
    ready(&page).await?;
    help(&page).await?;
    // Each of these starts it, should it have ended.
    page.until("removal of what was left", "await fetch('/page.js') && await kept() === '0 0'").await?;
    if cx.engine == Engine::Firefox {
        // What this Firefox does to its workers lets none live for as long as the whole takes.
        return Ok(());
    }
    reads(&page, 0, "the next time").await?;
    kept(&page, 1, CHUNKS).await?;
    server.down().await;
    reads(&page, 0, "offline").await
}

async fn large_body_is_read_to_its_end_while_another_takes_its_place(cx: Cx) -> Outcome {
    let (mut server, page) = site(&cx, json!({ "strategy": "stale-while-revalidate" })).await?;
    reads(&page, 0, "at first").await?;
    kept(&page, 1, CHUNKS).await?;
    server.site.write("big/count.txt", &count(5))?;
    page.eval("begin()").await?;
    page.until("next body in the store", "heard('updated', 'count.txt').length > 0").await?;
    server.down().await;
    ensure_eq!(page.eval("end()").await?, format!("{LENGTH} -1"), "the first, to its end");
    reads(&page, 5, "of the next, offline").await?;
    kept(&page, 1, CHUNKS).await
}

async fn body_beyond_the_routes_limit_passes_through_unstored(cx: Cx) -> Outcome {
    let mut route = lasting();
    route["maxEntryBytes"] = json!(10 * CHUNK);
    let (server, page) = site(&cx, route).await?;
    reads(&page, 0, "of a declared length").await?;
    server.faults(json!({ "match": "/big", "unsizedBody": true })).await?;
    reads(&page, 0, "of a length that shows").await?;
    kept(&page, 0, 0).await?;
    server.no_faults().await?;
    server.site.write("big/small.txt", "small")?;
    ensure_eq!(page.text("/big/small.txt").await?, "small", "a small one");
    kept(&page, 1, 0).await
}

async fn large_body_on_a_full_disk_reaches_its_page_and_the_next_is_stored(cx: Cx) -> Outcome {
    let (mut server, page) = site(&cx, lasting()).await?;
    page.run("await tell('quota')", Value::Null).await?;
    reads(&page, 0, "beside a full disk").await?;
    page.run("await tell('mend')", Value::Null).await?;
    kept(&page, 0, 0).await?;
    server.clear_log().await?;
    reads(&page, 0, "when there is room").await?;
    kept(&page, 1, CHUNKS).await?;
    server.down().await;
    reads(&page, 0, "offline").await
}

async fn large_precached_file_is_whole_offline(cx: Cx) -> Outcome {
    let mut config = configs::with(json!([]));
    // Where there is static routing, the browser has it in a mirror too.
    config["precache"] = json!([{ "url": "/big/count.txt", "revision": null }]);
    let site = Site::new("plain")?;
    site.worker_with_faults(&config)?;
    site.write("big/count.txt", &count(0))?;
    let mut server = cx.serve(site).await?;
    let page = cx.open(&server).await?;
    help(&page).await?;
    server.down().await;
    reads(&page, 0, "of a precached file, offline").await
}
