//! The body of an answer on its way out, and what becomes of one that breaks off.
//!
//! HTTP/1.1 has one way to break off: the connection. hyper would drop what it had not yet flushed, so
//! the body never fails there; it says nothing more, and has the line cut once all is written. On
//! HTTP/2 the stream alone is reset; that overtakes what is still queued, so it waits for a moment.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::Version;
use http_body::{Body, Frame, SizeHint};
use tokio::time::Sleep;

use super::line::{Cut, UnderWay};
use crate::body::{BodyError, CloudBody};
use crate::clock;

/// What HTTP/2 gets to write the frames before a reset: many times what a write takes.
const PAUSE: Duration = Duration::from_millis(10);

/// An answer's body, which keeps its exchange under way until it is gone.
pub(super) struct Outgoing {
    body: CloudBody,
    under_way: UnderWay,
    version: Version,
    state: State,
}

enum State {
    Flowing,
    /// It has broken off, and waits for the line to be cut.
    Silent,
    /// It has broken off, and waits to say so.
    Pausing(Pin<Box<Sleep>>, Option<BodyError>),
}

impl Outgoing {
    /// The body of an answer in this version of HTTP.
    pub(super) fn new(body: CloudBody, under_way: UnderWay, version: Version) -> Self {
        Outgoing { body, under_way, version, state: State::Flowing }
    }

    fn break_off(&mut self, error: BodyError) {
        if self.version < Version::HTTP_2 {
            self.under_way.line().cut(Cut::Flushed);
            self.state = State::Silent;
        } else {
            let pause = clock::timer(clock::later(clock::now(), PAUSE));
            self.state = State::Pausing(Box::pin(pause), Some(error));
        }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if matches!(self.state, State::Flowing) {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Err(error)) => self.break_off(error),
                frame => return Poll::Ready(frame),
            }
        }
        match &mut self.state {
            State::Flowing | State::Silent => Poll::Pending,
            State::Pausing(pause, error) => {
                ready!(pause.as_mut().poll(context));
                Poll::Ready(error.take().map(Err))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.state, State::Flowing) && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::io::ErrorKind;
    use std::sync::Arc;
    use std::time::SystemTime;

    use http::request::Parts;
    use http::{Request, Response};
    use http_body_util::{BodyExt, Full};
    use hyper::client::conn::http2;
    use hyper_util::rt::{TokioExecutor, TokioIo};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::watch;

    use super::*;
    use crate::body::Beat;
    use crate::caller::{Caller, Connection};
    use crate::clock::Epoch;
    use crate::entry::Entry;
    use crate::ledger::{Ledger, Ring};
    use crate::server::connection::Shared;
    use crate::server::{Handler, Limits, Refused};

    /// A body that breaks off after its first frame, at the same time.
    struct Breaks;

    impl Handler for Breaks {
        const LIMITS: Limits = Limits::CLOUD;

        async fn answer(&self, head: &Parts, _: Bytes) -> Response<CloudBody> {
            let (now, epoch) = (clock::now(), Epoch::starting_at(SystemTime::UNIX_EPOCH));
            let ledger = Ledger::new(Ring::DEFAULT_MOST, None);
            let entry = Entry::open(0, Caller::of(head), now, epoch, Arc::new(ledger));
            let beats = [Ok(Bytes::from("half")), Err(BodyError::Reset)];
            let beats = beats.into_iter().map(|frame| Beat { at: Duration::ZERO, frame });
            Response::new(CloudBody::paced(Box::new(beats), now, entry))
        }

        async fn refuse(&self, _: &Parts, _: Refused) -> Response<CloudBody> {
            Response::new(CloudBody::whole(Bytes::new()))
        }
    }

    async fn connect() -> TcpStream {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            let (_leave, leaving) = watch::channel(0);
            let connection = Connection::new(0, "127.0.0.1");
            Shared::new(Arc::new(Breaks), None).serve(stream, connection, leaving).await;
        });
        TcpStream::connect(address).await.unwrap()
    }

    #[tokio::test]
    async fn over_http_1_all_that_was_handed_out_comes_before_the_reset() {
        let mut client = connect().await;
        client.write_all(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        let end = client.read_to_end(&mut answer).await.map_err(|error| error.kind());
        assert_eq!(end, Err(ErrorKind::ConnectionReset));
        let answer = String::from_utf8(answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("4\r\nhalf\r\n"), "{answer}");
    }

    #[tokio::test]
    async fn over_http_2_all_that_was_handed_out_comes_before_the_streams_reset() {
        let stream = TokioIo::new(connect().await);
        let (mut sender, connection) =
            http2::handshake::<_, _, Full<Bytes>>(TokioExecutor::new(), stream).await.unwrap();
        tokio::spawn(connection);
        let request = Request::get("http://localhost/").body(Full::default()).unwrap();
        let mut body = sender.send_request(request).await.unwrap().into_body();
        assert_eq!(body.frame().await.unwrap().unwrap().into_data().unwrap(), "half");
        assert!(body.frame().await.unwrap().is_err());
    }
}
