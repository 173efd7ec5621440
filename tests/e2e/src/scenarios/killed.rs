//! The browser killed in the middle of a replay, again and again: nothing lost, nothing applied twice, order kept.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use super::writes::{drained, rows};
use super::{Scenario, configs};
use crate::cx::Cx;
use crate::engine::{Engine, Options};
use crate::fail::Outcome;
use crate::{ensure, ensure_eq};

/// Writes that are queued before the first kill.
const WRITES: usize = 200;

/// Lanes that they are spread over.
const LANES: u64 = 5;

/// Kills that must have met an open request.
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
    let server = cx.serve_plain(configs::usual()).await?;
    let browser = cx.own_browser(Options::default()).await?;
    let mut page = cx.open_in(&browser, &server).await?;
    server.faults(json!({ "refuse": true })).await?;
    let queue = "for (let n = 1; n <= args.writes; n += 1) {
          const answer = await fetch(`/api/echo/lane${n % args.lanes}/${n}`, { method: 'POST', body: String(n) });
          if (answer.status !== 202) throw new Error(`write ${n} got ${answer.status}`);
        }";
    page.run(queue, json!({ "writes": WRITES, "lanes": LANES })).await?;
    ensure_eq!(rows(&page).await?.len(), WRITES, "rows before the first kill");
    let faults = json!({ "match": "/api/echo", "delayMs": [50, 200], "dropAfterApply": 0.1, "seed": 7 });
    server.faults(faults).await?;
    let (mut open_at_kill, mut idle_kills) = (Vec::new(), 0);
    while open_at_kill.len() < KILLS {
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
        ensure!(log.applied.len() < WRITES, "all was applied after {round} kills");
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
    let wanted: Vec<u64> = (1..=WRITES as u64).collect();
    let lost = wanted.iter().filter(|n| !applied.contains(n)).count();
    let repeated = applied.windows(2).filter(|pair| pair[0] == pair[1]).count();
    println!("  {lost} lost, {repeated} applied twice, order kept in {LANES} lanes");
    ensure_eq!(applied, wanted, "what was applied");
    Ok(())
}
