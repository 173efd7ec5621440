//! The three engines: their names, what each needs on this machine, and the capabilities file for wasm tests.
//! Starts no browser.

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use crate::failure::Failure;
use crate::run;
use crate::tools;
use crate::workspace::Workspace;

/// A browser engine, by the name that `test` prints and takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Chromium with chromedriver.
    Chromium,
    /// Firefox ESR with geckodriver.
    Firefox,
    /// WebKitGTK's MiniBrowser with WebKitWebDriver, under Xvfb.
    Webkit,
}

impl Engine {
    /// All of them, in the order of the report.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::Webkit];

    /// The name in reports and options.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::Webkit => "webkit",
        }
    }

    /// The engine of that name.
    pub fn named(name: &str) -> Result<Self, Failure> {
        let found = Self::ALL.into_iter().find(|engine| engine.name() == name);
        found.ok_or_else(|| Failure::new(format!("no engine {name:?}: expected chromium, firefox or webkit")))
    }

    /// The programs that this machine lacks to run the engine.
    pub fn missing(self, workspace: &Workspace) -> Vec<&'static str> {
        let wanted: &[&str] = match self {
            Self::Chromium => &["chromium", "chromedriver"],
            Self::Firefox => &["firefox-esr", "geckodriver"],
            Self::Webkit => &["WebKitWebDriver", "Xvfb", "xvfb-run", "xauth"],
        };
        wanted.iter().copied().filter(|program| find(workspace, program).is_none()).collect()
    }
}

/// Where a browser or driver is: geckodriver in the tools cache, all others on PATH.
pub fn find(workspace: &Workspace, program: &str) -> Option<PathBuf> {
    let own = (program == "geckodriver").then(|| tools::geckodriver().program(workspace)).filter(|path| path.exists());
    own.or_else(|| run::on_path(program))
}

/// Writes the capabilities that wasm-bindgen's test runner gives to the driver, and says where.
pub fn write_capabilities(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let path = workspace.scratch().join("webdriver.json");
    let capabilities = json!({
        "goog:chromeOptions": {
            "binary": find(workspace, "chromium"),
            // Root in a container has no sandbox, and containers have a small /dev/shm.
            "args": ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
        },
        "moz:firefoxOptions": { "binary": find(workspace, "firefox-esr"), "args": ["-headless"] },
    });
    fs::write(&path, capabilities.to_string()).map_err(|error| Failure::file("write", &path, &error))?;
    Ok(path)
}
