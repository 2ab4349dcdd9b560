//! Frames of `application/vnd.amazon.eventstream`, in AWS's own encoder.

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use aws_smithy_types::str_bytes::StrBytes;
use bytes::Bytes;
use serde::Serialize;

use crate::body::BodyError;

/// The media type of a stream of events.
pub(crate) const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

/// What the lengths, the checksums and the headers of an event take, with room for a long name.
const WRAPPING_BYTES: usize = 128;

/// The frame of an event with a JSON payload.
pub(crate) fn event(name: &'static str, payload: &impl Serialize) -> Result<Bytes, BodyError> {
    let headers = vec![
        header(":event-type", name),
        header(":content-type", "application/json"),
        header(":message-type", "event"),
    ];
    encode(&Message::new_from_parts(headers, serde_json::to_vec(payload)?))
}

fn header(name: &'static str, value: &'static str) -> Header {
    Header::new(name, HeaderValue::String(StrBytes::from(value)))
}

fn encode(message: &Message) -> Result<Bytes, BodyError> {
    let mut frame = Vec::with_capacity(message.payload().len() + WRAPPING_BYTES);
    write_message_to(message, &mut frame)?;
    Ok(frame.into())
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use aws_smithy_eventstream::frame::read_message_from;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_sdks_decoder_reads_an_event() {
        let frame = event("messageStop", &json!({ "stopReason": "end_turn" })).unwrap();
        let message = read_message_from(frame).unwrap();
        let headers: Vec<_> = message
            .headers()
            .iter()
            .map(|header| (header.name().as_str(), header.value().as_string().unwrap().as_str()))
            .collect();
        let expected = [
            (":event-type", "messageStop"),
            (":content-type", "application/json"),
            (":message-type", "event"),
        ];
        assert_eq!(headers, expected);
        assert_eq!(message.payload().as_ref(), br#"{"stopReason":"end_turn"}"#);
    }
}
