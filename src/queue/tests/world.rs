//! A small world for lives by chance: a store, a server that keeps answers by key, one lock, and workers that die.
//! Every outside call stays open until the script ends it, one way or another.

use super::rig::{answered, head, network, response};
use crate::event::{Event, News};
use crate::fault::{FetchError, StoreError};
use crate::http::{Headers, ResponseHead};
use crate::ids::{BodyId, CommitId, Entropy, ExchangeId, MutationId};
use crate::queue::*;
use crate::time::{Span, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// An outside call that has not ended.
#[derive(Clone, Debug)]
enum Open {
    Commit(CommitId, Box<Change>),
    Room(CommitId),
    Load,
    Send(Box<Row>),
}

struct Worker {
    name: u64,
    queue: Queue,
    open: Vec<Open>,
    /// Everything it was told and everything it wanted: the same inputs must give the same outputs.
    restored: Vec<Row>,
    born: Timestamp,
    told: Vec<(Input, Timestamp)>,
    wanted: Vec<Output>,
}

#[derive(Default)]
pub(crate) struct World {
    pub(crate) now: Timestamp,
    pub(crate) store: BTreeMap<MutationId, Row>,
    workers: Vec<Worker>,
    /// Who holds the lock, and who waits for it, by worker name.
    holder: Option<u64>,
    line: Vec<u64>,
    count: u64,
    /// Paths by their first effect at the server, in order.
    pub(crate) applied: Vec<String>,
    /// When each path was submitted, and to which worker; when its page was answered.
    pub(crate) submitted: BTreeMap<String, (u64, u64)>,
    pub(crate) answered: BTreeMap<String, u64>,
    answers: BTreeSet<String>,
    /// Exchanges by the path they asked for; taken out when answered.
    unanswered: BTreeMap<u64, String>,
    /// Paths whose page was told 2xx or 202, less those a person discarded.
    pub(crate) promised: BTreeSet<String>,
    discards: BTreeMap<u64, String>,
    /// Paths whose commit found no room at first.
    late: BTreeSet<String>,
    /// How many workers were ever started.
    starts: u64,
}

impl World {
    /// Whether a write may come after younger ones of its lane: made room for, it is stored after them, and a second worker that
    /// reads the store in between sees only those. One worker alone keeps the order all the same.
    pub(crate) fn may_be_late(&self, path: &str) -> bool {
        self.starts > 1 && self.late.contains(path)
    }

    pub(crate) fn submit(&mut self, lane: u64) {
        self.count += 1;
        self.now = self.now + Span(1);
        let path = format!("l{lane}/{}", self.count);
        let draft = Draft { identity: Some((lane % 2).to_string()), ..super::rig::draft(&path) };
        self.unanswered.insert(self.count, path.clone());
        let (exchange, body) = (ExchangeId(self.count), Some(BodyId(self.count)));
        let entropy = self.entropy();
        let newest = self.workers.len() - 1;
        self.submitted.insert(path.clone(), (exchange.0, self.workers[newest].name));
        self.tell(
            newest,
            Input::Submit(Submission {
                exchange,
                headers: Headers::default(),
                draft,
                key: None,
                body,
                facts: None,
                base: None,
                base_etag: None,
                entropy,
            }),
        );
    }

    pub(crate) fn discard(&mut self, pick: usize) {
        let newest = self.workers.len() - 1;
        let rows: Vec<(MutationId, String)> =
            self.workers[newest].queue.list().map(|row| (row.id.clone(), path_of(row))).collect();
        if rows.is_empty() {
            return;
        }
        let (id, path) = rows[pick % rows.len()].clone();
        self.command(Command::Discard(id), Some(path));
    }

    pub(crate) fn retry_all(&mut self) {
        let ids: Vec<MutationId> = self.store.keys().cloned().collect();
        ids.into_iter().for_each(|id| self.command(Command::Retry(id), None));
    }

    fn command(&mut self, command: Command, path: Option<String>) {
        self.count += 1;
        let (ticket, entropy) = (self.count, self.entropy());
        path.and_then(|path| self.discards.insert(ticket, path));
        let newest = self.workers.len() - 1;
        self.tell(newest, Input::Command { ticket, command, only: Only::Any, entropy });
    }

    pub(crate) fn wake(&mut self, wake: Wake) {
        (0..self.workers.len()).for_each(|worker| self.tell(worker, Input::Wake(wake)));
    }

    pub(crate) fn pass(&mut self, span: Span) {
        self.now = self.now + span;
        self.wake(Wake::Timer);
    }

    /// Starts a worker beside those there are.
    pub(crate) fn start(&mut self) {
        self.starts += 1;
        self.count += 1;
        let mut queue = Queue::new(Owner(self.count.to_string()), Options::default());
        let restored: Vec<Row> = self.store.values().cloned().collect();
        queue.restore(restored.clone(), self.now);
        let (told, wanted, open) = (Vec::new(), Vec::new(), Vec::new());
        self.workers.push(Worker { name: self.count, queue, open, restored, born: self.now, told, wanted });
        self.tell(self.workers.len() - 1, Input::Wake(Wake::Start));
    }

    /// Kills the oldest worker. What it had asked for happens or not, by the bits of `fate`; nobody hears.
    pub(crate) fn kill(&mut self, fate: u8) {
        let worker = self.workers.remove(0);
        check_determinism(&worker);
        let mut commits = fate & 3;
        for (n, open) in worker.open.into_iter().enumerate() {
            match open {
                Open::Commit(_, change) if commits > 0 => {
                    commits -= 1;
                    self.write(*change);
                }
                Open::Send(row) if fate >> (n % 8) & 1 == 1 => self.apply(&row),
                Open::Commit(..) | Open::Send(_) | Open::Load | Open::Room(_) => {}
            }
        }
        // Its pages were told nothing, and know that they do not know.
        let told = worker.told.iter();
        let mine = told.filter_map(|(input, _)| match input {
            Input::Submit(submission) => Some(submission.exchange.0),
            _ => None,
        });
        mine.for_each(|exchange| drop(self.unanswered.remove(&exchange)));
        self.line.retain(|name| *name != worker.name);
        if self.holder == Some(worker.name) {
            self.hand_on();
        }
        if self.workers.is_empty() {
            self.start();
        }
    }

    /// Ends one open call; `how` says in which way. Above 13 all is well.
    pub(crate) fn end(&mut self, pick: usize, how: u8) -> bool {
        let all: Vec<(usize, usize)> = self
            .workers
            .iter()
            .enumerate()
            .flat_map(|(w, worker)| (0..worker.open.len()).map(move |o| (w, o)))
            .collect();
        if all.is_empty() {
            return false;
        }
        let (w, o) = all[pick % all.len()];
        // Transactions on the same stores run in the order they were made.
        let is_commit = |open: &Open| matches!(open, Open::Commit(..));
        let first = self.workers[w].open.iter().position(is_commit);
        let o = first.filter(|_| is_commit(&self.workers[w].open[o])).unwrap_or(o);
        let input = match self.workers[w].open.remove(o) {
            Open::Commit(token, change) => {
                let result = match how {
                    0 => Err(StoreError::Quota(String::new())),
                    1 => Err(StoreError::Failed(String::new())),
                    _ => Ok(()),
                };
                match result {
                    Ok(()) => self.write(*change),
                    Err(StoreError::Quota(_)) => self.late.extend(path_put(&change)),
                    Err(StoreError::Failed(_)) => {}
                }
                Input::Committed { token, result }
            }
            Open::Room(token) => Input::RoomMade { token },
            Open::Load if how == 0 => Input::Loaded(Err(StoreError::Failed(String::new()))),
            Open::Load => Input::Loaded(Ok(self.store.values().cloned().collect())),
            Open::Send(row) => {
                let answer = self.serve(&row, how).map(answered);
                Input::Answered { id: row.id, answer, entropy: self.entropy() }
            }
        };
        self.tell(w, input);
        true
    }

    fn serve(&mut self, row: &Row, how: u8) -> Result<ResponseHead, FetchError> {
        match how {
            0 | 1 => {
                self.apply(row);
                Err(network())
            }
            2 => Err(network()),
            3 => {
                self.apply(row);
                Err(FetchError::Timeout)
            }
            4 => Err(FetchError::Timeout),
            5 => Ok(head(503, &[])),
            6 => Ok(head(503, &[("Retry-After", "3")])),
            7 => Ok(head(401, &[])),
            8 => Ok(head(511, &[])),
            // Final refusals, unless it has taken this key before and kept its answer.
            9 if !self.answers.contains(&row.key) => Ok(head(412, &[])),
            10 if !self.answers.contains(&row.key) => Ok(head(422, &[])),
            _ => {
                self.apply(row);
                Ok(head(200, &[]))
            }
        }
    }

    fn apply(&mut self, row: &Row) {
        if self.answers.insert(row.key.clone()) {
            self.applied.push(path_of(row));
        }
    }

    fn write(&mut self, Change { row, op, .. }: Change) {
        match op {
            RowOp::Put(_) => drop(self.store.insert(row.id.clone(), row)),
            RowOp::Remove => drop(self.store.remove(&row.id)),
        }
    }

    fn tell(&mut self, worker: usize, input: Input) {
        let now = self.now;
        let Worker { queue, told, .. } = &mut self.workers[worker];
        told.push((input.clone(), now));
        queue.handle_input(input, now);
        let mut outputs = Vec::new();
        while let Some(output) = self.workers[worker].queue.poll_output() {
            outputs.push(output);
        }
        self.workers[worker].wanted.extend(outputs.iter().cloned());
        outputs.into_iter().for_each(|output| self.take(worker, output));
        self.grant();
    }

    fn take(&mut self, worker: usize, output: Output) {
        let name = self.workers[worker].name;
        match output {
            Output::Commit { token, change } => self.workers[worker].open.push(Open::Commit(token, change)),
            Output::MakeRoom { token } => self.workers[worker].open.push(Open::Room(token)),
            Output::Load => self.workers[worker].open.push(Open::Load),
            Output::Send { row, .. } => {
                assert_eq!(self.store.get(&row.id), Some(&*row), "never sent before committed");
                assert_eq!(self.holder, Some(name), "only the holder of the lock sends");
                let others = self.workers.iter().flat_map(|worker| &worker.open);
                let in_lane =
                    others.filter(|open| matches!(open, Open::Send(other) if other.draft.lane == row.draft.lane));
                assert_eq!(in_lane.count(), 0, "at most one in flight per lane");
                self.workers[worker].open.push(Open::Send(row));
            }
            Output::Reconcile { .. } => unreachable!("no row of these scripts settles conflicts by itself"),
            Output::Reply { exchange, reply } => {
                let path = self.unanswered.remove(&exchange.0).expect("each exchange is answered once");
                self.answered.insert(path.clone(), self.count);
                match reply {
                    Reply::Network(body) if body == response(200) => {
                        self.promised.insert(path);
                    }
                    Reply::Queued { id, .. } => {
                        let known = self.store.contains_key(&id) || self.was_applied(&path);
                        assert!(known, "no 202 without a completed commit");
                        self.promised.insert(path);
                    }
                    Reply::Network(_) | Reply::Failed | Reply::Full(_) | Reply::StoreFailed { .. } => {}
                }
            }
            Output::Done { ticket, result } => {
                if let (Some(path), Ok(())) = (self.discards.remove(&ticket), result) {
                    self.promised.remove(&path);
                }
            }
            Output::AskLock => self.line.push(name),
            Output::ReleaseLock => {
                assert_eq!(self.holder, Some(name));
                let sends = self.workers[worker].open.iter().any(|open| matches!(open, Open::Send(_)));
                assert!(!sends, "the lock is not let go during a send");
                self.holder = None;
            }
            // The channel brings it to the other workers.
            Output::Event(Event::Write { news: News::Queued { .. }, .. }) => {
                let others = (0..self.workers.len()).filter(|other| *other != worker);
                others.for_each(|other| self.tell(other, Input::Wake(Wake::OtherWorker)));
            }
            Output::Event(_) | Output::Drop(_) | Output::RegisterSync | Output::Timer { .. } => {}
        }
    }

    fn hand_on(&mut self) {
        self.holder = None;
        self.grant();
    }

    fn grant(&mut self) {
        if self.holder.is_none() && !self.line.is_empty() {
            let name = self.line.remove(0);
            self.holder = Some(name);
            let worker = self.workers.iter().position(|worker| worker.name == name).unwrap();
            self.tell(worker, Input::LockGranted);
        }
    }

    pub(crate) fn was_applied(&self, path: &str) -> bool {
        self.applied.iter().any(|applied| applied == path)
    }

    fn entropy(&mut self) -> Entropy {
        self.count += 1;
        // Spread over all bits, and never twice the same.
        Entropy(u128::from(self.count).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
    }

    /// Lets everything end well.
    pub(crate) fn settle(&mut self) {
        for _ in 0..40 {
            while self.end(0, 99) {}
            self.pass(Span::seconds(11));
            self.wake(Wake::Flush);
            while self.end(0, 99) {}
            self.retry_all();
        }
        while self.end(0, 99) {}
        // Asked of a worker that died: done or not, both are right.
        let unsure = std::mem::take(&mut self.discards);
        self.promised.retain(|path| !unsure.values().any(|other| other == path));
        assert!(self.store.is_empty(), "something never went out: {:?}", self.store);
        assert!(self.unanswered.is_empty(), "a page was never answered: {:?}", self.unanswered);
        assert_eq!(self.holder, None, "the lock was never let go");
        assert!(self.workers.iter().all(|worker| worker.queue.is_idle(self.now)));
        self.workers.iter().for_each(check_determinism);
    }
}

fn path_of(row: &Row) -> String {
    row.draft.url.trim_start_matches("https://app.example/").to_owned()
}

fn path_put(change: &Change) -> Option<String> {
    match change.op {
        RowOp::Put(_) => Some(path_of(&change.row)),
        RowOp::Remove => None,
    }
}

/// Runs a worker's life again.
fn check_determinism(worker: &Worker) {
    let mut queue = Queue::new(Owner(worker.name.to_string()), Options::default());
    queue.restore(worker.restored.clone(), worker.born);
    let mut wanted = Vec::new();
    for (input, now) in &worker.told {
        queue.handle_input(input.clone(), *now);
        while let Some(output) = queue.poll_output() {
            wanted.push(output);
        }
    }
    assert_eq!(wanted, worker.wanted, "the same inputs gave other outputs");
}
