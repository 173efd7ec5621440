//! What follows from the network's answer to one exchange, or from its silence.
//! Does not ask the network, and tells no other exchange.

use super::{Exchange, PRECACHE, State};
use crate::cache::{Entry, EntryKey, declared_length, inspect};
use crate::engine::action::{Action, Standing};
use crate::engine::effect::{Answer, Compare, Op};
use crate::fault::FetchError;
use crate::freshness::{
    Refusal, StandIn, confirms, refresh, refresh_by_head, selected, storable, storable_by_http, strip,
};
use crate::http::{Came, Method, ResponseHead, ResponseType, offer_parts};
use crate::ids::BodyId;
use crate::tabs::Event;
use crate::time::Timestamp;

impl Exchange {
    /// Hears what the network said.
    pub fn on_response(&mut self, result: &Result<(ResponseHead, BodyId), FetchError>, now: Timestamp) {
        if self.state != State::Fetching {
            return;
        }
        let Ok((head, body)) = result else {
            self.status.detail = Some("offline");
            return self.without_network(now);
        };
        self.status.forwarded_status = Some(head.status);
        if head.status == 304 && self.conditional {
            return self.not_modified(head, now);
        }
        // Only a success can be a false one: error pages come as HTML, or as problem documents, from the most orderly of servers.
        let poisoned = matches!(head.status, 200..=299) && inspect(&self.head.url, head, &self.plan.expects).is_err();
        // RFC 9111, 4.3.3: a 5xx while validating may be treated as no answer. So may a captive portal's page, and its 511
        // (RFC 6585, 6).
        let failed = matches!(head.status, 500 | 502 | 503 | 504) && self.stand_in == StandIn::OnError;
        if (failed || head.status == 511 || poisoned) && self.stored.is_some() {
            return self.without_network(now);
        }
        self.answer(Answer::Network { body: *body });
        // What is precached has a revision and maybe an integrity, which only `precaching` knows how to ask for.
        if !self.plan.strategy.stores() || self.plan.group == PRECACHE {
            return self.finish();
        }
        if !poisoned && head.status == 200 && self.head.method == Method::Head {
            return self.told_by_head(head, now);
        }
        if let Some(entry) = self.part_to_keep(head, now).filter(|_| !poisoned) {
            let (declared, keep) = (declared_length(head), self.plan.keeps(now));
            let op = Op::PutEntry { entry, body: *body, declared, compare: Compare::No, keep };
            return self.commit(op, None);
        }
        if !poisoned && self.wants_part() && self.is_worth_filling(head) {
            return self.fetch(now);
        }
        let gone = matches!(head.status, 404 | 410);
        let declared = declared_length(head);
        let too_long = !poisoned && declared.is_some_and(|length| length > self.plan.limits.each);
        if poisoned || too_long || self.refusal(head).is_some() {
            return self.part_with(gone || too_long);
        }
        let differs = self.differs(head);
        let compare = if self.known().is_some() && differs.is_none() { Compare::Bytes } else { Compare::No };
        let updated = self.known().filter(|_| differs != Some(false)).map(|_| Event::Updated {
            url: Some(self.head.url.clone()),
            tags: self.plan.tags.clone(),
            etag: head.headers.first("etag").map(str::to_owned),
        });
        let entry = Box::new(self.entry(head, now));
        let keep = self.plan.keeps(now);
        self.commit(Op::PutEntry { entry, body: *body, declared, compare, keep }, updated);
    }

    /// Why an answer may not be stored.
    pub(super) fn refusal(&self, head: &ResponseHead) -> Option<Refusal> {
        let verdict =
            if self.respects_http() { storable_by_http(&self.head, head) } else { storable(&self.head, head) };
        // A part that is opaque looks like a whole.
        let kept = self.plan.store_opaque && head.kind == ResponseType::Opaque && !self.wants_part();
        verdict.err().filter(|refusal| !kept || !matches!(refusal, Refusal::Unreadable(_)))
    }

    /// An answer that is not kept. 404 and 410 take what is stored with them: it is gone, and must not be shown again as if it
    /// were there. So does an answer that is too long, since what is stored is old. What is precached goes with its revision only.
    fn part_with(&mut self, outdated: bool) {
        match self.known() {
            Some(entry) if outdated && entry.group != PRECACHE => {
                let updated = Event::Updated { url: Some(entry.url.clone()), tags: entry.tags.clone(), etag: None };
                let key = entry.key.clone();
                self.commit(Op::RemoveEntry { key }, Some(updated));
            }
            _ => self.finish(),
        }
    }

    fn not_modified(&mut self, head: &ResponseHead, now: Timestamp) {
        match self.stored.as_ref().filter(|entry| confirms(&entry.head, head)) {
            Some(entry) => self.renew(refresh(&entry.head, head), now),
            // RFC 9111, 4.3.4: a 304 about something else says nothing of what is stored, so ask without conditions.
            None => {
                self.set_aside();
                self.fetch(now);
            }
        }
    }

    /// The answer to a HEAD, which its page has: it freshens what a GET has stored, or tells that it is old (RFC 9111, 4.3.5).
    fn told_by_head(&mut self, head: &ResponseHead, now: Timestamp) {
        let Some(entry) = self.stored.as_ref().filter(|entry| entry.group != PRECACHE) else { return self.finish() };
        match refresh_by_head(&entry.head, head) {
            // What a write has made old is not made good by fields that may not tell it from the new.
            Some(_) if self.standing == Standing::Invalidated => self.finish(),
            Some(fresh) => self.renew(fresh, now),
            None => {
                self.actions.push(Action::Invalidate(entry.url.clone()));
                self.state = State::Storing;
            }
        }
    }

    /// What is stored holds from now on, under this head.
    fn renew(&mut self, head: ResponseHead, now: Timestamp) {
        let Some(entry) = self.stored.as_mut() else { return self.finish() };
        entry.head = head;
        entry.requested_at = self.requested_at;
        entry.received_at = now;
        entry.generation = self.generation;
        entry.ready = self.plan.mark(entry);
        let entry = entry.clone();
        self.status.stored = true;
        self.answer_stored(now);
        let keep = self.plan.keeps(now);
        self.commit(Op::RefreshEntry { entry, keep }, None);
    }

    fn without_network(&mut self, now: Timestamp) {
        let bound = self.stand_in == StandIn::Never && self.stored.is_some();
        if self.answered || (self.stored.is_some() && !bound) {
            return self.end_with_stored(now);
        }
        match &self.plan.fallback {
            Some(keys) => {
                self.actions.push(Action::Lookup(keys.clone()));
                self.state = State::FallingBack;
                self.status.came = Came::UriMiss;
                self.status.detail = Some("fallback");
            }
            // RFC 9111, 5.2.2.2: "the cache MUST generate an error response rather than reuse the stale response".
            None if bound => self.refuse(504, "what is stored must be validated, and the server cannot be asked"),
            None => {
                self.answer(Answer::Failed);
                self.finish();
            }
        }
    }

    /// Whether the new answer says something else than the stored one, as far as validators can tell.
    pub(super) fn differs(&self, head: &ResponseHead) -> Option<bool> {
        let stored = &self.known()?.head.headers;
        for validator in ["etag", "last-modified"] {
            if let (Some(old), Some(new)) = (stored.first(validator), head.headers.first(validator)) {
                return Some(old != new);
            }
        }
        None
    }

    pub(super) fn commit(&mut self, op: Op, updated: Option<Event>) {
        self.state = State::Storing;
        self.actions.push(Action::Commit { op, updated });
    }

    pub(super) fn entry(&self, head: &ResponseHead, now: Timestamp) -> Entry {
        let mut kept = head.clone();
        strip(&mut kept.headers);
        offer_parts(&mut kept);
        let mut entry = Entry {
            key: self.plan.keys.first().cloned().unwrap_or_else(|| EntryKey(self.head.url.clone())),
            url: self.head.url.clone(),
            selected: selected(&self.head, head),
            head: kept,
            requested_at: self.requested_at,
            received_at: now,
            generation: self.generation,
            group: self.plan.group.clone(),
            tags: self.plan.tags.clone(),
            size: 0,
            ready: None,
        };
        entry.ready = self.plan.mark(&entry);
        entry
    }
}
