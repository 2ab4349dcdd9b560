//! The frames of an event stream, cut out of its data and read.

use std::borrow::Cow;

use aws_smithy_eventstream::frame::read_message_from;
use aws_smithy_eventstream::smithy::parse_response_headers;
use aws_smithy_types::base64;
use aws_smithy_types::event_stream::Message;
use bedload_reports::record::{Failure, FailureClass};
use bytes::{Buf, Bytes, BytesMut};
use serde::Deserialize;
use serde::de::IgnoredAny;

use super::answer::{Usage, exception};
use crate::client::dialect::{Dialect, Unreadable};
use crate::client::event::Event;
use crate::client::operation::failure;
use crate::client::stream::Source;
use crate::transport::wire::LineBody;

/// Bytes of a frame's own length, with which it begins.
const LENGTH_BYTES: usize = 4;
/// Bytes of the shortest frame: a prelude of twelve, and a checksum.
const LEAST_BYTES: usize = 16;

/// What a stream's events mean.
#[derive(Clone, Copy, Debug)]
pub(super) enum Meaning {
    /// Those of ConverseStream.
    Converse,
    /// Chunks of InvokeModelWithResponseStream in this dialect.
    Invoke(Dialect),
}

/// An event stream on its way in.
pub(super) struct Events {
    body: LineBody,
    meaning: Meaning,
    /// Frames of which not all has come.
    rest: BytesMut,
}

impl Events {
    /// Those in this body.
    pub(super) fn new(body: LineBody, meaning: Meaning) -> Self {
        Events { body, meaning, rest: BytesMut::new() }
    }

    /// Reads what is whole by now; whether anything was.
    fn take(&mut self, data: Bytes, events: &mut Vec<Event>) -> Result<bool, Failure> {
        let mut data = if self.rest.is_empty() {
            data
        } else {
            self.rest.extend_from_slice(&data);
            std::mem::take(&mut self.rest).freeze()
        };
        let mut any = false;
        while let Some(frame) = frame(&mut data) {
            any = true;
            let message = read_message_from(frame).map_err(|error| broken(&error.to_string()))?;
            read(&message, self.meaning, events)?;
        }
        self.rest.extend_from_slice(&data);
        Ok(any)
    }
}

impl Source for Events {
    async fn next(&mut self, events: &mut Vec<Event>) -> Result<bool, Failure> {
        loop {
            let data = match self.body.next().await {
                Some(Ok(data)) => data,
                Some(Err(error)) => return Err(broken(&error.to_string())),
                None if self.rest.is_empty() => return Ok(false),
                None => return Err(broken("the stream ended within an event")),
            };
            if self.take(data, events)? {
                return Ok(true);
            }
        }
    }
}

/// The frame at the beginning, if all of it is there. One that says to be shorter than any can be is left for its reader
/// to refuse.
fn frame(data: &mut Bytes) -> Option<Bytes> {
    let length = data.get(..LENGTH_BYTES)?.get_u32() as usize;
    let length = length.max(LEAST_BYTES);
    (data.len() >= length).then(|| data.split_to(length))
}

fn read(message: &Message, meaning: Meaning, events: &mut Vec<Event>) -> Result<(), Failure> {
    let headers = parse_response_headers(message).map_err(|error| broken(&error.to_string()))?;
    let kind = headers.smithy_type.as_str();
    match headers.message_type.as_str() {
        "event" => match meaning {
            Meaning::Converse => of_converse(kind, message.payload(), events),
            Meaning::Invoke(dialect) => of_invoke(dialect, kind, message.payload(), events),
        },
        "exception" => Err(exception(kind, message.payload())),
        other => Err(broken(&format!("a message of type `{other}`"))),
    }
}

/// As far as they are read; what else an event says is passed over.
#[derive(Deserialize)]
struct ContentBlockDelta<'a> {
    #[serde(borrow)]
    delta: Option<Delta<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Delta<'a> {
    Text(#[serde(borrow)] Cow<'a, str>),
    ToolUse(#[serde(borrow)] ToolUse<'a>),
    ReasoningContent(#[serde(borrow)] Reasoning<'a>),
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct ToolUse<'a> {
    #[serde(borrow)]
    input: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Reasoning<'a> {
    #[serde(borrow, default)]
    text: Cow<'a, str>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct MessageStop {
    stop_reason: String,
}

#[derive(Deserialize)]
struct Metadata {
    usage: Option<Usage>,
}

/// The meaning of an event of Converse. Its metadata close it.
fn of_converse(kind: &str, payload: &[u8], events: &mut Vec<Event>) -> Result<(), Failure> {
    match kind {
        "contentBlockDelta" => {
            let ContentBlockDelta { delta } = json(payload)?;
            events.extend(delta.and_then(|delta| match delta {
                Delta::Text(text) => Event::content(&text),
                Delta::ToolUse(tool) => Event::content(&tool.input),
                Delta::ReasoningContent(reasoning) => Event::content(&reasoning.text),
                Delta::Other => None,
            }));
        }
        "messageStop" => events.push(Event::Stopped(json::<MessageStop>(payload)?.stop_reason)),
        "metadata" => {
            if let Some(usage) = json::<Metadata>(payload)?.usage {
                events.extend([Event::Input(usage.prompt()), Event::Output(usage.output_tokens)]);
            }
            events.push(Event::Close);
        }
        // Nothing of these is kept, but they must make sense, as they must to the SDK.
        "messageStart" | "contentBlockStart" | "contentBlockStop" => {
            json::<IgnoredAny>(payload)?;
        }
        _ => {}
    }
    Ok(())
}

#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow, default)]
    bytes: Cow<'a, str>,
}

fn of_invoke(dialect: Dialect, kind: &str, payload: &[u8], events: &mut Vec<Event>) -> Result<(), Failure> {
    if kind != "chunk" {
        return Ok(());
    }
    let chunk: Chunk<'_> = json(payload)?;
    let bytes = base64::decode(&*chunk.bytes).map_err(|error| broken(&error.to_string()))?;
    let unreadable = |error: Unreadable| failure(FailureClass::Unparsable, &error.to_string());
    events.extend(dialect.chunk(&bytes).map_err(unreadable)?);
    Ok(())
}

fn json<'a, T: Deserialize<'a>>(payload: &'a [u8]) -> Result<T, Failure> {
    serde_json::from_slice(payload)
        .map_err(|error| broken(&format!("an event that could not be read: {error}")))
}

fn broken(why: &str) -> Failure {
    failure(FailureClass::StreamBroken, why)
}
