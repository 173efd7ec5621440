//! The SQLite file: one connection that writes, a few that read, and the feed of what changed.
//! Knows no nouns: their SQL stands with them.

pub mod schema;

use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use tokio::sync::broadcast;

use crate::{answer::Answer, events::Change, idempotency, problem::Problem, seed, submission::Intent};

/// How many changes a slow reader of the feed may lag behind before it is told to start over.
const FEED: usize = 256;

/// The database and the feed of its changes; clones share both.
#[derive(Debug, Clone)]
pub struct Store(Arc<Inner>);

/// What the clones of a store share.
#[derive(Debug)]
struct Inner {
    /// The only connection that writes: its lock puts all writes in one order.
    writer: Mutex<Connection>,
    /// Connections that read and are not in use now.
    readers: Mutex<Vec<Connection>>,
    /// Where further readers are opened.
    path: PathBuf,
    /// Whether effects are listed for tests.
    effects: Effects,
    /// Changes, sent after their commit.
    feed: broadcast::Sender<Change>,
}

/// Whether each applied write leaves a row that tests can count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effects {
    /// A row in `applied`, in the write's own transaction.
    Recorded,
    /// Nothing is kept.
    NotRecorded,
}

/// What a write did, to be committed with its answer.
#[derive(Debug)]
pub struct Effect {
    /// The answer, stored beside the key.
    pub answer: Answer,
    /// What the feed hears after the commit.
    pub changes: Vec<Change>,
    /// The lane and number of a test's write.
    pub probe: Option<(String, i64)>,
}

/// A database that cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// SQLite's own words.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// The demo content cannot be written.
    #[error("filling the empty database: {0}")]
    Seed(String),
}

impl Store {
    /// Opens the file, making and filling it when it is new.
    pub fn open(path: &Path, effects: Effects) -> Result<Self, OpenError> {
        let mut writer = Connection::open(path)?;
        schema::prepare(&mut writer)?;
        seed::fill_when_new(&mut writer, now()).map_err(|problem| OpenError::Seed(problem.detail))?;
        idempotency::forget_old(&writer, now())?;
        let (feed, _) = broadcast::channel(FEED);
        let (writer, readers) = (Mutex::new(writer), Mutex::new(Vec::new()));
        Ok(Self(Arc::new(Inner { writer, readers, path: path.to_owned(), effects, feed })))
    }

    /// Hears every change committed from now on.
    pub fn subscribe(&self) -> broadcast::Receiver<Change> {
        self.0.feed.subscribe()
    }

    /// Reads on a connection of its own.
    pub async fn read<T, F>(&self, question: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, Problem> + Send + 'static,
    {
        let store = self.clone();
        aside(move || {
            let idle = lock(&store.0.readers).pop();
            let mut connection = idle.map_or_else(|| store.open_reader(), Ok)?;
            // One snapshot for all statements of one question.
            let result = question(&*connection.transaction()?);
            lock(&store.0.readers).push(connection);
            result
        })
        .await
    }

    /// Applies a write once: effect, key and answer are committed together, or none of them. A key that is known
    /// already gets its stored answer and has no effect. A write that fails leaves no trace, so that the same key
    /// may try again.
    pub async fn write<F>(&self, intent: Intent, effect: F) -> Result<Answer, Problem>
    where
        F: FnOnce(&Transaction<'_>, i64) -> Result<Effect, Problem> + Send + 'static,
    {
        let store = self.clone();
        // Once begun it runs to its end, even when the client goes away meanwhile.
        aside(move || {
            let mut writer = lock(&store.0.writer);
            let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
            if let Some(answer) = idempotency::replay(&transaction, &intent)? {
                return Ok(answer);
            }
            let now = now();
            let effect = effect(&transaction, now)?;
            idempotency::remember(&transaction, &intent, &effect.answer, now)?;
            if store.0.effects == Effects::Recorded {
                record(&transaction, &intent, effect.probe, now)?;
            }
            transaction.commit()?;
            for change in effect.changes {
                // Nobody listening is no fault.
                let _ = store.0.feed.send(change);
            }
            Ok(effect.answer)
        })
        .await
    }

    fn open_reader(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open_with_flags(&self.0.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        Ok(connection)
    }
}

impl Effect {
    /// An effect that the feed tells.
    pub fn new(answer: Answer, change: Change) -> Self {
        Self { answer, changes: vec![change], probe: None }
    }
}

/// Milliseconds since the epoch.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

/// A new random UUID (version 4), from SQLite's own source of randomness.
pub fn new_id(connection: &Connection) -> rusqlite::Result<String> {
    let sql = "SELECT lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)
               || '-a' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))";
    connection.query_row(sql, [], |row| row.get(0))
}

/// Whether an insert failed because the id is taken.
pub fn is_taken(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation)
}

fn record(
    transaction: &Transaction<'_>,
    intent: &Intent,
    probe: Option<(String, i64)>,
    now: i64,
) -> rusqlite::Result<()> {
    let (lane, n) = probe.unzip();
    let path = intent.target.split('?').next();
    transaction.execute(
        "INSERT INTO applied (key, method, path, lane, n, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        (&intent.key, &intent.method, path, lane, n, now),
    )?;
    Ok(())
}

/// A panic under the lock leaves a rolled-back transaction behind, not a broken connection.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs blocking work away from the threads that serve connections.
async fn aside<T, F>(work: F) -> Result<T, Problem>
where
    T: Send + 'static,
    F: FnOnce() -> Result<T, Problem> + Send + 'static,
{
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => {
            eprintln!("demo-server: {error}");
            Err(Problem::new(500, "the server failed"))
        }
    }
}
