//! `exception_frame`: the model breaks down while it speaks.

use std::borrow::Cow;

use bytes::Bytes;
use serde_json::json;

use super::edit::{Act, BodyEdit, Edit};
use super::event_frame::{self, FrameError};
use super::verdict::Verdict;
use crate::bedrock::exception::Exception;

/// Breaks a stream off with an exception instead of its next event. Whole answers are left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExceptionFrame {
    after: u64,
    frame: Bytes,
    error_type: Cow<'static, str>,
}

impl ExceptionFrame {
    /// The exception `code` after so many events, spelt as in the service's model or as streams spell it
    /// (`ThrottlingException`, `throttlingException`). Without a message it says what the service would.
    ///
    /// # Errors
    /// A code or a message that is too long for an event.
    pub fn new(code: &str, message: Option<&str>, after: u64) -> Result<Self, FrameError> {
        let known = Exception::from_name(code);
        let message = message.unwrap_or(known.unwrap_or(Exception::InternalServer).message());
        let payload = match known {
            Some(exception) => exception.payload(message),
            None => json!({ "message": message }),
        };
        let error_type =
            known.map_or_else(|| Cow::Owned(code.to_owned()), |exception| exception.name().into());
        Ok(ExceptionFrame { after, frame: event_frame::exception(&in_streams(code), &payload)?, error_type })
    }

    pub(super) fn verdict(&self) -> Verdict {
        let act = Act::Say { frame: self.frame.clone(), error_type: self.error_type.clone() };
        Verdict::Edit(Edit::Body(BodyEdit::Event { after: self.after, act }))
    }
}

/// A name as streams spell it: with a small first letter.
fn in_streams(code: &str) -> String {
    let mut letters = code.chars();
    letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect()
}
