//! `error_frame`: the stream breaks off with an error that no operation's model knows.

use bytes::Bytes;

use super::edit::{Act, BodyEdit, Edit};
use super::event_frame::{self, FrameError};
use super::verdict::Verdict;

/// Breaks a stream off with an `error` message instead of its next event. Whole answers are left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorFrame {
    after: u64,
    frame: Bytes,
}

impl ErrorFrame {
    /// An error with this code and message after so many events.
    ///
    /// # Errors
    /// A code or a message that is too long for an event.
    pub fn new(code: &str, message: &str, after: u64) -> Result<Self, FrameError> {
        Ok(ErrorFrame { after, frame: event_frame::error(code, message)? })
    }

    pub(super) fn verdict(&self) -> Verdict {
        let act = Act::Say(self.frame.clone());
        Verdict::Edit(Edit::Body(BodyEdit::Event { after: self.after, act }))
    }
}
