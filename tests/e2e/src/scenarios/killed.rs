//! The browser killed in the middle of a replay, again and again: nothing lost, nothing applied twice, order kept.
//! `E2E_KILLS=50` has that many kills, and as many more writes.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::writes::{drained, rows};
use super::{Scenario, configs};
use crate::cx::Cx;
use crate::engine::{Engine, Options};
use crate::fail::Outcome;
use crate::{ensure, ensure_eq};

/// Writes that are queued before the first kill, for each kill.
const WRITES: usize = 20;

/// Files among them, for each kill; each is laid down in chunks.
const FILES: f64 = 0.4;

/// Their length, in bytes.
const LENGTH: usize = 5 << 20;

/// Lanes that they are spread over.
const LANES: u64 = 5;

/// Kills that must have met an open request, where nobody says otherwise.
const KILLS: usize = 10;

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    vec![Scenario {
        name: "browser_killed_ten_times_mid_replay_loses_nothing_and_repeats_nothing",
        engines: &[Engine::Chromium],
        why_not: "killed runs are Chromium's; the others lose or keep the profile as the restart scenario shows",
        lengths: 3,
        run: |cx| Box::pin(browser_killed_ten_times_mid_replay(cx)),
    }]
}

async fn browser_killed_ten_times_mid_replay(cx: Cx) -> Outcome {
    let kills = std::env::var("E2E_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let (writes, files) = (kills * WRITES, (kills as f64 * FILES) as usize);
    let server = cx.serve_plain(configs::usual()).await?;
    server.write("POST", "/api/boards", json!({ "id": "b", "title": "Boats" })).await?;
    server.write("POST", "/api/boards/b/cards", json!({ "id": "c", "title": "Plans", "column": "todo" })).await?;
    server.clear_log().await?;
    let browser = cx.own_browser(Options::default()).await?;
    let mut page = cx.open_in(&browser, &server).await?;
    server.faults(json!({ "refuse": true })).await?;
    let queue = "for (let n = 1; n <= args.writes; n += 1) {
          const answer = await fetch(`/api/echo/lane${n % args.lanes}/${n}`, { method: 'POST', body: String(n) });
          if (answer.status !== 202) throw new Error(`write ${n} got ${answer.status}`);
          if (n % Math.floor(args.writes / args.files) > 0) continue;
          const form = new FormData(), file = n * args.files / args.writes;
          form.append('id', `file-${file}`);
          form.append('file', new Blob([new Uint8Array(args.length).fill(file)]));
          const kept = await fetch('/api/boards/b/cards/c/attachments', { method: 'POST', body: form });
          if (kept.status !== 202) throw new Error(`file ${file} got ${kept.status}`);
        }";
    page.run(queue, json!({ "writes": writes, "files": files, "lanes": LANES, "length": LENGTH })).await?;
    ensure_eq!(rows(&page).await?.len(), writes + files, "rows before the first kill");
    let faults = json!({ "match": "/api/", "delayMs": [50, 200], "dropAfterApply": 0.1, "seed": 7 });
    server.faults(faults).await?;
    let (mut open_at_kill, mut idle_kills) = (Vec::new(), 0);
    while open_at_kill.len() < kills {
        let round = open_at_kill.len();
        page.eval("ls.queue.flush()").await?;
        let before = server.log().await?.applied.len();
        server
            .until("progress with a request open", |log| log.open > 0 && log.applied.len() > before)
            .await
            .map_err(|fail| fail.during(&format!("after {round} kills")))?;
        // Not always at the same point of a request.
        sleep(Duration::from_millis(17 * (round as u64 % 6))).await;
        let log = server.log().await?;
        browser.kill().await?;
        ensure!(log.applied.len() < writes + files, "all was applied after {round} kills");
        if log.open > 0 {
            open_at_kill.push(log.open);
        } else {
            idle_kills += 1;
        }
        browser.restart().await?;
        page = cx.open_in(&browser, &server).await?;
    }
    page.eval("ls.queue.flush()").await?;
    drained(&page).await?;
    let log = server.log().await?;
    let twice = log.seen.values().filter(|times| **times > 1).count();
    println!("  requests open at each counted kill: {open_at_kill:?}; kills that met none: {idle_kills}");
    println!("  keys seen more than once: {twice} of {}; answers replayed: {}", log.seen.len(), log.replayed);
    let mut applied: Vec<u64> = Vec::new();
    for lane in 0..LANES {
        let numbers = log.lane(&format!("lane{lane}"));
        ensure!(numbers.is_sorted(), "order in lane{lane}: {numbers:?}");
        applied.extend(numbers);
    }
    applied.sort_unstable();
    let wanted: Vec<u64> = (1..=writes as u64).collect();
    let lost = wanted.iter().filter(|n| !applied.contains(n)).count();
    let repeated = applied.windows(2).filter(|pair| pair[0] == pair[1]).count();
    println!("  {lost} lost, {repeated} applied twice, order kept in {LANES} lanes");
    ensure_eq!(applied, wanted, "what was applied");
    server.no_faults().await?;
    let card = server.json("/api/boards/b/cards/c").await?;
    ensure_eq!(card["attachments"].as_array().map(Vec::len), Some(files), "files");
    let whole = format!(
        "await (async () => {{
          for (let n = 1; n <= {files}; n += 1) {{
            const bytes = new Uint8Array(await (await fetch(`/api/boards/b/cards/c/attachments/file-${{n}}`)).arrayBuffer());
            if (bytes.length !== {LENGTH} || bytes.some((byte) => byte !== n)) return n;
          }}
          return 'all';
        }})()"
    );
    ensure_eq!(page.eval(&whole).await?, "all", "files that are as they were");
    Ok(())
}
