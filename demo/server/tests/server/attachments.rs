//! Photos: uploaded as forms, kept for good.

use serde_json::json;

use crate::rig::{CARD, Reply, Rig};

fn upload(rig: &Rig, boundary: &str, id: Option<&str>, bytes: &[u8], key: &str) -> Reply {
    let mut body = Vec::new();
    if let Some(id) = id {
        body.extend(format!("--{boundary}\r\ncontent-disposition: form-data; name=\"id\"\r\n\r\n{id}\r\n").bytes());
    }
    let head = "content-disposition: form-data; name=\"file\"; filename=\"../pier 1.png\"\r\ncontent-type: image/png";
    body.extend(format!("--{boundary}\r\n{head}\r\n\r\n").bytes());
    body.extend(bytes);
    body.extend(format!("\r\n--{boundary}--\r\n").bytes());
    let kind = format!("multipart/form-data; boundary={boundary}");
    let headers = [("content-type", kind.as_str()), ("idempotency-key", key)];
    rig.client().send("POST", &format!("{CARD}/attachments"), &headers, &body).unwrap()
}

#[test]
fn a_photo_is_kept_as_it_came() {
    let rig = Rig::new();
    let bytes: Vec<u8> = (0..3_000_000u32).map(|n| (n % 251) as u8).collect();
    let reply = upload(&rig, "xx", Some("photo-1"), &bytes, "k");
    let expected = json!({ "id": "photo-1", "name": "pier 1.png", "type": "image/png", "size": 3_000_000 });
    assert_eq!((reply.status, reply.json()), (201, expected.clone()), "{}", reply.text());
    assert_eq!(rig.get(CARD)["attachments"], json!([expected]));

    let path = format!("{CARD}/attachments/photo-1");
    let mut client = rig.client();
    let got = client.send("GET", &path, &[], b"").unwrap();
    assert!(got.body == bytes && got.header("content-type") == "image/png");
    assert!(got.header("cache-control").contains("immutable"));
    assert_eq!(client.send("GET", &path, &[("if-none-match", got.header("etag"))], b"").unwrap().status, 304);
    assert_eq!(client.send("GET", &format!("{CARD}/attachments/other"), &[], b"").unwrap().status, 404);
}

#[test]
fn a_form_built_again_with_the_same_key_is_the_same_write() {
    let rig = Rig::new();
    assert_eq!(upload(&rig, "first", None, b"bytes", "k").status, 201);
    let again = upload(&rig, "second", None, b"bytes", "k");
    assert_eq!((again.status, again.header("idempotency-replayed")), (201, "true"));
    assert_eq!(upload(&rig, "third", None, b"other", "k").status, 422);
    assert_eq!(rig.get(CARD)["attachments"].as_array().unwrap().len(), 1);
}

#[test]
fn a_form_without_a_file_is_refused() {
    let rig = Rig::new();
    let path = format!("{CARD}/attachments");
    let send = |kind: &str, body: &str| rig.send("POST", &path, &[("content-type", kind)], body);
    assert_eq!(send("application/json", "{}").status, 400);
    let reply = send("multipart/form-data; boundary=x", "--x--\r\n");
    assert_eq!((reply.status, &reply.json()["field"]), (422, &json!("file")));
    assert_eq!(send("multipart/form-data; boundary=x", "--x\r\nbroken").status, 400);
}
