//! Limits and what goes first, in a real database: whatever is removed, the ledger agrees with what is left.

use super::{finished, own_url, path_of, request, run, scope, start};
use longshore::web::Runtime;
use wasm_bindgen_test::wasm_bindgen_test;

/// The longest unused goes first, also when the clock has been set back, and in a database that has no ledger yet.
#[wasm_bindgen_test]
async fn a_route_keeps_what_was_used_last() {
    let site = Site::new("kept", r#""staleTime": "1h", "maxEntries": 2"#, "").await;
    site.get(0, "a b c").await;
    assert_eq!(site.stored().await, "b c");
    site.get(0, "b d").await;
    assert_eq!(site.stored().await, "b d", "c was unused the longest");
    // As if everything had been used tomorrow: the clock was a day ahead.
    let ahead = "record.at += 86400000; record.moment += 86400000;";
    site.change_uses(ahead).await;
    site.get(0, "e").await;
    assert_eq!(site.stored().await, "d e", "the newest stays");
    // As an older version had it: no ledger, and no sizes.
    site.change_uses("if (key === 0) record.gone = true; else delete record.size;").await;
    site.get(0, "f g").await;
    assert_eq!(site.stored().await, "f g");
}

/// Beyond the limit for all, what is too old to be used goes first, then by priority what was unused the longest.
#[wasm_bindgen_test]
async fn limits_for_all_take_expired_answers_first_and_then_go_by_priority() {
    let site = Site::new("all", "", r#""maxEntries": 4"#).await;
    site.get(HIGH, "high").await;
    site.get(0, "a b").await;
    site.get(ENDED, "ended").await;
    assert_eq!(site.stored().await, "a b ended high", "nothing goes before it must");
    site.get(0, "c").await;
    assert_eq!(site.stored().await, "a b c high");
    site.get(LOW, "low").await;
    assert_eq!(site.stored().await, "a b c high", "even the newest of a low priority goes before the others");
    site.get(0, "d").await;
    assert_eq!(site.stored().await, "b c d high");
}

/// Bytes are counted, and what is too long by itself is not stored.
#[wasm_bindgen_test]
async fn bytes_are_limited() {
    let probe = Site::new("probe", "", "").await;
    let url = format!("{}?probe", own_url());
    let first = probe.runtime.fetch(request(&url, None), 0, url);
    let size = super::text(&super::answer(&first).await).await.len();
    let site = Site::new("bytes", &format!(r#""maxBytes": {}"#, size * 5 / 2), "").await;
    site.get(0, "a b c").await;
    assert_eq!(site.stored().await, "b c");
    let site = Site::new("long", &format!(r#""maxEntryBytes": {}"#, size - 1), "").await;
    site.get(0, "a").await;
    assert_eq!(site.stored().await, "");
}

/// The routes of a site, after the first.
const HIGH: i32 = 1;
const LOW: i32 = 2;
const ENDED: i32 = 3;

/// A worker with a database of its own.
struct Site {
    runtime: Runtime,
    /// The database's name.
    database: String,
}

impl Site {
    /// A first route with these options, and limits for all.
    async fn new(case: &str, options: &str, limits: &str) -> Site {
        let scope = scope(case);
        let route = |options: &str| {
            let gap = if options.is_empty() { "" } else { ", " };
            format!(r#"{{"match": "/{}*", "strategy": "cache-first"{gap}{options}}}"#, options.len())
        };
        let high = route(r#""priority": "high""#);
        let low = route(r#""priority": "low""#);
        let ended = route(r#""maxAge": "0s""#);
        let config = format!(r#"{{"routes": [{}, {high}, {low}, {ended}], "limits": {{{limits}}}}}"#, route(options));
        Site { runtime: start(&scope, &config).await, database: format!("longshore:{}", path_of(&scope)) }
    }

    /// Reads by a route, one after the other.
    async fn get(&self, route: i32, names: &str) {
        for name in names.split(' ') {
            let url = format!("{}?{name}", own_url());
            finished(&self.runtime.fetch(request(&url, None), route, url)).await;
        }
    }

    /// The names of what is stored, the first to go first. Fails where the ledger says otherwise, or a store.
    async fn stored(&self) -> String {
        let body = r#"
            const read = database.transaction(["entries", "bodies", "uses"]);
            const store = (name) => read.objectStore(name);
            const keys = await ask(store("uses").index("by-time").getAllKeys());
            const entries = await Promise.all(keys.map((key) => ask(store("entries").get(key))));
            const bodies = await Promise.all(keys.map((key) => ask(store("bodies").get(key))));
            const uses = await ask(store("uses").index("by-time").getAll());
            const bytes = uses.reduce((sum, { size }) => sum + (size ?? 0), 0);
            const ledger = (await ask(store("uses").get(0)))?.all ?? { entries: 0, bytes: 0 };
            const counts = [await ask(store("entries").count()), await ask(store("bodies").count()), ledger.entries];
            if (counts.some((count) => count !== keys.length)) throw new Error(`${counts} of ${keys.length}`);
            if (bytes !== ledger.bytes) throw new Error(`${ledger.bytes} of ${bytes} bytes`);
            uses.forEach(({ size }, at) => {
              if (size !== undefined && size !== bodies[at].byteLength) throw new Error(`${size} of ${bodies[at].byteLength}`);
            });
            return entries.map(({ url }) => url.split("?")[1]).join(" ");"#;
        run(&self.database, body).await.as_string().expect("a text")
    }

    /// Changes each record in the store of uses.
    async fn change_uses(&self, change: &str) {
        let body = format!(
            "const store = database.transaction('uses', 'readwrite').objectStore('uses');
             const [keys, records] = await Promise.all([ask(store.getAllKeys()), ask(store.getAll())]);
             for (const [at, key] of keys.entries()) {{
               const record = records[at];
               {change}
               await ask(record.gone ? store.delete(key) : store.put(record, key));
             }}"
        );
        run(&self.database, &body).await;
    }
}
