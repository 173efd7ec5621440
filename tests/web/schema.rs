//! The worker's database, opened and read by rexie: a library that knows nothing of ours.

use super::{get, start, stocked};
use rexie::{Index, KeyRange, ObjectStore, Rexie, TransactionMode};
use wasm_bindgen_test::wasm_bindgen_test;

/// Every store, in the order of the names.
const STORES: [&str; 7] = ["bodies", "chunks", "entries", "generations", "row-bodies", "rows", "uses"];

/// rexie opens the database at our version without an upgrade and reads a stored answer, its body, and its time of use
/// through both indexes; the worker goes on with a database that rexie has made.
#[wasm_bindgen_test]
async fn another_library_reads_the_database_and_makes_the_same() {
    let (ours, url) = stocked(&super::scope("outside")).await;
    read(&ours, &url).await;

    let scope = super::scope("made-outside");
    let name = format!("longshore:{}", super::path_of(&scope));
    open(&name).await.close();
    let runtime = start(&scope, super::CONFIG).await;
    let handling = runtime.fetch(super::request(&url, None), 0, url.clone());
    super::finished(&handling).await;
    read(&name, &url).await;
}

/// Opens the database; where there is none, makes it.
async fn open(name: &str) -> Rexie {
    let mut builder = Rexie::builder(name).version(3);
    for store in STORES {
        let mut store_made = ObjectStore::new(store);
        if store == "uses" {
            store_made = store_made
                .add_index(Index::new_array("by-group", ["group", "at"]))
                .add_index(Index::new("by-time", "at"))
                .add_index(Index::new("by-end", "until"));
        }
        builder = builder.add_object_store(store_made);
    }
    builder.build().await.expect("opens")
}

/// Reads the one stored answer of a database.
async fn read(name: &str, url: &str) {
    let database = open(name).await;
    assert_eq!(database.version().expect("a version"), 3);
    assert_eq!(database.store_names(), STORES);
    let transaction = database.transaction(&STORES, TransactionMode::ReadOnly).expect("a transaction");
    let uses = transaction.store("uses").expect("the store");
    assert_eq!(uses.index_names(), ["by-end", "by-group", "by-time"]);

    let by_time = uses.index("by-time").expect("the index").get_all_keys(None, None).await.expect("keys");
    let [key] = by_time.as_slice() else { panic!("one answer is stored, not {}", by_time.len()) };
    let record = transaction.store("entries").expect("the store").get(key.clone()).await.expect("read").expect("there");
    assert_eq!(get(&record, "url").as_string().as_deref(), Some(url));
    let body = transaction.store("bodies").expect("the store").get(key.clone()).await.expect("read").expect("there");
    assert_eq!(get(&body, "byteLength"), get(&record, "size"));

    let used = uses.get(key.clone()).await.expect("read").expect("there");
    let place = js_sys::Array::of2(&get(&record, "group"), &get(&used, "at"));
    let range = KeyRange::only(&place).expect("a range");
    let by_group = uses.index("by-group").expect("the index").get_all_keys(Some(range), None).await.expect("keys");
    assert_eq!(&by_group, &by_time);
    database.close();
}
