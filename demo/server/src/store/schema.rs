//! The tables, all of them, in one place. Migrates nothing: the demo has one version.

use std::time::Duration;

use rusqlite::{Connection, Result};

/// Every table, written so that it may run over an existing file.
const TABLES: &str = "
CREATE TABLE IF NOT EXISTS boards (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, version INTEGER NOT NULL, updated_at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS cards (
    id TEXT PRIMARY KEY, board TEXT NOT NULL REFERENCES boards ON DELETE CASCADE,
    title TEXT NOT NULL, text TEXT NOT NULL, column_id TEXT NOT NULL, position REAL NOT NULL,
    version INTEGER NOT NULL, updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS cards_in_order ON cards (board, position, id);
CREATE TABLE IF NOT EXISTS comments (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    card TEXT NOT NULL REFERENCES cards ON DELETE CASCADE,
    author TEXT NOT NULL, text TEXT NOT NULL, created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS comments_in_order ON comments (card, seq);
CREATE TABLE IF NOT EXISTS attachments (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE,
    card TEXT NOT NULL REFERENCES cards ON DELETE CASCADE,
    name TEXT NOT NULL, type TEXT NOT NULL, size INTEGER NOT NULL, digest TEXT NOT NULL, bytes BLOB NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS attachments_in_order ON attachments (card, seq);
-- A row is written in the transaction of the effect it stands for, and only for effects, never for refusals.
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, method TEXT NOT NULL, target TEXT NOT NULL, digest TEXT NOT NULL,
    status INTEGER NOT NULL, headers TEXT NOT NULL, body BLOB NOT NULL, at INTEGER NOT NULL
) STRICT;
-- Filled and read only with --faults.
CREATE TABLE IF NOT EXISTS applied (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT, method TEXT NOT NULL, path TEXT NOT NULL,
    lane TEXT, n INTEGER, at INTEGER NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS probe_values (name TEXT PRIMARY KEY, type TEXT NOT NULL, bytes BLOB NOT NULL) STRICT;
";

/// Sets the connection that writes up and makes the tables that are missing.
pub fn prepare(connection: &mut Connection) -> Result<()> {
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // In WAL mode a killed process loses nothing; only a power cut may lose the last commits.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.execute_batch(TABLES)
}
