//! One fault's edit of a body, under way.
//!
//! It is given the pieces of a body one by one and gives what it makes of each. It waits for nothing and
//! knows no clock: time is a number on a piece, which it may only raise.

use std::mem;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::bad_crc;
use super::downgrade::Downgrade;
use super::drip::Pipe;
use super::edit::{Act, BodyEdit};
use super::malformed_json::garble;
use super::piece::{Leaving, Piece};
use super::stall::StallTime;
use super::tally::Tally;
use crate::body::BodyError;

/// What the bodies of an answer are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// Event-stream messages, one after another.
    Stream,
    /// One text.
    Whole,
}

/// An edit with what it must remember.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) tally: Arc<Tally>,
    work: Work,
}

#[derive(Debug)]
enum Work {
    Later(Duration),
    Stretch {
        factor: f64,
        first: Option<Duration>,
    },
    Drip(Pipe),
    Garble,
    Reword(Downgrade),
    Event {
        left: u64,
        act: Act,
    },
    /// A stall that is over.
    Behind(Duration),
    /// A swap that waits for the second of the two; the first was due at this time.
    Holding(Bytes, Duration),
    Done,
}

/// What an edit made of a piece.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// What leaves instead.
    pub(super) pieces: Vec<Piece>,
    /// Whether anything is otherwise than it was.
    pub(super) change: Change,
}

/// How a piece was changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Change {
    /// Not at all.
    #[default]
    None,
    /// It is only late, which a client feels while it waits.
    Late,
    /// It is another one, which a client finds when it comes.
    Other,
}

impl Link {
    pub(super) fn new(tally: Arc<Tally>, edit: BodyEdit, shape: Shape) -> Self {
        let work = match edit {
            BodyEdit::Later(by) => Work::Later(by),
            BodyEdit::Stretch(factor) if shape == Shape::Stream => Work::Stretch { factor, first: None },
            BodyEdit::Drip(bytes_per_s) => Work::Drip(Pipe::new(bytes_per_s)),
            BodyEdit::Garble => Work::Garble,
            BodyEdit::Reword(downgrade) => Work::Reword(downgrade),
            BodyEdit::Event { after, act } if shape == Shape::Stream => Work::Event { left: after, act },
            // A whole answer has no events to count: it is struck in its middle.
            BodyEdit::Event { act: act @ (Act::Stall(_) | Act::Halve | Act::Reset), .. } => {
                Work::Event { left: 0, act }
            }
            BodyEdit::Stretch(_) | BodyEdit::Event { .. } => Work::Done,
        };
        Link { tally, work }
    }

    /// What becomes of a piece.
    pub(super) fn take(&mut self, piece: Piece, shape: Shape) -> Made {
        match &mut self.work {
            Work::Later(by) | Work::Behind(by) => Made::late([piece.later(*by)]),
            Work::Stretch { factor, first } => stretch(piece, *factor, first),
            Work::Drip(pipe) => pipe.take(piece),
            Work::Garble | Work::Reword(_) | Work::Event { .. } | Work::Holding(..) => {
                self.take_event(piece, shape)
            }
            Work::Done => Made::as_it_was(piece),
        }
    }

    /// What is left when the body has come to its natural end at `at`.
    pub(super) fn finish(&mut self, at: Duration) -> Option<Piece> {
        match mem::replace(&mut self.work, Work::Done) {
            // The links before may have put it off to after the natural end.
            Work::Holding(bytes, due) => Some(Piece::event(at.max(due), bytes)),
            _ => None,
        }
    }

    fn take_event(&mut self, piece: Piece, shape: Shape) -> Made {
        let (at, bytes) = match piece {
            Piece { at: Some(at), leaving: Leaving::Bytes { bytes, ends_event: true } } => (at, bytes),
            other => return self.take_other(other),
        };
        match mem::replace(&mut self.work, Work::Done) {
            Work::Garble => match garble(&bytes, shape) {
                Some(garbled) => Made::changed([Piece::event(at, garbled)]),
                None => self.wait(Work::Garble, at, bytes),
            },
            Work::Reword(downgrade) => match downgrade.reword(&bytes, shape) {
                Some(reworded) => Made::changed([Piece::event(at, reworded)]),
                None => self.wait(Work::Reword(downgrade), at, bytes),
            },
            Work::Event { left: 0, act } => match shape {
                Shape::Stream => self.strike_event(at, bytes, act),
                Shape::Whole => self.strike_whole(at, bytes, act),
            },
            Work::Event { left, act } => self.wait(Work::Event { left: left - 1, act }, at, bytes),
            Work::Holding(first, _) => Made::changed([Piece::event(at, bytes), Piece::event(at, first)]),
            work => self.wait(work, at, bytes),
        }
    }

    /// Lets an event be, and goes on waiting for another one.
    fn wait(&mut self, work: Work, at: Duration, bytes: Bytes) -> Made {
        self.work = work;
        Made::as_it_was(Piece::event(at, bytes))
    }

    /// What is no event lets go of what was held for one.
    fn take_other(&mut self, piece: Piece) -> Made {
        match mem::replace(&mut self.work, Work::Done) {
            Work::Holding(bytes, _) => {
                let held = piece.at.map(|at| Piece::event(at, bytes));
                Made { pieces: held.into_iter().chain([piece]).collect(), change: Change::None }
            }
            work => {
                self.work = work;
                Made::as_it_was(piece)
            }
        }
    }

    fn strike_event(&mut self, at: Duration, bytes: Bytes, act: Act) -> Made {
        match act {
            Act::Stall(StallTime::For(time)) => {
                self.work = Work::Behind(time);
                Made::late([Piece::event(at, bytes).later(time)])
            }
            Act::Stall(StallTime::Forever) => Made::late([Piece::never()]),
            Act::Say { frame, error_type } => {
                Made::changed([Piece::event(at, frame), Piece::end_of_error(at, error_type)])
            }
            Act::Halve => Made::changed([Piece::part(at, half(&bytes).0), Piece::end(at)]),
            Act::BreakCrc(part) => Made::changed([Piece::event(at, bad_crc::damage(&bytes, part))]),
            Act::End => Made::changed([Piece::end(at)]),
            Act::Reset => Made::changed([Piece::error(at, BodyError::Reset)]),
            Act::Twice => Made::changed([Piece::event(at, bytes.clone()), Piece::event(at, bytes)]),
            Act::Swap => {
                self.work = Work::Holding(bytes, at);
                Made::default()
            }
        }
    }

    fn strike_whole(&mut self, at: Duration, bytes: Bytes, act: Act) -> Made {
        let (first, second) = half(&bytes);
        match act {
            _ if bytes.is_empty() => Made::as_it_was(Piece::event(at, bytes)),
            Act::Stall(StallTime::For(time)) => {
                Made::late([Piece::part(at, first), Piece::event(at, second).later(time)])
            }
            Act::Stall(StallTime::Forever) => Made::late([Piece::part(at, first), Piece::never()]),
            Act::Halve => Made::changed([Piece::part(at, first), Piece::end(at)]),
            Act::Reset => Made::changed([Piece::part(at, first), Piece::error(at, BodyError::Reset)]),
            _ => Made::as_it_was(Piece::event(at, bytes)),
        }
    }
}

impl Made {
    pub(super) fn changed(pieces: impl IntoIterator<Item = Piece>) -> Self {
        Made { pieces: pieces.into_iter().collect(), change: Change::Other }
    }

    pub(super) fn late(pieces: impl IntoIterator<Item = Piece>) -> Self {
        Made { pieces: pieces.into_iter().collect(), change: Change::Late }
    }

    pub(super) fn as_it_was(piece: Piece) -> Self {
        Made { pieces: vec![piece], change: Change::None }
    }
}

/// The halves of some bytes; of an odd number the first has one fewer.
fn half(bytes: &Bytes) -> (Bytes, Bytes) {
    let middle = bytes.len() / 2;
    (bytes.slice(..middle), bytes.slice(middle..))
}

fn stretch(piece: Piece, factor: f64, first: &mut Option<Duration>) -> Made {
    let Some(at) = piece.at else { return Made::as_it_was(piece) };
    let gap = at.saturating_sub(*first.get_or_insert(at));
    let longer = Duration::try_from_secs_f64(gap.as_secs_f64() * factor).unwrap_or(Duration::MAX);
    let change = if longer > gap { Change::Late } else { Change::None };
    Made { pieces: vec![piece.later(longer.saturating_sub(gap))], change }
}
