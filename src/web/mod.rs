//! The browser shell: carries out the engine's effects with IndexedDB, fetch, BroadcastChannel, Web Locks and timers.
//! Decides nothing: what a status, an age or a full disk means is settled on the floors below.
//!
//! Two wasm packages are made of it: the engine's (feature `engine`), and the desk's (feature `desk`).

#[cfg(feature = "engine")]
mod bind;
#[cfg(feature = "engine")]
mod bodies;
#[cfg(feature = "engine")]
mod channel;
#[cfg(feature = "engine")]
mod clock;
#[cfg(feature = "engine")]
mod commands;
#[cfg(feature = "engine")]
mod conflict;
#[cfg(feature = "desk")]
mod desk;
#[cfg(feature = "engine")]
mod driver;
#[cfg(feature = "engine")]
mod heads;
#[cfg(feature = "engine")]
mod install;
#[cfg(feature = "engine")]
mod json;
#[cfg(feature = "engine")]
mod lock;
#[cfg(feature = "engine")]
mod network;
#[cfg(feature = "engine")]
mod objects;
#[cfg(feature = "engine")]
mod perform;
#[cfg(feature = "engine")]
mod runtime;
#[cfg(feature = "engine")]
mod shelf;
#[cfg(feature = "engine")]
mod store;
#[cfg(feature = "engine")]
mod tasks;
#[cfg(feature = "engine")]
mod value;

#[cfg(feature = "desk")]
pub use desk::ask;
#[cfg(feature = "engine")]
pub use runtime::{Runtime, boot};

/// A tenth of the size of the standard library's own.
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
