//! The stream of changes.

use serde_json::{Value, json};

use crate::rig::{BOARD, CARD, Client, Rig};

/// Connects and reads the opening lines: from then on no change is missed.
fn listen(rig: &Rig) -> Client {
    let mut client = rig.client();
    client.ask("GET", "/api/events", &[], b"").unwrap();
    assert_eq!(client.head().unwrap().header("content-type"), "text/event-stream");
    while client.line().unwrap() != ": open" {}
    client
}

fn next_change(client: &mut Client) -> Value {
    loop {
        let line = client.line().unwrap();
        // A ping means that nothing happened for fifteen seconds.
        assert_ne!(line, ": ping");
        if let Some(data) = line.strip_prefix("data: ") {
            return serde_json::from_str(data).unwrap();
        }
    }
}

#[test]
fn every_listener_hears_each_change_once() {
    let rig = Rig::start(|_| {});
    let mut listeners = [listen(&rig), listen(&rig)];
    rig.post("/api/boards", json!({ "id": "b", "title": "B" }));
    rig.post("/api/boards/b/cards", json!({ "id": "c", "title": "C" }));
    let comment = |key| {
        rig.send("POST", "/api/boards/b/cards/c/comments", &[("idempotency-key", key)], r#"{"author":"a","text":"t"}"#)
    };
    assert_eq!((comment("k").status, comment("k").status), (201, 201));
    assert_eq!(rig.send("PATCH", "/api/boards/b/cards/c", &[], r#"{"title":""}"#).status, 422);
    rig.send("DELETE", "/api/boards/b/cards/c", &[], "");
    rig.send("DELETE", "/api/boards/b", &[], "");
    for listener in &mut listeners {
        for expected in [
            json!({ "board": "b", "card": null, "kind": "board", "deleted": false }),
            json!({ "board": "b", "card": "c", "kind": "card", "deleted": false }),
            json!({ "board": "b", "card": "c", "kind": "comment", "deleted": false }),
            json!({ "board": "b", "card": "c", "kind": "card", "deleted": true }),
            json!({ "board": "b", "card": null, "kind": "board", "deleted": true }),
        ] {
            assert_eq!(next_change(listener), expected);
        }
    }
}

#[test]
fn a_change_is_readable_when_it_is_heard() {
    let rig = Rig::start(|_| {});
    let mut listener = listen(&rig);
    for number in 0..20 {
        let mut writer = rig.client();
        let body = json!({ "title": number.to_string() }).to_string();
        writer.ask("PATCH", CARD, &[], body.as_bytes()).unwrap();
        next_change(&mut listener);
        assert_eq!(rig.get(CARD)["title"], number.to_string());
        assert_eq!(writer.answer("PATCH").unwrap().status, 200);
    }
    assert_eq!(rig.get(BOARD)["version"], 1);
}

#[test]
fn the_stream_ends_with_the_server_and_with_a_refusal() {
    let mut rig = Rig::new();
    let mut listener = listen(&rig);
    rig.order(json!({ "refuse": true }));
    assert!(listener.rest().1.is_err(), "cut by a reset");
    rig.lift();
    let mut listener = listen(&rig);
    rig.stop();
    assert!(listener.rest().1.is_ok(), "ended in order");
}
