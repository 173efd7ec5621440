//! Longshore: a service-worker runtime compiled from Rust to WebAssembly.
//!
//! Floor 0, values: [`time`], [`ids`], [`fault`], [`event`], [`http`], [`text`].
//! Floor 1, policies and machines: [`route`], [`freshness`], [`cache`], [`queue`], [`tabs`], `merge` (with the feature `desk`).
//! Floor 2, composition: [`engine`].
//! Floor 3, the browser: `web`, on wasm32 only.

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

#[cfg(target_arch = "wasm32")]
pub mod web;
