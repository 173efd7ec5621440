//! The server that a file is sent to: it can be gone, and it keeps what has come. Measures nothing.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

use crate::bench::origin::Files;

/// A server at one address, running or not.
pub struct Server {
    /// Where it listens, when it does.
    address: SocketAddr,
    /// What its connections share.
    state: Arc<State>,
    /// Accepts connections; its end closes them.
    task: Option<JoinHandle<()>>,
}

struct State {
    files: Arc<Files>,
    /// The bodies that have come whole.
    received: Mutex<Vec<Vec<u8>>>,
}

impl Server {
    /// Serves files, and takes every POST.
    pub async fn start(files: Arc<Files>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let mut server = Self {
            address: listener.local_addr()?,
            state: Arc::new(State { files, received: Mutex::default() }),
            task: None,
        };
        server.accept(listener);
        Ok(server)
    }

    /// The address of a path on it.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// From now on every connection is refused, and those that were open are closed.
    pub async fn down(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
            // It ends by being aborted.
            drop(task.await);
        }
    }

    /// Listens again, at the same address.
    pub async fn up(&mut self) -> io::Result<()> {
        let listener = TcpListener::bind(self.address).await?;
        self.accept(listener);
        Ok(())
    }

    /// The bodies that have come whole until now, which it forgets.
    pub fn take_received(&self) -> Vec<Vec<u8>> {
        std::mem::take(&mut self.state.received.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many bodies have come whole.
    pub fn count(&self) -> usize {
        self.state.received.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn accept(&mut self, listener: TcpListener) {
        let state = self.state.clone();
        self.task = Some(tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let state = state.clone();
                // A browser that hangs up is no matter.
                connections.spawn(async move { drop(serve(stream, &state).await) });
            }
        }));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

/// Answers one connection's requests until it ends.
async fn serve(mut stream: TcpStream, state: &State) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut pending = Vec::new();
    loop {
        while let Some(end) = pending.windows(4).position(|four| four == b"\r\n\r\n") {
            let head: Vec<u8> = pending.drain(..end + 4).collect();
            let head = String::from_utf8_lossy(&head).into_owned();
            let mut words = head.split_whitespace();
            let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
            if method != "POST" {
                stream.write_all(&file(path, &state.files)).await?;
                continue;
            }
            let mut body = std::mem::take(&mut pending);
            let wanted = length(&head);
            body.reserve_exact(wanted.saturating_sub(body.len()));
            while body.len() < wanted {
                if stream.read_buf(&mut body).await? == 0 {
                    return Ok(());
                }
            }
            pending = body.split_off(wanted);
            state.received.lock().unwrap_or_else(PoisonError::into_inner).push(body);
            stream.write_all(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\nCache-Control: no-store\r\n\r\n").await?;
        }
        if stream.read_buf(&mut pending).await? == 0 {
            return Ok(());
        }
    }
}

/// The whole answer for a path.
fn file(path: &str, files: &Files) -> Vec<u8> {
    let (status, kind, body) = match files.get(path) {
        Some(file) => ("200 OK", file.kind, file.bytes.as_slice()),
        None => ("404 Not Found", "text/plain", b"not found".as_slice()),
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nCache-Control: no-cache\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

/// What a request's head says of its body's length; browsers know it of every file.
fn length(head: &str) -> usize {
    let named = |line: &str| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse().ok())?
    };
    head.lines().find_map(named).unwrap_or_default()
}
