//! One connection, from its first byte to its last.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tokio::select;
use tokio::sync::{Notify, watch};

use super::intake;
use crate::clock;
use crate::cloud::Cloud;

/// The longest wait for the head of a request, between requests too. It is longer than the 90 s for which
/// hyper's clients keep an idle connection: the server must not close one that is about to be used.
const HEAD_TIMEOUT: Duration = Duration::from_secs(120);

/// Serves the requests of a connection until either side is done with it.
///
/// Trouble on a connection is the client's to notice; what became of each request stands in the ledger.
pub(super) async fn serve(stream: TcpStream, cloud: Arc<Cloud>, mut stopping: watch::Receiver<()>) {
    // Without it the kernel would hold events of a stream back to send them together.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let spoken = Notify::new();
    let service = service_fn(|request| {
        spoken.notify_one();
        intake::take_in(request, cloud.clone())
    });
    let protocols = protocols();
    let mut connection = pin!(protocols.serve_connection(TokioIo::new(stream), service));
    let mut silence = pin!(clock::pass(HEAD_TIMEOUT));
    let (mut silent, mut leaving) = (true, false);
    loop {
        select! {
            biased;
            _ = connection.as_mut() => return,
            _ = stopping.changed(), if !leaving => {
                leaving = true;
                connection.as_mut().graceful_shutdown();
            }
            () = spoken.notified(), if silent => silent = false,
            () = &mut silence, if silent => return,
        }
    }
}

/// Both protocols, with our date on every answer and not hyper's, which would ignore the epoch.
fn protocols() -> auto::Builder<TokioExecutor> {
    let mut protocols = auto::Builder::new(TokioExecutor::new());
    protocols.http1().timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).auto_date_header(false);
    protocols.http2().timer(TokioTimer::new()).auto_date_header(false);
    protocols
}
