//! A port that stays ours: bound for as long as its lease lives, though nobody listens on it yet.
//! The system gives a bound port to no outgoing connection and to no one who asks for any port; a server that sets
//! `SO_REUSEADDR`, as they all do, can still listen on it, go away and come back.
//! No port is leased twice in one run: scenarios share a browser, and on the same port the next one would find the worker and the stores of the last.

use std::collections::BTreeSet;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Mutex, PoisonError};

use tokio::net::TcpSocket;

/// Every number that was ever leased.
static LEASED: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// A lease of one port of this machine.
pub struct Port {
    /// Holds the port; never listens.
    _hold: TcpSocket,
    /// Its number.
    number: u16,
}

impl Port {
    /// Leases a port that nobody else has, or had in this run.
    pub fn lease() -> io::Result<Self> {
        // Held while we look, or the system might offer them again.
        let mut refused = Vec::new();
        loop {
            let port = Self::any()?;
            if LEASED.lock().unwrap_or_else(PoisonError::into_inner).insert(port.number) {
                return Ok(port);
            }
            refused.push(port);
        }
    }

    /// A port that nobody has now.
    fn any() -> io::Result<Self> {
        let hold = TcpSocket::new_v4()?;
        // Bound without the option first, so that it is no port that another lease holds.
        hold.bind(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
        hold.set_reuseaddr(true)?;
        let number = hold.local_addr()?.port();
        Ok(Self { _hold: hold, number })
    }

    /// Its number.
    pub fn number(&self) -> u16 {
        self.number
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn servers_come_and_go_on_a_leased_port() {
        let port = Port::lease().expect("a port");
        for _ in 0..2 {
            let server = TcpListener::bind((Ipv4Addr::LOCALHOST, port.number())).await.expect("the leased port");
            drop(server);
        }
    }

    #[tokio::test]
    async fn no_port_is_leased_twice() {
        // Given back at once: so many of some 28,000 would meet again without a memory.
        let numbers: BTreeSet<_> = (0..2000).map(|_| Port::lease().expect("a port").number()).collect();
        assert_eq!(numbers.len(), 2000);
    }
}
