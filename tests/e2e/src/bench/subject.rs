//! Who is compared: the peers, each with what one table asks of it. The scripts themselves lie in `benches/peers/`.

/// One row of a table: a page with a worker, or without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subject {
    /// Its name in tables and files.
    name: &'static str,
    /// What answers.
    pub peer: Peer,
    /// Its worker script, in `benches/peers/`; none for a page without a worker.
    pub script: Option<&'static str>,
    /// Whether it goes to the network behind a warm answer.
    pub revalidates: bool,
    /// The bytes of Longshore's memory tier, where not its default.
    pub memory: Option<usize>,
    /// The most entries that it keeps, where there is such a limit.
    pub max_entries: Option<usize>,
    /// How many entries are stored before anything is measured.
    pub entries: usize,
    /// How many writes wait before anything is measured.
    pub waiting: usize,
    /// Whether it stands here a second time, to show what is noise.
    is_twin: bool,
}

/// What answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// The built runtime.
    Longshore,
    /// Workbox 7, from npm.
    Workbox,
    /// Serwist 9, from npm.
    Serwist,
    /// A worker written by hand.
    Hand,
    /// The browser alone.
    Nobody,
}

/// Longshore, cache-first.
pub const LONGSHORE: Subject = Subject::new("Longshore", Peer::Longshore, "longshore-cache-first");
/// Longshore with its memory tier off, cache-first.
pub const LONGSHORE_STORE: Subject = Subject { name: "Longshore, memory tier off", memory: Some(0), ..LONGSHORE };
/// Longshore, stale-while-revalidate.
pub const LONGSHORE_SWR: Subject = Subject { script: Some("longshore-stale-while-revalidate"), ..LONGSHORE };
/// Longshore with its memory tier off, stale-while-revalidate.
pub const LONGSHORE_STORE_SWR: Subject = Subject { script: LONGSHORE_SWR.script, ..LONGSHORE_STORE };
/// Longshore with a precache.
pub const LONGSHORE_PRECACHE: Subject = Subject { script: Some("longshore-precache"), ..LONGSHORE };
/// Longshore, which keeps what is sent.
pub const LONGSHORE_UPLOADS: Subject = Subject { script: Some("longshore-uploads"), ..LONGSHORE };
/// Workbox CacheFirst with expiration.
pub const WORKBOX: Subject = Subject::new("Workbox", Peer::Workbox, "workbox-cache-first");
/// The same with Workbox in a script of its own, by `importScripts`, as Longshore is by default.
pub const WORKBOX_IMPORTED: Subject =
    Subject { name: "Workbox, by importScripts", script: Some("workbox-imported"), ..WORKBOX };
/// Workbox StaleWhileRevalidate with expiration.
pub const WORKBOX_SWR: Subject =
    Subject { script: Some("workbox-stale-while-revalidate"), revalidates: true, ..WORKBOX };
/// Workbox with a queue of Background Sync.
pub const WORKBOX_UPLOADS: Subject = Subject { script: Some("workbox-uploads"), ..WORKBOX };
/// Workbox with a precache.
pub const WORKBOX_PRECACHE: Subject = Subject { script: Some("workbox-precache"), ..WORKBOX };
/// Serwist CacheFirst with expiration.
pub const SERWIST: Subject = Subject::new("Serwist", Peer::Serwist, "serwist-cache-first");
/// Serwist StaleWhileRevalidate with expiration.
pub const SERWIST_SWR: Subject =
    Subject { script: Some("serwist-stale-while-revalidate"), revalidates: true, ..SERWIST };
/// Serwist with a precache.
pub const SERWIST_PRECACHE: Subject = Subject { script: Some("serwist-precache"), ..SERWIST };
/// The floor of all workers: a JS Map.
pub const JS_MAP: Subject = Subject::new("JS Map by hand", Peer::Hand, "js-map");
/// Cache Storage by hand.
pub const CACHE_STORAGE: Subject = Subject::new("Cache Storage by hand", Peer::Hand, "cache-storage");
/// Cache Storage by hand, with a precache.
pub const CACHE_STORAGE_PRECACHE: Subject = Subject { script: Some("cache-storage-precache"), ..CACHE_STORAGE };
/// IndexedDB by hand.
pub const INDEXED_DB: Subject = Subject::new("IndexedDB by hand", Peer::Hand, "indexed-db");
/// IndexedDB by hand, with a precache.
pub const INDEXED_DB_PRECACHE: Subject = Subject { script: Some("indexed-db-precache"), ..INDEXED_DB };
/// Longshore with its shell bundled into the worker script, as Workbox and Serwist are.
pub const LONGSHORE_BUNDLED: Subject =
    Subject { name: "Longshore, in one script", script: Some("longshore-bundled"), ..LONGSHORE };
/// Longshore, with writes kept in 20 lanes.
pub const LONGSHORE_QUEUE: Subject = Subject { script: Some("longshore-queue"), ..LONGSHORE };
/// Workbox background sync.
pub const WORKBOX_QUEUE: Subject = Subject::new("Workbox background sync", Peer::Workbox, "workbox-queue");
/// A worker without a fetch listener: what a page pays for being controlled.
pub const NO_LISTENER: Subject = Subject::new("worker that listens to no fetch", Peer::Hand, "no-fetch-listener");
/// One static rule that sends everything past the worker: the least that a worker with routes of its own can cost.
pub const STATIC_RULE: Subject = Subject::new("one static rule by hand", Peer::Hand, "static-rule");
/// No worker.
pub const NOBODY: Subject = Subject { script: None, ..Subject::new("no worker", Peer::Nobody, "") };

impl Subject {
    const fn new(name: &'static str, peer: Peer, script: &'static str) -> Self {
        Self {
            name,
            peer,
            script: Some(script),
            revalidates: false,
            memory: None,
            max_entries: Some(200),
            entries: 0,
            waiting: 0,
            is_twin: false,
        }
    }

    /// The same once more.
    pub const fn twin(self) -> Self {
        Self { is_twin: true, ..self }
    }

    /// With a store that drops what goes beyond this.
    pub const fn limited(self, max_entries: usize) -> Self {
        Self { max_entries: Some(max_entries), ..self }
    }

    /// With this many entries stored beforehand, and no limit to them.
    pub const fn holding(self, entries: usize) -> Self {
        Self { entries, max_entries: None, ..self }
    }

    /// With this many writes waiting beforehand.
    pub const fn awaiting(self, writes: usize) -> Self {
        Self { waiting: writes, ..self }
    }

    /// Its name in a table.
    pub fn label(&self) -> String {
        let (entries, waiting) = (counted(self.entries, "entries"), counted(self.waiting, "writes waiting"));
        format!("{}{entries}{waiting}{}", self.name, if self.is_twin { ", again" } else { "" })
    }

    /// How a page speaks to the peer's queue, in `benches/`, where it has one.
    pub fn queue(&self) -> Option<&'static str> {
        match self.script {
            script if script == LONGSHORE_QUEUE.script => Some("queue-longshore.js"),
            script if script == WORKBOX_QUEUE.script => Some("queue-workbox.js"),
            _ => None,
        }
    }

    /// The database in which the peer keeps the times of its entries, where that must be written directly to fill it.
    pub fn timestamps(&self) -> Option<&'static str> {
        match self.peer {
            Peer::Workbox => Some("workbox-expiration"),
            Peer::Serwist => Some("serwist-expiration"),
            Peer::Longshore | Peer::Hand | Peer::Nobody => None,
        }
    }
}

/// So many of something, after a comma; nothing for none.
fn counted(number: usize, what: &str) -> String {
    match number {
        0 => String::new(),
        number if number < 1000 => format!(", {number} {what}"),
        number => format!(", {},{:03} {what}", number / 1000, number % 1000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_tell_rows_apart() {
        let rows = [LONGSHORE, LONGSHORE.twin(), LONGSHORE.holding(100), LONGSHORE.holding(10_000).twin()];
        let labels = rows.map(|subject| subject.label());
        assert_eq!(
            labels,
            ["Longshore", "Longshore, again", "Longshore, 100 entries", "Longshore, 10,000 entries, again"]
        );
    }
}
