//! Where things are: the checkout, its products, and the tools cache.
//! Creates nothing and runs nothing.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use crate::failure::Failure;

/// The folders every command works with.
pub struct Workspace {
    /// The repository's root.
    pub root: PathBuf,
    /// Where cargo puts its products.
    pub target: PathBuf,
    /// One folder `<name>-<version>` per cargo-installed tool.
    pub tools: PathBuf,
}

impl Workspace {
    /// Reads the places from what cargo and the environment say.
    pub fn find() -> Result<Self, Failure> {
        // Set by `cargo run`; the compiled-in value serves a binary that is started by hand.
        let own =
            env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
        let root = own.parent().map(Path::to_path_buf).ok_or_else(|| Failure::new("xtask lies outside a workspace"))?;
        let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        Ok(Self { tools: tools_cache()?, root, target })
    }

    /// What `build` makes and sites serve under `/longshore/`.
    pub fn dist(&self) -> PathBuf {
        self.root.join("dist")
    }

    /// Stamps, temporary folders and intermediate products of xtask itself.
    pub fn scratch(&self) -> PathBuf {
        self.target.join("xtask")
    }

    /// A program that npm installed.
    pub fn npm_program(&self, name: &str) -> PathBuf {
        self.root.join("node_modules/.bin").join(name)
    }

    /// The text of a file given from the root.
    pub fn read(&self, path: &str) -> Result<String, Failure> {
        let path = self.root.join(path);
        fs::read_to_string(&path).map_err(|error| Failure::file("read", &path, &error))
    }

    /// The version of one package as Cargo.lock has it.
    pub fn locked_version(&self, package: &str) -> Result<String, Failure> {
        let lock = self.read("Cargo.lock")?;
        version_in_lock(&lock, package).ok_or_else(|| Failure::new(format!("Cargo.lock does not name {package}")))
    }
}

/// `$LONGSHORE_TOOLS`, or a folder in the user's cache.
fn tools_cache() -> Result<PathBuf, Failure> {
    let set = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("LONGSHORE_TOOLS")
        .or_else(|| set("XDG_CACHE_HOME").map(|cache| cache.join("longshore/tools")))
        .or_else(|| set("HOME").map(|home| home.join(".cache/longshore/tools")))
        .ok_or_else(|| Failure::new("set HOME or LONGSHORE_TOOLS: there is no place to keep tools"))
}

/// Finds `version` in the `[[package]]` table whose name is `package`.
fn version_in_lock(lock: &str, package: &str) -> Option<String> {
    let mut lines = lock.lines();
    lines.find(|line| *line == format!("name = {package:?}"))?;
    let version = lines.next()?.strip_prefix("version = \"")?;
    Some(version.strip_suffix('"')?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::version_in_lock;

    #[test]
    fn the_version_comes_from_the_package_of_exactly_that_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.9\"\n\n\
                    [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(version_in_lock(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(version_in_lock(lock, "wasm"), None);
    }
}
