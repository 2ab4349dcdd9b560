//! X-Ray's daemon: a datagram for each document.
//!
//! Nobody answers a datagram, so what the system took counts as accepted, and that is said. Two things are watched all the
//! same: a port where nobody listens is told by the system right after the first datagram, and a pause after each few
//! datagrams keeps a daemon's socket buffer, from which the system would drop in silence, from running over.

use std::time::Duration;

use tokio::net::UdpSocket;

use super::receiver::{Item, Reply, documents};
use crate::clock::Clock;

/// What precedes each document.
const HEADER: &str = "{\"format\": \"json\", \"version\": 1}\n";
/// The pause after each few datagrams.
const PAUSE: Duration = Duration::from_millis(2);

/// X-Ray's daemon.
#[derive(Debug)]
pub(super) struct Daemon {
    pub socket: UdpSocket,
    pub clock: Clock,
}

impl Daemon {
    /// Datagrams without a pause: of the usual 2 kB they take a sixth of the socket buffer that Linux gives by default (208 KiB).
    pub(super) const AT_ONCE: usize = 16;

    pub(super) async fn send(&self, batch: &[Item]) -> Reply {
        for document in documents(batch) {
            if let Err(error) = self.socket.send(format!("{HEADER}{}", document.json).as_bytes()).await {
                return away(&error);
            }
        }
        self.clock.sleep(PAUSE).await;
        match self.socket.take_error() {
            Ok(None) => Reply::Taken { rejected: 0, trouble: None },
            Ok(Some(error)) | Err(error) => away(&error),
        }
    }
}

fn away(error: &std::io::Error) -> Reply {
    Reply::NotNow { why: error.to_string(), after: None, maybe_there: true }
}
