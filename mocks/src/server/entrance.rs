//! The listening socket, which faults may close for a while.
//!
//! A refused connection is a closed port and nothing else will do: the client's own kernel answers it. So
//! the socket is dropped when the refusing begins, and bound to the same address when it ends.

use std::future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};

use super::{ServerError, accept};
use crate::caller::Connection;
use crate::clock;

/// Between tries to bind the address again, and how many there are: somebody else may have taken it.
const PAUSE: Duration = Duration::from_millis(50);
const TRIES: u32 = 60;

/// The way in, open or closed.
pub(super) struct Entrance {
    address: SocketAddr,
    listener: Option<TcpListener>,
    /// Connections so far.
    accepted: u64,
}

impl Entrance {
    /// An open entrance.
    pub(super) fn new(listener: TcpListener) -> io::Result<Self> {
        Ok(Entrance { address: listener.local_addr()?, listener: Some(listener), accepted: 0 })
    }

    /// The next connection; none comes while it is closed.
    pub(super) async fn next(&mut self) -> Result<(TcpStream, Connection), ServerError> {
        let Some(listener) = &self.listener else {
            return future::pending().await;
        };
        let (stream, peer) = accept::next(listener).await?;
        let host = peer.ip().to_canonical().to_string();
        let connection = Connection::new(self.accepted, host);
        self.accepted += 1;
        Ok((stream, connection))
    }

    /// Closes it, and says whether it was open.
    pub(super) fn close(&mut self) -> bool {
        self.listener.take().is_some()
    }

    /// Opens it at the same address, if it is closed.
    pub(super) async fn open(&mut self) -> Result<(), ServerError> {
        let mut tries = 0;
        while self.listener.is_none() {
            match TcpListener::bind(self.address).await {
                Ok(listener) => self.listener = Some(listener),
                Err(error) if tries == TRIES => return Err(ServerError::Bind(self.address, error)),
                Err(_) => {
                    tries += 1;
                    clock::pass(PAUSE).await;
                }
            }
        }
        Ok(())
    }
}
