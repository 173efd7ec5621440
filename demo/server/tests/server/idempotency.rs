//! The same key again: one effect, one answer.

use std::{sync::Barrier, thread};

use serde_json::json;

use crate::rig::{BOARD, CARD, Rig};

const KEY: &str = "1f7f3f3e-6a55-4c3a-9d58-7f6f6f9f0c11";

#[test]
fn the_same_key_gets_the_stored_answer() {
    let rig = Rig::new();
    let (cards, comments) = (format!("{BOARD}/cards"), format!("{CARD}/comments"));
    for (number, (method, path, body)) in [
        ("POST", cards.as_str(), r#"{"title":"Once"}"#),
        ("PATCH", CARD, r#"{"title":"Once"}"#),
        ("POST", &comments, r#"{"author":"a","text":"b"}"#),
        ("DELETE", CARD, ""),
        ("PUT", "/api/value/v", "hello"),
        ("POST", "/api/echo/lane/7", "anything"),
    ]
    .into_iter()
    .enumerate()
    {
        let key = format!("key-{number}");
        let first = rig.send(method, path, &[("idempotency-key", &key)], body);
        let applied = rig.log()["applied"].as_array().unwrap().len();
        // Quotes, as the draft's structured field has them, name the same key.
        for spelled in [key.clone(), format!("\"{key}\"")] {
            let again = rig.send(method, path, &[("idempotency-key", &spelled)], body);
            assert!(first.status < 300, "{method} {path}: {}", first.text());
            assert_eq!((again.status, again.text()), (first.status, first.text()), "{method} {path}");
            for name in ["etag", "location", "content-type"] {
                assert_eq!(again.header(name), first.header(name), "{method} {path}: {name}");
            }
            assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
        }
        assert_eq!(rig.log()["applied"].as_array().unwrap().len(), applied, "{method} {path}");
        assert_eq!(rig.log()["seen"][&key], 3);
    }
    assert_eq!(rig.log()["replayed"], 12);
}

#[test]
fn the_same_key_for_something_else_is_refused() {
    let rig = Rig::new();
    let send = |method: &str, path: &str, body: &str| rig.send(method, path, &[("idempotency-key", KEY)], body).status;
    assert_eq!(send("POST", "/api/echo/a/1", "x"), 200);
    assert_eq!(send("POST", "/api/echo/a/1", "y"), 422);
    assert_eq!(send("POST", "/api/echo/a/2", "x"), 422);
    assert_eq!(send("PUT", "/api/echo/a/1", "x"), 422);
    assert_eq!(send("POST", "/api/echo/a/1", "x"), 200);
    assert_eq!(rig.log()["applied"].as_array().unwrap().len(), 1);
}

#[test]
fn concurrent_requests_with_one_key_have_one_effect() {
    let rig = Rig::new();
    let together = Barrier::new(16);
    let body = json!({ "title": "Race" }).to_string();
    let replies: Vec<_> = thread::scope(|scope| {
        let send = || {
            let mut client = rig.client();
            together.wait();
            client.send("POST", &format!("{BOARD}/cards"), &[("idempotency-key", KEY)], body.as_bytes()).unwrap()
        };
        let threads: Vec<_> = (0..16).map(|_| scope.spawn(send)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(replies.iter().all(|reply| reply.status == 201 && reply.body == replies[0].body));
    let replayed = replies.iter().filter(|reply| reply.header("idempotency-replayed") == "true").count();
    assert_eq!(replayed, 15);
    let log = rig.log();
    assert_eq!((log["applied"].as_array().unwrap().len(), &log["seen"][KEY]), (1, &json!(16)));
    let cards = rig.get(&format!("{BOARD}/cards"));
    assert_eq!(cards["items"].as_array().unwrap().iter().filter(|card| card["title"] == "Race").count(), 1);
}

#[test]
fn a_refused_write_leaves_its_key_free() {
    let rig = Rig::new();
    let send =
        |body: &str, tag: &str| rig.send("PATCH", CARD, &[("idempotency-key", KEY), ("if-match", tag)], body).status;
    assert_eq!(send("{}", "\"9\""), 412);
    assert_eq!(send(r#"{"title":""}"#, "\"1\""), 422);
    assert_eq!(send(r#"{"title":"Now"}"#, "\"1\""), 200);
    // The condition was true when the effect happened: the repetition is not judged by it again.
    assert_eq!(send(r#"{"title":"Now"}"#, "\"1\""), 200);
    assert_eq!(rig.get(CARD)["version"], 2);
}
