//! The server over real connections: each test has a server, a database file and a port of its own.

mod api;
mod attachments;
mod events;
mod faults;
mod files;
mod idempotency;
mod program;
mod rig;
