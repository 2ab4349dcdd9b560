//! Frames of `application/vnd.amazon.eventstream`.
//!
//! A frame is its length, the length of its headers and a CRC-32 of the two; the headers; the payload; and a
//! CRC-32 of all that. AWS's own encoder writes the same bytes, to which a test holds this one; but it takes
//! them through a message of many small parts, which cost more than all else in an event.

use bytes::Bytes;
use serde::Serialize;

use crate::body::BodyError;

/// The media type of a stream of events.
pub(crate) const CONTENT_TYPE: &str = "application/vnd.amazon.eventstream";

/// What most events take, so that they are not moved as they grow.
const FRAME_BYTES: usize = 256;
/// The lengths of a frame and of its headers, and the two with their checksum.
const LENGTHS: usize = 8;
const PRELUDE: usize = 12;
const CHECKSUM: usize = 4;
/// The type of a header's value that is a string.
const STRING: u8 = 7;

/// The frame of an event with a JSON payload.
pub(crate) fn event(name: &str, payload: &impl Serialize) -> Result<Bytes, BodyError> {
    let mut frame = Vec::with_capacity(FRAME_BYTES);
    frame.extend_from_slice(&[0; PRELUDE]);
    header(&mut frame, ":event-type", name)?;
    header(&mut frame, ":content-type", "application/json")?;
    header(&mut frame, ":message-type", "event")?;
    let headers = length(frame.len() - PRELUDE)?;
    serde_json::to_writer(&mut frame, payload)?;
    let whole = length(frame.len() + CHECKSUM)?;
    frame[..4].copy_from_slice(&whole);
    frame[4..LENGTHS].copy_from_slice(&headers);
    let prelude = crc32fast::hash(&frame[..LENGTHS]);
    frame[LENGTHS..PRELUDE].copy_from_slice(&prelude.to_be_bytes());
    let all = crc32fast::hash(&frame);
    frame.extend_from_slice(&all.to_be_bytes());
    Ok(frame.into())
}

fn header(frame: &mut Vec<u8>, name: &str, value: &str) -> Result<(), BodyError> {
    frame.push(u8::try_from(name.len()).map_err(|_| BodyError::Frame)?);
    frame.extend_from_slice(name.as_bytes());
    frame.push(STRING);
    frame.extend_from_slice(&u16::try_from(value.len()).map_err(|_| BodyError::Frame)?.to_be_bytes());
    frame.extend_from_slice(value.as_bytes());
    Ok(())
}

fn length(bytes: usize) -> Result<[u8; 4], BodyError> {
    u32::try_from(bytes).map(u32::to_be_bytes).map_err(|_| BodyError::Frame)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use aws_smithy_eventstream::frame::{read_message_from, write_message_to};
    use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// What AWS's own encoder writes.
    fn as_aws(name: &str, payload: &impl Serialize) -> Vec<u8> {
        let header =
            |name: &'static str, value: &str| Header::new(name, HeaderValue::String(value.to_owned().into()));
        let headers = vec![
            header(":event-type", name),
            header(":content-type", "application/json"),
            header(":message-type", "event"),
        ];
        let mut frame = Vec::new();
        let message = Message::new_from_parts(headers, serde_json::to_vec(payload).unwrap());
        write_message_to(&message, &mut frame).unwrap();
        frame
    }

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

    #[test]
    fn what_has_no_room_is_refused() {
        assert!(matches!(event(&"x".repeat(65_536), &()), Err(BodyError::Frame)));
    }

    proptest! {
        #[test]
        fn it_is_what_awss_encoder_writes(name in "[a-zA-Z]{0,40}", text in "\\PC{0,400}") {
            let payload = json!({ "text": text });
            prop_assert_eq!(event(&name, &payload).unwrap(), as_aws(&name, &payload));
        }
    }
}
