//! The pages: types, tags, and what is not served.

use std::fs;

use demo_server::options::Mount;

use crate::rig::Rig;

fn site(spa: bool) -> Rig {
    let rig = Rig::start(|options| {
        let folder = options.db.with_file_name("dist");
        fs::create_dir(&folder).unwrap();
        fs::write(folder.join("longshore-0123456789ab.wasm"), b"\0asm").unwrap();
        fs::write(folder.join("client.js"), b"export {};").unwrap();
        options.mounts.push(Mount { prefix: "/longshore".to_owned(), folder });
        options.site = Some(options.db.with_file_name("site"));
        options.spa = spa;
    });
    let folder = rig.folder.join("site");
    fs::create_dir_all(folder.join("img")).unwrap();
    for (name, text) in [("index.html", "<p>home"), ("app.css", "p{}"), ("img/a.svg", "<svg/>"), ("data.json", "{}")] {
        fs::write(folder.join(name), text).unwrap();
    }
    rig
}

#[test]
fn files_have_their_type_and_lifetime() {
    let rig = site(false);
    for (path, kind, cache) in [
        ("/", "text/html; charset=utf-8", "no-cache"),
        ("/app.css?v=1", "text/css; charset=utf-8", "no-cache"),
        ("/img/a.svg", "image/svg+xml", "no-cache"),
        ("/data.json", "application/json", "no-cache"),
        ("/longshore/client.js", "text/javascript; charset=utf-8", "no-cache"),
        ("/longshore/longshore-0123456789ab.wasm", "application/wasm", "public, max-age=31536000, immutable"),
    ] {
        let reply = rig.send("GET", path, &[], "");
        assert_eq!(
            (reply.status, reply.header("content-type"), reply.header("cache-control")),
            (200, kind, cache),
            "{path}"
        );
        let again = rig.send("GET", path, &[("if-none-match", reply.header("etag"))], "");
        assert_eq!(again.status, 304, "{path}");
    }
}

#[test]
fn nothing_else_is_served() {
    let rig = site(false);
    for path in
        ["/../demo.db", "/%2e%2e/demo.db", "/img/..%2f..%2fdemo.db", "/img", "/img/", "/about", "/longshores/client.js"]
    {
        assert_eq!(rig.send("GET", path, &[("accept", "text/html")], "").status, 404, "{path}");
    }
    assert_eq!(rig.send("POST", "/app.css", &[], "").status, 405);
}

#[test]
fn a_single_page_app_answers_navigations_only() {
    let rig = site(true);
    let status = |path: &str, accept: &str| rig.send("GET", path, &[("accept", accept)], "").status;
    assert_eq!(status("/about/us", "text/html,*/*"), 200);
    assert_eq!(status("/about/us", "*/*"), 404);
    assert_eq!(status("/missing.js", "text/html"), 404);
    assert_eq!(status("/api/missing", "text/html"), 404);
}

#[test]
fn an_edited_file_shows_at_once() {
    let rig = site(false);
    let before = rig.send("GET", "/", &[], "");
    fs::write(rig.folder.join("site/index.html"), "<p>new").unwrap();
    let after = rig.send("GET", "/", &[("if-none-match", before.header("etag"))], "");
    assert_eq!((after.status, after.text()), (200, "<p>new".to_owned()));
}
