//! What a page's exchange, or a precache entry, asks of the engine, and the words it thinks in.
//! Carries nothing out.

use super::effect::{Answer, Op, Upstream};
use crate::cache::EntryKey;
use crate::tabs::Event;
use crate::time::Span;

/// What is asked of the engine next.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Read the first stored of these.
    Lookup(Vec<EntryKey>),
    /// Ask the network, alone or together with others who want the same.
    Fetch(Upstream),
    /// Wake me when patience has run out.
    Wait(Span),
    /// Let me try again after this long.
    Pause(Span),
    /// The network is no longer needed.
    Abort,
    /// Answer the page.
    Respond(Answer),
    /// Change what is stored. Of several that share an answer, one does so for all.
    Commit {
        /// How.
        op: Op,
        /// To tell the tabs, unless superseded or found to be the same bytes.
        updated: Option<Event>,
    },
    /// What is stored for this URL is old.
    Invalidate(String),
    /// Over, this way.
    Finish(Result<(), String>),
}

/// How the stored entry, if any, may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing usable is stored.
    Missing,
    /// Good as it is.
    Fresh,
    /// Usable, but its time is up.
    Stale,
    /// Known to be outdated: somebody wrote.
    Invalidated,
}

/// Whether others wait for the same fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Company {
    /// Nobody: it may be given up.
    Alone,
    /// Some do: it belongs to nobody, and goes on.
    Shared,
}
