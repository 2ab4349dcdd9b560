//! The TCP door: HTTP/1.1 and HTTP/2 with prior knowledge on one port.
//!
//! The JavaScript SDK speaks h2c to Bedrock on `http://` addresses and the others HTTP/1.1, so both must be
//! understood without TLS to choose between them. The caller brings the listener and the reason to stop.

mod accept;
mod connection;
mod intake;

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use thiserror::Error;
use tokio::net::TcpListener;
use tokio::select;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::clock;
use crate::cloud::Cloud;

/// How long answers under way may take to end once the server is told to stop.
const DRAIN: Duration = Duration::from_secs(5);

/// Serves `cloud` to whoever connects to `listener`, until `shutdown` is there.
///
/// Then no more connections are taken, answers under way have five seconds to end, and what is left is
/// cut off and noted as hung up.
///
/// # Errors
/// The listener takes no more connections, after trying for some seconds.
pub async fn serve(
    listener: TcpListener,
    cloud: Arc<Cloud>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), ServerError> {
    let (stop, stopping) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        select! {
            biased;
            () = &mut shutdown => break,
            Some(_) = connections.join_next() => {}
            accepted = accept::next(&listener) => {
                let connection = connection::serve(accepted?, cloud.clone(), stopping.clone());
                connections.spawn(connection);
            }
        }
    }
    drop(listener);
    drop(stop);
    drain(connections).await;
    Ok(())
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
    Accept(#[source] std::io::Error),
}
