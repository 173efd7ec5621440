//! How an answer of ours came about, for developer tools to show: Cache-Status (RFC 9211) and Server-Timing.
//! Changes no decision. What the network answers goes out untouched.

use super::Exchange;
use crate::cache::Entry;
use crate::engine::action::Standing;
use crate::freshness::served;
use crate::http::{Came, ResponseHead};
use crate::route::Strategy;
use crate::text::joined;
use crate::time::Timestamp;

impl Exchange {
    /// The head under which a stored answer goes out.
    pub(super) fn head_of(&self, entry: &Entry, now: Timestamp) -> Box<ResponseHead> {
        let mut head = Box::new(served(entry.view(), now));
        let mut status = self.status;
        status.ttl = self.plan.ttl(entry, now);
        status.append_to(&mut head.headers);
        // How long the store, or a network that was asked first, has taken.
        let took = now.since(self.requested_at).0.to_string();
        head.headers.append("server-timing", &joined(&["longshore;desc=store;dur=", &took]));
        head
    }

    /// Why the network is asked.
    pub(super) fn why_asked(&self) -> Came {
        match self.standing {
            Standing::Missing => Came::UriMiss,
            Standing::Stale | Standing::Invalidated => Came::Stale,
            Standing::Fresh if self.plan.strategy == Strategy::NetworkFirst && !self.respects_http() => Came::Bypass,
            Standing::Fresh => Came::Request,
        }
    }
}
