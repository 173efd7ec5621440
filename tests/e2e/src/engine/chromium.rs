//! How Chromium is started and what only its DevTools commands can do.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::process::Command;

use super::{Options, find};

/// The browser's program.
pub fn browser() -> Option<PathBuf> {
    find(&["chromium", "chromium-browser", "google-chrome"])
}

/// Its driver's program.
pub fn driver() -> Option<PathBuf> {
    find(&["chromedriver"])
}

/// The command that starts the driver.
pub fn command(driver: &Path, port: u16) -> Command {
    let mut command = Command::new(driver);
    command.arg(format!("--port={port}")).stdin(Stdio::null());
    command
}

/// What a session asks for.
pub fn capabilities(browser: &Path, profile: &Path, options: &Options) -> Value {
    // A cache whose folder cannot be made is no cache, for workers too. The DevTools command for it does not reach workers, and the
    // smallest size still holds an answer for a moment.
    let cache = if options.uncached { "--disk-cache-dir=/dev/null" } else { "--no-default-browser-check" };
    json!({
        "browserName": "chrome",
        "goog:loggingPrefs": { "browser": "ALL" },
        "goog:chromeOptions": {
            "binary": browser,
            "args": [
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                // A tab behind another must go on as if it were seen.
                "--disable-background-timer-throttling",
                "--disable-backgrounding-occluded-windows",
                "--disable-renderer-backgrounding",
                "--window-size=1280,900",
                cache,
                format!("--user-data-dir={}", profile.display()),
            ],
        },
    })
}
