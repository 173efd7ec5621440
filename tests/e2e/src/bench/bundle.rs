//! The files of a subject's origin: its page, its worker script bundled by esbuild as its users would ship it, and the runtime.
//! Nothing is fetched from elsewhere.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::origin::{File, Files};
use super::subject::{Peer, Subject, WORKBOX_IMPORTED};
use super::tables::{BURST_PAGE, PRECACHED};
use crate::fail::{Fail, Outcome};

/// Everything that a subject's origin serves, but for the data.
pub fn files(subject: &Subject, root: &Path, dist: &Path) -> Outcome<Files> {
    let benches = root.join("benches");
    let register = match subject.peer {
        // Not with Longshore's page client: it wakes the worker when a tab comes to the front, and a stopped worker is to stay so.
        Peer::Longshore | Peer::Workbox | Peer::Serwist | Peer::Hand => "register.js",
        Peer::Nobody => "register-none.js",
    };
    let script = "text/javascript";
    let mut files = Files::from([
        ("/".to_owned(), File { kind: "text/html", bytes: read(&benches.join("page.html"))? }),
        (BURST_PAGE.to_owned(), File { kind: "text/html", bytes: read(&benches.join("burst.html"))? }),
        ("/page.js".to_owned(), File { kind: script, bytes: read(&benches.join("page.js"))? }),
        ("/attach.html".to_owned(), File { kind: "text/html", bytes: read(&benches.join("attach.html"))? }),
        ("/attach.js".to_owned(), File { kind: script, bytes: read(&benches.join("attach.js"))? }),
        ("/fill.js".to_owned(), File { kind: script, bytes: read(&benches.join("fill.js"))? }),
        ("/register.js".to_owned(), File { kind: script, bytes: read(&benches.join(register))? }),
    ]);
    if let Some(queue) = subject.queue() {
        files.insert("/writes.js".to_owned(), File { kind: script, bytes: read(&benches.join("writes.js"))? });
        files.insert("/queue.js".to_owned(), File { kind: script, bytes: read(&benches.join(queue))? });
    }
    if let Some(name) = subject.script {
        let worker = bundle(root, dist, &benches.join("peers").join(format!("{name}.js")), subject)?;
        files.insert("/sw.js".to_owned(), File { kind: script, bytes: worker });
    }
    if subject.script == WORKBOX_IMPORTED.script {
        let library = bundle(root, dist, &benches.join("peers/workbox-library.js"), subject)?;
        files.insert("/workbox.js".to_owned(), File { kind: script, bytes: library });
    }
    if subject.peer == Peer::Longshore {
        add_runtime(&mut files, dist)?;
    }
    Ok(files)
}

/// Adds what lies in `dist/`, under `/longshore/`.
fn add_runtime(files: &mut Files, dist: &Path) -> Outcome {
    let entries = fs::read_dir(dist).map_err(|error| Fail::assert(format!("{}: {error}", dist.display())))?;
    for entry in entries {
        let file = entry?.path();
        let kind = match file.extension().and_then(|extension| extension.to_str()) {
            Some("js") => "text/javascript",
            Some("wasm") => "application/wasm",
            _ => continue,
        };
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        files.insert(format!("/longshore/{name}"), File { kind, bytes: read(&file)? });
    }
    Ok(())
}

/// One classic script, with what this table asks of the peer written into it.
fn bundle(root: &Path, dist: &Path, script: &Path, subject: &Subject) -> Outcome<Vec<u8>> {
    let or_undefined =
        |number: Option<usize>| number.map_or_else(|| "undefined".to_owned(), |number| number.to_string());
    let output = Command::new(root.join("node_modules/.bin/esbuild"))
        .current_dir(root)
        .arg(script)
        .args(["--bundle", "--minify", "--format=iife", "--log-level=warning"])
        .arg(format!("--alias:longshore/worker={}", dist.join("longshore-sw.js").display()))
        .arg("--define:process.env.NODE_ENV=\"production\"")
        .arg(format!("--define:MAX_ENTRIES={}", or_undefined(subject.max_entries)))
        .arg(format!("--define:MEMORY={}", or_undefined(subject.memory)))
        .arg(format!("--define:PRECACHED={PRECACHED}"))
        .output()
        .map_err(|error| Fail::assert(format!("esbuild does not start (npm ci?): {error}")))?;
    if !output.status.success() {
        return Err(Fail::assert(format!("esbuild: {}", String::from_utf8_lossy(&output.stderr))));
    }
    Ok(output.stdout)
}

fn read(file: &Path) -> Outcome<Vec<u8>> {
    fs::read(file).map_err(|error| Fail::assert(format!("{}: {error}", file.display())))
}
