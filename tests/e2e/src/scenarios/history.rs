//! A page that comes back from the back-forward cache has missed what was told meanwhile.

use serde_json::{Value, json};

use super::{Scenario, configs};
use crate::cx::Cx;
use crate::fail::{Fail, Outcome};
use crate::page::Page;
use crate::server::Server;
use crate::{ensure, ensure_eq};

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![
        page_told_that_it_was_restored_reads_again_what_it_observes,
        page_restored_from_history_reads_again_what_it_observes,
    ]
}

async fn page_told_that_it_was_restored_reads_again_what_it_observes(cx: Cx) -> Outcome {
    let (_server, page) = observing(&cx).await?;
    page.run("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))", Value::Null).await?;
    resynced(&page).await
}

async fn page_restored_from_history_reads_again_what_it_observes(cx: Cx) -> Outcome {
    let (server, page) = observing(&cx).await?;
    page.run("window.kept = true; setTimeout(() => { location.href = '/done.html'; })", Value::Null).await?;
    page.until("other page", "location.pathname === '/done.html' && document.readyState === 'complete'").await?;
    page.run("setTimeout(() => history.back())", Value::Null).await?;
    page.until("first page", "location.pathname === '/' && document.readyState === 'complete'").await?;
    if page.eval("window.kept === true").await? == json!(false) {
        return Err(Fail::Skip("the engine loads such a page anew under WebDriver".into()));
    }
    drop(server);
    resynced(&page).await
}

/// A page that observes one address, and notes each time it is told to read again.
async fn observing(cx: &Cx) -> Outcome<(Server, Page)> {
    let server = cx.serve_plain(configs::usual()).await?;
    let page = cx.open(&server).await?;
    let observe = "window.again = [];
        ls.on('updated', (event) => { if (event.resync) again.push(event.url); }, { urls: ['/api/value/a'] });
        ls.on('resync', ({ reason }) => { window.reason = reason; });";
    page.run(observe, Value::Null).await?;
    Ok((server, page))
}

async fn resynced(page: &Page) -> Outcome {
    page.until("resync", "again.length > 0").await?;
    ensure_eq!(page.eval("window.reason").await?, "pageshow", "its reason");
    let again = page.eval("again").await?;
    ensure!(again.as_array().is_some_and(|all| all.len() == 1), "read again: {again}");
    ensure!(again[0].as_str().is_some_and(|url| url.contains("/api/value/a")), "read again: {again}");
    Ok(())
}
