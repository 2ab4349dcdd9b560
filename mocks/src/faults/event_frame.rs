//! The frames by which a stream breaks off with an error, as Bedrock writes them.
//!
//! Two kinds are in AWS's format: an exception, which the operation's model knows, and an error, which it
//! need not. Both hold the words of a fault, so a frame is made once, with the fault.

use aws_smithy_eventstream::frame::{read_message_from, write_message_to};
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use bytes::Bytes;
use serde_json::Value;
use thiserror::Error;

/// The longest text that a frame's header may hold, in bytes.
const LONGEST_TEXT: usize = 32_767;

/// An exception: `:message-type: exception`, its type, and a JSON payload.
pub(super) fn exception(code: &str, payload: &Value) -> Result<Bytes, FrameError> {
    let headers = vec![
        header(":exception-type", code)?,
        header(":content-type", "application/json")?,
        header(":message-type", "exception")?,
    ];
    encode(headers, payload.to_string())
}

/// An error: `:message-type: error`, with its code and its message in the headers.
pub(super) fn error(code: &str, message: &str) -> Result<Bytes, FrameError> {
    let headers = vec![
        header(":error-code", code)?,
        header(":error-message", message)?,
        header(":message-type", "error")?,
    ];
    encode(headers, String::new())
}

/// A message with another payload and the same headers; none if it is no message, or stays as it is.
pub(super) fn with_payload(message: &Bytes, change: impl FnOnce(&Bytes) -> Option<Bytes>) -> Option<Bytes> {
    let message = read_message_from(message.clone()).ok()?;
    encode(message.headers().to_vec(), change(message.payload())?).ok()
}

fn header(name: &'static str, value: &str) -> Result<Header, FrameError> {
    if value.len() > LONGEST_TEXT {
        return Err(FrameError);
    }
    Ok(Header::new(name, HeaderValue::String(value.to_owned().into())))
}

fn encode(headers: Vec<Header>, payload: impl Into<Bytes>) -> Result<Bytes, FrameError> {
    let mut frame = Vec::new();
    write_message_to(&Message::new_from_parts(headers, payload), &mut frame).map_err(|_| FrameError)?;
    Ok(frame.into())
}

/// A text that no frame has room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a text of more than {LONGEST_TEXT} bytes does not fit into an event")]
pub struct FrameError;
