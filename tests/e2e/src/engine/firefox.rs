//! How Firefox is started, and the preferences that stand in for DevTools commands.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tokio::process::Command;

use super::{Options, find, find_tool};

/// The browser's program.
pub fn browser() -> Option<PathBuf> {
    find(&["firefox-esr", "firefox"])
}

/// Its driver's program.
pub fn driver() -> Option<PathBuf> {
    find(&["geckodriver"]).or_else(|| find_tool("geckodriver"))
}

/// The command that starts the driver.
pub fn command(driver: &Path, port: u16) -> Command {
    let mut command = Command::new(driver);
    command.args(["--port", &port.to_string(), "--websocket-port", "0", "--log", "fatal"]);
    command
}

/// What a session asks for.
pub fn capabilities(browser: &Path, profile: &Path, options: &Options) -> Value {
    let mut preferences = json!({
        "ui.systemUsesDarkTheme": i32::from(options.dark),
        "dom.min_background_timeout_value": 4,
        "browser.tabs.remote.warmup.enabled": false,
    });
    if options.short_idle {
        // The only way to end a worker here: it may idle for 0.3 s, and may not outstay by more.
        preferences["dom.serviceWorkers.idle_timeout"] = json!(300);
        preferences["dom.serviceWorkers.idle_extended_timeout"] = json!(300);
    }
    if options.exact_clock {
        preferences["privacy.reduceTimerPrecision"] = json!(false);
    }
    if options.small_disk {
        // For all sites, in KB; of so little, one may have 10 MB (a fifth of it, and not less than that).
        preferences["dom.quotaManager.temporaryStorage.fixedLimit"] = json!(20 << 10);
    }
    json!({
        "browserName": "firefox",
        "moz:firefoxOptions": {
            "binary": browser,
            "args": ["-headless", "-profile", profile],
            "prefs": preferences,
        },
    })
}
