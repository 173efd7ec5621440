//! Longshore: a service-worker runtime compiled from Rust to WebAssembly.
