//! Pages of a list: how many, and after which.

use serde::Deserialize;

use crate::problem::Problem;

/// How many items a page has unless asked otherwise.
const DEFAULT: u32 = 50;
/// How many items a page has at the most.
const MAX: u32 = 200;

/// The query of a list.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Page {
    /// How many items are wanted.
    limit: Option<String>,
    /// Where the page before this one ended, as that page's `next` said.
    cursor: Option<String>,
}

impl Page {
    /// How many items to read: within bounds, whatever was asked.
    pub fn limit(&self) -> Result<usize, Problem> {
        let wanted = match &self.limit {
            None => DEFAULT,
            Some(text) => text.parse().map_err(|_| Problem::field("limit", "must be a whole number"))?,
        };
        Ok(wanted.clamp(1, MAX) as usize)
    }

    /// The two parts of the cursor, if one was given.
    pub fn after(&self) -> Result<Option<(i64, String)>, Problem> {
        let Some(cursor) = &self.cursor else {
            return Ok(None);
        };
        let parts = cursor.split_once('.').and_then(|(order, id)| Some((order.parse().ok()?, id.to_owned())));
        parts.map(Some).ok_or_else(|| Problem::field("cursor", "must be one that an earlier page gave"))
    }
}

/// The cursor that continues after an item: its place in the order and its id.
pub fn cursor(order: i64, id: &str) -> String {
    format!("{order}.{id}")
}
