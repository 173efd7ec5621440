//! How WebKitGTK's MiniBrowser is started: in a virtual X screen of its own.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tokio::process::Command;

use super::{Options, find};
use crate::fail::{Fail, Outcome};
use crate::process::Guard;

/// The browser's program.
pub fn browser() -> Option<PathBuf> {
    find(&[
        "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
        "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
        "/usr/lib/x86_64-linux-gnu/webkitgtk-6.0/MiniBrowser",
        "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
    ])
}

/// Its driver's program.
pub fn driver() -> Option<PathBuf> {
    find(&["WebKitWebDriver"])
}

/// The virtual X server's program.
pub fn screen() -> Option<PathBuf> {
    find(&["Xvfb"])
}

/// Starts a virtual screen; gives its guard and its name, such as `:7`.
pub async fn start_screen() -> Outcome<(Guard, String)> {
    let program = screen().ok_or_else(|| Fail::Browser("Xvfb is missing".into()))?;
    let mut command = Command::new(program);
    // It picks a free number itself and tells it once it is ready.
    command.args(["-displayfd", "1", "-screen", "0", "1600x1200x24", "-nolisten", "tcp"]);
    let (guard, mut lines) = Guard::spawn(&mut command)?;
    match lines.next_line().await? {
        Some(number) => Ok((guard, format!(":{}", number.trim()))),
        None => Err(Fail::Browser("Xvfb ended at once".into())),
    }
}

/// The command that starts the driver.
pub fn command(driver: &Path, port: u16, display: &str, options: &Options) -> Command {
    let mut command = Command::new(driver);
    command.arg(format!("--port={port}")).env("DISPLAY", display).env("GDK_BACKEND", "x11");
    if options.dark {
        command.env("GTK_THEME", "Adwaita:dark");
    }
    command
}

/// What a session asks for.
pub fn capabilities(browser: &Path) -> Value {
    json!({
        "webkitgtk:browserOptions": { "binary": browser, "args": ["--automation"] },
    })
}
