//! IndexedDB: one database, one schema, every write one transaction.
//! Decides nothing about what is kept or for how long.

mod commit;
mod database;
mod ledger;
mod records;
mod requests;
mod schema;

pub use commit::{Ready, length};
pub use database::{Database, Found};
