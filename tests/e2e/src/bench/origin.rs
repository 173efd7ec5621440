//! One peer's origin: a small HTTP server with everything in memory, which counts the requests for data.
//! Each has an address of its own (127.0.0.2, .3, …), so that the browser gives each site processes of its own.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

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

struct State {
    files: Files,
    /// Requests for `/data/` since the count was last taken.
    asked: AtomicUsize,
    /// Whether `/data/` is refused, so that only stored answers are good.
    closed: AtomicBool,
}

impl Origin {
    /// Serves files at the loopback address of this number.
    pub async fn start(number: u8, files: Files) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::new(127, 0, 0, number), 0)).await?;
        let address = listener.local_addr()?;
        let state = Arc::new(State { files, asked: AtomicUsize::new(0), closed: AtomicBool::new(false) });
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

    /// The address of its page.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// From now on every request for data is answered with 503.
    pub fn close(&self) {
        self.state.closed.store(true, Ordering::Relaxed);
    }

    /// Serves data again.
    pub fn reopen(&self) {
        self.state.closed.store(false, Ordering::Relaxed);
    }

    /// How often data was asked for since the last call.
    pub fn take_asked(&self) -> usize {
        self.state.asked.swap(0, Ordering::Relaxed)
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Answers one connection's requests until it ends. Only GET comes here, and a GET has no body.
async fn serve(mut stream: TcpStream, state: &State) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut pending = Vec::new();
    loop {
        while let Some(end) = pending.windows(4).position(|four| four == b"\r\n\r\n") {
            let head: Vec<u8> = pending.drain(..end + 4).collect();
            let head = String::from_utf8_lossy(&head);
            let path = head.split_whitespace().nth(1).unwrap_or_default();
            stream.write_all(&answer(path, state)).await?;
        }
        if stream.read_buf(&mut pending).await? == 0 {
            return Ok(());
        }
    }
}

/// The whole answer for a path.
fn answer(path: &str, state: &State) -> Vec<u8> {
    let is_data = path.starts_with("/data/");
    if is_data {
        state.asked.fetch_add(1, Ordering::Relaxed);
    }
    let found = state.files.get(path).filter(|_| !(is_data && state.closed.load(Ordering::Relaxed)));
    let (status, kind, body) = match found {
        Some(file) => ("200 OK", file.kind, file.bytes.as_slice()),
        None if is_data => ("503 Service Unavailable", "text/plain", b"closed".as_slice()),
        None => ("404 Not Found", "text/plain", b"not found".as_slice()),
    };
    let more = match is_data {
        // Fresh for every peer and for the browser's own cache alike.
        true if found.is_some() => "Cache-Control: public, max-age=86400\r\nETag: \"1\"\r\n",
        true => "Cache-Control: no-store\r\n",
        // Isolated pages get a clock of 5 µs in place of 100 µs.
        false => {
            "Cache-Control: no-cache\r\nCross-Origin-Opener-Policy: same-origin\r\n\
             Cross-Origin-Embedder-Policy: require-corp\r\n"
        }
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n{more}\r\n", body.len());
    [head.as_bytes(), body].concat()
}
