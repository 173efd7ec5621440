//! Serves the folders given on the command line. Reads each file anew, so that an edited one shows at once;
//! no listing of folders, no ranges, no compression.

use std::{
    path::{Component, Path, PathBuf},
    sync::Arc,
};

use axum::{
    body::Body,
    http::{HeaderMap, Method, Request, header},
    response::{IntoResponse, Response},
};
use percent_encoding::percent_decode_str;

use crate::{
    conditional::{self, digest},
    content_type,
    options::{Mount, Options},
    problem::Problem,
};

/// The folders; clones share them.
#[derive(Debug, Clone)]
pub struct StaticFiles(Arc<Folders>);

/// Where files are looked for.
#[derive(Debug)]
struct Folders {
    /// Each prefix with its folder, the longest prefix first.
    mounts: Vec<Mount>,
    /// Whether a navigation to an unknown path gets the site's `index.html`.
    spa: bool,
}

impl StaticFiles {
    /// Takes the site's folder and the mounts.
    pub fn new(options: &Options) -> Self {
        let site = options.site.clone().map(|folder| Mount { prefix: String::new(), folder });
        let mut mounts: Vec<_> = options.mounts.iter().cloned().chain(site).collect();
        mounts.sort_by_key(|mount| std::cmp::Reverse(mount.prefix.len()));
        Self(Arc::new(Folders { mounts, spa: options.spa }))
    }

    /// Answers any request that no other route took.
    pub async fn answer(self, request: Request<Body>) -> Response {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Problem::new(405, "files can only be read").into_response();
        }
        let path = request.uri().path();
        if let Some(answer) = self.file(path, request.headers()).await {
            return answer;
        }
        let is_page = is_navigation(request.headers()) && !path.rsplit('/').next().unwrap_or_default().contains('.');
        if self.0.spa
            && is_page
            && let Some(answer) = self.file("/", request.headers()).await
        {
            return answer;
        }
        Problem::not_found("this page").into_response()
    }

    /// The file at a path, below the longest prefix that fits.
    async fn file(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        let (mount, rest) = self.0.mounts.iter().find_map(|mount| {
            let rest = path.strip_prefix(&mount.prefix)?;
            (rest.is_empty() || rest.starts_with('/')).then_some((mount, rest))
        })?;
        let mut file = mount.folder.join(inside(rest)?);
        if rest.is_empty() || rest.ends_with('/') {
            file.push("index.html");
        }
        let bytes = tokio::fs::read(&file).await.ok()?;
        let name = file.file_name()?.to_str()?;
        let cache = if has_hash(name) { "public, max-age=31536000, immutable" } else { "no-cache" };
        let (tag, kind) = (format!("\"{}\"", digest(&bytes)), content_type::of(name));
        Some(conditional::bytes(headers, &tag, bytes, &[("content-type", kind), ("cache-control", cache)]))
    }
}

/// The path below a folder; `None` for one that would leave it.
fn inside(path: &str) -> Option<PathBuf> {
    let decoded = percent_decode_str(path.trim_start_matches('/')).decode_utf8().ok()?;
    let relative = Path::new(decoded.as_ref());
    let stays = relative.components().all(|component| matches!(component, Component::Normal(_)));
    (stays && !decoded.contains('\0')).then(|| relative.to_owned())
}

/// Whether a name such as `longshore-0123456789ab.js` carries the hash of its content, so that it never changes.
fn has_hash(name: &str) -> bool {
    let is_hash = |part: &str| part.len() == 12 && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    name.split(['-', '.']).skip(1).any(is_hash)
}

fn is_navigation(headers: &HeaderMap) -> bool {
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_inside() {
        let check =
            |path: &str, expected: Option<&str>| assert_eq!(inside(path), expected.map(PathBuf::from), "{path}");
        check("/a/b.js", Some("a/b.js"));
        check("/a%20b.js", Some("a b.js"));
        check("/", Some(""));
        check("/../secret", None);
        check("/a/%2e%2e/%2e%2e/secret", None);
        check("/%2Fetc/passwd", None);
        check("/%ff", None);
    }

    #[test]
    fn only_hashed_names_are_kept_for_good() {
        assert!(has_hash("longshore-0123456789ab.wasm"));
        assert!(has_hash("app.0123456789ab.js"));
        assert!(!has_hash("longshore-sw.js"));
        assert!(!has_hash("deadbeefcafe.js"));
    }
}
