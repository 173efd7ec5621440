//! What an exchange asks of the engine, and the words it thinks in.
//! Carries nothing out.

use super::effect::{Answer, Compare, Upstream};
use crate::cache::{Entry, EntryKey};
use crate::ids::BodyId;
use crate::time::Span;

/// What an exchange asks of the engine next.
#[derive(Clone, Debug, PartialEq)]
pub enum Action {
    /// Read the first stored of these.
    Lookup(Vec<EntryKey>),
    /// Ask the network, alone or together with others who want the same.
    Fetch(Upstream),
    /// Wake me when patience has run out.
    Wait(Span),
    /// The network is no longer needed.
    Abort,
    /// Answer the page.
    Respond(Answer),
    /// Keep this answer.
    Store {
        /// Its metadata.
        entry: Box<Entry>,
        /// Its body.
        body: BodyId,
        /// Its length as declared.
        declared: Option<u64>,
        /// Whether bytes decide if it changed.
        compare: Compare,
    },
    /// Keep nothing under this key any more: the server says that it is gone.
    Forget(EntryKey),
    /// Keep this metadata: the body is still good.
    Refresh(Box<Entry>),
    /// Over.
    Finish,
}

impl Action {
    /// Whether it ends in a commit, which one of several that share an answer makes for all.
    #[must_use]
    pub fn writes(&self) -> bool {
        matches!(self, Action::Store { .. } | Action::Refresh(_) | Action::Forget(_))
    }
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
