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
