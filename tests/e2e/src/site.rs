//! A site for one test: fixture pages copied to a folder of its own, and a worker written from its config.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::cli::repository;
use crate::fail::Outcome;

/// A folder of files to serve.
pub struct Site {
    /// Where the files are; gone with this value.
    folder: TempDir,
}

impl Site {
    /// A copy of `tests/sites/{name}`, with the script that fixture pages share.
    pub fn new(name: &str) -> Outcome<Self> {
        let fixtures = repository().join("tests/sites");
        let site = Self::copy_of(&fixtures.join(name))?;
        fs::copy(fixtures.join("page.js"), site.folder().join("page.js"))?;
        Ok(site)
    }

    /// A copy of any folder.
    pub fn copy_of(source: &Path) -> Outcome<Self> {
        let site = Self { folder: tempfile::tempdir()? };
        copy(source, site.folder())?;
        Ok(site)
    }

    /// Where its files are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Its folder alone.
    pub fn into_folder(self) -> TempDir {
        self.folder
    }

    /// Writes a file.
    pub fn write(&self, name: &str, text: &str) -> Outcome {
        let file = self.folder().join(name);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(fs::write(file, text)?)
    }

    /// Writes `sw.js`: the three lines that a user writes, with this config.
    pub fn worker(&self, config: &Value) -> Outcome {
        self.worker_after("", config)
    }

    /// Writes `sw.js` with a script before the runtime.
    pub fn worker_after(&self, prelude: &str, config: &Value) -> Outcome {
        let start = format!("importScripts(\"/longshore/longshore-sw.js\");\nlongshore.start({config:#});\n");
        self.write("sw.js", &format!("{prelude}\n{start}"))
    }

    /// Writes `sw.js` with a script of the app's own, and a config as it would write it, functions and all.
    pub fn worker_of(&self, prelude: &str, config: &str) -> Outcome {
        let start = format!("importScripts(\"/longshore/longshore-sw.js\");\nlongshore.start({config});\n");
        self.write("sw.js", &format!("{prelude}\n{start}"))
    }

    /// Writes `sw.js` with `tests/sites/faults.js` before the runtime: it makes faults on command.
    pub fn worker_with_faults(&self, config: &Value) -> Outcome {
        let prelude = fs::read_to_string(repository().join("tests/sites/faults.js"))?;
        self.worker_after(&prelude, config)
    }
}

/// Copies a folder with all below it.
fn copy(source: &Path, target: &Path) -> Outcome {
    fs::create_dir_all(target)?;
    for entry in fs::read_dir(source)? {
        let entry = entry?;
        let to = target.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}
