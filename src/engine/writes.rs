//! The engine's writes: from a page's request to the queue, from the queue to effects, and what a write does to reads.
//! How the queue decides is in `queue`; a status becomes a verdict in `queue/verdict.rs`.

use super::answer::{problem, queued, see_other};
use super::effect::{Answer, Durability, Effect, Op, Reason};
use super::machine::{Engine, Purpose};
use super::reads::targets;
use crate::cache::Target;
use crate::fault::{FetchError, StoreError};
use crate::http::{Method, Mode, RequestHead, ResponseHead};
use crate::ids::{BodyId, CommitId, Entropy, ExchangeId, MutationId};
use crate::queue::{
    self, BodyFacts, Change, Command, CommandError, Draft, FullReason, Input, Only, Output, Reach, Reconciled, Reply,
    Row, RowOp, Submission, Touch, Wake,
};
use crate::route::{self, MutationRoute};
use crate::tabs::Event;
use crate::time::Timestamp;

/// The field of draft-ietf-httpapi-idempotency-key-header.
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// A page's write as it comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteRequest {
    /// The request.
    pub head: RequestHead,
    /// The index of its mutation route.
    pub route: usize,
    /// The bytes of its body, already read, and what is known of them.
    pub body: Option<(BodyId, BodyFacts)>,
    /// The tab it came from.
    pub client: Option<String>,
    /// What is stored of the resource, with its ETag, where the route settles conflicts.
    pub base: Option<(BodyId, Option<String>)>,
    /// The lane that it must wait in, whatever its route says: it needs what another write there will have made.
    pub lane: Option<String>,
    /// Whose it is: it is sent under no other identity, and a 401 holds all that are theirs.
    pub identity: Option<String>,
}

impl Engine {
    /// A page's write.
    pub fn submit(&mut self, id: ExchangeId, mut write: WriteRequest, entropy: Entropy, now: Timestamp) {
        let Some(route) = self.config.mutations.get(write.route) else {
            self.respond(id, Answer::PassThrough);
            self.drop_body(write.body.map(|(body, _)| body));
            self.drop_body(write.base.map(|(body, _)| body));
            self.push(Effect::Finish { exchange: id, outcome: Ok(()) });
            return;
        };
        if let (Mode::Navigate, Some(location)) = (write.head.mode, &route.forms) {
            self.forms.insert(id, location.clone());
        }
        // The app's own condition is the app's own; where it is about something else than what is stored, that is not what its page saw. And
        // what a POST is about is not what lies under its URL.
        let condition = write.head.headers.first("if-match");
        let differs = |(_, etag): &(BodyId, Option<String>)| condition.is_some() && condition != etag.as_deref();
        let unfit = write.head.method == Method::Post || write.base.as_ref().is_some_and(differs);
        let unfit = if unfit { write.base.take() } else { None };
        let submission = submission(id, write, route, &self.config.version, entropy);
        self.drop_body(unfit.map(|(body, _)| body));
        self.tell_queue(Input::Submit(submission), now);
    }

    /// Hears how a sent row fared.
    pub fn on_answered(
        &mut self,
        id: MutationId,
        result: Result<(ResponseHead, BodyId), FetchError>,
        entropy: Entropy,
        now: Timestamp,
    ) {
        self.tell_queue(Input::Answered { id, answer: result, entropy }, now);
    }

    /// Hears what came of holding a row against what the server has; `None`: not now.
    pub fn on_reconciled(&mut self, id: MutationId, found: Option<Reconciled>, entropy: Entropy, now: Timestamp) {
        self.tell_queue(Input::Reconciled { id, found, entropy }, now);
    }

    /// Hears every row there is.
    pub fn on_rows(&mut self, rows: Result<Vec<Row>, StoreError>, now: Timestamp) {
        self.tell_queue(Input::Loaded(rows), now);
    }

    /// Hears about the drain lock: granted, or not to be had in this browser at all.
    pub fn on_lock(&mut self, lock: Lock, now: Timestamp) {
        let input = match lock {
            Lock::Granted => Input::LockGranted,
            Lock::Lost => Input::LockLost,
            Lock::Missing => Input::LocksMissing,
        };
        self.tell_queue(input, now);
    }

    /// Hears that stored answers have made room, or could not.
    pub fn on_room_made(&mut self, token: CommitId, now: Timestamp) {
        self.tell_queue(Input::RoomMade { token }, now);
    }

    /// Takes over what a person has paused, as it was stored; see [`queue::Queue::pause_all_of`].
    pub fn pause(&mut self, paused: Vec<String>) {
        self.queue.pause_all_of(paused);
    }

    /// Whether a row waits for nothing but its turn, the network or its server.
    #[must_use]
    pub fn is_moving(&self, row: &queue::Row) -> bool {
        !self.queue.is_paused(row) && (row.not_before().is_some() || matches!(row.state, queue::State::Leased { .. }))
    }

    /// A reason to look at what waits.
    pub fn wake(&mut self, wake: Wake, now: Timestamp) {
        self.tell_queue(Input::Wake(wake), now);
    }

    /// A page's wish about a row, or all of them.
    pub fn command(&mut self, ticket: u64, command: Command, only: Only, entropy: Entropy, now: Timestamp) {
        self.tell_queue(Input::Command { ticket, command, only, entropy }, now);
    }

    /// A page declares what is stored for these URLs and tags to be outdated.
    pub fn invalidate(&mut self, ticket: u64, urls: &[String], tags: &[String], now: Timestamp) {
        let raise = self.raise(&targets(urls, tags), now);
        self.commit(Durability::Relaxed, vec![raise], Purpose::Invalidated { ticket, events: updates(urls, tags) });
    }

    /// The writes that are kept, in creation order.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.queue.list()
    }

    /// Whether the queue has nothing under way and nothing that could go out now.
    #[must_use]
    pub fn is_drained(&self, now: Timestamp) -> bool {
        self.queue.is_idle(now)
    }

    /// When the queue next wants to be woken.
    #[must_use]
    pub fn next_wake(&self) -> Option<Timestamp> {
        self.queue.next_wake()
    }

    pub(super) fn on_queue_committed(
        &mut self,
        token: CommitId,
        events: Vec<Event>,
        result: Result<(), StoreError>,
        now: Timestamp,
    ) {
        let is_stored = result.is_ok();
        self.tell_queue(Input::Committed { token, result }, now);
        if is_stored {
            self.broadcast(events);
        }
    }

    pub(super) fn on_invalidated(&mut self, ticket: u64, events: Vec<Event>, result: Result<(), StoreError>) {
        if result.is_ok() {
            self.broadcast(events);
        }
        self.push(Effect::Reply { ticket, result: result.map_err(CommandError::Store) });
    }

    fn broadcast(&mut self, events: Vec<Event>) {
        for event in events {
            self.push(Effect::Broadcast(event));
        }
    }

    fn tell_queue(&mut self, input: Input, now: Timestamp) {
        self.queue.handle_input(input, now);
        self.drain_queue(now);
    }

    fn drain_queue(&mut self, now: Timestamp) {
        while let Some(output) = self.queue.poll_output() {
            self.on_queue_output(output, now);
        }
    }

    fn on_queue_output(&mut self, output: Output, now: Timestamp) {
        let effect = match output {
            Output::Commit { token, change } => return self.commit_row(token, *change, now),
            Output::Reply { exchange, reply } => return self.reply(exchange, reply),
            Output::MakeRoom { token } => Effect::MakeRoom { token },
            Output::Send { row, body } => Effect::Send { row, body },
            Output::Reconcile { row } => Effect::Reconcile { row },
            Output::Drop(body) => Effect::Drop(body),
            Output::Event(event) => Effect::Broadcast(event),
            Output::Done { ticket, result } => Effect::Reply { ticket, result },
            Output::AskLock => Effect::AskLock,
            Output::ReleaseLock => Effect::ReleaseLock,
            Output::Load => Effect::LoadRows,
            Output::RegisterSync => Effect::RegisterSync,
            Output::Timer { at, reason } => Effect::Timer { at, reason: Reason::Queue(reason) },
        };
        self.push(effect);
    }

    fn commit_row(&mut self, token: CommitId, change: Change, now: Timestamp) {
        let Change { row, op, touch, sides } = change;
        let Reach { mut urls, tags } = Reach::of(&row.draft);
        let id = row.id.clone();
        let mut ops = vec![match op {
            RowOp::Put(body) => Op::PutRow { row: Box::new(row), body },
            RowOp::Remove => Op::RemoveRow { id: row.id },
        }];
        for (side, body) in sides {
            ops.push(Op::PutSide { id: id.clone(), side, body });
        }
        let (targets, events) = match touch {
            Touch::None => (Vec::new(), Vec::new()),
            Touch::Raise => (begun(urls), Vec::new()),
            Touch::Stale(named) => {
                urls.extend(named);
                (targets(&urls, &tags), updates(&urls, &tags))
            }
        };
        if !targets.is_empty() {
            ops.push(self.raise(&targets, now));
        }
        self.commit(Durability::Strict, ops, Purpose::Queue { token, events });
    }

    pub(super) fn raise(&mut self, targets: &[Target], now: Timestamp) -> Op {
        let (current, rows) = self.generations.raise(targets, now);
        Op::Raise { rows, current }
    }

    fn reply(&mut self, exchange: ExchangeId, reply: Reply) {
        let form = self.forms.remove(&exchange);
        let mut spent = None;
        let answer = match reply {
            Reply::Network(body) => Answer::Network { body },
            Reply::Failed => Answer::Failed,
            Reply::Queued { id, reason } => {
                form.map_or_else(|| queued(&id, reason.as_str()), |location| see_other(&location, &id))
            }
            Reply::Full(why) => {
                let why = match why {
                    FullReason::Storage(words) => words,
                    FullReason::MaxPending(limit) => format!("{limit} writes wait already (maxPending)"),
                    FullReason::MaxPendingBytes(limit) => {
                        format!("more than {limit} bytes would wait (maxPendingBytes)")
                    }
                };
                problem(507, &format!("this write could not be kept: {why}"))
            }
            // Nothing was kept or sent, so the page's own request may still go out, just as without a worker.
            Reply::StoreFailed { body } => {
                spent = body;
                Answer::PassThrough
            }
        };
        self.respond(exchange, answer);
        self.drop_body(spent);
        self.push(Effect::Finish { exchange, outcome: Ok(()) });
    }
}

/// What became of asking for the lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lock {
    /// It is ours.
    Granted,
    /// It was taken from us.
    Lost,
    /// There are no locks here.
    Missing,
}

/// The targets of a write that has only begun: reads under way from before it are not stored as fresh, while what is stored
/// already stays as good as it was.
fn begun(urls: Vec<String>) -> Vec<Target> {
    urls.into_iter().map(Target::Begun).collect()
}

/// What tabs are told of URLs and tags that are stale now.
fn updates(urls: &[String], tags: &[String]) -> Vec<Event> {
    let mut events = Vec::new();
    for url in urls {
        events.push(Event::Updated { url: Some(url.clone()), tags: Vec::new(), etag: None });
    }
    if !tags.is_empty() {
        events.push(Event::Updated { url: None, tags: tags.to_vec(), etag: None });
    }
    events
}

fn submission(
    exchange: ExchangeId,
    write: WriteRequest,
    route: &MutationRoute,
    config_version: &str,
    entropy: Entropy,
) -> Submission {
    let head = write.head;
    let mut headers = head.headers;
    let (body, facts) = write.body.unzip();
    let named = route.idempotency_header.name_for(head.same_origin);
    let key_name = named.unwrap_or(IDEMPOTENCY_KEY);
    let key = headers.first(key_name).map(str::to_owned);
    // The key has a place of its own in the row.
    headers.remove(key_name);
    let (base, base_etag) = write.base.map_or((None, None), |(base, etag)| (Some(base), etag));
    let base_etag = if headers.has("if-match") { None } else { base_etag };
    // A weak ETag never matches (RFC 9110, 13.1.1).
    if let Some(etag) = base_etag.as_deref().filter(|etag| etag.starts_with('"')) {
        headers.set("If-Match", etag);
    }
    let is_post = head.method == Method::Post;
    let draft = Draft {
        lane: write.lane.unwrap_or_else(|| route.lane_for(&head.method, &head.url)),
        invalidates: route.invalidates_for(&head.method, &head.url),
        // A key that the page has set itself goes out wherever it goes: the preflight is the page's own choice then.
        key_header: named.or(key.as_ref().map(|_| IDEMPOTENCY_KEY)).map(str::to_owned),
        method: head.method,
        url: head.url,
        mode: head.mode,
        credentials: head.credentials,
        redirect: head.redirect,
        referrer: head.referrer,
        referrer_policy: head.referrer_policy,
        identity: write.identity,
        client: write.client,
        config_version: config_version.to_owned(),
        expects: route.expects.clone(),
        timeout: route.timeout,
        max_retry_after: route.max_retry_after,
        max_age: route.max_age,
        retries: route.retries,
        priority: match route.priority {
            route::Priority::Low => -1,
            route::Priority::Normal => 0,
            route::Priority::High => 1,
        },
        on_retryable: match route.on_retryable {
            route::OnRetryable::Queue => queue::OnRetryable::Queue,
            route::OnRetryable::Answer => queue::OnRetryable::Answer,
        },
        on_conflict: match route.conflict {
            None => queue::OnConflict::Plain,
            Some(route::Conflict::Manual | route::Conflict::Merge) if is_post => queue::OnConflict::Plain,
            Some(route::Conflict::Manual) => queue::OnConflict::Manual,
            Some(route::Conflict::ServerWins) => queue::OnConflict::ServerWins,
            Some(route::Conflict::ClientWins) => queue::OnConflict::ClientWins,
            Some(route::Conflict::Merge) => queue::OnConflict::Merge,
        },
    };
    Submission { exchange, headers, draft, key, body, facts, base, base_etag, entropy }
}
