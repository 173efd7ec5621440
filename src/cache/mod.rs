//! What is kept: entries, their keys, what may not be kept, and who fetches for whom.

mod entry;

pub use entry::{Entry, EntryKey};
