//! Parts of a stored whole: a film that can be wound forward without a network.

use std::fs;

use serde_json::{Value, json};

use super::{Scenario, configs};
use crate::cx::{Cx, ready};
use crate::engine::Engine;
use crate::fail::Outcome;
use crate::page::Page;
use crate::server::Server;
use crate::site::Site;
use crate::{ensure, ensure_eq};

/// Near the end of the film, which lasts 21 s, and past what a player reads ahead.
const LATE: f64 = 20.0;

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![film_fetched_by_the_page_is_wound_forward_offline, film_played_once_is_wound_forward_offline]
}

async fn film_fetched_by_the_page_is_wound_forward_offline(cx: Cx) -> Outcome {
    let mut server = serve(&cx).await?;
    let page = cx.open(&server).await?;
    let film = fs::read(server.site.folder().join("film.webm"))?;
    let length = film.len();
    ensure!(length > 2 << 20, "the film is too short: {length} bytes");
    ensure_eq!(page.eval("(await (await fetch('/film.webm')).arrayBuffer()).byteLength").await?, length, "the whole");
    page.until("stored film", "(await part('bytes=0-0')).status === 206").await?;
    offline(&page, &mut server).await?;
    // The test server knows no Range, and so has not said that parts can be had.
    let offer = "(await fetch('/film.webm')).headers.get('accept-ranges')";
    ensure_eq!(page.eval(offer).await?, "bytes", "what the stored whole says of its parts");
    wound_forward(&cx, &page, length).await?;

    let last = length - 1;
    for (asked, first, end) in [
        ("bytes=0-9", 0, 9),
        ("bytes=2000000-2000999", 2_000_000, 2_000_999),
        (&format!("bytes={}-", length - 500), length - 500, last),
        ("bytes=-700", length - 700, last),
        (&format!("bytes={}-99999999", length - 9), length - 9, last),
    ] {
        let part = page.eval(&format!("part('{asked}')")).await?;
        ensure_eq!(part["status"], 206, "{asked}");
        ensure_eq!(part["range"], format!("bytes {first}-{end}/{length}"), "{asked}");
        ensure_eq!(part["type"], "video/webm", "{asked}");
        ensure_eq!(part["bytes"], base64(&page, &film[first..=end]).await?, "the bytes of {asked}");
    }
    let beyond = page.eval(&format!("part('bytes={length}-')")).await?;
    ensure_eq!(beyond["status"], 416, "beyond the end");
    ensure_eq!(beyond["range"], format!("bytes */{length}"), "beyond the end");
    let several = page.eval("part('bytes=0-1, 10-19')").await?;
    ensure_eq!(several["status"], 206, "several parts");
    let kind = several["type"].as_str().unwrap_or_default();
    ensure!(kind.starts_with("multipart/byteranges; boundary="), "several parts come as {kind}");
    let mut wholes = vec![("bytes=9-0", json!({})), ("lines=0-9", json!({}))];
    // A field of the page's own that makes conditions has Firefox and WebKit ask past every cache (`no-store`).
    if cx.engine == Engine::Chromium {
        wholes.push(("bytes=0-9", json!({ "If-Range": "\"another\"" })));
    }
    for (asked, fields) in wholes {
        let part = page.eval(&format!("part('{asked}', {fields})")).await?;
        ensure_eq!((part["status"].clone(), part["length"].clone()), (json!(200), json!(length)), "{asked} {fields}");
    }
    Ok(())
}

async fn film_played_once_is_wound_forward_offline(cx: Cx) -> Outcome {
    let mut server = serve(&cx).await?;
    let page = cx.open(&server).await?;
    let length = fs::metadata(server.site.folder().join("film.webm"))?.len() as usize;
    page.eval("load()").await?;
    // The test server knows no Range: what it sends is the whole, and kept.
    page.until("stored film", "(await part('bytes=0-0')).status === 206").await?;
    offline(&page, &mut server).await?;
    wound_forward(&cx, &page, length).await
}

/// The film's site, which writes down what is answered to requests with Range.
async fn serve(cx: &Cx) -> Outcome<Server> {
    let site = Site::new("video")?;
    let prelude = fs::read_to_string(site.folder().join("parts.js"))?;
    let mut config = configs::with(json!([{ "match": "/*.webm", "strategy": "cache-first", "staleTime": "1h" }]));
    if let Some(list) = config["precache"].as_array_mut() {
        list.push(json!("/video.js"));
    }
    site.worker_after(&prelude, &config)?;
    cx.serve(site).await
}

async fn offline(page: &Page, server: &mut Server) -> Outcome {
    server.down().await;
    page.reload().await?;
    ready(page).await?;
    page.until("the page's script", "typeof window.seek === 'function'").await?;
    // From here on what counts is what the player is given without a network.
    page.eval("parts()").await.map(|_| ())
}

/// Seeks close to the end, and looks at what the player was given.
async fn wound_forward(cx: &Cx, page: &Page, length: usize) -> Outcome {
    seek(page, LATE).await?;
    let given = page.eval("parts()").await?;
    let given = given.as_array().cloned().unwrap_or_default();
    // The others' players may ask a worker without Range, and wind forward in the whole that they get.
    ensure!(!given.is_empty() || cx.engine != Engine::Chromium, "the player asked for no part");
    let end = format!("/{length}");
    for answer in &given {
        let range = answer["range"].as_str().unwrap_or_default();
        ensure!(answer["status"] == 206 && range.starts_with("bytes ") && range.ends_with(&end), "given {answer}");
    }
    Ok(())
}

/// Loads the film and winds it to a time.
async fn seek(page: &Page, seconds: f64) -> Outcome {
    page.eval("load()").await?;
    page.until("film that can be wound", &format!("reaches({seconds})")).await?;
    let at = page.eval(&format!("seek({seconds})")).await?.as_f64().unwrap_or_default();
    ensure!((at - seconds).abs() < 0.5, "the film stands at {at} s");
    Ok(())
}

/// Bytes as the page writes them.
async fn base64(page: &Page, bytes: &[u8]) -> Outcome<Value> {
    page.eval(&format!("btoa(String.fromCharCode(...{bytes:?}))")).await
}
