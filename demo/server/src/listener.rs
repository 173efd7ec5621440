//! The accept loop: serves connections, refuses them on command, and ends them all at the stop.
//! Knows nothing of paths; a closed listener keeps its port bound, so that nobody else takes it meanwhile.

use std::{io, net::SocketAddr, sync::atomic::Ordering, time::Duration};

use axum::Router;
use hyper::{
    server::conn::http1,
    service::{Service, service_fn},
};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    sync::{mpsc, oneshot, watch},
    task::JoinSet,
};

use crate::connection::{Cut, Cutter, Wire};

/// How long requests under way may take to finish once the server was told to stop.
const GRACE: Duration = Duration::from_millis(300);

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// What the accept loop can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Command {
    /// Close the listener and cut every open connection.
    Refuse,
    /// Listen again on the same port.
    Accept,
    /// Finish what is under way, quickly, and end.
    Stop,
}

/// Commands a running accept loop; each call returns when its command has taken effect.
#[derive(Debug, Clone)]
pub struct Gate(mpsc::Sender<(Command, oneshot::Sender<io::Result<()>>)>);

impl Gate {
    /// Refuses new connections and cuts the open ones.
    pub async fn refuse(&self) -> io::Result<()> {
        self.tell(Command::Refuse).await
    }

    /// Takes connections again; does nothing while they are being taken.
    pub async fn accept(&self) -> io::Result<()> {
        self.tell(Command::Accept).await
    }

    /// Ends the loop and every connection.
    pub async fn stop(&self) -> io::Result<()> {
        self.tell(Command::Stop).await
    }

    async fn tell(&self, command: Command) -> io::Result<()> {
        let (done, heard) = oneshot::channel();
        let gone = || io::Error::other("the accept loop has ended");
        self.0.send((command, done)).await.map_err(|_| gone())?;
        heard.await.map_err(|_| gone())?
    }
}

/// Listens on an address and serves the router there until told to stop. Returns the address in use.
pub fn listen(address: SocketAddr, router: Router) -> io::Result<(SocketAddr, Gate)> {
    let listener = bind(address)?.listen(BACKLOG)?;
    let address = listener.local_addr()?;
    let (sender, commands) = mpsc::channel(1);
    let (ending, _) = watch::channel(Ending::NotYet);
    let connections = JoinSet::new();
    tokio::spawn(Loop { address, door: Door::Open(listener), commands, connections, ending, router }.run());
    Ok((address, Gate(sender)))
}

/// Whether the port takes connections.
enum Door {
    /// Connections are accepted.
    Open(TcpListener),
    /// The port is bound but nothing listens, so the system answers with a refusal. `None` while changing over.
    Shut(Option<TcpSocket>),
}

/// What all connections are told at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// Serve on.
    NotYet,
    /// Answer what is under way, then close.
    Finish,
    /// Reset now.
    Cut,
}

/// The accept loop's own state.
struct Loop {
    /// The address in use, its port known.
    address: SocketAddr,
    /// The listening socket, or the one that holds the port while refusing.
    door: Door,
    /// Where commands come from.
    commands: mpsc::Receiver<(Command, oneshot::Sender<io::Result<()>>)>,
    /// A task per open connection.
    connections: JoinSet<()>,
    /// Heard by the connections opened since it was made; a refusal replaces it.
    ending: watch::Sender<Ending>,
    /// What answers requests.
    router: Router,
}

impl Loop {
    async fn run(mut self) {
        loop {
            tokio::select! {
                command = self.commands.recv() => {
                    let Some((command, done)) = command else { return self.stop().await };
                    let result = match command {
                        Command::Refuse => self.refuse().await,
                        Command::Accept => self.accept(),
                        Command::Stop => {
                            self.stop().await;
                            let _ = done.send(Ok(()));
                            return;
                        }
                    };
                    // A caller that stopped waiting needs no answer.
                    let _ = done.send(result);
                }
                stream = next(&self.door) => self.serve(stream),
                Some(_) = self.connections.join_next() => {}
            }
        }
    }

    async fn refuse(&mut self) -> io::Result<()> {
        if matches!(self.door, Door::Shut(_)) {
            return Ok(());
        }
        // A second socket cannot be bound beside one that listens: the old one must go first.
        self.door = Door::Shut(None);
        self.cut().await;
        self.door = Door::Shut(Some(bind(self.address)?));
        Ok(())
    }

    fn accept(&mut self) -> io::Result<()> {
        if let Door::Shut(socket) = &mut self.door {
            let socket = socket.take().map_or_else(|| bind(self.address), Ok)?;
            self.door = Door::Open(socket.listen(BACKLOG)?);
        }
        Ok(())
    }

    async fn stop(mut self) {
        self.door = Door::Shut(None);
        self.ending.send_replace(Ending::Finish);
        let finished = async { while self.connections.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, finished).await.is_err() {
            self.cut().await;
        }
    }

    /// Resets every open connection and waits until each is gone.
    async fn cut(&mut self) {
        self.ending.send_replace(Ending::Cut);
        while self.connections.join_next().await.is_some() {}
        self.ending = watch::channel(Ending::NotYet).0;
    }

    fn serve(&mut self, stream: TcpStream) {
        self.connections.spawn(serve(stream, self.router.clone(), self.ending.subscribe()));
    }
}

/// Binds without listening. The address can be taken again at once after a restart.
fn bind(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// The next connection; never comes while the door is shut.
async fn next(door: &Door) -> TcpStream {
    let Door::Open(listener) = door else {
        return std::future::pending().await;
    };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return stream,
            // Out of file handles, or a client that left while waiting: the next try may do better.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Serves one connection until it ends, is cut by its own handle, or all are told to end.
async fn serve(stream: TcpStream, router: Router, mut ending: watch::Receiver<Ending>) {
    // Without it small answers wait for the client's delayed acknowledgement.
    let _ = stream.set_nodelay(true);
    let (wire, reset) = Wire::new(stream);
    let (cutter, mut cut) = Cutter::new();
    let router = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(cutter.clone());
        router.call(request)
    });
    let mut connection = http1::Builder::new().header_read_timeout(None).serve_connection(TokioIo::new(wire), service);
    let mut finishing = false;
    loop {
        tokio::select! {
            biased;
            Ok(how) = cut.wait_for(Option::is_some) => {
                reset.store(*how == Some(Cut::Reset), Ordering::Release);
                return;
            }
            Ok(end) = ending.wait_for(|end| *end == Ending::Cut || (!finishing && *end == Ending::Finish)) => {
                if *end == Ending::Cut {
                    reset.store(true, Ordering::Release);
                    return;
                }
                finishing = true;
            }
            _ = &mut connection => return,
        }
        if finishing {
            std::pin::Pin::new(&mut connection).graceful_shutdown();
        }
    }
}
