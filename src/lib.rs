//! Longshore: a service-worker runtime compiled from Rust to WebAssembly.
//!
//! Floor 0, values: [`time`], [`ids`], [`fault`], [`event`], [`http`], [`text`].
//! Floor 1, policies and machines: [`route`], [`freshness`], [`cache`], [`queue`], [`tabs`], `merge` (with the feature `desk`).
//! Floor 2, composition: [`engine`].
//! Floor 3, the browser: `web` and `desk`, on wasm32 only, a wasm package of each by the features `engine` and `desk`.

pub mod event;
pub mod fault;
pub mod http;
pub mod ids;
pub mod text;
pub mod time;

pub mod cache;
pub mod freshness;
#[cfg(feature = "desk")]
pub mod merge;
pub mod queue;
pub mod route;
pub mod tabs;

pub mod engine;

#[cfg(all(target_arch = "wasm32", feature = "desk"))]
pub mod desk;
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
pub mod web;

/// A tenth of the size of the standard library's own.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
