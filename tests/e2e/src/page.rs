//! One tab: scripts in it, waiting for conditions in it, its size and picture.
//! Never sleeps for its own sake: every wait is for a condition, with a deadline.

use std::future::Future;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use thirtyfour::{By, WebElement, WindowHandle};
use tokio::time::{Instant, sleep};

use crate::engine::{Browser, Engine};
use crate::fail::{Fail, Outcome};

/// How long a condition may take to come true. A script whose page is reloaded under it costs the driver 30 s.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often a condition is looked at.
const GLANCE: Duration = Duration::from_millis(40);

/// A tab of a browser.
#[derive(Clone)]
pub struct Page {
    /// The browser that it is in.
    pub browser: Rc<Browser>,
    /// The driver's name for it.
    pub window: WindowHandle,
}

impl Page {
    /// Opens a new tab at a URL.
    pub async fn open(browser: &Rc<Browser>, url: &str) -> Outcome<Self> {
        let window = browser.new_tab().await?;
        let page = Self { browser: browser.clone(), window };
        page.go(url).await?;
        Ok(page)
    }

    /// Navigates and waits for `load`.
    pub async fn go(&self, url: &str) -> Outcome {
        let session = self.browser.focus(&self.window).await?;
        session.goto(url).await.map_err(|error| Fail::from(error).during(&format!("opening {url}")))
    }

    /// Reloads as a person does and waits for `load`. WebDriver's own refresh goes past the worker in Firefox.
    pub async fn reload(&self) -> Outcome {
        self.run("window.beforeReload = true; setTimeout(() => location.reload())", Value::Null).await?;
        let loaded = "window.beforeReload === undefined && document.readyState === 'complete'";
        self.until("reloaded page", loaded).await.map(|_| ())
    }

    /// Runs the body of an async function, with `args`, and gives what it returns; what it throws is a failure.
    pub async fn run(&self, body: &str, args: Value) -> Outcome<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1]; const args = arguments[0];
             (async () => {{ {body} }})().then(
               (value) => done({{ value: value === undefined ? null : value }}),
               (error) => done({{ error: `${{error?.name}}: ${{error?.message ?? error}}` }}));"
        );
        let session = self.browser.focus(&self.window).await?;
        let answer = session.execute_async(script, vec![args]).await?;
        let mut answer: Value = answer.json().clone();
        match answer.get("error") {
            Some(error) => Err(Fail::assert(format!("the page threw {error} in `{}`", shorten(body)))),
            None => Ok(answer["value"].take()),
        }
    }

    /// The value of an expression; promises are awaited.
    pub async fn eval(&self, expression: &str) -> Outcome<Value> {
        self.run(&format!("return ({expression});"), json!(null)).await
    }

    /// Waits until an expression in the page is truthy, and gives its value.
    pub async fn until(&self, what: &str, expression: &str) -> Outcome<Value> {
        self.until_within(PATIENCE, what, expression).await
    }

    /// Like [`Page::until`] with its own deadline.
    pub async fn until_within(&self, patience: Duration, what: &str, expression: &str) -> Outcome<Value> {
        let waited = wait_within(patience, what, || async {
            match self.eval(expression).await {
                Ok(value) if is_truthy(&value) => Ok(Ok(value)),
                Ok(value) => Ok(Err(value.to_string())),
                // A page in the middle of a navigation has no script context.
                Err(Fail::Assert(message)) => Ok(Err(message)),
                Err(fail) => Err(fail),
            }
        })
        .await;
        match waited {
            Err(Fail::Assert(message)) => Err(Fail::Assert(format!("{message}; {}", self.whereabouts().await))),
            waited => waited,
        }
    }

    /// Where the page is and what it shows, for the report of a wait that was in vain.
    async fn whereabouts(&self) -> String {
        let told = "`the page: ${document.readyState}, ${location.href}, controlled by ${navigator.serviceWorker?.controller?.scriptURL},
            \"${document.title}\": ${document.body?.innerText.slice(0, 200)}`";
        match self.eval(told).await {
            Ok(told) => shorten(told.as_str().unwrap_or_default()),
            Err(fail) => format!("the page tells nothing: {fail:?}"),
        }
    }

    /// Fetches in the page: `{status, headers, text}`, or `{error}` when fetch rejects.
    pub async fn fetch(&self, url: &str, init: Value) -> Outcome<Value> {
        let body = "try {
            const answer = await fetch(args.url, args.init ?? undefined);
            return { status: answer.status, headers: Object.fromEntries(answer.headers), text: await answer.text(),
                     redirected: answer.redirected };
          } catch (error) { return { error: String(error) }; }";
        self.run(body, json!({ "url": url, "init": init })).await
    }

    /// Fetches with GET and gives the text, whatever the status.
    pub async fn text(&self, url: &str) -> Outcome<String> {
        let answer = self.fetch(url, Value::Null).await?;
        match answer["text"].as_str() {
            Some(text) => Ok(text.to_owned()),
            None => Err(Fail::assert(format!("GET {url}: {}", answer["error"]))),
        }
    }

    /// The first element of a CSS selector, waited for until it is shown.
    pub async fn find(&self, css: &str) -> Outcome<WebElement> {
        let session = self.browser.focus(&self.window).await?;
        wait(&format!("an element {css}"), || async {
            Ok(match session.find(By::Css(css)).await {
                Ok(element) if element.is_displayed().await.unwrap_or(false) => Ok(element),
                Ok(_) => Err("hidden".to_owned()),
                Err(_) => Err("absent".to_owned()),
            })
        })
        .await
    }

    /// Clicks the first element of a CSS selector once it can be clicked.
    pub async fn click(&self, css: &str) -> Outcome {
        wait(&format!("a click on {css}"), || async {
            let element = self.find(css).await?;
            drop(element.scroll_into_view().await);
            Ok(element.click().await.map_err(|error| error.to_string()))
        })
        .await
    }

    /// Types into the first element of a CSS selector.
    pub async fn type_into(&self, css: &str, text: &str) -> Outcome {
        Ok(self.find(css).await?.send_keys(text).await?)
    }

    /// Picks a file in a file input, which may be hidden behind its label.
    pub async fn pick_file(&self, css: &str, file: &Path) -> Outcome {
        let session = self.browser.focus(&self.window).await?;
        let input = session.find(By::Css(css)).await?;
        Ok(input.send_keys(file.display().to_string()).await?)
    }

    /// Makes the viewport about this wide: exact in Chromium, the narrowest window elsewhere.
    pub async fn resize(&self, width: u32, height: u32) -> Outcome {
        let session = self.browser.focus(&self.window).await?;
        match self.browser.engine {
            Engine::Chromium => {
                let metrics =
                    json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
                self.browser.devtools("Emulation.setDeviceMetricsOverride", metrics).await?;
            }
            Engine::Firefox | Engine::WebKit => session.set_window_rect(0, 0, width, height).await?,
        }
        Ok(())
    }

    /// Switches Chromium's colour scheme; elsewhere it is chosen when the browser starts.
    pub async fn set_scheme(&self, scheme: &str) -> Outcome {
        self.browser.focus(&self.window).await?;
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.browser.devtools("Emulation.setEmulatedMedia", media).await.map(|_| ())
    }

    /// Writes a PNG of what the tab shows.
    pub async fn screenshot(&self, file: &Path) -> Outcome {
        if let Some(folder) = file.parent() {
            std::fs::create_dir_all(folder)?;
        }
        // A dialog that is still sliding in is no picture of anything.
        let still = "document.getAnimations().every(({ playState, effect }) => playState !== 'running'
            || effect?.getComputedTiming().endTime === Infinity)";
        self.until("still page", still).await?;
        let session = self.browser.focus(&self.window).await?;
        Ok(session.screenshot(file).await?)
    }
}

/// Waits until a step gives `Ok(Ok(value))`; `Ok(Err(seen))` is looked at again, `Err` is final.
pub async fn wait<T, F, Fut>(what: &str, step: F) -> Outcome<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Outcome<Result<T, String>>>,
{
    wait_within(PATIENCE, what, step).await
}

/// Like [`wait`] with its own deadline.
async fn wait_within<T, F, Fut>(patience: Duration, what: &str, mut step: F) -> Outcome<T>
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Outcome<Result<T, String>>>,
{
    let deadline = Instant::now() + patience;
    loop {
        match step().await? {
            Ok(value) => return Ok(value),
            Err(seen) if Instant::now() >= deadline => {
                return Err(Fail::assert(format!(
                    "no {what} within {} s; last seen: {}",
                    patience.as_secs(),
                    shorten(&seen)
                )));
            }
            Err(_) => sleep(GLANCE).await,
        }
    }
}

/// JavaScript's idea of truth.
fn is_truthy(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(value) => *value,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// A text cut for one line of a report.
fn shorten(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(600) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}
