//! Each outage, as a client meets it.

use std::{io::ErrorKind, time::Instant};

use serde_json::{Value, json};

use crate::rig::{BOARD, Client, Rig};

fn applied(rig: &Rig) -> usize {
    rig.log()["applied"].as_array().unwrap().len()
}

#[test]
fn a_refusal_cuts_what_is_open_and_is_lifted_on_the_same_port() {
    let rig = Rig::new();
    let mut open = rig.client();
    assert_eq!(open.send("GET", "/api/boards", &[], b"").unwrap().status, 200);
    for _ in 0..3 {
        rig.order(json!({ "refuse": true }));
        assert!(open.send("GET", "/api/boards", &[], b"").is_err());
        assert_eq!(Client::connect(rig.address).err().map(|error| error.kind()), Some(ErrorKind::ConnectionRefused));
        // Ordered twice it is still in force.
        rig.order(json!({ "refuse": true }));
        assert!(Client::connect(rig.address).is_err());
        rig.lift();
        open = rig.client();
        assert_eq!(open.send("GET", "/api/boards", &[], b"").unwrap().status, 200);
    }
}

#[test]
fn a_refusal_in_the_middle_of_a_request_leaves_nothing_open() {
    let rig = Rig::new();
    rig.order(json!({ "stall": true }));
    let mut client = rig.client();
    client.ask("POST", "/api/echo/a/1", &[("idempotency-key", "k")], b"").unwrap();
    let log = rig.until(|log| log["open"] == 1);
    assert_eq!(log["openKeys"], json!(["k"]));
    rig.order(json!({ "refuse": true }));
    assert!(client.answer("POST").is_err());
    assert_eq!((&rig.log()["open"], applied(&rig)), (&json!(0), 0));
}

#[test]
fn a_stalled_write_has_no_effect_and_is_cut_when_the_orders_change() {
    let rig = Rig::new();
    rig.order(json!({ "stall": true, "match": "/api/echo/" }));
    let mut client = rig.client();
    client.ask("POST", "/api/echo/a/1", &[], b"").unwrap();
    rig.until(|log| log["open"] == 1);
    assert_eq!(rig.get("/api/boards")["items"].as_array().unwrap().len(), 2);
    rig.lift();
    assert!(client.answer("POST").is_err());
    rig.until(|log| log["open"] == 0);
    assert_eq!(applied(&rig), 0);
    let requests = rig.log()["requests"].clone();
    let last = requests.as_array().unwrap().last().unwrap();
    assert_eq!((&last["path"], &last["status"]), (&json!("/api/echo/a/1"), &Value::Null));
}

#[test]
fn apply_and_drop_has_its_effect_and_the_repetition_is_answered() {
    let rig = Rig::new();
    rig.order(json!({ "dropAfterApply": 1.0, "methods": ["post"] }));
    let send = || rig.client().send("POST", "/api/echo/a/1", &[("idempotency-key", "k")], b"x");
    assert_eq!(send().err().map(|error| error.kind()), Some(ErrorKind::ConnectionReset));
    assert_eq!(send().err().map(|error| error.kind()), Some(ErrorKind::ConnectionReset));
    assert_eq!(rig.send("PUT", "/api/echo/a/2", &[], "").status, 200);
    rig.lift();
    assert_eq!(send().unwrap().header("idempotency-replayed"), "true");
    let log = rig.log();
    let first = &log["applied"][0];
    assert_eq!((&first["lane"], &first["n"], &first["key"]), (&json!("a"), &json!(1), &json!("k")));
    assert_eq!((&log["seen"]["k"], &log["replayed"], applied(&rig)), (&json!(3), &json!(2), 2));
}

#[test]
fn a_share_is_dropped_and_the_same_seed_drops_the_same() {
    let rig = Rig::new();
    let run = |seed: u64| -> Vec<bool> {
        rig.order(json!({ "dropAfterApply": 0.1, "seed": seed }));
        (0..300).map(|n| rig.client().send("POST", &format!("/api/echo/a/{n}"), &[], b"").is_err()).collect()
    };
    let (first, again, other) = (run(5), run(5), run(6));
    assert_eq!(first, again);
    assert_ne!(first, other);
    let dropped = first.iter().filter(|dropped| **dropped).count();
    assert!((15..=50).contains(&dropped), "{dropped} of 300");
    assert_eq!(applied(&rig), 900);
}

#[test]
fn half_a_body_comes_under_the_whole_length() {
    let rig = Rig::new();
    std::fs::write(rig.folder.join("big.js"), vec![b'x'; 1_000_000]).unwrap();
    let path = format!("{BOARD}/cards");
    for path in [path.as_str(), "/big.js"] {
        let whole = rig.send("GET", path, &[], "");
        rig.order(json!({ "dropMidBody": true }));
        let mut client = rig.client();
        client.ask("GET", path, &[], b"").unwrap();
        let head = client.head().unwrap();
        assert_eq!((head.status, head.header("content-length")), (200, whole.header("content-length")));
        let (half, end) = client.rest();
        assert!(end.is_ok() && half == whole.body[..whole.body.len() / 2], "{path}: {} bytes, {end:?}", half.len());
        rig.lift();
    }
}

#[test]
fn the_second_half_of_a_body_waits_for_other_orders() {
    let rig = Rig::new();
    std::fs::write(rig.folder.join("big.js"), vec![b'x'; 1_000_000]).unwrap();
    rig.order(json!({ "stallMidBody": true }));
    let mut client = rig.client();
    client.ask("GET", "/big.js", &[], b"").unwrap();
    assert_eq!(client.head().unwrap().header("content-length"), "1000000");
    client.exactly(500_000).unwrap();
    // Only the next order lets the rest go.
    rig.lift();
    client.exactly(500_000).unwrap();
}

#[test]
fn a_length_is_left_open() {
    let rig = Rig::new();
    std::fs::write(rig.folder.join("big.js"), vec![b'x'; 100_000]).unwrap();
    rig.order(json!({ "unsizedBody": true }));
    let reply = rig.send("GET", "/big.js", &[], "");
    assert_eq!((reply.status, reply.header("content-length")), (200, ""));
    assert_eq!(reply.header("transfer-encoding"), "chunked");
}

#[test]
fn a_status_or_a_portal_stands_in_for_the_answer_without_effect() {
    let rig = Rig::new();
    for (orders, status, kind, retry) in [
        (json!({ "status": 503, "retryAfter": 1 }), 503, "application/problem+json", "1"),
        (
            json!({ "status": 429, "retryAfter": "Wed, 21 Oct 2026 07:28:00 GMT" }),
            429,
            "application/problem+json",
            "Wed, 21 Oct 2026 07:28:00 GMT",
        ),
        (json!({ "status": 401 }), 401, "application/problem+json", ""),
        (json!({ "portal": true }), 200, "text/html; charset=utf-8", ""),
    ] {
        rig.order(orders.clone());
        for (method, body) in [("GET", String::new()), ("POST", "x".repeat(900_000))] {
            let mut client = rig.client();
            let reply = client.send(method, "/api/echo/a/1", &[], body.as_bytes()).unwrap();
            assert_eq!((reply.status, reply.header("content-type")), (status, kind), "{orders}");
            assert_eq!(reply.header("retry-after"), retry, "{orders}");
            // The connection is as good as before.
            assert_eq!(client.send("GET", "/x", &[], b"").unwrap().status, status, "{orders}");
        }
    }
    rig.lift();
    assert_eq!(applied(&rig), 0);
}

#[test]
fn only_so_many_requests_are_disturbed() {
    let rig = Rig::new();
    rig.order(json!({ "status": 500, "times": 2, "match": "/api/echo/a/", "methods": ["POST"] }));
    let mut client = rig.client();
    let mut send = |method: &str, path: &str| client.send(method, path, &[], b"").unwrap().status;
    let answers = [
        send("POST", "/api/echo/b/1"),
        send("PUT", "/api/echo/a/1"),
        send("POST", "/api/echo/a/1"),
        send("POST", "/api/echo/a/2"),
        send("POST", "/api/echo/a/3"),
    ];
    assert_eq!(answers, [200, 200, 500, 500, 200]);
}

#[test]
fn answers_take_the_time_ordered() {
    let rig = Rig::new();
    rig.order(json!({ "delayMs": [40, 60], "match": "/api/echo/" }));
    let start = Instant::now();
    assert_eq!(rig.send("POST", "/api/echo/a/1", &[], "").status, 200);
    assert!(start.elapsed().as_millis() >= 40, "{:?}", start.elapsed());
}

#[test]
fn a_client_that_leaves_is_no_longer_open() {
    let rig = Rig::new();
    rig.order(json!({ "delayMs": [3_600_000, 3_600_000] }));
    let mut client = rig.client();
    client.ask("POST", "/api/echo/a/1", &[("idempotency-key", "k")], b"").unwrap();
    rig.until(|log| log["open"] == 1);
    drop(client);
    rig.until(|log| log["open"] == 0);
}

#[test]
fn orders_that_make_no_sense_are_refused() {
    let rig = Rig::new();
    for orders in [
        json!({ "refused": true }),
        json!({ "dropAfterApply": 2 }),
        json!({ "delayMs": [5, 1] }),
        json!({ "status": 42 }),
        json!([]),
    ] {
        assert_eq!(rig.control("PUT", "/faults", &orders.to_string()).status, 422, "{orders}");
    }
    assert_eq!(rig.control("GET", "/faults", "").json()["refuse"], false);
}

#[test]
fn a_cleared_log_keeps_the_effects() {
    let rig = Rig::new();
    rig.send("POST", "/api/echo/a/1", &[("idempotency-key", "k")], "");
    assert_eq!(rig.control("DELETE", "/log", "").status, 204);
    let log = rig.log();
    assert_eq!((&log["requests"], &log["seen"], applied(&rig)), (&json!([]), &json!({}), 1));
}

#[test]
fn values_have_the_headers_that_were_asked_for() {
    let rig = Rig::new();
    let put = rig.send("PUT", "/api/value/v", &[("content-type", "text/plain")], "one");
    let check = |query: &str, name: &str, expected: &str| {
        let reply = rig.send("GET", &format!("/api/value/v{query}"), &[], "");
        assert_eq!((reply.text().as_str(), reply.header(name)), ("one", expected), "{query}");
    };
    check("", "etag", put.header("etag"));
    check("", "cache-control", "no-cache");
    check("", "content-type", "text/plain");
    check("?maxage=30", "cache-control", "max-age=30");
    check("?etag=0", "etag", "");
    check("?type=text/html", "content-type", "text/html");
    let tag = put.header("etag");
    assert_eq!(rig.send("GET", "/api/value/v", &[("if-none-match", tag)], "").status, 304);
    assert_eq!(rig.send("PUT", "/api/value/v", &[("if-match", tag)], "two").status, 200);
    assert_eq!(rig.send("PUT", "/api/value/v", &[("if-match", tag)], "three").status, 412);
    assert_eq!(rig.get("/api/slow?ms=1"), json!({ "ms": 1 }));
}
