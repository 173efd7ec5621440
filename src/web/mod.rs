//! The browser shell: carries out the engine's effects with IndexedDB, fetch, BroadcastChannel, Web Locks and timers.
//! Decides nothing: what a status, an age or a full disk means is settled on the floors below.

mod bind;
mod bodies;
mod channel;
mod clock;
mod commands;
mod conflict;
mod driver;
mod heads;
mod install;
mod json;
mod lock;
mod network;
mod objects;
mod perform;
mod runtime;
mod shelf;
mod store;
mod tasks;
mod value;

pub use runtime::{Runtime, boot};
