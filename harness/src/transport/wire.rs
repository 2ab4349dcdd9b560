//! The doors as a client without an SDK finds them: a request of plain HTTP goes in, and an answer whose body streams comes
//! out.
//!
//! They lead to the same places as the SDK's, past the same faults: to the cloud in this process, or over TCP with hyper's
//! pooled client, which is what the SDK's own connector stands on.

use std::error::Error as StdError;
use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bedload_mocks::faults::{Behind, Front, Passage, Sever};
use bedload_mocks::{Cloud, CloudBody};
use bytes::Bytes;
use http::{Request, Response};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full};
use hyper_rustls::{ConfigBuilderExt, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rustls::ClientConfig;

use super::cut;

/// Where the requests of wire clients go out.
#[derive(Clone)]
pub struct WireDoor {
    to: To,
    front: Option<Arc<Front>>,
}

#[derive(Clone)]
enum To {
    Memory(Arc<Cloud>),
    Network,
}

/// What a wire client speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/1.1: a connection for each request in flight.
    Http1,
    /// HTTP/2, without being asked to on plain addresses, over so many connections.
    Http2 {
        /// At least one.
        connections: usize,
    },
}

/// Why a door could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The system's authorities for TLS.
    #[error("cannot read the system's certificate authorities: {0}")]
    Authorities(io::Error),
    /// Settings that TLS refuses.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    /// No connection came about in time.
    #[error("no connection in time: {0}")]
    ConnectTimeout(String),
    /// The connection was refused, or broke.
    #[error("{0}")]
    Connection(String),
}

/// What an answer's body may fail with.
type BoxError = Box<dyn StdError + Send + Sync>;

impl WireDoor {
    /// To the cloud in this process.
    pub fn memory(cloud: Arc<Cloud>) -> Self {
        WireDoor { to: To::Memory(cloud), front: None }
    }

    /// To wherever the address of a request leads.
    pub fn network() -> Self {
        WireDoor { to: To::Network, front: None }
    }

    /// The same door behind these faults.
    pub fn behind(self, front: Arc<Front>) -> Self {
        WireDoor { front: Some(front), ..self }
    }

    /// Opens the door to addresses that are `secure` or not, for one client with a pool of its own.
    ///
    /// # Errors
    /// TLS cannot be set up.
    pub fn open(&self, secure: bool, protocol: Protocol, connect: Duration) -> Result<Line, OpenError> {
        let way = match &self.to {
            To::Memory(cloud) => Path::Memory(cloud.clone()),
            To::Network => Path::Network(Pools::new(secure, protocol, connect)?),
        };
        Ok(Line { way, front: self.front.clone() })
    }
}

impl fmt::Debug for WireDoor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let to = match self.to {
            To::Memory(_) => "memory",
            To::Network => "network",
        };
        f.debug_struct("WireDoor").field("to", &to).field("front", &self.front).finish()
    }
}

/// An open door.
#[derive(Debug)]
pub struct Line {
    way: Path,
    front: Option<Arc<Front>>,
}

enum Path {
    Memory(Arc<Cloud>),
    Network(Pools),
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Path::Memory(_) => "memory",
            Path::Network(_) => "network",
        })
    }
}

impl Line {
    /// Sends a request, and gives the answer once its head has come.
    ///
    /// # Errors
    /// There is none.
    pub async fn send(&self, request: Request<Bytes>) -> Result<Response<LineBody>, Lost> {
        let Some(front) = &self.front else {
            return Ok(self.way.send(request).await?.map(LineBody::Own));
        };
        let (head, body) = request.into_parts();
        match front.judge(&head, &body).await {
            Passage::Cut(sever, _) => Err(severed(sever)),
            Passage::Refused(response, way) => {
                Ok(way.answer(response.map(Full::new)).map(|body| LineBody::Refusal(Box::new(body))))
            }
            Passage::Open(way) => {
                let response = self.way.send(Request::from_parts(head, body)).await?;
                Ok(way.answer(response).map(|body| LineBody::Changed(Box::new(body))))
            }
        }
    }
}

impl Path {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<DoorBody>, Lost> {
        match self {
            Path::Memory(cloud) => {
                let mut response = cloud.handle(request).await;
                match response.extensions_mut().remove::<Sever>() {
                    Some(sever) => Err(severed(sever)),
                    None => Ok(response.map(DoorBody::Cloud)),
                }
            }
            Path::Network(pools) => {
                let response = pools.next().request(request.map(Full::new)).await;
                Ok(response.map_err(|error| lost(&error))?.map(DoorBody::Network))
            }
        }
    }
}

fn severed(sever: Sever) -> Lost {
    Lost::Connection(io::Error::from(cut::kind(sever)).to_string())
}

fn lost(error: &hyper_util::client::legacy::Error) -> Lost {
    let (mut told, mut timed_out) = (error.to_string(), false);
    let mut cause = error.source();
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        timed_out |=
            error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut);
        cause = error.source();
    }
    if error.is_connect() && timed_out { Lost::ConnectTimeout(told) } else { Lost::Connection(told) }
}

/// Hyper's pools, which are taken in turns: one for HTTP/1.1, and one for each connection of HTTP/2.
struct Pools {
    pools: Vec<Pool>,
    turn: AtomicUsize,
}

enum Pool {
    Plain(Client<HttpConnector, Full<Bytes>>),
    Secure(Client<HttpsConnector<HttpConnector>, Full<Bytes>>),
}

impl Pools {
    fn new(secure: bool, protocol: Protocol, connect: Duration) -> Result<Self, OpenError> {
        let (h2, count) = match protocol {
            Protocol::Http1 => (false, 1),
            Protocol::Http2 { connections } => (true, connections.max(1)),
        };
        let tls = if secure { Some(tls()?) } else { None };
        let pools = (0..count).map(|_| pool(tls.clone(), h2, connect)).collect();
        Ok(Pools { pools, turn: AtomicUsize::new(0) })
    }

    fn next(&self) -> &Pool {
        match &*self.pools {
            [only] => only,
            many => &many[self.turn.fetch_add(1, Ordering::Relaxed) % many.len()],
        }
    }
}

fn pool(tls: Option<ClientConfig>, h2: bool, connect: Duration) -> Pool {
    let mut tcp = HttpConnector::new();
    tcp.set_connect_timeout(Some(connect));
    tcp.set_nodelay(true);
    let mut client = Client::builder(TokioExecutor::new());
    client.http2_only(h2).pool_timer(TokioTimer::new());
    match tls {
        None => Pool::Plain(client.build(tcp)),
        Some(tls) => {
            tcp.enforce_http(false);
            let builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
            let connector = if h2 {
                builder.enable_http2().wrap_connector(tcp)
            } else {
                builder.enable_http1().wrap_connector(tcp)
            };
            Pool::Secure(client.build(connector))
        }
    }
}

fn tls() -> Result<ClientConfig, OpenError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(builder.with_native_roots().map_err(OpenError::Authorities)?.with_no_client_auth())
}

impl Pool {
    async fn request(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<hyper::body::Incoming>, hyper_util::client::legacy::Error> {
        match self {
            Pool::Plain(client) => client.request(request).await,
            Pool::Secure(client) => client.request(request).await,
        }
    }
}

/// The body of an answer as it comes in by a door.
pub enum DoorBody {
    /// Of a cloud in this process.
    Cloud(CloudBody),
    /// Of a connection.
    Network(hyper::body::Incoming),
}

impl Body for DoorBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        match self.get_mut() {
            DoorBody::Cloud(body) => Pin::new(body).poll_frame(context).map_err(Into::into),
            DoorBody::Network(body) => Pin::new(body).poll_frame(context).map_err(Into::into),
        }
    }
}

/// The body of an answer, as faults let it through.
pub enum LineBody {
    /// No faults stand before the door.
    Own(DoorBody),
    /// It comes past faults, whether or not they change it.
    Changed(Box<Behind<DoorBody>>),
    /// A fault answered in the service's place.
    Refusal(Box<Behind<Full<Bytes>>>),
}

impl LineBody {
    /// The next of its data; none at its end.
    pub async fn next(&mut self) -> Option<Result<Bytes, BoxError>> {
        loop {
            let frame = match self {
                LineBody::Own(body) => body.frame().await?,
                LineBody::Changed(body) => body.frame().await?.map_err(Into::into),
                LineBody::Refusal(body) => body.frame().await?.map_err(Into::into),
            };
            match frame.map(Frame::into_data) {
                Ok(Ok(data)) => return Some(Ok(data)),
                // Trailers say nothing here.
                Ok(Err(_)) => {}
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// All of it.
    ///
    /// # Errors
    /// It breaks off.
    pub async fn whole(&mut self) -> Result<Bytes, BoxError> {
        let first = self.next().await.transpose()?.unwrap_or_default();
        let Some(second) = self.next().await.transpose()? else { return Ok(first) };
        let mut all = bytes::BytesMut::from(first);
        all.extend_from_slice(&second);
        while let Some(more) = self.next().await.transpose()? {
            all.extend_from_slice(&more);
        }
        Ok(all.freeze())
    }
}
