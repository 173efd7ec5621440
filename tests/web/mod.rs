//! The browser shell in a real browser: the same cases run in a page and in a service worker.
//! Knows the library only as the worker shell does: `ask`, `boot` and the `Runtime`.

mod limits;
mod schema;

use js_sys::{Array, Function, Object, Promise, Reflect};
use longshore::desk::ask;
use longshore::web::{Runtime, boot};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Request, RequestInit, Response};

/// Nothing listens on this port, so the network fails at once.
const NOWHERE: &str = "http://127.0.0.1:9/api/notes";

/// A bad config is refused with the path of each wrong place.
#[wasm_bindgen_test]
fn bad_config_is_refused_by_path() {
    let message = ask(
        "check",
        r#"{"routes":[{"match":"/a/*","strategy":"cache-first"},{"match":"/b/*","strategy":"cachefirst","timeout":3}]}"#,
    );
    assert!(message.contains("routes[1].strategy") && message.contains("routes[1].timeout"), "{message}");
    assert_eq!(ask("check", r#"{"routes":[{"match":{"hook":true},"strategy":"cache-first"}]}"#), "");
}

/// The second answer of a cache-first route comes out of IndexedDB, in another instance too.
#[wasm_bindgen_test]
async fn cache_first_answers_from_the_store() {
    let scope = scope("cache-first");
    let runtime = start(&scope, CONFIG).await;
    let url = format!("{}?cache-first", own_url());
    let first = answer(&runtime.fetch(request(&url, None), 0, url.clone())).await;
    assert!(!first.headers().has("age").expect("headers"), "the first answer comes from the network");
    let text = text(&first).await;
    let second = answer(&start(&scope, CONFIG).await.fetch(request(&url, None), 0, url.clone())).await;
    assert!(second.headers().has("age").expect("headers"), "RFC 9111, 5.1: a stored answer carries its age");
    assert_eq!(self::text(&second).await, text);
}

/// A write without a network is kept before its page hears of it, and an instance started later still has it.
#[wasm_bindgen_test]
async fn a_write_without_a_network_is_kept() {
    let scope = scope("kept");
    let runtime = start(&scope, CONFIG).await;
    let ticket: JsValue = Object::new().into();
    let kept = answer(&runtime.mutate(request(NOWHERE, Some("one")), 0, ticket.clone(), body("one"))).await;
    assert_eq!(kept.status(), 202);
    let id = kept.headers().get("Longshore-Queued").expect("headers").expect("the id of the row");
    assert_eq!(get(&ticket, "queued").as_string().as_deref(), Some(id.as_str()), "the shell knows it too");
    let rows = list(&scope).await;
    assert_eq!(rows.length(), 1);
    let row = rows.get(0);
    assert_eq!(get(&row, "id").as_string().as_deref(), Some(id.as_str()));
    let name = format!("longshore:{}", path_of(&scope));
    let stored =
        "return ask(database.transaction('row-bodies').objectStore('row-bodies').get('ID'))".replace("ID", &id);
    let stored = js_sys::Uint8Array::new(&run(&name, &stored).await).to_vec();
    assert_eq!(String::from_utf8(stored).as_deref(), Ok("one"));
}

/// A discarded write is gone, and a wish about an unknown one is an error that says so.
#[wasm_bindgen_test]
async fn a_discarded_write_is_gone() {
    let scope = scope("discard");
    let runtime = start(&scope, CONFIG).await;
    let kept = answer(&runtime.mutate(request(NOWHERE, Some("two")), 0, JsValue::NULL, body("two"))).await;
    let id = kept.headers().get("Longshore-Queued").expect("headers").expect("the id of the row");
    let discard = json(&format!(r#"{{"kind":"queue.discard","id":"{id}"}}"#));
    JsFuture::from(runtime.command(discard.clone())).await.expect("discarded");
    assert_eq!(list(&scope).await.length(), 0);
    let error: js_sys::Error = JsFuture::from(runtime.command(discard)).await.expect_err("it is gone").unchecked_into();
    assert!(String::from(error.message()).contains("no such mutation"), "{error:?}");
}

/// The database is deleted under a running instance: it lets go, opens a new one and goes on.
#[wasm_bindgen_test]
async fn a_database_deleted_under_way_is_opened_again() {
    let scope = scope("deleted");
    let runtime = start(&scope, CONFIG).await;
    let kept = answer(&runtime.mutate(request(NOWHERE, Some("three")), 0, JsValue::NULL, body("three"))).await;
    assert_eq!(kept.status(), 202);
    delete_database(&format!("longshore:{}", path_of(&scope))).await;
    let url = format!("{}?deleted", own_url());
    let served = answer(&runtime.fetch(request(&url, None), 0, url.clone())).await;
    assert_eq!(served.status(), 200);
}

/// A database of version 1 is upgraded with all that is in it, and its answers can be evicted.
#[wasm_bindgen_test]
async fn a_database_of_version_1_is_upgraded_with_all_it_holds() {
    let scope = scope("upgraded");
    let (name, url) = stocked(&scope).await;
    remake(&name, 1).await;
    let runtime = start(&scope, CONFIG).await;
    let served = answer(&runtime.fetch(request(&url, None), 0, url.clone())).await;
    assert!(served.headers().has("age").expect("headers"), "the stored answer is there");
    assert_eq!(list(&scope).await.length(), 1, "the write is there");
    assert_eq!(facts(&name).await, "3 1 1 1", "version, entries, entries in order of time, rows");
}

/// A database of a newer version is left as it is, and the network answers.
#[wasm_bindgen_test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let scope = scope("newer");
    let (name, url) = stocked(&scope).await;
    remake(&name, 9).await;
    let runtime = start(&scope, CONFIG).await;
    let served = answer(&runtime.fetch(request(&url, None), 0, url.clone())).await;
    assert_eq!(served.status(), 200);
    assert!(!served.headers().has("age").expect("headers"), "the network's answer");
    // Neither kept nor lost: it goes out as it would without a worker, and nothing listens there.
    let sent = answer(&runtime.mutate(request(NOWHERE, Some("late")), 0, JsValue::NULL, body("late"))).await;
    assert_eq!(sent.status(), 0);
    assert_eq!(facts(&name).await, "9 1 0 1", "version, entries, entries in order of time, rows");
}

/// A body in chunks is stored only when all of them are there, and of it a part is read as a part.
#[wasm_bindgen_test]
async fn a_body_in_chunks_is_stored_when_all_are_there() {
    let chunks = Function::new_no_args(
        r#"return {
          count: 1,
          take(response) {
            const byteLength = Number(response.headers.get("content-length") ?? 100);
            const more = { range: IDBKeyRange.only(["none", 7, 0]), count: this.count };
            return { page: response.clone(), store: async () => Object.assign(Object.create(more), { token: 7, byteLength }) };
          },
          read: (key, { token }, first, last) => `${key.length > 0} ${token} ${first} ${last}`,
        }"#,
    );
    let chunks = chunks.call0(&JsValue::UNDEFINED).expect("an object");
    let runtime = start_with(&scope("chunks"), CONFIG, &chunks).await;
    let url = format!("{}?chunks", own_url());
    for is_there in [false, false, true] {
        if is_there {
            Reflect::set(&chunks, &"count".into(), &0.into()).expect("a plain object");
        }
        let handling = runtime.fetch(request(&url, None), 0, url.clone());
        let served = answer(&handling).await;
        assert!(!served.headers().has("age").expect("headers"), "a chunk was missing, so this is the network's");
        finished(&handling).await;
    }
    let whole = answer(&runtime.fetch(request(&url, None), 0, url.clone())).await;
    assert_eq!(text(&whole).await, "true 7 undefined undefined");
    let ranged = request(&url, None);
    ranged.headers().set("range", "bytes=2-5").expect("allowed");
    let part = answer(&runtime.fetch(ranged, 0, url.clone())).await;
    assert_eq!((part.status(), text(&part).await.as_str()), (206, "true 7 2 5"));
}

/// Invalidations are forgotten when there are too many; what was stored before is asked for again, once.
#[wasm_bindgen_test]
async fn old_invalidations_are_forgotten() {
    let scope = scope("forgotten");
    let (name, url) = stocked(&scope).await;
    let runtime = start(&scope, CONFIG).await;
    for half in 0..2 {
        let tags: Vec<String> = (0..600).map(|tag| format!("\"{half}-{tag}\"")).collect();
        let command = json(&format!(r#"{{"kind":"cache.invalidate","tags":[{}]}}"#, tags.join(",")));
        JsFuture::from(runtime.command(command)).await.expect("invalidated");
    }
    let late = start(&scope, CONFIG).await;
    let first = answer(&late.fetch(request(&url, None), 0, url.clone())).await;
    assert!(!first.headers().has("age").expect("headers"), "asked for again");
    text(&first).await;
    // Commits over the same store are carried out in order, so this one ends after both that went before.
    JsFuture::from(late.command(json(r#"{"kind":"cache.invalidate","tags":["last"]}"#))).await.expect("invalidated");
    let left = run(&name, "return ask(database.transaction('generations').objectStore('generations').count())").await;
    assert!(left.as_f64().is_some_and(|left| left < 610.0), "{left:?} rows are left");
    let last = start(&scope, CONFIG).await;
    let again = answer(&last.fetch(request(&url, None), 0, url.clone())).await;
    assert!(again.headers().has("age").expect("headers"), "and not a second time");
}

/// A scope's database with one stored answer and one kept write in it: its name, and the answer's URL.
async fn stocked(scope: &str) -> (String, String) {
    let runtime = start(scope, CONFIG).await;
    let url = format!("{}?{}", own_url(), js_sys::Math::random());
    finished(&runtime.fetch(request(&url, None), 0, url.clone())).await;
    let kept = answer(&runtime.mutate(request(NOWHERE, Some("kept")), 0, JsValue::NULL, body("kept"))).await;
    assert_eq!(kept.status(), 202);
    (format!("longshore:{}", path_of(scope)), url)
}

/// Makes a database anew as version 1 had it, under any version, with all that is in it.
async fn remake(name: &str, version: u32) {
    let body = r#"
        const names = [...database.objectStoreNames];
        const all = await Promise.all(names.map(async (name) => {
          const store = database.transaction(name).objectStore(name);
          return Promise.all([ask(store.getAllKeys()), ask(store.getAll())]);
        }));
        database.close();
        await ask(indexedDB.deleteDatabase(database.name));
        const request = indexedDB.open(database.name, VERSION);
        request.onupgradeneeded = () => names.forEach((name, at) => {
          const store = request.result.createObjectStore(name);
          if (name === "uses") store.createIndex("by-group", ["group", "at"]);
          all[at][0].forEach((key, place) => store.put(all[at][1][place], key));
        });
        (await ask(request)).close();"#;
    run(name, &body.replace("VERSION", &version.to_string())).await;
}

async fn facts(name: &str) -> String {
    let body = r#"
        const store = (name) => database.transaction(name).objectStore(name);
        const timed = store("uses").indexNames.contains("by-time") ? await ask(store("uses").index("by-time").count()) : 0;
        return [database.version, await ask(store("entries").count()), timed, await ask(store("rows").count())].join(" ");"#;
    run(name, body).await.as_string().expect("a text")
}

/// Runs the body of an async function with an open `database`, which is closed again, and `ask` for a request's result.
async fn run(name: &str, body: &str) -> JsValue {
    let source = format!(
        "const ask = (request) => new Promise((resolve, reject) => {{
           request.onsuccess = () => resolve(request.result);
           request.onerror = () => reject(request.error);
         }});
         return (async () => {{
           const database = await ask(indexedDB.open(name));
           try {{ {body} }} finally {{ database.close(); }}
         }})();"
    );
    let function = Function::new_with_args("name", &source);
    let promise = function.call1(&JsValue::UNDEFINED, &name.into()).expect("a promise");
    JsFuture::from(promise.unchecked_into::<Promise>()).await.expect("done")
}

const CONFIG: &str = r#"{
    "routes": [{"match": "/*", "strategy": "cache-first", "staleTime": "1h"}],
    "mutations": [{"match": "http://127.0.0.1:9/*", "lane": "notes"}]
}"#;

async fn start(scope: &str, config: &str) -> Runtime {
    start_with(scope, config, &JsValue::UNDEFINED).await
}

async fn start_with(scope: &str, config: &str, chunks: &JsValue) -> Runtime {
    let env = Object::new();
    let set = |key: &str, value: JsValue| Reflect::set(&env, &key.into(), &value).expect("a plain object");
    set("chunks", chunks.clone());
    set("scope", scope.into());
    set("version", "test".into());
    set("base", "/longshore/".into());
    let send = "return fetch(write.url, { method: write.method, headers: write.headers, body })";
    set("send", Function::new_with_args("write, body", send).into());
    boot(json(config), env.into()).await.expect("boots")
}

/// The URL that this test itself was loaded from: something that is certainly there to fetch.
fn own_url() -> String {
    let location = get(&js_sys::global(), "location");
    format!("{}/", get(&location, "origin").as_string().expect("an origin"))
}

/// A scope of its own for each case and run, so that no case finds another's rows.
fn scope(case: &str) -> String {
    format!("{}{case}-{}/", own_url(), js_sys::Math::random())
}

fn path_of(scope: &str) -> String {
    scope.splitn(4, '/').nth(3).map(|path| format!("/{path}")).expect("a path")
}

fn request(url: &str, body: Option<&str>) -> Request {
    let init = RequestInit::new();
    if let Some(body) = body {
        init.set_method("POST");
        init.set_body(&body.into());
    }
    Request::new_with_str_and_init(url, &init).expect("a request")
}

async fn answer(handling: &JsValue) -> Response {
    let response: Promise = get(handling, "response").unchecked_into();
    JsFuture::from(response).await.expect("an answer").unchecked_into()
}

/// Waits until a read has been answered and its answer stored.
async fn finished(handling: &JsValue) {
    text(&answer(handling).await).await;
    JsFuture::from(get(handling, "done").unchecked_into::<Promise>()).await.expect("stored");
}

async fn text(response: &Response) -> String {
    JsFuture::from(response.text().expect("a body")).await.expect("text").as_string().expect("text")
}

fn body(text: &str) -> JsValue {
    let more = Object::new();
    let bytes = js_sys::Uint8Array::from(text.as_bytes()).buffer();
    Reflect::set(&more, &"body".into(), &bytes).expect("a plain object");
    more.into()
}

/// The rows that lie in a scope's store.
async fn list(scope: &str) -> Array {
    let name = format!("longshore:{}", path_of(scope));
    let stored = "return ask(database.transaction('rows').objectStore('rows').getAll())";
    run(&name, stored).await.unchecked_into()
}

async fn delete_database(name: &str) {
    let factory = get(&js_sys::global(), "indexedDB");
    let delete: Function = get(&factory, "deleteDatabase").unchecked_into();
    let request = delete.call1(&factory, &name.into()).expect("a request");
    let done = Promise::new(&mut |resolve, reject| {
        Reflect::set(&request, &"onsuccess".into(), &resolve).expect("set");
        Reflect::set(&request, &"onerror".into(), &reject).expect("set");
    });
    JsFuture::from(done).await.expect("deleted");
}

fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &key.into()).expect("a field")
}

fn json(text: &str) -> JsValue {
    js_sys::JSON::parse(text).expect("valid JSON")
}
