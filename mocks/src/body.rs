//! The body of an answer: whole, or a stream that keeps time.
//!
//! A stream is a list of frames, each with the time at which it is due after the answer began. The list
//! is made as it is read, so a waiting stream holds a few frames and not the whole answer; and its times
//! are counted from the beginning, so that a slow reader or a late timer shifts nothing after it. Faults
//! of the answer change the list, and know nothing of how it is waited for.

mod ahead;

use std::iter;
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
use crate::faults::{Chain, Leaving, Piece};
use ahead::Ahead;

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
    Frame,
    /// A payload that is no JSON.
    #[error("an event cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// A fault resets the connection here; the door carries it out.
    #[error("connection reset")]
    Reset,
    /// The answer of a real service, behind a fault, broke off by itself.
    #[error(transparent)]
    Upstream(Box<dyn std::error::Error + Send + Sync>),
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
    pub(crate) fn paced(beats: Beats, began: Instant, entry: Box<Entry>) -> Self {
        CloudBody::of(Source::Plain(beats.into()), None, began, entry)
    }

    /// The same, of what `chain` makes of the beats.
    pub(crate) fn edited(beats: Beats, chain: Chain, began: Instant, entry: Box<Entry>) -> Self {
        CloudBody::of(Source::Edited(Box::new(Edited { beats: beats.into(), chain })), None, began, entry)
    }

    /// A whole answer that is there at `at`, of what `chain` makes of it.
    pub(crate) fn edited_whole(
        bytes: Bytes,
        at: Duration,
        mut chain: Chain,
        began: Instant,
        entry: Box<Entry>,
    ) -> Self {
        let promised = bytes.len() as u64;
        chain.push(Piece::event(at, bytes));
        chain.finish();
        let size = chain.ends_early().unwrap_or(promised);
        let nothing_more: Beats = Box::new(iter::empty());
        CloudBody::of(
            Source::Edited(Box::new(Edited { beats: nothing_more.into(), chain })),
            Some(size),
            began,
            entry,
        )
    }

    fn of(mut source: Source, left: Option<u64>, began: Instant, entry: Box<Entry>) -> Self {
        let Some(due) = source.next() else {
            entry.close();
            return CloudBody(Kind::Over);
        };
        let timer = Box::pin(clock::timer(clock::later(began, due.at.unwrap_or_default())));
        CloudBody(Kind::Paced(Box::new(Paced { due, source, left, began, timer, entry })))
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
            Kind::Paced(paced) => paced.left.map_or_else(SizeHint::default, SizeHint::with_exact),
            Kind::Over => SizeHint::with_exact(0),
        }
    }
}

impl Kind {
    /// What is due now, and what is left after it.
    fn step(self) -> (Option<Result<Bytes, BodyError>>, Kind) {
        match self {
            Kind::Whole(bytes) => (Some(Ok(bytes)), Kind::Over),
            Kind::Paced(paced) => paced.step(),
            Kind::Over => (None, Kind::Over),
        }
    }
}

/// Where the pieces of a stream come from.
enum Source {
    Plain(Ahead),
    Edited(Box<Edited>),
}

/// Beats, and the faults that change them.
struct Edited {
    beats: Ahead,
    chain: Chain,
}

impl Source {
    /// Takes note that what was due has left.
    fn has_left(&mut self) {
        if let Source::Edited(edited) = self {
            edited.chain.has_left();
        }
    }
}

impl Iterator for Source {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        match self {
            Source::Plain(beats) => beats.next().map(Piece::from),
            Source::Edited(edited) => edited.next(),
        }
    }
}

impl Iterator for Edited {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        loop {
            if let Some(piece) = self.chain.next() {
                return Some(piece);
            }
            if self.chain.is_over() {
                return None;
            }
            match self.beats.next() {
                Some(beat) => self.chain.push(beat.into()),
                None => self.chain.finish(),
            }
        }
    }
}

impl From<Beat> for Piece {
    fn from(beat: Beat) -> Self {
        match beat.frame {
            Ok(bytes) => Piece::event(beat.at, bytes),
            Err(error) => Piece::error(beat.at, error),
        }
    }
}

/// A body that has at least one piece to come.
///
/// The piece is at hand before it is due, so that the last one is known to be the last when it leaves: a
/// client that has read everything may drop the body without asking for more, and has not hung up.
struct Paced {
    due: Piece,
    source: Source,
    /// The bytes to come, where they were promised.
    left: Option<u64>,
    began: Instant,
    timer: Pin<Box<Sleep>>,
    entry: Box<Entry>,
}

impl Paced {
    fn poll_due(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if self.due.at.is_none() {
            // Never: nothing but the client's hanging up ends this.
            return Poll::Pending;
        }
        if self.timer.deadline() <= clock::now() {
            return Poll::Ready(());
        }
        self.timer.as_mut().poll(context)
    }

    fn step(mut self: Box<Self>) -> (Option<Result<Bytes, BodyError>>, Kind) {
        self.source.has_left();
        match mem::replace(&mut self.due.leaving, Leaving::End { error_type: None }) {
            Leaving::Bytes { bytes, ends_event } => {
                self.count(&bytes, ends_event);
                let rest = self.advance();
                (Some(Ok(bytes)), rest)
            }
            Leaving::Error(error) => {
                match error {
                    BodyError::Reset => self.entry.sever(),
                    _ => self.entry.close(),
                }
                (Some(Err(error)), Kind::Over)
            }
            Leaving::End { error_type } => {
                self.entry.close_with(error_type);
                (None, Kind::Over)
            }
        }
    }

    /// What is left once the piece that was due has left.
    fn advance(mut self: Box<Self>) -> Kind {
        match self.source.next() {
            Some(next) if next.ends_by(self.due.at) => {
                self.source.has_left();
                self.entry.close_with(next.error_type());
                Kind::Over
            }
            Some(next) => {
                if let Some(at) = next.at {
                    self.timer.as_mut().reset(clock::later(self.began, at));
                }
                self.due = next;
                Kind::Paced(self)
            }
            None => {
                self.entry.close();
                Kind::Over
            }
        }
    }

    fn count(&mut self, bytes: &Bytes, ends_event: bool) {
        self.left = self.left.map(|left| left.saturating_sub(bytes.len() as u64));
        if ends_event && self.left.is_none() {
            self.entry.count_event(bytes.len());
        } else {
            self.entry.count_bytes(bytes.len());
        }
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
