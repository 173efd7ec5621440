//! Rows that are held back, or withdrawn too late: credentials that ran out, a discard while the request is open.

use serde_json::{Value, json};

use super::Scenario;
use super::writes::{drained, echo, plain, queue, rows};
use crate::cx::Cx;
use crate::fail::Outcome;
use crate::page::Page;
use crate::server::Server;
use crate::site::Site;
use crate::{ensure, ensure_eq};

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        writes_go_out_with_fresh_credentials_which_are_not_kept,
        writes_go_out_for_their_own_person_only,
        what_a_person_pauses_waits_through_restarts_until_it_goes_on,
        lanes_are_named_by_header_body_or_the_app,
        a_lane_or_all_is_discarded_without_one_being_sent,
        credentials_that_ran_out_pause_every_lane_until_renewed,
        refused_credentials_go_to_the_page_that_waits,
        discard_of_a_row_under_way_says_when_the_server_was_faster,
        discard_of_a_row_under_way_removes_it_when_the_server_did_not_take_it,
    ]
}

async fn credentials_that_ran_out_pause_every_lane_until_renewed(cx: Cx) -> Outcome {
    let (server, page) = plain(&cx).await?;
    let lanes = ["red", "green", "blue"];
    server.faults(json!({ "refuse": true })).await?;
    for n in 1..=2 {
        for lane in lanes {
            queue(&page, lane, n).await?;
        }
    }
    server.faults(json!({ "match": "/api/echo", "status": 401, "delayMs": [200, 200] })).await?;
    page.eval("ls.queue.flush()").await?;
    page.until("refusal told to the tab", "window.heard('retry').some(({ status }) => status === 401)").await?;
    server.until("end of the first round", |log| log.open == 0).await?;
    server.clear_log().await?;
    // From here on one request at a time tries whether the credentials are good again.
    let mut most = 0;
    let log = server
        .until("two more tries", |log| {
            most = most.max(log.open);
            log.requests.len() >= 2
        })
        .await?;
    ensure_eq!(most, 1, "requests open at once while paused");
    for lane in lanes {
        ensure_eq!(log.arrivals("POST", &format!("/api/echo/{lane}/2")), 0, "sent behind a refused row in {lane}");
    }
    let listed = rows(&page).await?;
    ensure_eq!(listed.len(), 6, "rows kept");
    ensure!(listed.iter().all(|row| row["state"] != "dead" && row["state"] != "conflict"), "given up: {listed:?}");
    server.no_faults().await?;
    page.eval("ask('wake', { reason: 'page' })").await?;
    drained(&page).await?;
    let log = server.log().await?;
    for lane in lanes {
        ensure_eq!(log.lane(lane), [1, 2], "applied in {lane}");
    }
    Ok(())
}

async fn refused_credentials_go_to_the_page_that_waits(cx: Cx) -> Outcome {
    let (server, page) = plain(&cx).await?;
    server.faults(json!({ "match": "/api/echo", "status": 401, "times": 1 })).await?;
    ensure_eq!(echo(&page, "boat", 1).await?["status"], 401, "the page can renew them and ask again");
    ensure_eq!(rows(&page).await?.len(), 0, "rows");
    ensure_eq!(echo(&page, "boat", 2).await?["status"], 200, "with new credentials");
    ensure_eq!(server.log().await?.lane("boat"), [2], "applied");
    Ok(())
}

async fn discard_of_a_row_under_way_says_when_the_server_was_faster(cx: Cx) -> Outcome {
    let (server, page, outcome) = discarded_under_way(&cx, json!({ "delayMs": [1500, 1500] })).await?;
    let said = outcome.as_str().unwrap_or_default();
    ensure!(said.contains("already answered 200"), "the discard came to {outcome}");
    drained(&page).await?;
    ensure_eq!(server.log().await?.lane("boat"), [1, 2], "applied");
    ensure_eq!(page.eval("window.heard('discarded').length").await?, 0, "told as discarded");
    Ok(())
}

async fn discard_of_a_row_under_way_removes_it_when_the_server_did_not_take_it(cx: Cx) -> Outcome {
    let refusal = json!({ "delayMs": [1500, 1500], "status": 503, "times": 1 });
    let (server, page, outcome) = discarded_under_way(&cx, refusal).await?;
    ensure_eq!(outcome, "discarded", "the discard");
    drained(&page).await?;
    page.until("discarded event", "window.heard('discarded', '/api/echo/boat/1').length === 1").await?;
    let log = server.log().await?;
    ensure_eq!(log.lane("boat"), [2], "applied");
    ensure_eq!(log.arrivals("POST", "/api/echo/boat/1"), 1, "attempts of the discarded row");
    Ok(())
}

/// Two writes in a lane, the first of which is discarded while its request is open; gives what the discard came to.
async fn discarded_under_way(cx: &Cx, mut faults: Value) -> Outcome<(Server, Page, Value)> {
    let (server, page) = plain(cx).await?;
    server.faults(json!({ "refuse": true })).await?;
    let id = queue(&page, "boat", 1).await?;
    queue(&page, "boat", 2).await?;
    server.clear_log().await?;
    faults["match"] = json!("/api/echo");
    server.faults(faults).await?;
    page.run("ls.queue.flush()", Value::Null).await?;
    server.until("request under way", |log| log.open > 0).await?;
    let wish = "return ls.queue.discard(args).then(() => 'discarded', (error) => error.message)";
    let outcome = page.run(wish, json!(id)).await?;
    Ok((server, page, outcome))
}

/// A worker that asks its app who is there and what shows it.
async fn known(cx: &Cx) -> Outcome<(Server, Page)> {
    let site = Site::new("plain")?;
    let app = "
        let who = 'ann', token = 1;
        self.addEventListener('message', (event) => {
          if (typeof event.data?.test !== 'string') return;
          who = event.data.test;
          event.ports[0].postMessage('done');
        });";
    let config = "{
        routes: [{ mode: 'navigate', strategy: 'network-first', timeout: '3s', fallback: '/index.html' }],
        mutations: [{
          match: '/api/*', lane: '{path[2]}',
          authorize: ({ expired }) => ({ authorization: `Bearer ${expired ? ++token : token}` }),
        }],
        identity: () => who,
        precache: ['/index.html', '/page.js', '/longshore/client.js'],
      }";
    site.worker_of(app, config)?;
    let server = cx.serve(site).await?;
    let page = cx.open(&server).await?;
    Ok((server, page))
}

async fn writes_go_out_with_fresh_credentials_which_are_not_kept(cx: Cx) -> Outcome {
    let (mut server, page) = known(&cx).await?;
    server.faults(json!({ "match": "/api/echo", "status": 401, "times": 1 })).await?;
    ensure_eq!(echo(&page, "boat", 1).await?["status"], 200, "the second try, with new ones");
    let log = server.log().await?;
    ensure_eq!(log.statuses("POST", "/api/echo/boat/1"), [401, 200], "at the server");
    ensure_eq!(log.seen.len(), 1, "one key for both");
    server.down().await;
    let init = json!({ "method": "POST", "body": "2", "headers": { "authorization": "Bearer s3cret" } });
    ensure_eq!(page.fetch("/api/echo/boat/2", init).await?["status"], 202, "kept");
    let stored = "await (async () => {
        const settled = (request) => new Promise((resolve) => { request.onsuccess = () => resolve(request.result); });
        const database = await settled(indexedDB.open('longshore:/'));
        const rows = await settled(database.transaction('rows').objectStore('rows').getAll());
        database.close();
        return JSON.stringify(rows);
      })()";
    let stored = page.eval(stored).await?;
    let stored = stored.as_str().unwrap_or_default();
    ensure!(stored.contains("/api/echo/boat/2") && !stored.contains("s3cret"), "what is kept: {stored}");
    server.up().await?;
    page.eval("ls.queue.flush()").await?;
    drained(&page).await?;
    ensure_eq!(server.log().await?.lane("boat"), [1, 2], "applied");
    Ok(())
}

async fn writes_go_out_for_their_own_person_only(cx: Cx) -> Outcome {
    let (mut server, page) = known(&cx).await?;
    server.down().await;
    queue(&page, "boat", 1).await?;
    page.run("await tell('bob')", Value::Null).await?;
    queue(&page, "ship", 2).await?;
    server.up().await?;
    page.eval("ls.queue.flush()").await?;
    server.until("the write of who is there", |log| log.lane("ship") == [2]).await?;
    page.until("one row", "(await ls.queue.list()).length === 1").await?;
    ensure_eq!(rows(&page).await?[0]["reason"], "unauthorized", "the other's waits");
    ensure!(server.log().await?.lane("boat").is_empty(), "and was not sent");
    page.run("await tell('ann')", Value::Null).await?;
    page.eval("ls.queue.flush()").await?;
    drained(&page).await?;
    ensure_eq!(server.log().await?.lane("boat"), [1], "once they are back");
    Ok(())
}

async fn what_a_person_pauses_waits_through_restarts_until_it_goes_on(cx: Cx) -> Outcome {
    let server = cx.serve_plain(super::configs::usual()).await?;
    let page = cx.open_in(&cx.stoppable_browser().await?, &server).await?;
    let other = cx.open_in(&page.browser, &server).await?;
    page.eval("ls.queue.pause({ lane: 'boat' })").await?;
    other
        .until("news of the pause", "window.heard('paused').some(({ paused }) => paused.includes('lane:boat'))")
        .await?;
    let id = queue(&page, "boat", 1).await?;
    ensure_eq!(echo(&page, "ship", 1).await?["status"], 200, "another lane's write");
    page.browser.stop_worker(&page.window).await?;
    crate::cx::ready(&page).await?;
    page.eval("ls.queue.flush()").await?;
    queue(&page, "boat", 2).await?;
    let listed = rows(&page).await?;
    ensure!(listed.len() == 2 && listed.iter().all(|row| row["paused"] == true), "still paused: {listed:?}");
    ensure_eq!(page.eval("ls.queue.status()").await?["paused"], 2, "in the status");
    page.run("await ls.queue.pause(args)", json!(id)).await?;
    page.eval("ls.queue.resume({ lane: 'boat' })").await?;
    ensure_eq!(rows(&page).await?.len(), 2, "the first is paused by itself, and holds the second");
    page.eval("ls.queue.resume('all')").await?;
    drained(&page).await?;
    ensure_eq!(server.log().await?.lane("boat"), [1, 2], "applied");
    Ok(())
}

async fn a_lane_or_all_is_discarded_without_one_being_sent(cx: Cx) -> Outcome {
    let (server, page) = plain(&cx).await?;
    server.faults(json!({ "refuse": true })).await?;
    for (lane, n) in [("boat", 1), ("boat", 2), ("ship", 1), ("ship", 2)] {
        queue(&page, lane, n).await?;
    }
    server.no_faults().await?;
    server.clear_log().await?;
    page.eval("ls.queue.pause('all')").await?;
    page.eval("ls.queue.discard({ lane: 'boat' })").await?;
    let lanes: Vec<Value> = rows(&page).await?.iter().map(|row| row["lane"].clone()).collect();
    ensure_eq!(lanes, [json!("ship"), json!("ship")], "what is left");
    page.eval("ls.queue.discard('all')").await?;
    page.eval("ls.queue.resume('all')").await?;
    ensure_eq!(rows(&page).await?.len(), 0, "rows left");
    ensure_eq!(echo(&page, "boat", 3).await?["status"], 200, "the next write");
    ensure_eq!(server.log().await?.seen.len(), 1, "keys at the server");
    Ok(())
}

async fn lanes_are_named_by_header_body_or_the_app(cx: Cx) -> Outcome {
    let site = Site::new("plain")?;
    let config = "{
        routes: [{ mode: 'navigate', strategy: 'network-first', timeout: '3s', fallback: '/index.html' }],
        mutations: [
          { match: '/api/echo/header/*', lane: { header: 'X-Lane' } },
          { match: '/api/echo/body/*', lane: { body: '/board/id' } },
          { match: '/api/echo/app/*', lane: ({ body, method }) => `${method} ${body.n % 2}` },
        ],
        precache: ['/index.html', '/page.js', '/longshore/client.js'],
      }";
    site.worker_of("", config)?;
    let server = cx.serve(site).await?;
    let page = cx.open(&server).await?;
    server.faults(json!({ "refuse": true })).await?;
    for (path, n) in [("header", 1), ("body", 2), ("app", 3), ("app", 4), ("app", 5), ("body", 6)] {
        let headers = json!({ "content-type": "application/json", "x-lane": "ours" });
        let body = json!({ "n": n, "board": { "id": 7 } }).to_string();
        let init = json!({ "method": "POST", "headers": headers, "body": body });
        ensure_eq!(page.fetch(&format!("/api/echo/{path}/{n}"), init).await?["status"], 202, "{path} {n}");
    }
    let lanes: Vec<Value> = rows(&page).await?.iter().map(|row| row["lane"].clone()).collect();
    ensure_eq!(json!(lanes), json!(["ours", "7", "POST 1", "POST 0", "POST 1", "7"]), "lanes");
    server.no_faults().await?;
    page.eval("ls.queue.flush()").await?;
    drained(&page).await?;
    ensure_eq!(server.log().await?.lane("body"), [2, 6], "applied in the body's lane");
    Ok(())
}
