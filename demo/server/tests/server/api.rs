//! Boards, cards and comments: what is answered, under which tags, page by page.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::rig::{BOARD, CARD, Rig};

#[test]
fn a_new_database_shows_two_boards_with_cards_and_comments() {
    let rig = Rig::start(|_| {});
    let boards = rig.get("/api/boards");
    let counts: Vec<_> = boards["items"].as_array().unwrap().iter().map(|board| board["cards"].clone()).collect();
    assert_eq!(counts, [9, 5]);
    assert_eq!(rig.get(BOARD)["columns"][0], json!({ "id": "todo", "title": "To do" }));
    assert_eq!(rig.get(CARD)["comments"], 2);
}

#[test]
fn what_is_written_is_read_again() {
    let rig = Rig::start(|_| {});
    let board = rig.post("/api/boards", json!({ "id": "b-1", "title": " Garden " }));
    assert_eq!((&board["id"], &board["title"], &board["version"]), (&json!("b-1"), &json!("Garden"), &json!(1)));

    let reply = rig.send("POST", "/api/boards/b-1/cards", &[], r#"{"title":"Dig","column":"doing","position":2.5}"#);
    let card = reply.json();
    let path = format!("/api/boards/b-1/cards/{}", card["id"].as_str().unwrap());
    assert_eq!((reply.status, reply.header("location")), (201, path.as_str()));
    assert_eq!(rig.get(&path), card);

    let reply = rig.send("PATCH", &path, &[], r#"{"text":"deep","column":"done"}"#);
    let changed = reply.json();
    assert_eq!(
        (&changed["title"], &changed["text"], &changed["column"]),
        (&json!("Dig"), &json!("deep"), &json!("done"))
    );
    assert_eq!((&changed["position"], &changed["version"]), (&json!(2.5), &json!(2)));
    assert_eq!(reply.header("etag"), rig.send("GET", &path, &[], "").header("etag"));

    rig.post(&format!("{path}/comments"), json!({ "author": "Mara", "text": "Done?" }));
    assert_eq!((&rig.get(&path)["comments"], &rig.get(&path)["version"]), (&json!(1), &json!(2)));

    assert_eq!(rig.send("DELETE", "/api/boards/b-1", &[], "").status, 204);
    assert_eq!(rig.send("GET", &path, &[], "").status, 404);
}

#[test]
fn bad_requests_are_refused_and_name_the_field() {
    let rig = Rig::start(|_| {});
    let cards = format!("{BOARD}/cards");
    let comments = format!("{CARD}/comments");
    let check = |method: &str, path: &str, body: &str, status: u16, field: Value| {
        let reply = rig.send(method, path, &[], body);
        assert_eq!(
            (reply.status, &reply.json()["field"]),
            (status, &field),
            "{method} {path} {body}: {}",
            reply.text()
        );
        assert_eq!(reply.header("content-type"), "application/problem+json");
    };
    check("POST", &cards, "{", 400, Value::Null);
    check("POST", &cards, "[]", 400, Value::Null);
    check("POST", &cards, "{}", 422, json!("title"));
    check("POST", &cards, r#"{"title":"  "}"#, 422, json!("title"));
    check("POST", &cards, r#"{"title":7}"#, 422, json!("title"));
    check("POST", &cards, r#"{"title":"a","column":"later"}"#, 422, json!("column"));
    check("POST", &cards, r#"{"title":"a","position":"first"}"#, 422, json!("position"));
    check("POST", &cards, r#"{"title":"a","id":"../b"}"#, 422, json!("id"));
    check("POST", &comments, r#"{"author":"a"}"#, 422, json!("text"));
    check("PATCH", CARD, r#"{"text":1}"#, 422, json!("text"));
    check("GET", &format!("{cards}?limit=many"), "", 422, json!("limit"));
    check("GET", &format!("{cards}?cursor=x"), "", 422, json!("cursor"));
    check("GET", "/api/boards/none", "", 404, Value::Null);
    check("POST", "/api/boards/none/cards", r#"{"title":"a"}"#, 404, Value::Null);
    check("PATCH", &format!("{cards}/none"), r#"{"title":"a"}"#, 404, Value::Null);
    check("DELETE", &format!("{cards}/none"), "", 404, Value::Null);
    check("GET", "/api/nothing/here", "", 404, Value::Null);
    check("PUT", "/api/boards", "", 405, Value::Null);
    check("POST", &cards, &format!(r#"{{"title":"a","text":"{}"}}"#, "x".repeat(1 << 21)), 413, Value::Null);
    rig.post(&cards, json!({ "id": "twice", "title": "a" }));
    check("POST", &cards, r#"{"id":"twice","title":"a"}"#, 409, Value::Null);
}

#[test]
fn a_write_under_a_stale_tag_is_refused_with_what_is_there() {
    let rig = Rig::start(|_| {});
    let tag = rig.send("GET", CARD, &[], "").header("etag").to_owned();
    let patch = |condition: Option<&str>| {
        let headers: Vec<_> = condition.iter().map(|tag| ("if-match", *tag)).collect();
        rig.send("PATCH", CARD, &headers, r#"{"title":"Other"}"#)
    };
    // A comment does not make an edit stale, and a bare version is as good as the whole tag.
    rig.post(&format!("{CARD}/comments"), json!({ "author": "Mara", "text": "Hm." }));
    assert_eq!(patch(Some(&tag)).status, 200);
    let refused = patch(Some(&tag));
    assert_eq!((refused.status, &refused.json()["current"]["version"]), (412, &json!(2)));
    for (condition, expected) in
        [(Some("\"2\""), 200), (Some("\"9\", \"3\""), 200), (Some("*"), 200), (Some("W/\"5\""), 412), (None, 200)]
    {
        assert_eq!(patch(condition).status, expected, "{condition:?}");
    }
    assert_eq!(rig.send("DELETE", CARD, &[("if-match", "\"1\"")], "").status, 412);
    assert_eq!(rig.send("DELETE", BOARD, &[("if-match", "\"7\"")], "").status, 412);
    assert_eq!(rig.send("DELETE", CARD, &[("if-match", "\"6\"")], "").status, 204);
}

#[test]
fn what_the_client_has_is_not_sent_again() {
    let rig = Rig::start(|_| {});
    for path in ["/api/boards", BOARD, CARD, &format!("{BOARD}/cards"), &format!("{CARD}/comments")] {
        let mut client = rig.client();
        let first = client.send("GET", path, &[], b"").unwrap();
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with('"') && first.header("cache-control") == "no-cache", "{path}: {tag}");
        for (named, status) in
            [(tag.clone(), 304), (format!("\"x\", W/{tag}"), 304), ("*".into(), 304), ("\"x\"".into(), 200)]
        {
            let again = client.send("GET", path, &[("if-none-match", &named)], b"").unwrap();
            assert_eq!((again.status, again.header("etag")), (status, tag.as_str()), "{path} {named}");
        }
        let head = client.send("HEAD", path, &[], b"").unwrap();
        assert_eq!((head.status, head.header("etag"), head.body.len()), (200, tag.as_str(), 0));
    }
}

#[test]
fn pages_follow_each_other_without_gap_or_repeat() {
    let rig = Rig::start(|_| {});
    // Equal and negative positions are told apart by id.
    for (number, position) in [-1.5, -1.5, 0.1, 1024.0].into_iter().enumerate() {
        rig.post(&format!("{BOARD}/cards"), json!({ "id": format!("p{number}"), "title": "x", "position": position }));
    }
    for number in 0..5 {
        rig.post(&format!("{CARD}/comments"), json!({ "author": "a", "text": format!("t{number}") }));
    }
    for (path, total) in [(format!("{BOARD}/cards"), 13), (format!("{CARD}/comments"), 7)] {
        let whole = rig.get(&path);
        assert_eq!((whole["items"].as_array().unwrap().len(), &whole["next"]), (total, &Value::Null));
        for limit in [1, 2, 3, total, total + 1] {
            let (mut items, mut query) = (Vec::new(), format!("?limit={limit}"));
            loop {
                let page = rig.get(&format!("{path}{query}"));
                items.extend(page["items"].as_array().unwrap().clone());
                let Some(next) = page["next"].as_str() else {
                    break;
                };
                query = format!("?limit={limit}&cursor={next}");
            }
            assert_eq!(Value::from(items), whole["items"], "{path} by {limit}");
        }
    }
}

#[test]
fn cards_without_a_position_go_last_and_ids_are_made() {
    let rig = Rig::start(|_| {});
    let cards: Vec<Value> = (0..3).map(|_| rig.post(&format!("{BOARD}/cards"), json!({ "title": "x" }))).collect();
    let positions: Vec<_> = cards.iter().map(|card| card["position"].as_f64().unwrap()).collect();
    assert!(positions.is_sorted_by(|a, b| a < b), "{positions:?}");
    let ids: BTreeSet<_> = cards.iter().map(|card| card["id"].as_str().unwrap()).collect();
    assert!(ids.len() == 3 && ids.iter().all(|id| id.len() == 36 && id.as_bytes()[14] == b'4'), "{ids:?}");
}

#[test]
fn without_faults_there_are_no_test_resources() {
    let rig = Rig::start(|_| {});
    for (method, path) in
        [("POST", "/api/echo/a/1"), ("GET", "/api/slow?ms=1"), ("GET", "/api/value/a"), ("PUT", "/api/value/a")]
    {
        assert_eq!(rig.send(method, path, &[], "x").status, 404, "{method} {path}");
    }
}

#[test]
fn a_batch_answers_each_request_by_itself_and_what_depends_on_a_failed_one_is_not_done() {
    let rig = Rig::new();
    let ask = |requests: Value| {
        rig.send(
            "POST",
            "/api/batch",
            &[("content-type", "application/json")],
            &json!({ "requests": requests }).to_string(),
        )
    };
    let item = |id: &str, url: &str, after: &[&str]| {
        json!({ "id": id, "method": "POST", "url": url, "headers": { "content-type": "application/json", "idempotency-key": format!("key-{id}") },
                "body": { "n": 1 }, "dependsOn": after })
    };
    let batch = json!([
        item("a", "/api/echo/x/1", &[]),
        item("b", "/api/nothing", &["a"]),
        item("c", "/api/echo/x/2", &["b"]),
        item("d", "/api/echo/x/3", &[])
    ]);
    let statuses = |reply: &Value| -> Vec<(String, u64)> {
        let answers = reply["responses"].as_array().unwrap().iter();
        answers.map(|answer| (answer["id"].as_str().unwrap().to_owned(), answer["status"].as_u64().unwrap())).collect()
    };
    let wanted = [("a", 200), ("b", 404), ("c", 424), ("d", 200)].map(|(id, status)| (id.to_owned(), status));
    let first = ask(batch.clone()).json();
    assert_eq!(statuses(&first), wanted);
    assert_eq!(first["responses"][0]["body"], json!({ "lane": "x", "n": 1 }));
    assert_eq!(statuses(&ask(batch).json()), wanted);
    let log = rig.log();
    assert_eq!(
        (log["applied"].as_array().unwrap().len(), log["seen"]["key-a"].as_u64()),
        (2, Some(2)),
        "each under its own key"
    );
    assert_eq!(ask(json!([{ "id": "a", "method": "NO SUCH", "url": "/" }])).status, 400);
    assert_eq!(ask(json!("no list")).status, 400);
}
