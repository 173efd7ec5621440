//! A site that nobody here wrote: the npm package swagger-ui-dist with one file replaced, a worker of ten lines and one
//! script tag.

use std::fs;

use serde_json::json;

use super::Scenario;
use crate::cli::repository;
use crate::cx::Cx;
use crate::engine::Options;
use crate::fail::{Fail, Outcome};
use crate::page::Page;
use crate::site::Site;
use crate::{ensure, ensure_eq};

/// What the page loads besides itself, and what one visit must therefore keep.
const PARTS: [&str; 6] = [
    "/swagger-ui.css",
    "/index.css",
    "/swagger-ui-bundle.js",
    "/swagger-ui-standalone-preset.js",
    "/swagger-initializer.js",
    "/openapi.json",
];

/// The one script tag.
const TAG: &str = "<script type=\"module\">import { register } from \"/longshore/client.js\"; \
window.longshore = await register(\"/sw.js\");</script>";

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![swagger_ui_opens_offline_after_one_visit]
}

async fn swagger_ui_opens_offline_after_one_visit(cx: Cx) -> Outcome {
    let package = repository().join("node_modules/swagger-ui-dist");
    if !package.is_dir() {
        return Err(Fail::assert("swagger-ui-dist is not in node_modules: npm ci"));
    }
    let site = Site::copy_of(&package)?;
    let ours = repository().join("tests/sites/swagger");
    for name in ["swagger-initializer.js", "openapi.json", "sw.js"] {
        fs::copy(ours.join(name), site.folder().join(name))?;
    }
    let page = fs::read_to_string(site.folder().join("index.html"))?;
    ensure!(page.contains("</body>"), "index.html has no end");
    site.write("index.html", &page.replace("</body>", &format!("{TAG}</body>")))?;
    let mut server = cx.serve(site).await?;
    let browser = cx.own_browser(Options::default()).await?;
    let page = Page::open(&browser, &server.url("/")).await?;
    page.until("operation while online", "document.querySelector('.opblock-summary') !== null").await?;
    page.until("worker", "navigator.serviceWorker.controller !== null && window.longshore.supported").await?;
    // The page itself came before there was a worker, and comes once more to be stored.
    server.until("warming of the page", |log| log.arrivals("GET", "/") >= 2).await?;
    let kept = "(await Promise.all(args.map((part) => fetch(part, { cache: 'only-if-cached', mode: 'same-origin' })
        .then((answer) => answer.ok, () => false)))).every(Boolean)";
    let parts = serde_json::to_string(&PARTS)?;
    page.until("all parts in the store", &kept.replace("args", &parts)).await?;
    server.down().await;
    browser.reopen().await?;
    let page = Page::open(&browser, &server.url("/")).await?;
    page.until("operation offline", "document.querySelector('.opblock-summary') !== null").await?;
    cx.picture(&page, "swagger-closed").await?;
    page.click(".opblock-summary-control").await?;
    page.until("expanded operation", "document.querySelector('.opblock.is-open .responses-wrapper') !== null").await?;
    page.click(".opblock.is-open .responses-wrapper [data-name=model]").await?;
    page.until("schema", "document.querySelector('.opblock.is-open .model-box')?.textContent.includes('berthNumber')")
        .await?;
    cx.picture(&page, "swagger-open").await?;
    let style = "getComputedStyle(document.querySelector('.swagger-ui .opblock')).borderRadius";
    ensure_eq!(page.eval(style).await?, json!("4px"), "the package's own style");
    Ok(())
}
