//! `error_frame`: the stream breaks off with an error that no operation's model knows.

use std::borrow::Cow;

use bytes::Bytes;

use super::edit::{Act, BodyEdit, Edit};
use super::event_frame::{self, FrameError};
use super::verdict::Verdict;

/// Breaks a stream off with an `error` message instead of its next event. Whole answers are left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErrorFrame {
    after: u64,
    frame: Bytes,
    error_type: Cow<'static, str>,
}

impl ErrorFrame {
    /// An error with this code and message after so many events.
    ///
    /// # Errors
    /// A code or a message that is too long for an event.
    pub fn new(code: &str, message: &str, after: u64) -> Result<Self, FrameError> {
        let error_type = code.to_owned().into();
        Ok(ErrorFrame { after, frame: event_frame::error(code, message)?, error_type })
    }

    pub(super) fn verdict(&self) -> Verdict {
        let act = Act::Say { frame: self.frame.clone(), error_type: self.error_type.clone() };
        Verdict::Edit(Edit::Body(BodyEdit::Event { after: self.after, act }))
    }
}
