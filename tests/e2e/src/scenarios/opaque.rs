//! Answers of other origins that nobody can read: passed through, or kept where a route asks.

use serde_json::json;

use super::{Scenario, configs};
use crate::cx::Cx;
use crate::ensure_eq;
use crate::fail::Outcome;
use crate::page::Page;
use crate::server::Server;
use crate::site::Site;

/// The scenarios of this file.
pub fn all() -> Vec<Scenario> {
    super::list![opaque_answers_are_kept_where_a_route_asks, opaque_answers_count_in_max_entries]
}

/// The names of the opaque answers in Cache Storage.
const KEPT: &str =
    "(await (await caches.open('longshore-opaque:/')).keys()).map(({ url }) => new URL(url).pathname).join()";

/// A server of another origin with scripts that say their names, and a page whose worker serves them by these rules.
async fn elsewhere(cx: &Cx, rule: serde_json::Value) -> Outcome<(Server, Server, Page)> {
    let site = Site::new("plain")?;
    for name in ["a", "b", "c"] {
        site.write(&format!("{name}.js"), &format!("window.said = '{name}';"))?;
    }
    let elsewhere = cx.serve(site).await?;
    let mut rules = [rule.clone(), rule];
    rules[0]["match"] = json!(elsewhere.url("/*.js"));
    rules[0]["storeOpaque"] = json!(true);
    rules[1]["match"] = json!(elsewhere.url("/*.mjs"));
    let server = cx.serve_plain(configs::with(json!(rules))).await?;
    let page = cx.open(&server).await?;
    Ok((elsewhere, server, page))
}

/// What a script says that the page loads without CORS.
fn load(elsewhere: &Server, path: &str) -> String {
    let url = elsewhere.url(path);
    format!(
        "await new Promise((resolve) => {{
          window.said = null;
          const script = document.createElement('script');
          script.onload = () => resolve(window.said);
          script.onerror = () => resolve('nothing');
          script.src = '{url}';
          document.head.append(script);
        }})"
    )
}

async fn opaque_answers_are_kept_where_a_route_asks(cx: Cx) -> Outcome {
    let rule = json!({ "strategy": "cache-first" });
    let (mut elsewhere, _server, page) = elsewhere(&cx, rule).await?;
    elsewhere.site.write("d.mjs", "window.said = 'd';")?;
    ensure_eq!(page.eval(&load(&elsewhere, "/a.js")).await?, "a", "the network's script");
    ensure_eq!(page.eval(&load(&elsewhere, "/d.mjs")).await?, "d", "the network's other script");
    page.until("kept script", &format!("{KEPT} === '/a.js'")).await?;
    let url = elsewhere.url("/a.js");
    ensure_eq!(page.eval(&format!("fetch('{url}').then(() => true, () => false)")).await?, false, "without CORS");
    elsewhere.down().await;
    let asked = format!("(await fetch('{url}', {{ mode: 'no-cors' }})).type");
    page.until("script in the store", &format!("{asked} === 'opaque'")).await?;
    ensure_eq!(page.eval(&load(&elsewhere, "/a.js")).await?, "a", "the script, offline");
    ensure_eq!(page.eval(&load(&elsewhere, "/d.mjs")).await?, "nothing", "a script of the other route, offline");
    ensure_eq!(page.eval(&format!("fetch('{url}').then(() => true, () => false)")).await?, false, "with CORS, offline");
    Ok(())
}

async fn opaque_answers_count_in_max_entries(cx: Cx) -> Outcome {
    let rule = json!({ "strategy": "cache-first", "maxEntries": 2 });
    let (mut elsewhere, _server, page) = elsewhere(&cx, rule).await?;
    for (name, kept) in [("a", "/a.js"), ("b", "/a.js,/b.js"), ("c", "/b.js,/c.js")] {
        ensure_eq!(page.eval(&load(&elsewhere, &format!("/{name}.js"))).await?, name, "the network's script");
        page.until("kept scripts", &format!("{KEPT} === '{kept}'")).await?;
    }
    elsewhere.down().await;
    for (name, said) in [("c", "c"), ("b", "b"), ("a", "nothing")] {
        ensure_eq!(page.eval(&load(&elsewhere, &format!("/{name}.js"))).await?, said, "{name}, offline");
    }
    Ok(())
}
