//! `cargo xtask build`: puts dist/ together and says how large it is.
//! Compiles nothing itself, and nothing at all when no input has changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::compile;
use crate::failure::Failure;
use crate::lock;
use crate::manifest::{self, Plan};
use crate::report;
use crate::rust;
use crate::setup;
use crate::sizes::{self, Table};
use crate::stamp::{Fingerprint, content_hash};
use crate::workspace::Workspace;

/// Everything that can change what is in dist/.
const INPUTS: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    "wasm-pack.toml",
    "package-lock.json",
    "src",
    "sw",
    "xtask/src",
];

/// The types that go with the scripts.
const TYPES: [&str; 2] = ["client.d.ts", "longshore-sw.d.ts"];

/// What the last build left: whether to build again, and the table to print when not.
#[derive(Deserialize, Serialize)]
struct Stamp {
    /// The fingerprint of the inputs.
    inputs: String,
    /// The fingerprint of dist/, so that a damaged one is made again.
    dist: String,
    /// The sizes measured.
    sizes: Table,
}

/// `cargo xtask build` itself: over budget is a failure.
pub fn run(workspace: &Workspace) -> Result<(), Failure> {
    match provide(workspace)?.as_slice() {
        [] => Ok(()),
        over => Err(Failure::new(over.join("\n       "))),
    }
}

/// Provides the tools, then builds what is out of date; gives what is over budget, a sentence each.
pub fn provide(workspace: &Workspace) -> Result<Vec<String>, Failure> {
    setup::run(workspace, setup::BUILD)?;
    let _held = lock::hold(workspace)?;
    let began = Instant::now();
    println!("build");
    let plan = manifest::read(workspace)?;
    let inputs = inputs(workspace)?;
    let path = workspace.scratch().join("build.json");
    let table = match read_stamp(&path) {
        Some(stamp) if stamp.inputs == inputs && stamp.dist == fingerprint(&workspace.dist())? => {
            println!("  dist/ is up to date");
            stamp.sizes
        }
        _ => {
            let sizes = build(workspace, &plan)?;
            let stamp = Stamp { inputs, dist: fingerprint(&workspace.dist())?, sizes };
            let text = serde_json::to_string(&stamp)
                .map_err(|error| Failure::new(format!("cannot write the stamp: {error}")))?;
            fs::write(&path, text).map_err(|error| Failure::file("write", &path, &error))?;
            sizes
        }
    };
    for line in table.lines(&plan.budgets) {
        println!("{line}");
    }
    println!("  built in {}", report::seconds(began.elapsed()));
    Ok(table.over(&plan.budgets))
}

/// Makes all products beside dist/ and then changes places.
fn build(workspace: &Workspace, plan: &Plan) -> Result<Table, Failure> {
    let version = env!("CARGO_PKG_VERSION");
    let engine = compile::wasm(workspace, &plan.engine, "__longshoreGlue")?;
    let desk = compile::wasm(workspace, &plan.desk, "__longshoreDesk")?;
    let stem = &plan.engine.name;
    // All alike, so that the worker knows its own files by their names.
    let [wasm, at_desk] = [&engine, &desk].map(|made| format!("{stem}-{}.wasm", content_hash(&made.wasm)));
    let script = |text: String| (format!("{stem}-{}.js", content_hash(text.as_bytes())), text);
    let (works, more, shell, client) = report::step("esbuild", || {
        let more = script(compile::more(workspace)?);
        let names = [&wasm, &at_desk, &more.0].map(String::as_str);
        let works = script(compile::works(workspace, &(engine.glue + &desk.glue), names, version)?);
        let shell = compile::shell(workspace, &works.0, version)?;
        Ok((works, more, shell, compile::client(workspace, version)?))
    })?;

    let fresh = workspace.scratch().join("dist-new");
    empty(&fresh)?;
    put(&fresh, &wasm, &engine.wasm)?;
    put(&fresh, &at_desk, &desk.wasm)?;
    put(&fresh, &works.0, works.1.as_bytes())?;
    put(&fresh, &more.0, more.1.as_bytes())?;
    put(&fresh, "longshore-sw.js", shell.as_bytes())?;
    put(&fresh, "client.js", client.as_bytes())?;
    put(&fresh, "longshore-off.js", compile::off(workspace)?.as_bytes())?;
    for types in TYPES {
        put(&fresh, types, workspace.read(&format!("sw/{types}"))?.as_bytes())?;
    }
    let files =
        [wasm.as_str(), &works.0, "longshore-sw.js", &more.0, &at_desk, "client.js"].map(|name| fresh.join(name));
    let sizes = report::step("measure", || sizes::measure(&workspace.root, &files))?;
    replace(&workspace.dist(), &fresh, &workspace.scratch().join("dist-old"))?;
    Ok(sizes)
}

/// The fingerprint of everything that goes into dist/.
fn inputs(workspace: &Workspace) -> Result<String, Failure> {
    let mut inputs = Fingerprint::default();
    inputs.part("rustc", rust::version(workspace)?.as_bytes());
    for path in INPUTS {
        inputs.path(&workspace.root, path)?;
    }
    Ok(inputs.finish())
}

/// The fingerprint of a folder's files.
fn fingerprint(folder: &Path) -> Result<String, Failure> {
    let mut content = Fingerprint::default();
    content.path(folder, "")?;
    Ok(content.finish())
}

/// The stamp of the last build, if it can be read.
fn read_stamp(path: &Path) -> Option<Stamp> {
    serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

/// Puts the new folder in the old one's place: a reader sees one or the other, never a mixture.
fn replace(old: &Path, fresh: &Path, aside: &Path) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::file("replace", old, &error);
    remove(aside)?;
    if old.exists() {
        fs::rename(old, aside).map_err(failed)?;
    }
    fs::rename(fresh, old).map_err(failed)?;
    remove(aside)
}

/// An empty folder at this path.
fn empty(folder: &PathBuf) -> Result<(), Failure> {
    remove(folder)?;
    fs::create_dir_all(folder).map_err(|error| Failure::file("create", folder, &error))
}

/// No folder at this path.
fn remove(folder: &Path) -> Result<(), Failure> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| Failure::file("remove", folder, &error))
    } else {
        Ok(())
    }
}

/// Writes one product.
fn put(folder: &Path, name: &str, content: &[u8]) -> Result<(), Failure> {
    let path = folder.join(name);
    fs::write(&path, content).map_err(|error| Failure::file("write", &path, &error))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{empty, fingerprint, put, remove, replace};

    #[test]
    fn the_new_dist_holds_nothing_of_the_old_one() {
        let folder = std::env::temp_dir().join(format!("longshore-replace-{}", std::process::id()));
        let [old, fresh, aside] = ["old", "fresh", "aside"].map(|name| folder.join(name));
        empty(&old).unwrap();
        put(&old, "longshore-aaaaaaaaaaaa.wasm", b"1").unwrap();
        let before = fingerprint(&old).unwrap();
        empty(&fresh).unwrap();
        put(&fresh, "longshore-bbbbbbbbbbbb.wasm", b"2").unwrap();
        replace(&old, &fresh, &aside).unwrap();
        let names: Vec<_> = fs::read_dir(&old).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["longshore-bbbbbbbbbbbb.wasm"]);
        assert!(!fresh.exists() && !aside.exists());
        assert_ne!(fingerprint(&old).unwrap(), before);
        remove(&folder).unwrap();
    }
}
