//! The database's schema: every store there is or ever was.
//! rexie deletes, on a version bump, stores that its builder does not list, so a store that is no longer used stays here.

use super::requests::failure;
use crate::fault::StoreError;
use rexie::{Index, ObjectStore, Rexie};
use wasm_bindgen::JsValue;

/// Raised whenever a store or index is added; `sw/shell/ready.js` has it too. A database of a newer version is not opened.
/// 2: `BY_TIME`.
pub const VERSION: u32 = 2;

/// Metadata of stored answers, by entry key.
pub const ENTRIES: &str = "entries";
/// Bodies of stored answers, under the same keys.
pub const BODIES: &str = "bodies";
/// When each entry was last used, under the same keys, apart so that a hit rewrites no metadata.
pub const USES: &str = "uses";
/// Raised generations, by `u:URL` or `t:tag`, and the counter itself.
pub const GENERATIONS: &str = "generations";
/// Mutations, by id.
pub const ROWS: &str = "rows";
/// Bodies of mutations, by id.
pub const ROW_BODIES: &str = "row-bodies";

/// The index of `USES` by group and time.
pub const BY_GROUP: &str = "by-group";
/// The index of `USES` by time alone; what must never be evicted is beyond every moment in it.
pub const BY_TIME: &str = "by-time";
/// The key in `GENERATIONS` of the counter; no URL or tag key looks like it.
pub const CURRENT: &str = "current";

/// The database's name: one for each scope, since two apps may share an origin.
pub fn name(scope_path: &str) -> String {
    format!("longshore:{scope_path}")
}

/// Makes or upgrades the database. rexie's own handle is closed at once: it has neither durability nor `versionchange`.
pub async fn make(name: &str) -> Result<(), StoreError> {
    let made = Rexie::builder(name)
        .version(VERSION)
        .add_object_store(ObjectStore::new(ENTRIES))
        .add_object_store(ObjectStore::new(BODIES))
        .add_object_store(
            ObjectStore::new(USES)
                .add_index(Index::new_array(BY_GROUP, ["group", "at"]))
                .add_index(Index::new(BY_TIME, "at")),
        )
        .add_object_store(ObjectStore::new(GENERATIONS))
        .add_object_store(ObjectStore::new(ROWS))
        .add_object_store(ObjectStore::new(ROW_BODIES))
        .build()
        .await;
    match made {
        Ok(rexie) => {
            rexie.close();
            Ok(())
        }
        // What the browser says to a refused open or upgrade lies inside; rexie has no other error here.
        Err(rexie::Error::IdbError(idb::Error::DomException(error))) => Err(failure(&error)),
        Err(_) => Err(failure(&JsValue::UNDEFINED)),
    }
}
