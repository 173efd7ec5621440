//! Scripts: what people, pages and luck do, made from a seed, cut down to the shortest that still fails.
//! A script is a list; any part of it is a script too.

use super::app::{self, LANES, Write, write_of};
use super::death::{SIDES, Stop};
use super::outside::{WELL, is_parked};
use super::random::Random;
use super::world::{Mutant, Weather, World};
use longshore::http::Method;
use longshore::ids::MutationId;
use longshore::queue::{Command, Row, State, Wake};

/// One line of a script; its numbers are taken modulo what there is at the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// A page writes, perhaps with a key of its own.
    Write(u64),
    /// A page asks again for a write that had its own key, perhaps another worker.
    Again(u64),
    /// A page reads.
    Read(u64),
    /// Something outstanding takes its next step.
    Step(usize, u8),
    /// Time passes.
    Wait(i64),
    /// The clock is set back; but not while two workers run, or have: names made by both would not sort in the order of
    /// creation.
    SetBack(i64),
    /// Every worker is woken.
    Wake(Wake),
    /// A page declares a lane outdated.
    Invalidate(u64),
    /// A person discards a row.
    Discard(usize),
    /// A person retries every row that waits for one.
    Retry,
    /// A person pauses a row, a lane or everything.
    Pause(u64),
    /// A person ends every pause.
    Resume,
    /// A person wants everything sent.
    Flush,
    /// The network goes, or comes back.
    Turn,
    /// A worker starts beside the one that runs: an update.
    Start,
    /// A worker stops; the number says which, and what comes of all it had under way.
    Kill(usize, u64),
    /// The next worker to do so many effects stops there, on one side of the last.
    Trap(usize, usize),
}

/// The script of a seed.
pub fn script(seed: u64) -> Vec<Line> {
    let mut random = Random::new(seed);
    let length = 20 + random.below(110);
    // Some lives are lucky, some are not.
    let misfortune = [0, 16, 40, 90][random.below(4) as usize];
    // Some meet the same again and again: a conflict, a refusal, no answer in time.
    let usual = [None, Some(11), Some(12), Some(3)][random.below(4) as usize];
    let misfortune = if usual.is_some() { misfortune.max(60) } else { misfortune };
    let lines = (0..length).map(|_| line(&mut random, misfortune, usual));
    // In some, others write to the same all the time, and what meets that is to be merged; in some, the server refuses all.
    let mood = match seed % 4 {
        0 => 11,
        1 => 12,
        _ => return lines.collect(),
    };
    let mut luck = Random::new(!seed);
    let contested = |line| match line {
        Line::Write(bits) => Line::Write(bits & !(7 << 12) | 1 << 12),
        Line::Step(pick, _) => {
            let lucks = [mood, mood, mood, mood, mood, luck.below(16) as u8, WELL];
            Line::Step(pick * usize::from(luck.below(4) == 0), lucks[luck.below(7) as usize])
        }
        Line::Pause(_) | Line::Turn => Line::Step(0, WELL),
        Line::Retry | Line::Read(_) if mood == 11 => Line::Step(0, mood),
        Line::Start | Line::Wait(_) if mood == 12 && luck.below(4) > 0 => Line::Discard(luck.below(8) as usize),
        other => other,
    };
    lines.map(contested).collect()
}

fn line(random: &mut Random, misfortune: u64, usual: Option<u8>) -> Line {
    let wakes = [Wake::Start, Wake::Sync, Wake::Online, Wake::Page, Wake::Timer, Wake::Flush];
    let pick = random.next() as usize >> 8;
    match random.below(100) {
        0..=11 => Line::Write(random.next()),
        12 => Line::Again(random.next()),
        13..=20 => Line::Read(random.next() >> 8),
        21 => Line::Pause(random.next()),
        22 | 23 => Line::Resume,
        24..=76 => {
            let luck = match (random.below(100) < misfortune, usual) {
                (true, Some(usual)) if random.below(4) > 0 => usual,
                (true, _) => random.below(16) as u8,
                (false, _) => WELL - random.below(16) as u8,
            };
            Line::Step(pick, luck)
        }
        77..=80 => Line::Wait(1 << random.below(15)),
        83 => Line::SetBack(1 << random.below(22)),
        84 | 85 => Line::Wake(wakes[pick % wakes.len()]),
        86 => Line::Invalidate(random.below(LANES)),
        81 | 82 | 87 | 88 => Line::Discard(pick),
        89 => Line::Retry,
        90 => Line::Flush,
        91 | 92 => Line::Turn,
        93 | 94 => Line::Start,
        95..=97 => Line::Kill(pick, random.next()),
        _ => Line::Trap(1 + random.below(12) as usize, pick),
    }
}

/// Plays a script in a fresh world, lets all end well, and looks at what is left.
pub fn play(seed: u64, script: &[Line], mutant: Mutant, words: bool) -> World {
    let mut world = World::new(seed, mutant);
    world.trace.words = words.then(Vec::new);
    play_in(world, script)
}

/// Plays a script in a world, lets all end well, and looks at what is left.
pub fn play_in(mut world: World, script: &[Line]) -> World {
    for line in script {
        world.trace.note(|| format!("{line:?}"));
        world.act(*line);
        world.check();
        if !world.ledger.violations.is_empty() {
            return world;
        }
    }
    world.end();
    world
}

/// The shortest script that still fails, by leaving out ever smaller parts.
pub fn shortest(seed: u64, script: &[Line], mutant: Mutant) -> Vec<Line> {
    let fails = |lines: &[Line]| !play(seed, lines, mutant, false).ledger.violations.is_empty();
    let mut lines = script.to_vec();
    let mut part = lines.len().div_ceil(2);
    while part > 0 {
        let (before, mut from) = (lines.len(), 0);
        while from < lines.len() {
            let mut fewer = lines.clone();
            fewer.drain(from..(from + part).min(lines.len()));
            if fails(&fewer) {
                lines = fewer;
            } else {
                from += part;
            }
        }
        part = match part {
            1 if lines.len() == before => 0,
            _ => part.div_ceil(2),
        };
    }
    lines
}

impl World {
    /// One line of a script.
    pub fn act(&mut self, line: Line) {
        self.steps += 1;
        match line {
            Line::Write(bits) => {
                let number = self.number();
                let write = write(number, bits);
                self.write(self.pick((bits >> 40) as usize), &write);
                self.keyed.extend(write.key.is_some().then_some(write));
            }
            Line::Again(bits) => {
                let count = self.keyed.len().max(1);
                if let Some(write) = self.keyed.get(bits as usize % count).cloned() {
                    self.write(self.pick((bits >> 40) as usize), &write);
                }
            }
            Line::Read(bits) => self.read(self.pick((bits >> 40) as usize), &app::view(bits)),
            Line::Step(pick, luck) => drop(self.step(pick, luck)),
            Line::Wait(ms) => self.pass_time(ms),
            Line::SetBack(ms) if self.workers.len() == 1 && !self.left_alone => {
                self.ahead = self.ahead.max(self.now);
                self.now = (self.now - ms).max(1);
            }
            Line::SetBack(_) => {}
            Line::Wake(wake) => self.wake(wake),
            Line::Invalidate(lane) => self.invalidate(lane),
            Line::Discard(pick) => {
                // People mostly look at what has gone wrong.
                let is_wrong = |row: &Row| matches!(row.state, State::Conflict { .. } | State::Dead { .. });
                let any_wrong = self.store.rows.values().any(is_wrong);
                let shown = |row: &&Row| !any_wrong || pick.is_multiple_of(8) || is_wrong(row);
                let ids: Vec<MutationId> = self.store.rows.values().filter(shown).map(|row| row.id.clone()).collect();
                if let Some(id) = ids.get(pick % ids.len().max(1)) {
                    self.command(Command::Discard(id.clone()));
                }
            }
            Line::Retry => self.retry_parked(),
            Line::Pause(bits) => {
                let rows = self.store.rows.keys();
                let id = rows.clone().nth(bits as usize % rows.len().max(1)).map(|id| id.0.clone());
                self.pause(Some(match (bits >> 20 & 3, id) {
                    (0, _) => "all".to_owned(),
                    (1, Some(id)) => id,
                    _ => format!("lane:l{}", bits >> 24 & 1),
                }));
            }
            Line::Resume => self.pause(None),
            Line::Flush => self.command(Command::Flush),
            Line::Turn => {
                self.weather = if self.weather == Weather::Fine { Weather::Down } else { Weather::Fine };
            }
            Line::Start if self.workers.len() < 2 && self.now >= self.ahead => self.start(),
            Line::Start => {}
            Line::Kill(pick, bits) => {
                let name = self.name_of(self.pick(pick));
                self.kill(name, |n| bits >> (2 * (n % 32)) & 3);
            }
            Line::Trap(after, side) => {
                self.stop = Some(Stop { at: self.trace.count + after, side: SIDES[side % SIDES.len()] });
            }
        }
    }

    /// What must hold at any time.
    pub fn check(&mut self) {
        self.ledger.check(&self.store, &self.server);
    }

    /// A person retries every row that waits for one.
    pub fn retry_parked(&mut self) {
        let parked: Vec<_> = self.store.rows.values().filter(|row| is_parked(row)).map(|row| row.id.clone()).collect();
        parked.into_iter().for_each(|id| self.command(Command::Retry(id)));
    }

    /// All goes well from now on, and time passes until nothing is left to do.
    pub fn quiet(&mut self) {
        (self.weather, self.stop) = (Weather::Fine, None);
        for turn in 0..5_000 {
            // Now and then the last thing comes first, so that nothing waits for ever.
            let pick = if turn % 5 == 4 { usize::MAX } else { 0 };
            if self.step(pick, WELL) {
                self.check();
                continue;
            }
            let Some(next) = self.next_timer() else { return };
            self.pass_time((next - self.mono).max(1));
        }
        self.ledger.breach("it never comes to rest".to_owned());
    }

    /// Lets everything end well, first by itself, then with a person's help, and looks at what is left.
    pub fn end(&mut self) {
        self.quiet();
        self.pause(None);
        self.renew();
        self.quiet();
        self.check_parked();
        self.check_entries();
        for _ in 0..60 {
            if self.store.rows.is_empty() {
                break;
            }
            self.retry_parked();
            self.quiet();
        }
        self.check_entries();
        self.check_rest();
    }

    /// Left by itself, the queue keeps only what waits for a person, and what comes behind it in its lane.
    fn check_parked(&mut self) {
        let rows: Vec<_> = self.store.rows.values().cloned().collect();
        for (n, row) in rows.iter().enumerate() {
            let waits = rows.iter().take(n + 1).any(|other| other.draft.lane == row.draft.lane && is_parked(other));
            if !waits {
                self.ledger.breach(format!("write {} never goes out: {:?}", write_of(row), row.state));
            }
        }
    }

    /// No stored answer passes for good that is older than the last settled write that touches it.
    fn check_entries(&mut self) {
        for entry in self.store.entries.values().filter(|entry| entry.key != super::world::precached()) {
            let body = self.store.bodies.get(&entry.key).cloned().unwrap_or_default();
            let version = body.parse::<usize>().ok();
            let settled = self.ledger.settled_version(&entry.url, &self.server);
            if version.is_none_or(|version| version < settled) && !self.store.is_invalidated(entry) {
                let words = format!("{} stays at version {body:?} after the write that made {settled}", entry.url);
                self.ledger.breach(words);
            }
        }
    }

    fn check_rest(&mut self) {
        if let Some(row) = self.store.rows.values().next() {
            self.ledger.breach(format!(
                "write {} never goes out, whatever a person does: {:?}",
                write_of(row),
                row.state
            ));
        }
        for worker in &self.workers {
            if !worker.lives.is_empty() {
                self.ledger.breach(format!("exchanges never end: {:?}", worker.lives));
            }
            if !worker.bodies.is_empty() {
                self.ledger.breach(format!("bodies are never let go: {:?}", worker.bodies));
            }
            if !worker.engine.is_drained(self.time()) {
                self.ledger.breach(format!("the queue of {} is never idle", worker.name));
            }
        }
        if self.holder.is_some() {
            self.ledger.breach("the lock is never let go".to_owned());
        }
    }
}

fn write(number: u64, bits: u64) -> Write {
    let methods = [Method::Post, Method::Put, Method::Patch, Method::Delete];
    Write {
        number,
        lane: bits % LANES,
        item: bits >> 8 & 1,
        route: match bits >> 12 & 7 {
            0 => 1,
            1..=3 => 2,
            _ => 0,
        },
        method: methods[(bits >> 16 & 3) as usize].clone(),
        key: (bits >> 20 & 3 == 0).then(|| format!("key-{number}")),
    }
}
