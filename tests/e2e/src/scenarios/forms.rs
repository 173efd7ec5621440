//! Writes that a page makes by navigating: a form without a script.

use serde_json::json;

use super::writes::{drained, plain};
use super::{Scenario, configs};
use crate::cx::{Cx, ready};
use crate::ensure_eq;
use crate::fail::Outcome;

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![form_navigation_is_left_alone_without_forms, form_navigation_is_redirected_and_queued_with_forms,]
}

async fn form_navigation_is_left_alone_without_forms(cx: Cx) -> Outcome {
    let (server, page) = plain(&cx).await?;
    page.click("#submit").await?;
    page.until(
        "server's answer",
        "location.pathname === '/api/echo/form/1' && document.body.textContent.includes('form')",
    )
    .await?;
    ensure_eq!(
        server.log().await?.applied.iter().filter(|applied| applied.key.is_some()).count(),
        0,
        "writes with a key"
    );
    Ok(())
}

async fn form_navigation_is_redirected_and_queued_with_forms(cx: Cx) -> Outcome {
    let rules = json!([{ "match": "/api/*", "lane": "{path[2]}", "forms": { "redirect": "/done.html" } }]);
    let server = cx.serve_plain(configs::writes(rules)).await?;
    let page = cx.open(&server).await?;
    server.faults(json!({ "match": "/api/", "status": 503 })).await?;
    page.click("#submit").await?;
    page.until("redirect", "location.pathname === '/done.html' && document.title === 'Done'").await?;
    server.no_faults().await?;
    page.go(&server.url("/")).await?;
    ready(&page).await?;
    drained(&page).await?;
    ensure_eq!(server.log().await?.lane("form"), [1], "applied");
    Ok(())
}
