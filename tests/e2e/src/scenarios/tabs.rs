//! Two tabs that must see the same, also when messages are lost.

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
        dropped_broadcasts_every_third_message_tab_ends_equal_to_store,
        tab_hears_of_a_write_in_another_tab,
        tab_hears_of_what_the_answer_to_a_write_names,
    ]
}

async fn dropped_broadcasts_every_third_message_tab_ends_equal_to_store(cx: Cx) -> Outcome {
    let site = Site::new("lossy")?;
    site.worker(&configs::usual())?;
    let server = cx.serve(site).await?;
    let names = ["a", "b", "c", "d"];
    for name in names.iter().chain(&["unseen"]) {
        server.put_value(name, "0").await?;
    }
    let browser = cx.browser().await?;
    let writer = cx.open(&server).await?;
    let lossy = Page::open(&browser, &server.url("/?lossy")).await?;
    ready(&lossy).await?;
    lossy.run("await watch(args)", json!(names)).await?;
    for round in 1..=4 {
        for name in names.iter().chain(&["unseen"]) {
            server.put_value(name, &round.to_string()).await?;
            let wanted = format!("(await (await fetch('/api/value/{name}?maxage=0')).text()) === '{round}'");
            writer.until(&format!("round {round} of {name} in the store"), &wanted).await?;
        }
    }
    lossy.until("lost message", "window.lost > 0").await?;
    lossy
        .until("view equal to the store", "Object.values(view).every((value) => value === '4') || (() => { throw new Error(JSON.stringify(view)) })()")
        .await?;
    let reread = lossy.eval("window.reread").await?;
    ensure!(!reread.to_string().contains("unseen"), "a resync read what the tab does not observe: {reread}");
    Ok(())
}

async fn tab_hears_of_a_write_in_another_tab(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::usual()).await?;
    server.put_value("a", "one").await?;
    let (first, second) = (cx.open(&server).await?, cx.open(&server).await?);
    for _ in 0..3 {
        ensure_eq!(second.text("/api/value/a?maxage=600").await?, "one", "the value before");
    }
    second
        .run("ls.on('updated', async ({ url }) => { window.told = url; }, { urls: ['/api/value/*'] })", Value::Null)
        .await?;
    let write = json!({ "method": "PUT", "body": "two" });
    ensure_eq!(first.fetch("/api/value/a?maxage=600", write).await?["status"], 200, "the write");
    second.until("updated event for the written address", "window.told?.includes('/api/value/a')").await?;
    second.until("new value", "(await (await fetch('/api/value/a?maxage=600')).text()) === 'two'").await?;
    Ok(())
}

async fn tab_hears_of_what_the_answer_to_a_write_names(cx: Cx) -> Outcome {
    let server = cx.serve_plain(configs::usual()).await?;
    let (first, second) = (cx.open(&server).await?, cx.open(&server).await?);
    let write = json!({ "method": "POST", "body": r#"{"id":"named","title":"Named"}"#, "headers": { "Content-Type": "application/json" } });
    ensure_eq!(first.fetch("/api/boards", write).await?["status"], 201, "the write");
    // `Location` is relative, and neither the write's own address nor the collection above it.
    second
        .until("updated event for what Location names", "window.heard('updated', '/api/boards/named').length > 0")
        .await?;
    Ok(())
}
