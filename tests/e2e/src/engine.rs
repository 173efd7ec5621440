//! The three browser engines behind one face: start, tabs, stop the worker, kill and come back, quit.
//! What differs between them is in one file each; scenarios name an engine only to say what it cannot do.

mod browser;
mod chromium;
mod firefox;
mod webkit;

use std::path::PathBuf;
use std::str::FromStr;

pub use browser::{Browser, Options};

/// A browser engine that the suite can drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Engine {
    /// Chromium through chromedriver.
    Chromium,
    /// Firefox through geckodriver.
    Firefox,
    /// WebKitGTK's MiniBrowser through WebKitWebDriver, in a virtual X screen.
    WebKit,
}

impl Engine {
    /// Every engine, in the order in which they run.
    pub const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// Its name in the results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    /// The first part of what it needs that this machine does not have.
    pub fn missing(self) -> Option<&'static str> {
        let needs: &[(&str, Option<PathBuf>)] = &match self {
            Self::Chromium => vec![("chromium", chromium::browser()), ("chromedriver", chromium::driver())],
            Self::Firefox => vec![("firefox-esr", firefox::browser()), ("geckodriver", firefox::driver())],
            Self::WebKit => {
                vec![
                    ("MiniBrowser", webkit::browser()),
                    ("WebKitWebDriver", webkit::driver()),
                    ("Xvfb", webkit::screen()),
                ]
            }
        };
        needs.iter().find(|(_, found)| found.is_none()).map(|(name, _)| *name)
    }
}

impl FromStr for Engine {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|engine| engine.name() == name).ok_or(format!("no engine is called {name}"))
    }
}

/// The first of these programs that exists: a bare name is looked up on PATH, a path is taken as it is.
fn find(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let candidates = |name: &&str| match name.contains('/') {
        true => vec![PathBuf::from(name)],
        false => std::env::split_paths(&path).map(|folder| folder.join(name)).collect(),
    };
    names.iter().flat_map(candidates).find(|file| file.is_file())
}

/// A program in the project's own folder of tools, whatever its version.
fn find_tool(name: &str) -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let tools = variable("LONGSHORE_TOOLS")
        .or_else(|| Some(variable("XDG_CACHE_HOME")?.join("longshore/tools")))
        .or_else(|| Some(variable("HOME")?.join(".cache/longshore/tools")))?;
    let mut found: Vec<PathBuf> = std::fs::read_dir(tools)
        .ok()?
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&format!("{name}-")))
        .map(|entry| entry.path().join("bin").join(name))
        .filter(|file| file.is_file())
        .collect();
    found.sort();
    found.pop()
}
