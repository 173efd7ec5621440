//! The database's schema: its version, its stores and their indexes, and how an older database gets them.
//! Knows no record.

use js_sys::Array;
use wasm_bindgen::JsValue;
use web_sys::{IdbDatabase, IdbTransaction};

/// Raised whenever a store or index is added; `sw/shell/ready.js` has it too. A database of a newer version is not opened.
/// 2: `BY_TIME`. 3: `BY_END`, `CHUNKS`.
pub const VERSION: u32 = 3;

/// Metadata of stored answers, by entry key.
pub const ENTRIES: &str = "entries";
/// Bodies of stored answers, under the same keys.
pub const BODIES: &str = "bodies";
/// Bodies that are too large for one piece, in chunks, by entry key, token and number: `sw/works/chunks.js` reads and writes them.
pub const CHUNKS: &str = "chunks";
/// When each entry was last used and what it counts for, under the same keys, apart so that a hit rewrites no metadata. The ledger lies
/// here too.
pub const USES: &str = "uses";
/// Raised generations, by `u:URL` or `t:tag`, and the counter itself.
pub const GENERATIONS: &str = "generations";
/// Mutations, by id.
pub const ROWS: &str = "rows";
/// Bodies of mutations, by id.
pub const ROW_BODIES: &str = "row-bodies";

/// The stores that hold answers, one key in all three.
pub const ANSWERS: [&str; 3] = [ENTRIES, BODIES, USES];

/// The index of `USES` by group and time.
pub const BY_GROUP: &str = "by-group";
/// The index of `USES` by time alone; what must never be evicted is beyond every moment in it.
pub const BY_TIME: &str = "by-time";
/// The index of `USES` by the moment from which on the answer is too old to be used; only those that have one are in it.
pub const BY_END: &str = "by-end";
/// The key in `GENERATIONS` of the counter; no URL or tag key looks like it.
pub const CURRENT: &str = "current";

/// The key there of what a person has paused, `{ names }`, which no older version takes for a generation: `sw/works/rows.js` writes it.
pub const PAUSED: &str = "paused";

/// The database's name: one for each scope, since two apps may share an origin.
pub fn name(scope_path: &str) -> String {
    format!("longshore:{scope_path}")
}

/// Every store there is or ever was: an upgrade adds what is missing and takes nothing away.
const STORES: [&str; 7] = [ENTRIES, BODIES, CHUNKS, USES, GENERATIONS, ROWS, ROW_BODIES];

/// Makes the database, or makes an older one into this version.
pub fn upgrade(handle: &IdbDatabase, transaction: &IdbTransaction) -> Result<(), JsValue> {
    for name in STORES {
        if !handle.object_store_names().contains(name) {
            handle.create_object_store(name)?;
        }
    }
    let uses = transaction.object_store(USES)?;
    let indexes = [
        (BY_GROUP, Array::of2(&"group".into(), &"at".into()).into()),
        (BY_TIME, JsValue::from("at")),
        (BY_END, "until".into()),
    ];
    for (name, path) in indexes {
        if !uses.index_names().contains(name) {
            uses.create_index_with_str_sequence(name, &path)?;
        }
    }
    Ok(())
}
