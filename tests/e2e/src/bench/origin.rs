//! One peer's origin: a small HTTP server with everything in memory, which counts the requests for data.
//! Each has an address of its own (127.0.0.2, .3, …), so that the browser gives each site processes of its own.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::table::Size;
use super::writes::{OPEN, Writes};

/// Everything that an origin serves, by path.
pub type Files = BTreeMap<String, File>;

/// Something to serve.
#[derive(Debug, Clone)]
pub struct File {
    /// Its content type.
    pub kind: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A running origin; dropped, it ends.
pub struct Origin {
    /// Where it listens.
    address: SocketAddr,
    /// What its connections share.
    state: Arc<State>,
    /// Accepts connections.
    task: JoinHandle<()>,
}

/// How long an answer under `/far/` takes: a server that is not on this machine.
const FAR: Duration = Duration::from_millis(20);

struct State {
    files: Arc<Files>,
    /// The paths of requests for data since they were last taken.
    asked: Mutex<Vec<String>>,
    /// Whether data is refused, so that only stored answers are good.
    closed: AtomicBool,
    /// What was written.
    writes: Writes,
}

/// How an answer may be kept by those who read its headers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Keeping {
    /// `/data/`: fresh for every peer and for the browser's own cache alike.
    Fresh,
    /// `/precache/`: to be kept, and to be asked for again.
    Revalidated,
    /// `/other/` and `/far/`: not at all.
    Never,
    /// Pages and scripts.
    Code,
}

impl Origin {
    /// Serves files at the loopback address of this number.
    pub async fn start(number: u8, files: Arc<Files>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::new(127, 0, 0, number), 0)).await?;
        let address = listener.local_addr()?;
        let closed = AtomicBool::new(false);
        let state = Arc::new(State { files, asked: Mutex::default(), closed, writes: Writes::default() });
        let shared = state.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let state = shared.clone();
                // A browser that hangs up is no matter.
                tokio::spawn(async move { drop(serve(stream, &state).await) });
            }
        });
        Ok(Self { address, state, task })
    }

    /// The address of a path on it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on every request for data is answered with 503.
    pub fn close(&self) {
        self.state.closed.store(true, Ordering::Relaxed);
    }

    /// Serves data again.
    pub fn reopen(&self) {
        self.state.closed.store(false, Ordering::Relaxed);
    }

    /// What was written, and whether it is refused.
    pub fn writes(&self) -> &Writes {
        &self.state.writes
    }

    /// The paths of data that were asked for since the last call.
    pub fn take_asked(&self) -> Vec<String> {
        std::mem::take(&mut self.state.asked.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Answers one connection's requests until it ends: GET, which has no body, and POST, which is a write.
async fn serve(mut stream: TcpStream, state: &State) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut pending = Vec::new();
    loop {
        while let Some(end) = pending.windows(4).position(|four| four == b"\r\n\r\n") {
            let head: Vec<u8> = pending.drain(..end + 4).collect();
            let head = String::from_utf8_lossy(&head);
            let path = head.split_whitespace().nth(1).unwrap_or_default();
            if head.starts_with("POST ") {
                let length = length_of(&head);
                while pending.len() < length {
                    if stream.read_buf(&mut pending).await? == 0 {
                        return Ok(());
                    }
                }
                let body: Vec<u8> = pending.drain(..length).collect();
                let Some(latency) = state.writes.take(&body) else { return Ok(()) };
                if !latency.is_zero() {
                    tokio::time::sleep(latency).await;
                }
                stream.write_all(WRITTEN).await?;
                state.writes.answered();
                continue;
            }
            if path == OPEN {
                state.writes.open();
            }
            if path.starts_with("/far/") {
                tokio::time::sleep(FAR).await;
            }
            stream.write_all(&answer(path, state)).await?;
        }
        if stream.read_buf(&mut pending).await? == 0 {
            return Ok(());
        }
    }
}

/// The answer to a write.
const WRITTEN: &[u8] =
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nCache-Control: no-store\r\n\r\n{}";

/// The length of the body behind a head.
fn length_of(head: &str) -> usize {
    let fields = head.lines().filter_map(|line| line.split_once(':'));
    let mut lengths = fields.filter(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    lengths.next().and_then(|(_, length)| length.trim().parse().ok()).unwrap_or(0)
}

/// The whole answer for a path.
fn answer(path: &str, state: &State) -> Vec<u8> {
    let path = path.split('?').next().unwrap_or_default();
    let keeping = Keeping::of(path);
    let is_data = keeping != Keeping::Code;
    if is_data {
        state.asked.lock().unwrap_or_else(PoisonError::into_inner).push(path.to_owned());
    }
    let found = state.find(path).filter(|_| !(is_data && state.closed.load(Ordering::Relaxed)));
    let (status, kind, body) = match found {
        Some((kind, bytes)) => ("200 OK", kind, bytes),
        None if is_data => ("503 Service Unavailable", "text/plain", b"closed".as_slice()),
        None => ("404 Not Found", "text/plain", b"not found".as_slice()),
    };
    let more = match keeping {
        _ if found.is_none() => "Cache-Control: no-store\r\n",
        Keeping::Fresh => "Cache-Control: public, max-age=86400\r\nETag: \"1\"\r\n",
        Keeping::Revalidated | Keeping::Code => "Cache-Control: no-cache\r\n",
        Keeping::Never => "Cache-Control: no-store\r\n",
    };
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n{more}{ISOLATED}\r\n");
    [head.as_bytes(), body].concat()
}

/// Isolated pages and their workers get a clock of 5 µs in place of 100 µs.
const ISOLATED: &str = "Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Embedder-Policy: require-corp\r\n";

impl Keeping {
    fn of(path: &str) -> Self {
        match path.split('/').nth(1) {
            Some("data") => Self::Fresh,
            Some("precache") => Self::Revalidated,
            Some("other" | "far") => Self::Never,
            _ => Self::Code,
        }
    }
}

impl State {
    /// The content type and the bytes of a path.
    fn find(&self, path: &str) -> Option<(&'static str, &[u8])> {
        if let Some(file) = self.files.get(path) {
            return Some((file.kind, &file.bytes));
        }
        if path == OPEN {
            return Some(("text/plain", b"open"));
        }
        let size = path.split('/').nth(2).filter(|_| Keeping::of(path) != Keeping::Code)?;
        Some(("application/json", DATA.get(size)?))
    }
}

/// The data by size: every path `/{data,other,far,precache}/{size}/…` is answered with it.
static DATA: LazyLock<BTreeMap<&'static str, Vec<u8>>> =
    LazyLock::new(|| Size::ALL.map(|size| (size.name(), json_of(size.bytes()))).into());

/// A JSON text of exactly this many bytes.
fn json_of(bytes: usize) -> Vec<u8> {
    let (start, end) = (b"{\"text\":\"".as_slice(), b"\"}".as_slice());
    let letters = b"abcdefghijklmnopqrstuvwxyz ".iter().cycle().take(bytes - start.len() - end.len());
    [start, &letters.copied().collect::<Vec<_>>(), end].concat()
}
