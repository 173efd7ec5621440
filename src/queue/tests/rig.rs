//! A worker around the queue for tests that tell one story: its store and lock answer at once, its server when told.

use crate::event::{Event, News};
use crate::fault::{FetchError, StoreError};
use crate::http::{Credentials, Headers, Method, Mode, ResponseHead};
use crate::ids::{BodyId, CommitId, Entropy, ExchangeId, MutationId};
use crate::queue::*;
use crate::time::{Span, Timestamp};
use std::collections::BTreeMap;
use std::rc::Rc;

/// A POST of JSON to this path, in the lane of the path's first segment.
pub(crate) fn draft(path: &str) -> Draft {
    Draft {
        key_header: Some("Idempotency-Key".to_owned()),
        lane: path.split('/').next().unwrap_or_default().to_owned(),
        method: Method::Post,
        url: format!("https://app.example/{path}"),
        mode: Mode::Cors,
        credentials: Credentials::SameOrigin,
        redirect: "follow".to_owned(),
        referrer: String::new(),
        referrer_policy: String::new(),
        identity: None,
        client: None,
        config_version: "1".to_owned(),
        invalidates: vec!["api".to_owned()],
        expects: Vec::new(),
        timeout: Span::seconds(10),
        max_retry_after: Span::hours(24),
        max_age: None,
        retries: None,
        priority: 0,
        on_retryable: OnRetryable::Queue,
        on_conflict: OnConflict::Plain,
    }
}

pub(crate) fn row(path: &str, state: State) -> Row {
    let id = MutationId(format!("{:012x}-000000-000000000000", path.len()));
    let key = format!("key of {path}");
    Row {
        id,
        key,
        first_key: None,
        headers: Headers::default(),
        body: None,
        base_etag: None,
        draft: Rc::new(draft(path)),
        attempts: 1,
        merges: 0,
        state,
        created_at: Timestamp(0),
    }
}

/// Where the numbers of responses begin, which tell the status.
const RESPONSES: u64 = 1_000_000;

/// The response with this status.
pub(crate) fn response(status: u16) -> BodyId {
    BodyId(RESPONSES + u64::from(status))
}

/// An answer's head, with its response.
pub(crate) fn answered(head: ResponseHead) -> (ResponseHead, BodyId) {
    let response = response(head.status);
    (head, response)
}

/// What the tabs are told of a write, without which.
pub(crate) fn news(events: &[Event]) -> Vec<&News> {
    let news = events.iter().filter_map(|event| match event {
        Event::Write { news, .. } => Some(news),
        Event::Updated { .. } | Event::Online | Event::Offline => None,
    });
    news.collect()
}

pub(crate) fn network() -> FetchError {
    FetchError::Network("gone".to_owned())
}

pub(crate) fn head(status: u16, fields: &[(&str, &str)]) -> ResponseHead {
    ResponseHead { headers: fields.iter().copied().collect(), ..ResponseHead::new(status) }
}

/// How the rig's lock behaves.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Locks {
    Granted,
    HeldElsewhere,
    Missing,
}

pub(crate) struct Rig {
    pub(crate) queue: Queue,
    pub(crate) now: Timestamp,
    pub(crate) store: BTreeMap<MutationId, Row>,
    pub(crate) locks: Locks,
    /// What the next commits answer, first one first; then all succeed.
    pub(crate) store_says: Vec<StoreError>,
    /// Commits are left unanswered while set.
    pub(crate) store_hangs: bool,
    pub(crate) open_commits: Vec<(CommitId, Change)>,
    pub(crate) sent: Vec<Row>,
    pub(crate) replies: Vec<(u64, Reply)>,
    pub(crate) events: Vec<Event>,
    pub(crate) done: Vec<(u64, Result<(), CommandError>)>,
    pub(crate) touches: Vec<Touch>,
    pub(crate) conflicts: Vec<Row>,
    /// What is kept with rows, as it was written.
    pub(crate) sides: Vec<(MutationId, Side, Option<BodyId>)>,
    pub(crate) dropped: Vec<BodyId>,
    pub(crate) timer: Option<(Timestamp, TimerReason)>,
    /// AskLock, ReleaseLock, RegisterSync and MakeRoom as they came.
    pub(crate) asked: Vec<&'static str>,
    exchanges: u64,
}

impl Rig {
    pub(crate) fn new() -> Rig {
        Rig::with(Options::default())
    }

    pub(crate) fn with(options: Options) -> Rig {
        Rig {
            queue: Queue::new(Owner("me".to_owned()), options),
            now: Timestamp(1_000_000),
            store: BTreeMap::new(),
            locks: Locks::Granted,
            store_says: Vec::new(),
            store_hangs: false,
            open_commits: Vec::new(),
            sent: Vec::new(),
            replies: Vec::new(),
            events: Vec::new(),
            done: Vec::new(),
            touches: Vec::new(),
            dropped: Vec::new(),
            conflicts: Vec::new(),
            sides: Vec::new(),
            timer: None,
            asked: Vec::new(),
            exchanges: 0,
        }
    }

    /// A worker that finds these rows in its store at start.
    pub(crate) fn started(rows: Vec<Row>) -> Rig {
        let mut rig = Rig::new();
        rig.store = rows.iter().map(|row| (row.id.clone(), row.clone())).collect();
        rig.queue.restore(rows, rig.now);
        rig.wake(Wake::Start);
        rig
    }

    pub(crate) fn feed(&mut self, input: Input) {
        self.queue.handle_input(input, self.now);
        while let Some(output) = self.queue.poll_output() {
            if let Some(answer) = self.answer_of(output) {
                self.queue.handle_input(answer, self.now);
            }
        }
    }

    fn answer_of(&mut self, output: Output) -> Option<Input> {
        match output {
            Output::Commit { token, change } => {
                self.touches.push(change.touch.clone());
                if self.store_hangs {
                    self.open_commits.push((token, *change));
                    return None;
                }
                let result = if self.store_says.is_empty() { Ok(()) } else { Err(self.store_says.remove(0)) };
                if result.is_ok() {
                    self.write(*change);
                }
                return Some(Input::Committed { token, result });
            }
            Output::MakeRoom { token } => {
                self.asked.push("room");
                return Some(Input::RoomMade { token });
            }
            Output::Send { row, .. } => {
                assert_eq!(self.store.get(&row.id), Some(&*row), "sent as stored");
                self.sent.push(*row);
            }
            Output::Reconcile { row } => {
                assert_eq!(self.store.get(&row.id), Some(&*row), "held against the server as stored");
                self.conflicts.push(*row);
            }
            Output::Reply { exchange, reply } => self.replies.push((exchange.0, reply)),
            Output::Drop(body) => self.dropped.push(body),
            Output::Event(event) => self.events.push(event),
            Output::Done { ticket, result } => self.done.push((ticket, result)),
            Output::AskLock => {
                self.asked.push("lock");
                return match self.locks {
                    Locks::Granted => Some(Input::LockGranted),
                    Locks::HeldElsewhere => None,
                    Locks::Missing => Some(Input::LocksMissing),
                };
            }
            Output::ReleaseLock => self.asked.push("release"),
            Output::Load => return Some(Input::Loaded(Ok(self.store.values().cloned().collect()))),
            Output::RegisterSync => self.asked.push("sync"),
            Output::Timer { at, reason } => self.timer = Some((at, reason)),
        }
        None
    }

    pub(crate) fn write(&mut self, Change { row, op, sides, .. }: Change) {
        for (side, body) in sides {
            self.sides.push((row.id.clone(), side, body));
        }
        match op {
            RowOp::Put(_) => drop(self.store.insert(row.id.clone(), row)),
            RowOp::Remove => drop(self.store.remove(&row.id)),
        }
    }

    /// Ends the open commits, all well.
    pub(crate) fn store_answers(&mut self) {
        self.store_hangs = false;
        for (token, change) in std::mem::take(&mut self.open_commits) {
            self.write(change);
            self.feed(Input::Committed { token, result: Ok(()) });
        }
    }

    pub(crate) fn submit(&mut self, draft: Draft) -> u64 {
        self.submit_with(draft, None)
    }

    pub(crate) fn submit_of(&mut self, draft: Draft, facts: Option<BodyFacts>) -> u64 {
        self.exchanges += 1;
        let (exchange, body) = (ExchangeId(self.exchanges), Some(BodyId(self.exchanges)));
        let entropy = Entropy(u128::from(self.exchanges));
        let headers = Headers::default();
        let (base, base_etag) = (None, None);
        self.feed(Input::Submit(Submission {
            exchange,
            headers,
            draft,
            key: None,
            body,
            facts,
            base,
            base_etag,
            entropy,
        }));
        self.exchanges
    }

    pub(crate) fn submit_with(&mut self, draft: Draft, key: Option<&str>) -> u64 {
        self.exchanges += 1;
        let (exchange, body) = (ExchangeId(self.exchanges), Some(BodyId(self.exchanges)));
        let (key, entropy) = (key.map(str::to_owned), Entropy(u128::from(self.exchanges)));
        let headers = Headers::default();
        self.feed(Input::Submit(Submission {
            exchange,
            headers,
            draft,
            key,
            body,
            facts: None,
            base: None,
            base_etag: None,
            entropy,
        }));
        self.exchanges
    }

    /// Answers the send to this path that was made last.
    pub(crate) fn answer(&mut self, path: &str, answer: Result<ResponseHead, FetchError>) {
        let id = self.last_sent(path).id.clone();
        let answer = answer.map(answered);
        self.feed(Input::Answered { id, answer, entropy: Entropy(u128::MAX) });
    }

    pub(crate) fn last_sent(&self, path: &str) -> &Row {
        let url = draft(path).url;
        self.sent.iter().rfind(|row| row.draft.url == url).expect("it was sent")
    }

    pub(crate) fn wake(&mut self, wake: Wake) {
        self.feed(Input::Wake(wake));
    }

    pub(crate) fn command(&mut self, ticket: u64, command: Command) {
        self.feed(Input::Command { ticket, command, only: Only::Any, entropy: Entropy(77) });
    }

    /// A command for some rows only.
    pub(crate) fn command_for(&mut self, only: Only, ticket: u64, command: Command) {
        self.feed(Input::Command { ticket, command, only, entropy: Entropy(77) });
    }

    pub(crate) fn later(&mut self, span: Span) {
        self.now = self.now + span;
        self.wake(Wake::Timer);
    }

    /// The paths sent so far, in order.
    pub(crate) fn paths(&self) -> Vec<&str> {
        self.sent.iter().map(|row| row.draft.url.trim_start_matches("https://app.example/")).collect()
    }

    pub(crate) fn states(&self) -> Vec<State> {
        self.store.values().map(|row| row.state.clone()).collect()
    }

    pub(crate) fn reply_to(&self, exchange: u64) -> &Reply {
        let mut found = self.replies.iter().filter(|(to, _)| *to == exchange);
        let (_, reply) = found.next().expect("it was answered");
        assert!(found.next().is_none(), "and once");
        reply
    }

    pub(crate) fn queued_for(&self, exchange: u64) -> QueuedReason {
        match self.reply_to(exchange) {
            Reply::Queued { reason, .. } => *reason,
            other => panic!("expected a 202, got {other:?}"),
        }
    }

    pub(crate) fn status_for(&self, exchange: u64) -> u16 {
        match self.reply_to(exchange) {
            Reply::Network(body) => (body.0 - RESPONSES) as u16,
            other => panic!("expected the server's answer, got {other:?}"),
        }
    }
}
