//! What is left of a body once faults are done with it: pieces, each with its time.

use std::borrow::Cow;
use std::time::Duration;

use bytes::Bytes;

use crate::body::BodyError;

/// A part of a body, and when it is due after the answer began.
#[derive(Debug)]
pub(crate) struct Piece {
    /// Its time, never before that of the piece before it; none if it never comes.
    pub at: Option<Duration>,
    /// What happens then.
    pub leaving: Leaving,
}

/// What leaves with a piece.
#[derive(Debug)]
pub(crate) enum Leaving {
    /// Bytes.
    Bytes {
        /// The bytes.
        bytes: Bytes,
        /// Whether an event is whole with them.
        ends_event: bool,
    },
    /// An error, and nothing after it.
    Error(BodyError),
    /// The end, before what the service would have said.
    End {
        /// The code of the error that was said instead.
        error_type: Option<Cow<'static, str>>,
    },
}

impl Piece {
    /// A whole event, or a whole answer.
    pub(crate) fn event(at: Duration, bytes: Bytes) -> Self {
        Piece { at: Some(at), leaving: Leaving::Bytes { bytes, ends_event: true } }
    }

    /// Some bytes of one.
    pub(super) fn part(at: Duration, bytes: Bytes) -> Self {
        Piece { at: Some(at), leaving: Leaving::Bytes { bytes, ends_event: false } }
    }

    /// A break.
    pub(crate) fn error(at: Duration, error: BodyError) -> Self {
        Piece { at: Some(at), leaving: Leaving::Error(error) }
    }

    /// An early end.
    pub(super) fn end(at: Duration) -> Self {
        Piece { at: Some(at), leaving: Leaving::End { error_type: None } }
    }

    /// The end after an event that told of an error with this code.
    pub(super) fn end_of_error(at: Duration, error_type: Cow<'static, str>) -> Self {
        Piece { at: Some(at), leaving: Leaving::End { error_type: Some(error_type) } }
    }

    /// Silence for ever.
    pub(super) fn never() -> Self {
        Piece { at: None, leaving: Leaving::End { error_type: None } }
    }

    /// Whether nothing comes after it.
    pub(super) fn is_last(&self) -> bool {
        self.at.is_none() || !matches!(self.leaving, Leaving::Bytes { .. })
    }

    /// The code of the error that it ends with, if it does.
    pub(crate) fn error_type(self) -> Option<Cow<'static, str>> {
        match self.leaving {
            Leaving::End { error_type } => error_type,
            Leaving::Bytes { .. } | Leaving::Error(_) => None,
        }
    }

    /// Whether it does no more than end what is over by `at` anyway.
    pub(crate) fn ends_by(&self, at: Option<Duration>) -> bool {
        matches!(self.leaving, Leaving::End { .. }) && self.at.is_some_and(|end| Some(end) <= at)
    }

    /// The same, so much later.
    pub(super) fn later(mut self, by: Duration) -> Self {
        self.at = self.at.map(|at| at.saturating_add(by));
        self
    }
}
