//! Starts the server from its options and stops it.
//! Does not print and reads no signals: the program does that, and tests run this in their own process.

use std::{io, net::SocketAddr};

use tokio::{sync::watch, task::JoinHandle};

use crate::{
    app::{self, App},
    control,
    faults::Faults,
    listener::{self, Gate},
    log::Log,
    options::Options,
    store::{self, Store},
};

/// A running server. Dropping it leaves it running: [`Server::stop`] ends it.
#[derive(Debug)]
pub struct Server {
    /// Where the site is served.
    address: SocketAddr,
    /// Commands the accept loop.
    gate: Gate,
    /// Where faults are commanded, and the task that listens there.
    control: Option<(SocketAddr, JoinHandle<()>)>,
    /// Set once at the stop; event streams end when they see it.
    stopping: watch::Sender<bool>,
}

/// What keeps a server from starting.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be opened, made or filled.
    #[error("database: {0}")]
    Store(#[from] store::OpenError),
    /// An address cannot be listened on.
    #[error("{address}: {source}")]
    Listen {
        /// The address that was asked for.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
}

impl Server {
    /// Opens the database and listens; connections are accepted when this returns.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let effects = if options.faults.is_some() { store::Effects::Recorded } else { store::Effects::NotRecorded };
        let store = Store::open(&options.db, effects)?;
        let (stopping, stopped) = watch::channel(false);
        let app = App { store, stopped };
        let at = |address| move |source| StartError::Listen { address, source };
        let Some(faults_address) = options.faults else {
            let router = app::router(app, &options);
            let (address, gate) = listener::listen(options.listen, router).map_err(at(options.listen))?;
            return Ok(Self { address, gate, control: None, stopping });
        };
        let (log, faults) = (Log::default(), Faults::default());
        let router = app::router_with_faults(app.clone(), &options, faults.clone(), log.clone());
        let (address, gate) = listener::listen(options.listen, router).map_err(at(options.listen))?;
        let desk = control::Desk { gate: gate.clone(), faults, log, store: app.store };
        let control = control::listen(faults_address, desk).await.map_err(at(faults_address))?;
        Ok(Self { address, gate, control: Some(control), stopping })
    }

    /// Where the site is served, its port known.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where faults are commanded, if they can be.
    pub fn control_address(&self) -> Option<SocketAddr> {
        self.control.as_ref().map(|(address, _)| *address)
    }

    /// Closes the listener, lets requests under way finish for a moment, and cuts the rest.
    pub async fn stop(self) {
        self.stopping.send_replace(true);
        // It fails only when the loop has ended already, which is what is wanted.
        let _ = self.gate.stop().await;
        if let Some((_, task)) = self.control {
            task.abort();
        }
    }
}
