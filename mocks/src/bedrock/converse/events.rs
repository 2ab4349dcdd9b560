//! The answer to ConverseStream, event by event.
//!
//! `messageStart` leaves with the head; the first delta follows when the model has its first token. A
//! block of text has no `contentBlockStart`, on Bedrock as here.

use std::iter;
use std::time::Duration;

use serde_json::{Value, json};

use super::{metrics, usage};
use crate::bedrock::answer::{Answer, Piece};
use crate::bedrock::event_stream;
use crate::body::Beat;
use crate::reply::{Content, Reply};

/// The answer to ConverseStream.
pub(crate) fn stream(answer: Answer) -> Reply {
    Reply::answer(event_stream::CONTENT_TYPE, Content::Stream(Box::new(beats(answer))), answer.usage())
}

fn beats(answer: Answer) -> impl Iterator<Item = Beat> + Send + Sync {
    let done_at = answer.done_at();
    let start = (Duration::ZERO, "messageStart", json!({ "role": "assistant" }));
    let end = [
        (done_at, "contentBlockStop", json!({ "contentBlockIndex": 0 })),
        (done_at, "messageStop", json!({ "stopReason": answer.stop().name() })),
        (done_at, "metadata", json!({ "usage": usage(&answer), "metrics": metrics(&answer) })),
    ];
    iter::once(start)
        .chain(answer.pieces().map(delta))
        .chain(end)
        .map(|(at, name, payload)| Beat { at, frame: event_stream::event(name, &payload) })
}

fn delta(piece: Piece) -> (Duration, &'static str, Value) {
    (piece.at, "contentBlockDelta", json!({ "contentBlockIndex": 0, "delta": { "text": piece.text } }))
}
