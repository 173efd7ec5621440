//! The database's schema: every store there is or ever was.
//! rexie deletes, on a version bump, stores that its builder does not list, so a store that is no longer used stays here.

use rexie::{Index, ObjectStore, Rexie, RexieBuilder};

/// Raised whenever a store or index is added.
pub const VERSION: u32 = 1;

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
/// The key in `GENERATIONS` of the counter; no URL or tag key looks like it.
pub const CURRENT: &str = "current";

/// The database's name: one for each scope, since two apps may share an origin.
pub fn name(scope_path: &str) -> String {
    format!("longshore:{scope_path}")
}

/// The builder that makes or upgrades the database.
pub fn builder(name: &str) -> RexieBuilder {
    Rexie::builder(name)
        .version(VERSION)
        .add_object_store(ObjectStore::new(ENTRIES))
        .add_object_store(ObjectStore::new(BODIES))
        .add_object_store(ObjectStore::new(USES).add_index(Index::new_array(BY_GROUP, ["group", "at"])))
        .add_object_store(ObjectStore::new(GENERATIONS))
        .add_object_store(ObjectStore::new(ROWS))
        .add_object_store(ObjectStore::new(ROW_BODIES))
}
