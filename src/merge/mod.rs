//! Merging of JSON: what two people have done to one resource, brought together field by field.
//!
//! [`merge`] is the three-way merge, with [`Rules`] for lists, counters and text; [`patch`] reads and writes merge patches (RFC 7396);
//! [`reconcile`] says what a write that was refused as a conflict is to send instead.
//! [`lay`] lays an unsettled write over what is read; [`coalesce`] makes one write of two.
//! Knows no row, no request and no store: values in, values out.

mod coalesce;
mod decimal;
mod json;
mod layer;
mod lists;
pub mod patch;
mod path;
mod reconcile;
mod rules;
mod three_way;

#[cfg(test)]
mod tests;

pub use coalesce::coalesce;
pub use decimal::Decimal;
pub use json::{JsonError, Value};
pub use layer::{How, Layer, Of, lay};
pub use path::Path;
pub use reconcile::{Outcome, ReconcileError, Refused, reconcile, reconcile_text};
pub use rules::{ListRule, Rules, RulesError};
pub use three_way::{Choice, Choices, Clash, Merged, Sides, Took, merge};
