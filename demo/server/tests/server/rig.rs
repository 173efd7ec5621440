//! A server to test and a client that shows what really came over the wire. The client never retries.

use std::{
    collections::BTreeMap,
    io::{self, BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpStream},
    path::PathBuf,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use demo_server::{options::Options, server::Server};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

/// The seeded board.
pub const BOARD: &str = "/api/boards/00000001-0000-4000-8000-000000000000";
/// A seeded card with two comments.
pub const CARD: &str = "/api/boards/00000001-0000-4000-8000-000000000000/cards/00000001-0001-4000-8000-000000000000";

/// How long anything may take before the test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A running server with a folder of its own, both gone at the end.
pub struct Rig {
    pub address: SocketAddr,
    pub folder: PathBuf,
    control: Option<SocketAddr>,
    server: Option<Server>,
    runtime: Runtime,
}

impl Rig {
    /// With `--faults`.
    pub fn new() -> Self {
        Self::start(|options| options.faults = Some(([127, 0, 0, 1], 0).into()))
    }

    /// As people use it, with changes to its options.
    pub fn start(adjust: impl FnOnce(&mut Options)) -> Self {
        let folder = folder();
        let mut options = Options {
            listen: ([127, 0, 0, 1], 0).into(),
            db: folder.join("demo.db"),
            site: Some(folder.clone()),
            mounts: Vec::new(),
            faults: None,
            spa: false,
        };
        adjust(&mut options);
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(Server::start(options)).unwrap();
        Self { address: server.address(), control: server.control_address(), server: Some(server), runtime, folder }
    }

    pub fn client(&self) -> Client {
        Client::connect(self.address).unwrap()
    }

    /// One request on a connection of its own.
    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        self.client().send(method, path, headers, body.as_bytes()).unwrap()
    }

    pub fn get(&self, path: &str) -> Value {
        let reply = self.send("GET", path, &[], "");
        assert_eq!(reply.status, 200, "{path}: {}", reply.text());
        reply.json()
    }

    pub fn post(&self, path: &str, body: Value) -> Value {
        let reply = self.send("POST", path, &[], &body.to_string());
        assert_eq!(reply.status, 201, "{path}: {}", reply.text());
        reply.json()
    }

    /// Replaces the orders; they are in force when this returns.
    pub fn order(&self, orders: Value) {
        let reply = self.control("PUT", "/faults", &orders.to_string());
        assert_eq!(reply.status, 204, "{}", reply.text());
    }

    pub fn lift(&self) {
        self.order(json!({}));
    }

    pub fn log(&self) -> Value {
        self.control("GET", "/log", "").json()
    }

    pub fn control(&self, method: &str, path: &str, body: &str) -> Reply {
        let mut client = Client::connect(self.control.expect("started with faults")).unwrap();
        client.send(method, path, &[], body.as_bytes()).unwrap()
    }

    /// Waits until the log is as wanted.
    pub fn until(&self, wanted: impl Fn(&Value) -> bool) -> Value {
        let start = Instant::now();
        loop {
            let log = self.log();
            if wanted(&log) {
                return log;
            }
            assert!(start.elapsed() < PATIENCE, "never came: {log}");
            std::thread::yield_now();
        }
    }

    pub fn stop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.stop();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A new empty folder.
pub fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("demo-server-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// One connection.
pub struct Client(BufReader<TcpStream>);

/// An answer.
#[derive(Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Client {
    pub fn connect(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect_timeout(&address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Self(BufReader::new(stream)))
    }

    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<Reply> {
        self.ask(method, path, headers, body)?;
        self.answer(method)
    }

    /// Sends without waiting for the answer.
    pub fn ask(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> io::Result<()> {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: test\r\ncontent-length: {}\r\n", body.len());
        for (name, value) in headers {
            head += &format!("{name}: {value}\r\n");
        }
        let stream = self.0.get_mut();
        stream.write_all(&[head.as_bytes(), b"\r\n", body].concat())
    }

    /// Reads an answer; an error when the connection ends before the answer does.
    pub fn answer(&mut self, method: &str) -> io::Result<Reply> {
        let mut reply = self.head()?;
        let length: usize = reply.headers.get("content-length").map_or(0, |length| length.parse().unwrap());
        if method != "HEAD" && reply.status != 304 {
            reply.body = vec![0; length];
            self.0.read_exact(&mut reply.body)?;
        }
        Ok(reply)
    }

    pub fn head(&mut self) -> io::Result<Reply> {
        let first = self.line()?;
        let status = first.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status line");
        let mut headers = BTreeMap::new();
        loop {
            let line = self.line()?;
            let Some((name, value)) = line.split_once(": ") else {
                return Ok(Reply { status, headers, body: Vec::new() });
            };
            headers.insert(name.to_ascii_lowercase(), value.to_owned());
        }
    }

    /// The next line; an error at the end of the connection.
    pub fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        match self.0.read_line(&mut line)? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(line.trim_end().to_owned()),
        }
    }

    /// So many bytes.
    pub fn exactly(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        self.0.read_exact(&mut bytes)?;
        Ok(bytes)
    }

    /// Everything until the connection ends, and how it ended.
    pub fn rest(&mut self) -> (Vec<u8>, io::Result<()>) {
        let mut rest = Vec::new();
        let end = self.0.read_to_end(&mut rest).map(|_| ());
        (rest, end)
    }
}

impl Reply {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}
