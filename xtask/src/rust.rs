//! The compiler's own parts: the wasm target, the standard library's source, clippy and rustfmt.
//! Installs no toolchain; whoever runs cargo has one.

use std::path::PathBuf;

use crate::failure::Failure;
use crate::report;
use crate::run;
use crate::workspace::Workspace;

/// The target the worker is compiled for.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that the compiler in use can make wasm.
pub fn wasm_target(workspace: &Workspace) -> Result<(), Failure> {
    let library = sysroot(workspace)?.join("lib/rustlib").join(WASM_TARGET).join("lib");
    if library.is_dir() {
        return Ok(());
    }
    rustup(workspace, &["target", "add", WASM_TARGET])
}

/// Makes sure that the standard library can be compiled from its source.
pub fn standard_library(workspace: &Workspace) -> Result<(), Failure> {
    if sysroot(workspace)?.join("lib/rustlib/src/rust/library/Cargo.lock").is_file() {
        return Ok(());
    }
    rustup(workspace, &["component", "add", "rust-src"])
}

/// Makes sure that clippy and rustfmt are there.
pub fn linters(workspace: &Workspace) -> Result<(), Failure> {
    let programs = sysroot(workspace)?.join("bin");
    for (program, component) in [("cargo-clippy", "clippy"), ("rustfmt", "rustfmt")] {
        // A distribution's compiler keeps them elsewhere, so PATH counts too.
        if !programs.join(program).exists() && run::on_path(program).is_none() {
            rustup(workspace, &["component", "add", component])?;
        }
    }
    Ok(())
}

/// The version line of the compiler in use, for fingerprints.
pub fn version(workspace: &Workspace) -> Result<String, Failure> {
    let mut command = run::program("rustc", &workspace.root);
    command.arg("--version");
    Ok(run::expect_success(command)?.output)
}

/// The folder of the compiler in use.
fn sysroot(workspace: &Workspace) -> Result<PathBuf, Failure> {
    let mut command = run::program("rustc", &workspace.root);
    command.args(["--print", "sysroot"]);
    Ok(PathBuf::from(run::expect_success(command)?.output.trim()))
}

/// One visible rustup step.
fn rustup(workspace: &Workspace, arguments: &[&str]) -> Result<(), Failure> {
    let what = format!("rustup {}", arguments.join(" "));
    if run::on_path("rustup").is_none() {
        return Err(Failure::new(format!("this compiler needs what `{what}` would add, and there is no rustup")));
    }
    report::step(&what, || {
        let mut command = run::program("rustup", &workspace.root);
        command.args(arguments);
        run::expect_success(command).map(|_| ())
    })
}
