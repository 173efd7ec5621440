//! Brings a bare machine to what a command needs, skipping whatever is done.
//! Knows which need comes before which; how each is met is the needs' own files' business.

use std::time::Instant;

use crate::apt;
use crate::failure::Failure;
use crate::lock;
use crate::npm;
use crate::report;
use crate::rust;
use crate::tools;
use crate::workspace::Workspace;

/// Something a command cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A C compiler.
    Compiler,
    /// clippy and rustfmt.
    Linters,
    /// The wasm target.
    WasmTarget,
    /// The standard library's source.
    StandardLibrary,
    /// esbuild, terser, wasm-opt, tsc and what tests and benches compare with.
    Npm,
    /// wasm-pack, and wasm-bindgen in the version of Cargo.lock.
    WasmTools,
    /// Chromium, Firefox and WebKitGTK with their drivers.
    Browsers,
}

/// What `build` and `demo` need.
pub const BUILD: &[Need] = &[Need::Compiler, Need::WasmTarget, Need::StandardLibrary, Need::Npm, Need::WasmTools];

/// What `test` and `bench` need, and `setup` installs.
pub const EVERYTHING: &[Need] = &[
    Need::Compiler,
    Need::Linters,
    Need::WasmTarget,
    Need::StandardLibrary,
    Need::Npm,
    Need::Browsers,
    Need::WasmTools,
];

/// Meets the needs in the order given.
pub fn run(workspace: &Workspace, needs: &[Need]) -> Result<(), Failure> {
    let _held = lock::hold(workspace)?;
    let began = Instant::now();
    println!("setup");
    for need in needs {
        meet(workspace, *need)?;
    }
    println!("  ready in {}", report::seconds(began.elapsed()));
    Ok(())
}

/// Meets one need.
fn meet(workspace: &Workspace, need: Need) -> Result<(), Failure> {
    match need {
        Need::Compiler => apt::provide(workspace, apt::COMPILER),
        Need::Linters => rust::linters(workspace),
        Need::WasmTarget => rust::wasm_target(workspace),
        Need::StandardLibrary => rust::standard_library(workspace),
        Need::Npm => npm::provide(workspace),
        Need::WasmTools => {
            tools::wasm_pack().provide(workspace)?;
            tools::wasm_bindgen(workspace)?.provide(workspace)
        }
        Need::Browsers => {
            apt::provide(workspace, apt::BROWSERS)?;
            tools::geckodriver().provide(workspace)
        }
    }
}
