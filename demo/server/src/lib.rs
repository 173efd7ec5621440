//! The demo's server: boards, cards, comments and photos over REST, kept in one SQLite file.
//! Holds no user accounts and no other service; with `--faults` it can also misbehave on command, for tests.
//!
//! In reading order:
//!
//! * [`options`]: the command line; [`server`]: start and stop; [`app`]: which path goes where.
//! * [`listener`], [`connection`]: the accept loop and the cutting of TCP connections.
//! * [`boards`], [`cards`], [`comments`], [`attachments`], [`events`]: one noun each, its SQL and its handlers.
//! * [`submission`], [`idempotency`], [`conditional`], [`fields`], [`paging`], [`answer`], [`problem`]: what the
//!   nouns share: how a write arrives, happens once, and is answered.
//! * [`store`], [`seed`]: the file, its schema, and what an empty one is filled with.
//! * [`static_files`], [`content_type`]: the pages.
//! * [`orders`], [`faults`], [`control`], [`log`], [`probes`]: only with `--faults`.

pub mod options;
pub mod server;

pub mod app;

pub mod connection;
pub mod listener;

pub mod attachments;
pub mod batch;
pub mod boards;
pub mod cards;
pub mod comments;
pub mod events;

pub mod answer;
pub mod conditional;
pub mod fields;
pub mod idempotency;
pub mod paging;
pub mod problem;
pub mod submission;

pub mod seed;
pub mod store;

pub mod content_type;
pub mod static_files;

pub mod control;
pub mod faults;
pub mod log;
pub mod orders;
pub mod probes;
