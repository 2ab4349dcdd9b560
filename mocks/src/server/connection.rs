//! One connection, from its first byte to its last.

use std::pin::pin;
use std::sync::Arc;

use http::request::Parts;
use http::{Request, Response};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use tokio::net::TcpStream;
use tokio::select;
use tokio::sync::watch;

use super::doze::Doze;
use super::handler::Handler;
use super::intake;
use super::line::{Cut, Line, UnderWay};
use super::outgoing::Outgoing;
use super::sever::{self, Broken};
use super::tls::Tls;
use super::wire::{Stream, Wire};
use crate::caller::Connection;
use crate::clock;

/// Streams at once on a connection of HTTP/2: above what SDKs open, and a bound for what one client holds.
const MOST_STREAMS: u32 = 1_000;
/// The largest list of headers, in bytes, in either version; a session token has a few thousand.
const MOST_HEADER_BYTES: u32 = 64 * 1024;

/// What a connection's keeper is called for.
enum Call {
    /// The server is shutting down.
    Leave,
    /// Something happened on the line.
    News,
    /// It is time to look at it again.
    Time,
}

/// What all connections of a door share.
pub(super) struct Shared<H> {
    handler: Arc<H>,
    tls: Option<Tls>,
    protocols: auto::Builder<TokioExecutor>,
}

impl<H: Handler> Shared<H> {
    /// A door to this handler, under TLS or not.
    pub(super) fn new(handler: Arc<H>, tls: Option<Tls>) -> Arc<Self> {
        Arc::new(Shared { handler, tls, protocols: protocols() })
    }

    /// What stands behind the door.
    pub(super) fn handler(&self) -> &H {
        &self.handler
    }

    /// Serves the requests of a connection until either side is done with it, or is told to be.
    ///
    /// Trouble on a connection is the client's to notice; what became of each request stands in the ledger.
    pub(super) async fn serve(
        self: Arc<Self>,
        stream: TcpStream,
        connection: Connection,
        mut leave: watch::Receiver<u64>,
    ) {
        let Some(stream) = self.greet(stream).await else {
            return;
        };
        let line = Line::new(connection.client.clone());
        let wire = TokioIo::new(Wire::new(stream, line.clone()));
        // It is under way as soon as hyper has its head, not once somebody gets round to it.
        let service = service_fn(|request: Request<Incoming>| {
            let (head, body) = request.into_parts();
            self.clone().exchange(head, body, connection.clone(), line.begin())
        });
        let mut serving = pin!(self.protocols.serve_connection(wire, service));
        let mut leaving = false;
        while let Some(look_again) = line.look_again(&H::LIMITS) {
            let call = Doze::new(async {
                select! {
                    biased;
                    _ = leave.changed(), if !leaving => Call::Leave,
                    () = line.news() => Call::News,
                    () = clock::reach(look_again) => Call::Time,
                }
            });
            let call = select! {
                biased;
                _ = serving.as_mut() => return,
                call = call => call,
            };
            match call {
                Call::Leave => {
                    leaving = true;
                    serving.as_mut().graceful_shutdown();
                }
                Call::News if line.cutting() == Cut::Now => return,
                Call::News | Call::Time => {}
            }
        }
    }

    /// The stream in the clear.
    async fn greet(&self, stream: TcpStream) -> Option<Stream> {
        // Without it the kernel would hold events of a stream back to send them together.
        stream.set_nodelay(true).ok()?;
        let Some(tls) = &self.tls else {
            return Some(Stream::Plain(stream));
        };
        select! {
            biased;
            stream = tls.accept(stream) => stream.ok().map(|stream| Stream::Tls(Box::new(stream))),
            () = clock::pass(H::LIMITS.head) => None,
        }
    }

    async fn exchange(
        self: Arc<Self>,
        mut head: Parts,
        body: Incoming,
        connection: Connection,
        mut under_way: UnderWay,
    ) -> Result<Response<Outgoing>, Broken> {
        let version = head.version;
        let response = intake::take_in(&mut head, body, &*self.handler, &connection, &mut under_way).await?;
        if let Some(sever) = response.extensions().get() {
            sever::carry_out(*sever, version, under_way.line()).await?;
        }
        Ok(response.map(|body| Outgoing::new(body, under_way, version)))
    }
}

/// Both protocols, with our date on every answer and not hyper's, which would ignore the epoch.
///
/// The keeper of each connection times heads and idleness, so hyper is given no such timer of its own.
/// Against floods of resets on HTTP/2 its defaults stand: a connection with 20 reset streams that were
/// not yet taken up is closed.
fn protocols() -> auto::Builder<TokioExecutor> {
    let mut protocols = auto::Builder::new(TokioExecutor::new());
    protocols
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(None)
        .max_buf_size(MOST_HEADER_BYTES as usize)
        .auto_date_header(false);
    protocols
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MOST_STREAMS)
        .max_header_list_size(MOST_HEADER_BYTES)
        .auto_date_header(false);
    protocols
}
