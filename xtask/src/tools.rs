//! Programs that cargo compiles from the registry into the tools cache, one folder per version.
//! Never touches `~/.cargo/bin`: other projects may want other versions.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use crate::failure::Failure;
use crate::report;
use crate::run;
use crate::workspace::Workspace;

/// A program in the tools cache.
pub struct Tool {
    /// The crate that holds it.
    name: &'static str,
    /// The version that is installed, exactly.
    version: String,
    /// The program that shows the installation to be whole.
    program: &'static str,
    /// Whether the crate's own lock file is used.
    lock: Lock,
    /// How long compiling takes on two cores, for the person who waits.
    patience: &'static str,
}

/// Whose dependency versions an installation takes.
enum Lock {
    /// The crate's own lock file.
    Own,
    /// The newest that fit: the crate's lock file names a yanked version.
    Newest,
}

/// Compiles the crate to wasm and calls wasm-bindgen.
pub fn wasm_pack() -> Tool {
    Tool { name: "wasm-pack", version: "0.15.0".into(), program: "wasm-pack", lock: Lock::Own, patience: "about 2 min" }
}

/// Makes the glue and runs wasm tests in browsers; its version must be the library's.
pub fn wasm_bindgen(workspace: &Workspace) -> Result<Tool, Failure> {
    let version = workspace.locked_version("wasm-bindgen")?;
    Ok(Tool {
        name: "wasm-bindgen-cli",
        version,
        program: "wasm-bindgen-test-runner",
        lock: Lock::Newest,
        patience: "about 2 min",
    })
}

/// Firefox's WebDriver, which Debian does not package.
pub fn geckodriver() -> Tool {
    Tool {
        name: "geckodriver",
        version: "0.37.1".into(),
        program: "geckodriver",
        lock: Lock::Own,
        patience: "about 1 min",
    }
}

impl Tool {
    /// The folder with the tool's programs.
    pub fn folder(&self, workspace: &Workspace) -> PathBuf {
        workspace.tools.join(format!("{}-{}", self.name, self.version)).join("bin")
    }

    /// The path of the tool's main program.
    pub fn program(&self, workspace: &Workspace) -> PathBuf {
        self.folder(workspace).join(self.program)
    }

    /// Compiles the tool unless it is there.
    pub fn provide(&self, workspace: &Workspace) -> Result<(), Failure> {
        if self.program(workspace).exists() {
            return Ok(());
        }
        let Self { name, version, lock, patience, .. } = self;
        report::step(&format!("cargo install {name} {version} ({patience})"), || {
            let root = workspace.tools.join(format!("{name}-{version}"));
            fs::create_dir_all(&root).map_err(|error| Failure::file("create", &root, &error))?;
            // Outside the workspace, whose cargo configuration is none of the tool's business.
            let mut command = run::program("cargo", &root);
            command.args(["install", name, "--version", &format!("={version}"), "--root"]).arg(&root);
            if let Lock::Own = lock {
                command.arg("--locked");
            }
            // Their run time is nothing beside the time to optimise them.
            command.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1").env("CARGO_PROFILE_RELEASE_LTO", "off");
            command.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16").env("CARGO_PROFILE_RELEASE_DEBUG", "false");
            // One folder for all, so that dependencies they share are compiled once.
            command.env("CARGO_TARGET_DIR", workspace.scratch().join("tools"));
            run::expect_success(command).map(|_| ())
        })
    }
}

/// The PATH on which wasm-pack finds our wasm-bindgen and npm's wasm-opt before any other.
pub fn path_for_wasm_pack(workspace: &Workspace) -> Result<OsString, Failure> {
    let ours = [wasm_bindgen(workspace)?.folder(workspace), workspace.root.join("node_modules/.bin")];
    let theirs = env::var_os("PATH").unwrap_or_default();
    env::join_paths(ours.into_iter().chain(env::split_paths(&theirs)))
        .map_err(|error| Failure::new(format!("the path of this checkout cannot stand on PATH: {error}")))
}
