//! Who is compared, and the files of each one's origin. The scripts themselves lie in `benches/`.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::origin::{File, Files};
use crate::fail::{Fail, Outcome};

/// One worker under comparison.
#[derive(Debug)]
pub struct Peer {
    /// Its name in tables and files.
    pub name: &'static str,
    /// Its worker script, in `benches/peers/`.
    script: &'static str,
    /// What it is made of.
    make: Make,
    /// Whether it goes to the network behind a warm answer.
    pub revalidates: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Make {
    /// A script as it is.
    Plain,
    /// npm packages, bundled by esbuild.
    Bundled,
    /// The built runtime.
    Longshore,
}

/// What is fetched, and how: a part of the table.
#[derive(Debug)]
pub struct Case {
    /// Its name in tables.
    pub name: &'static str,
    /// Where the data is.
    pub path: &'static str,
    /// Its bytes.
    pub bytes: usize,
    /// Pause in ms before each fetch, in which work behind the last answer can end.
    pub gap: usize,
    /// How many of the samples asked for are taken: one in so many, since pauses take time.
    pub one_in: usize,
}

/// Every peer; the floor first.
pub const PEERS: [Peer; 6] = [
    Peer { name: "floor (JS Map)", script: "floor", make: Make::Plain, revalidates: false },
    Peer { name: "floor again (A/A twin)", script: "floor", make: Make::Plain, revalidates: false },
    Peer { name: "Longshore cache-first", script: "longshore-cache-first", make: Make::Longshore, revalidates: false },
    Peer {
        name: "Workbox CacheFirst + expiration",
        script: "workbox-cache-first",
        make: Make::Bundled,
        revalidates: false,
    },
    Peer {
        name: "Longshore stale-while-revalidate, fresh",
        script: "longshore-stale-while-revalidate",
        make: Make::Longshore,
        revalidates: false,
    },
    Peer {
        name: "Workbox StaleWhileRevalidate + expiration",
        script: "workbox-stale-while-revalidate",
        make: Make::Bundled,
        revalidates: true,
    },
];

/// Which peers are each other's counterpart: a name, Longshore's place in [`PEERS`] and Workbox's.
pub const PAIRS: [(&str, usize, usize); 2] = [("cache-first", 2, 3), ("stale-while-revalidate", 4, 5)];

/// What is fetched from each.
pub const CASES: [Case; 4] = [
    Case { name: "1 KB", path: "/data/1k", bytes: 1024, gap: 0, one_in: 1 },
    Case { name: "20 KB", path: "/data/20k", bytes: 20 * 1024, gap: 0, one_in: 1 },
    Case { name: "1 KB, 10 ms apart", path: "/data/1k", bytes: 1024, gap: 10, one_in: 4 },
    Case { name: "20 KB, 10 ms apart", path: "/data/20k", bytes: 20 * 1024, gap: 10, one_in: 4 },
];

/// The files of every peer's origin, in the order of [`PEERS`].
pub fn build(root: &Path, dist: &Path) -> Outcome<Vec<Files>> {
    PEERS.iter().map(|peer| files(peer, root, dist)).collect()
}

fn files(peer: &Peer, root: &Path, dist: &Path) -> Outcome<Files> {
    let benches = root.join("benches");
    let script = benches.join("peers").join(format!("{}.js", peer.script));
    let worker = match peer.make {
        Make::Bundled => bundle(root, &script)?,
        Make::Plain | Make::Longshore => read(&script)?,
    };
    let register = match peer.make {
        Make::Longshore => "register-longshore.js",
        Make::Plain | Make::Bundled => "register.js",
    };
    let mut files = Files::from([
        ("/".to_owned(), File { kind: "text/html", bytes: read(&benches.join("page.html"))? }),
        ("/page.js".to_owned(), File { kind: "text/javascript", bytes: read(&benches.join("page.js"))? }),
        ("/register.js".to_owned(), File { kind: "text/javascript", bytes: read(&benches.join(register))? }),
        ("/sw.js".to_owned(), File { kind: "text/javascript", bytes: worker }),
    ]);
    for case in &CASES {
        files.insert(case.path.to_owned(), File { kind: "application/json", bytes: data(case.bytes) });
    }
    if peer.make == Make::Longshore {
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

/// One classic script of a peer's npm packages, as its users would ship it.
fn bundle(root: &Path, script: &Path) -> Outcome<Vec<u8>> {
    let output = Command::new(root.join("node_modules/.bin/esbuild"))
        .current_dir(root)
        .arg(script)
        .args(["--bundle", "--minify", "--format=iife", "--log-level=warning"])
        .arg("--define:process.env.NODE_ENV=\"production\"")
        .output()
        .map_err(|error| Fail::assert(format!("esbuild does not start (npm ci?): {error}")))?;
    if !output.status.success() {
        return Err(Fail::assert(format!("esbuild: {}", String::from_utf8_lossy(&output.stderr))));
    }
    Ok(output.stdout)
}

/// A JSON text of exactly this many bytes.
fn data(bytes: usize) -> Vec<u8> {
    let (start, end) = (b"{\"text\":\"".as_slice(), b"\"}".as_slice());
    let letters = b"abcdefghijklmnopqrstuvwxyz ".iter().cycle().take(bytes - start.len() - end.len());
    [start, &letters.copied().collect::<Vec<_>>(), end].concat()
}

fn read(file: &Path) -> Outcome<Vec<u8>> {
    fs::read(file).map_err(|error| Fail::assert(format!("{}: {error}", file.display())))
}
