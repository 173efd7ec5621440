//! What is kept: entries, their keys, what may not be kept, what a write makes stale, and who fetches for whom.
//! Does not judge age: `freshness` does.

mod entry;
mod flight;
mod generations;
mod guard;
mod key;

pub use entry::{Entry, EntryKey};
pub use flight::{FlightKey, Flights};
pub use generations::{Generations, Target};
pub use guard::{Poison, declared_length, inspect};
