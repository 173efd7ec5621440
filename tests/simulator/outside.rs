//! How outstanding things end: one stage at a time, in any order that a browser allows, well or badly by luck.
//! Luck is a number: below 16 it is bad, in one way each.

use super::app::write_of;
use super::server::{Arrival, Mood, head};
use super::store::{Ready, stores_of};
use super::worker::{Body, Open, Stream, Worker};
use super::world::{Mutant, Weather, World};
use longshore::engine::{CommitResult, Committed, Lock, Op, Reason};
use longshore::fault::{FetchError, StoreError};
use longshore::http::ResponseHead;
use longshore::ids::CommitId;
use longshore::queue::{Reconciled, Row, State, Wake};
use longshore::time::Timestamp;

/// Luck that lets everything go well.
pub const WELL: u8 = 255;

/// One thing that can happen next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Choice {
    /// The next stage of something outstanding: worker and place.
    Open(usize, usize),
    /// A timer that is due: worker and reason.
    Timer(usize, Reason),
    /// A message of another worker is heard.
    News(usize),
    /// The lock is given to whoever waits longest.
    Grant,
    /// A request of a dead worker, or one given up, arrives after all.
    Late(usize),
    /// A commit that was reported too early is made (only in a world that does that).
    Early,
}

/// What the server says to a write that it has taken, so that a page's answer tells it from a refusal.
pub fn taken() -> Stream {
    Stream { text: "taken".to_owned(), cut: false }
}

impl World {
    /// Lets one outstanding thing take its next step; `false` when there is none.
    pub fn step(&mut self, pick: usize, luck: u8) -> bool {
        let choices = self.choices();
        let Some(choice) = choices
            .get(if pick == usize::MAX { choices.len().wrapping_sub(1) } else { pick % choices.len().max(1) })
            .copied()
        else {
            return false;
        };
        // Nothing outside takes no time; a request takes some.
        let is_request = |(worker, place): (usize, usize)| matches!(self.workers[worker].open[place], Open::Send(..));
        self.pass_time(match choice {
            Choice::Open(worker, place) if is_request((worker, place)) => 20,
            _ => 1,
        });
        self.trace.note(|| format!("{choice:?} of {} with luck {luck}", choices.len()));
        match choice {
            Choice::Open(worker, place) => self.advance(worker, place, luck),
            Choice::Timer(worker, reason) => {
                let Worker { name, timers, .. } = &mut self.workers[worker];
                let name = *name;
                match timers.remove(&reason) {
                    // As the driver does: the engine asks for a moment once, so it must not be told early.
                    Some((_, at)) if at.0 > self.now => drop(timers.insert(reason, (self.mono + at.0 - self.now, at))),
                    _ => self.tell(name, |engine, now| engine.on_timer(reason, now)),
                }
            }
            Choice::News(worker) => {
                let Worker { name, news, outdated, .. } = &mut self.workers[worker];
                let name = *name;
                *news -= 1;
                *outdated = true;
                self.tell(name, |engine, now| engine.wake(Wake::OtherWorker, now));
            }
            Choice::Grant => {
                let Some(name) = self.line.pop_front() else { return false };
                self.holder = Some(name);
                self.tell(name, |engine, now| engine.on_lock(Lock::Granted, now));
            }
            Choice::Late(place) => {
                let row = self.late.remove(place);
                self.arrive(&row, Mood::Takes);
            }
            Choice::Early => {
                let ready = self.early.remove(0);
                let _ = self.transact(0, &ready, WELL);
            }
        }
        true
    }

    /// The moment of the next timer, when nothing else can happen.
    pub fn next_timer(&self) -> Option<i64> {
        self.workers.iter().flat_map(|worker| worker.timers.values()).map(|(fires, _)| *fires).min()
    }

    fn choices(&self) -> Vec<Choice> {
        let mut choices = Vec::new();
        for (w, worker) in self.workers.iter().enumerate() {
            choices.extend((0..worker.open.len()).filter(|o| is_first(worker, *o)).map(|o| Choice::Open(w, o)));
            // Browsers may be a millisecond early.
            let due = worker.timers.iter().filter(|(_, (fires, _))| *fires <= self.mono + 1);
            choices.extend(due.map(|(reason, _)| Choice::Timer(w, *reason)));
            choices.extend((worker.news > 0).then_some(Choice::News(w)));
        }
        let free = self.holder.is_none() || self.mutant == Mutant::OpenLock;
        choices.extend((free && !self.line.is_empty()).then_some(Choice::Grant));
        choices.extend((0..self.late.len()).map(Choice::Late));
        choices.extend((!self.early.is_empty()).then_some(Choice::Early));
        choices
    }

    fn advance(&mut self, w: usize, place: usize, luck: u8) {
        let name = self.workers[w].name;
        let stage = self.workers[w].open.remove(place);
        // What follows takes the place of what was, save a transaction, which begins when it is made.
        let next = match stage {
            Open::Start => return self.tell(name, |engine, now| engine.wake(Wake::Start, now)),
            Open::Look(exchange, keys) => {
                if std::mem::take(&mut self.workers[w].outdated) {
                    let rows = self.store.generations.clone().into_iter().collect();
                    Open::Restored(self.store.current, rows, exchange, keys)
                } else if luck == 0 {
                    Open::Found(exchange, Err(StoreError::Failed("closed".to_owned())))
                } else {
                    Open::Found(exchange, Ok(self.store.find(&keys)))
                }
            }
            Open::Restored(current, rows, exchange, keys) => {
                self.workers[w].engine.restore(current, rows);
                Open::Look(exchange, keys)
            }
            Open::Found(exchange, found) => return self.hear_found(w, exchange, found),
            Open::Fetch(exchange, url, condition) => {
                Open::Fetched(exchange, self.serve(&url, condition.as_deref(), luck))
            }
            Open::Fetched(exchange, result) => {
                let held = result.map(|(head, stream)| (head, self.workers[w].hold(Body::Response(stream))));
                return self.tell(name, |engine, now| engine.on_response(exchange, held, now));
            }
            Open::Reading(id, taken) => match read_all(taken) {
                Ok(ready) => return self.workers[w].open.push(Open::Commit(id, ready)),
                Err(error) => Open::Committed(id, Err(error)),
            },
            Open::Commit(id, ready) if self.mutant == Mutant::ReportsEarly => {
                self.early.push(ready);
                Open::Committed(id, Ok(Committed::default()))
            }
            Open::Commit(id, ready) => self.run(name, id, &ready, luck),
            Open::Committed(id, result) => {
                return self.tell(name, |engine, now| engine.on_committed(id, result, now));
            }
            Open::Load if luck == 0 => Open::Loaded(Err(StoreError::Failed("closed".to_owned()))),
            Open::Load => Open::Loaded(Ok((self.store.rows.values().cloned().collect(), self.store.paused.clone()))),
            Open::Loaded(Ok((rows, paused))) => {
                self.tell_paused(w, paused);
                return self.tell(name, |engine, now| engine.on_rows(Ok(rows), now));
            }
            Open::Loaded(Err(error)) => return self.tell(name, |engine, now| engine.on_rows(Err(error), now)),
            Open::Room(token) => {
                self.store.make_room();
                return self.tell(name, |engine, now| engine.on_room_made(token, now));
            }
            Open::Send(row, bytes) => {
                let answer = self.carry(&row, bytes.as_deref(), luck);
                Open::Answer(row, answer)
            }
            Open::Answer(row, result) => {
                let held = result.map(|(head, stream)| (head, self.workers[w].hold(Body::Response(stream))));
                let entropy = self.random.entropy();
                return self.tell(name, |engine, now| engine.on_answered(row.id, held, entropy, now));
            }
            Open::Reconcile(row) => {
                let found = self.reconcile(w, &row);
                let entropy = self.random.entropy();
                return self.tell(name, |engine, now| engine.on_reconciled(row.id, found, entropy, now));
            }
            Open::Pass(exchange) => return self.pass(w, exchange),
        };
        self.workers[w].open.insert(place, next);
    }

    /// What comes of holding a row against what the server has; its body stays what it was, since the server knows writes by it.
    fn reconcile(&mut self, w: usize, row: &Row) -> Option<Reconciled> {
        let mine = self.store.row_bodies.get(&row.id)?.clone();
        let choice = self.random.below(4);
        let worker = &mut self.workers[w];
        let theirs = worker.hold(Body::Bytes("theirs".to_owned()));
        match choice {
            0 => {
                worker.take(theirs, true);
                (self.mutant == Mutant::DropsConflicts).then_some(Reconciled::Nothing)
            }
            1 => Some(Reconciled::Ask { theirs: Some(theirs), etag: None }),
            _ => {
                let length = mine.len() as u64;
                let body = Some((worker.hold(Body::Bytes(mine)), length));
                let etag = Some("\"theirs\"".to_owned());
                Some(Reconciled::Send { body, base: Some(theirs), etag, report: "[]".to_owned() })
            }
        }
    }

    fn hear_found(
        &mut self,
        w: usize,
        exchange: longshore::ids::ExchangeId,
        found: Result<Option<(longshore::cache::Entry, String)>, StoreError>,
    ) {
        let name = self.workers[w].name;
        let version = found.as_ref().ok().and_then(Option::as_ref).and_then(|(_, body)| body.parse::<usize>().ok());
        if let (Ok(Some((entry, body))), Some(live)) = (&found, self.workers[w].lives.get_mut(&exchange)) {
            live.found = Some((entry.key.clone(), body.clone()));
        }
        let live = |world: &World| {
            let worker = world.workers.iter().find(|worker| worker.name == name)?;
            worker.lives.get(&exchange).cloned()
        };
        let before = live(self);
        let only_stored = before.as_ref().is_some_and(|live| live.url.contains("/cached/"));
        // Only the answer to the first lookup comes without the network's being asked.
        let expects = before.and_then(|live| live.expects.filter(|_| live.answers == 0));
        let entry = found.map(|found| found.map(|(entry, _)| entry));
        let is_first = self.workers[w].lives.get_mut(&exchange).and_then(|live| live.expects.take()).is_some();
        let taken_before = self.workers[w].lives.get(&exchange).map(|live| live.answers);
        self.tell(name, |engine, now| engine.on_entry(exchange, entry, now));
        let is_alive = self.workers.iter().any(|worker| worker.name == name);
        let answered = is_alive && live(self).is_none_or(|live| Some(live.answers) != taken_before);
        if let (Some(version), Some(expects), true) = (version, expects, is_first && answered && !only_stored)
            && version < expects
        {
            self.ledger.breach(format!("{exchange:?}: a page that was told of version {expects} reads {version}"));
        }
    }

    /// A transaction runs, or fails.
    fn run(&mut self, worker: u64, id: CommitId, ready: &[Ready], luck: u8) -> Open {
        // A first row that is made again after room was made comes after younger ones, which another worker may see first.
        let luck = if luck == 0 && self.workers.len() > 1 { 1 } else { luck };
        let result = match luck {
            0 => Err(StoreError::Quota("QuotaExceededError".to_owned())),
            1 => Err(StoreError::Failed("AbortError".to_owned())),
            _ => self.transact(worker, ready, luck),
        };
        Open::Committed(id, result)
    }

    /// A transaction runs to its end.
    pub fn transact(&mut self, worker: u64, ready: &[Ready], luck: u8) -> CommitResult {
        let first = |op: &Op| matches!(op, Op::PutRow { row, .. } if !self.store.rows.contains_key(&row.id));
        if self.mutant == Mutant::DropsCommits && luck.is_multiple_of(8) && ready.iter().any(|ready| first(&ready.op)) {
            return Ok(Committed::default());
        }
        for Ready { op, .. } in ready {
            match op {
                Op::PutRow { row, .. } => self.ledger.on_put(worker, row, self.store.rows.get(&row.id)),
                Op::RemoveRow { id } => {
                    if let Some(row) = self.store.rows.get(id) {
                        self.ledger.on_remove(id, row, &self.server);
                    }
                }
                _ => {}
            }
        }
        if self.mutant == Mutant::StoresOutdated {
            let newest = self.store.current;
            let renewed = |ready: &Ready| match ready {
                Ready { op: Op::PutEntry { entry, body, declared, compare, keep }, bytes } => {
                    let entry = Box::new(longshore::cache::Entry { generation: newest, ..(**entry).clone() });
                    let op = Op::PutEntry { entry, body: *body, declared: *declared, compare: *compare, keep: *keep };
                    Ready { op, bytes: bytes.clone() }
                }
                other => other.clone(),
            };
            return self.store.commit(&ready.iter().map(renewed).collect::<Vec<_>>());
        }
        self.store.commit(ready)
    }

    fn serve(&self, url: &str, condition: Option<&str>, luck: u8) -> Result<(ResponseHead, Stream), FetchError> {
        let lost = || Err(FetchError::Network("no network".to_owned()));
        let (found, text) = self.server.read(url, condition);
        match luck {
            _ if self.weather == Weather::Down => lost(),
            0 => lost(),
            1 => Ok((head(503, &[]), Stream { text: "busy".to_owned(), cut: false })),
            2 => Ok((head(404, &[]), Stream { text: "none".to_owned(), cut: false })),
            // The body breaks off: heard, or only seen by its length.
            3 => Ok((found, Stream { text, cut: true })),
            4 if found.status == 200 => Ok((found, Stream { text: String::new(), cut: false })),
            _ => Ok((found, Stream { text, cut: false })),
        }
    }

    /// A row's request on its way there and back.
    fn carry(&mut self, row: &Row, bytes: Option<&str>, luck: u8) -> Result<(ResponseHead, Stream), FetchError> {
        let network = || Err(FetchError::Network("no network".to_owned()));
        let body = bytes.map(str::to_owned).or_else(|| self.store.row_bodies.get(&row.id).cloned());
        if body != Some(write_of(row).to_string()) && self.store.rows.contains_key(&row.id) {
            self.ledger.breach(format!("write {} is sent with the body {body:?}", write_of(row)));
        }
        if body.is_none() && row.body.is_some() {
            return Err(FetchError::Unsendable("its body is gone".to_owned()));
        }
        let mood = match luck {
            _ if self.weather == Weather::Down => return network(),
            0 | 1 => {
                self.arrive(row, Mood::Takes);
                return network();
            }
            2 => return network(),
            3 => {
                self.arrive(row, Mood::Takes);
                return Err(FetchError::Timeout);
            }
            4 => return Err(FetchError::Timeout),
            5 => {
                self.late.push(row.clone());
                return Err(FetchError::Timeout);
            }
            6 => Mood::Busy(503, None),
            7 => Mood::Busy(503, Some(3)),
            8 => Mood::Busy(429, Some(120)),
            9 => Mood::Busy(401, None),
            10 => return Ok((portal(200), Stream { text: "log in".to_owned(), cut: false })),
            11 => Mood::Refuses(412),
            12 => Mood::Refuses(422),
            13 => Mood::Refuses(404),
            14 => return Ok((portal(511), Stream { text: "log in".to_owned(), cut: false })),
            _ => Mood::Takes,
        };
        let answer = self.arrive(row, mood);
        let text = if answer.status == 200 { taken() } else { Stream { text: "no".to_owned(), cut: false } };
        Ok((answer, text))
    }

    /// A row's request arrives.
    pub fn arrive(&mut self, row: &Row, mood: Mood) -> ResponseHead {
        let named = row.draft.key_header.as_ref().filter(|_| self.mutant != Mutant::SendsNoKey);
        if named.is_none() || row.key.is_empty() {
            self.ledger.breach(format!("write {} comes without its key", write_of(row)));
        }
        let arrival = Arrival {
            number: write_of(row),
            method: row.draft.method.clone(),
            url: row.draft.url.clone(),
            key: named.map(|_| row.key.clone()),
        };
        let (answer, applied) = self.server.write(&arrival, mood);
        if self.mutant == Mutant::SendsTwice && applied {
            let again = Arrival { key: Some(format!("{}-again", row.key)), ..arrival };
            self.server.write(&again, mood);
        }
        if applied {
            self.ledger.on_applied(row, &self.store, &self.server);
        }
        answer
    }

    /// A page's own request, as without a worker.
    fn pass(&mut self, w: usize, exchange: longshore::ids::ExchangeId) {
        let write = self.workers[w].lives.get(&exchange).and_then(|live| live.write.clone());
        if let (Some(write), Weather::Fine) = (write, self.weather) {
            let arrival =
                Arrival { number: write.number, method: write.method.clone(), url: write.url(), key: write.key };
            self.server.write(&arrival, Mood::Takes);
        }
    }

    /// Moves both clocks on.
    pub fn pass_time(&mut self, ms: i64) {
        (self.now, self.mono) = (self.now + ms, self.mono + ms);
    }

    /// The time as the engine sees it.
    pub fn time(&self) -> Timestamp {
        Timestamp(self.now)
    }
}

/// Whether nothing that it must wait for comes before it: transactions that share a store run, and are heard of, in order.
fn is_first(worker: &Worker, place: usize) -> bool {
    let Some(own) = stores(&worker.open[place]) else { return true };
    worker.open.iter().take(place).filter_map(stores).all(|other| other & own == 0)
}

fn stores(open: &Open) -> Option<u8> {
    match open {
        Open::Commit(_, ready) => Some(stores_of(ready)),
        // Its stores are not known any more; rows and generations are what order matters for.
        Open::Committed(..) => Some(0b11_1000),
        _ => None,
    }
}

fn read_all(taken: Vec<(Op, Option<Body>)>) -> Result<Vec<Ready>, StoreError> {
    let read = |(op, body): (Op, Option<Body>)| {
        let cut_off = || Err(StoreError::Failed("the body was cut off".to_owned()));
        let bytes = match body {
            Some(Body::Response(Stream { cut: true, .. })) => return cut_off(),
            Some(Body::Response(Stream { text, .. }) | Body::Bytes(text)) => Some(text),
            None => None,
        };
        match (&op, &bytes) {
            (Op::PutEntry { declared: Some(declared), .. }, Some(bytes)) if bytes.len() as u64 != *declared => {
                cut_off()
            }
            _ => Ok(Ready { op, bytes }),
        }
    };
    taken.into_iter().map(read).collect()
}

fn portal(status: u16) -> ResponseHead {
    let headers = [("content-type", "text/html")].into_iter().collect();
    ResponseHead { headers, ..ResponseHead::new(status) }
}

/// Whether a row waits for a person.
pub fn is_parked(row: &Row) -> bool {
    matches!(row.state, State::Conflict { asked: true, .. } | State::Dead { .. })
}
