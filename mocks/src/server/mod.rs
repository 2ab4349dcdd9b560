//! The TCP door: HTTP/1.1 and HTTP/2 with prior knowledge on one port.
//!
//! The JavaScript SDK speaks h2c to Bedrock on `http://` addresses and the others HTTP/1.1, so both must be
//! understood without TLS to choose between them. The caller brings the listener and the reason to stop.
//!
//! A connection has a `line`, its own account of what happens on it: by that its keeper closes what is
//! slow, silent or abandoned, and the `wire` below cuts what a fault wants cut, with a reset that is real.

mod accept;
mod connection;
mod doze;
mod entrance;
mod errors;
mod handler;
mod intake;
mod limits;
mod line;
mod outgoing;
mod sever;
mod tls;
mod wire;

use std::future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::select;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::clock;
use crate::cloud::Cloud;
use connection::Shared;
use entrance::Entrance;

pub(crate) use handler::{Handler, Refused};
pub(crate) use limits::Limits;
pub use tls::{Tls, TlsError};

/// How long answers under way may take to end once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(5);

/// Serves `cloud` to whoever connects to `listener`, until `shutdown` is there.
///
/// Then no more connections are taken, answers under way have five seconds to end, and what is left is
/// cut off and noted as hung up.
///
/// # Errors
/// The listener takes no more connections, after trying for some seconds; minutes, where file handles
/// have run out.
pub async fn serve(
    listener: TcpListener,
    cloud: Arc<Cloud>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServerError> {
    serve_under(None, listener, cloud, shutdown).await
}

/// The same as [`serve`], under TLS if there is a certificate: a listener then takes nothing else.
///
/// # Errors
/// As [`serve`].
pub async fn serve_under(
    tls: Option<Tls>,
    listener: TcpListener,
    cloud: Arc<Cloud>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServerError> {
    open(cloud, tls, listener, shutdown).await
}

/// Serves what stands behind a door.
///
/// # Errors
/// As [`serve`].
pub(crate) async fn open<H: Handler>(
    handler: Arc<H>,
    tls: Option<Tls>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServerError> {
    let shared = Shared::new(handler, tls);
    let mut entrance = Entrance::new(listener).map_err(ServerError::Accept)?;
    let mut watched = Watched::new(shared.handler().refusal_changes());
    let (leave, _) = watch::channel(0);
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    let mut refusal = shared.handler().refusal();
    loop {
        if !refusal.refusing {
            entrance.open().await?;
        } else if entrance.close() {
            leave.send_modify(|times| *times += 1);
        }
        select! {
            biased;
            () = &mut shutdown => break,
            () = watched.change(refusal.until) => refusal = shared.handler().refusal(),
            Some(_) = connections.join_next() => {}
            accepted = entrance.next() => {
                let (stream, connection) = accepted?;
                connections.spawn(shared.clone().serve(stream, connection, leave.subscribe()));
            }
        }
    }
    entrance.close();
    drop(leave);
    drain(connections).await;
    Ok(())
}

/// What tells that the refusal may be another than before.
struct Watched(Option<watch::Receiver<u64>>);

impl Watched {
    fn new(changes: Option<watch::Receiver<u64>>) -> Self {
        Watched(changes)
    }

    /// Waits for a change or for this instant.
    async fn change(&mut self, until: Option<Instant>) {
        let changed = async {
            let alive = match &mut self.0 {
                Some(changes) => changes.changed().await.is_ok(),
                None => false,
            };
            if !alive {
                future::pending().await
            }
        };
        let reached = async {
            match until {
                Some(until) => clock::reach(until).await,
                None => future::pending().await,
            }
        };
        select! {
            biased;
            () = changed => {}
            () = reached => {}
        }
    }
}

async fn drain(mut connections: JoinSet<()>) {
    let all_gone = async { while connections.join_next().await.is_some() {} };
    select! {
        biased;
        () = all_gone => {}
        () = clock::pass(DRAIN) => {}
    }
    connections.shutdown().await;
}

/// Why a server stopped before it was told to.
#[derive(Debug, Error)]
pub enum ServerError {
    /// The listener failed, and went on failing.
    #[error("the listener takes no more connections; are too many files open?")]
    Accept(#[source] io::Error),
    /// After a time of refusing connections, the address could not be bound again.
    #[error("{0} cannot be listened on again after refusing connections; has another process taken it?")]
    Bind(SocketAddr, #[source] io::Error),
}
