//! Which route takes a request, and what it wants done: the specification of matching.
//! Does not serve, queue or store; the worker shell does the matching in practice, and `tests/routes.json` holds both to this.

mod address;
mod glob;
mod limits;
mod matcher;
mod mutation;
mod pattern;
// The folder is named for its main type, and so is that type's file.
#[allow(clippy::module_inception)]
mod route;
mod strategy;
mod table;
mod template;

pub use glob::Glob;
pub use limits::{Limits, Packing, Priority};
pub use matcher::{Conditions, HeaderRule, Matcher};
pub use mutation::{Conflict, IdempotencyHeader, MutationRoute, OnRetryable};
pub use pattern::{Pattern, PatternError};
pub use route::{Respect, Route};
pub use strategy::Strategy;
pub use table::RouteTable;
pub use template::{Template, TemplateError};
