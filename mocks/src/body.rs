//! The body of an answer: whole, or a stream that keeps time.
//!
//! A stream is a list of frames, each with the time at which it is due after the answer began. The list
//! is made as it is read, so a waiting stream holds one frame and not the whole answer; and its times
//! are counted from the beginning, so that a slow reader or a late timer shifts nothing after it.

use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use thiserror::Error;
use tokio::time::{Instant, Sleep};

use crate::clock;
use crate::entry::Entry;

/// One frame of a stream, and when it is due after the answer began.
pub(crate) struct Beat {
    /// Its time; never before that of the beat before it.
    pub at: Duration,
    /// The bytes of the frame.
    pub frame: Result<Bytes, BodyError>,
}

/// The frames of a stream, in order.
pub(crate) type Beats = Box<dyn Iterator<Item = Beat> + Send + Sync>;

/// Why a body broke off.
#[derive(Debug, Error)]
pub enum BodyError {
    /// A message that the event-stream format has no room for.
    #[error("an event does not fit into a frame")]
    Frame(#[from] aws_smithy_eventstream::error::Error),
    /// A fault resets the connection here; the door carries it out.
    #[error("connection reset")]
    Reset,
}

/// The body of an answer, whole or paced by tokio's time.
pub struct CloudBody(Kind);

enum Kind {
    Whole(Bytes),
    Paced(Box<Paced>),
    Over,
}

impl CloudBody {
    /// A body that is there at once.
    pub(crate) fn whole(bytes: Bytes) -> Self {
        CloudBody(Kind::Whole(bytes))
    }

    /// A stream of `beats` counted from `began`; its last frame closes `entry`.
    pub(crate) fn paced(mut beats: Beats, began: Instant, entry: Entry) -> Self {
        let Some(due) = beats.next() else {
            entry.close();
            return CloudBody(Kind::Over);
        };
        let timer = Box::pin(clock::timer(clock::later(began, due.at)));
        CloudBody(Kind::Paced(Box::new(Paced { due, beats, began, timer, entry })))
    }
}

impl Body for CloudBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        if let Kind::Paced(paced) = &mut self.0 {
            ready!(paced.poll_due(context));
        }
        let (frame, rest) = mem::replace(&mut self.0, Kind::Over).step();
        self.0 = rest;
        Poll::Ready(frame.map(|frame| frame.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.0, Kind::Over)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Paced(_) => SizeHint::default(),
            Kind::Over => SizeHint::with_exact(0),
        }
    }
}

impl Kind {
    /// What is due now, and what is left after it.
    fn step(self) -> (Option<Result<Bytes, BodyError>>, Kind) {
        match self {
            Kind::Whole(bytes) => (Some(Ok(bytes)), Kind::Over),
            Kind::Paced(paced) => {
                let (frame, rest) = paced.step();
                (Some(frame), rest)
            }
            Kind::Over => (None, Kind::Over),
        }
    }
}

/// A stream that has at least one frame to come.
///
/// The frame is at hand before it is due, so that the last one is known to be the last when it leaves: a
/// client that has read everything may drop the body without asking for more, and has not hung up.
struct Paced {
    due: Beat,
    beats: Beats,
    began: Instant,
    timer: Pin<Box<Sleep>>,
    entry: Entry,
}

impl Paced {
    fn poll_due(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.timer.deadline() <= clock::now() {
            return Poll::Ready(());
        }
        self.timer.as_mut().poll(context)
    }

    fn step(mut self: Box<Self>) -> (Result<Bytes, BodyError>, Kind) {
        if let Ok(bytes) = &self.due.frame {
            self.entry.count_event(bytes.len());
        }
        let Some(next) = self.beats.next() else {
            let Paced { due, entry, .. } = *self;
            entry.close();
            return (due.frame, Kind::Over);
        };
        self.timer.as_mut().reset(clock::later(self.began, next.at));
        let due = mem::replace(&mut self.due, next);
        (due.frame, Kind::Paced(self))
    }
}

#[cfg(test)]
mod tests {
    use aws_smithy_types::body::SdkBody;

    use super::*;

    #[test]
    fn an_aws_sdk_takes_it_as_the_body_of_a_response() {
        let body = SdkBody::from_body_1_x(CloudBody::whole(Bytes::from_static(b"{}")));
        assert_eq!(body.content_length(), Some(2));
    }
}
