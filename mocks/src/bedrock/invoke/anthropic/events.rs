//! The answer of the Messages API, event by event.
//!
//! Bedrock adds its own measurements to the last event, `message_stop`.

use std::time::Duration;

use serde_json::{Value, json};

use super::response;
use crate::bedrock::answer::{Answer, Piece};
use crate::bedrock::model::ModelSpec;

/// The events of an answer, each with its time.
pub(crate) fn chunks(
    model: &ModelSpec,
    answer: Answer,
) -> impl Iterator<Item = (Duration, Value)> + Send + Sync + use<> {
    let done_at = answer.done_at();
    let start = [
        (Duration::ZERO, json!({ "type": "message_start", "message": response::begun(model, &answer) })),
        (Duration::ZERO, block_start()),
    ];
    let end = [
        (done_at, json!({ "type": "content_block_stop", "index": 0 })),
        (done_at, message_delta(&answer)),
        (done_at, message_stop(&answer)),
    ];
    start.into_iter().chain(answer.pieces().map(block_delta)).chain(end)
}

fn block_start() -> Value {
    json!({ "type": "content_block_start", "index": 0, "content_block": { "type": "text", "text": "" } })
}

fn block_delta(piece: Piece) -> (Duration, Value) {
    let delta = json!({ "type": "text_delta", "text": piece.text });
    (piece.at, json!({ "type": "content_block_delta", "index": 0, "delta": delta }))
}

fn message_delta(answer: &Answer) -> Value {
    json!({
        "type": "message_delta",
        "delta": { "stop_reason": answer.stop().name(), "stop_sequence": null },
        "usage": { "output_tokens": answer.usage().output_tokens },
    })
}

fn message_stop(answer: &Answer) -> Value {
    let usage = answer.usage();
    json!({
        "type": "message_stop",
        "amazon-bedrock-invocationMetrics": {
            "inputTokenCount": usage.input_tokens,
            "outputTokenCount": usage.output_tokens,
            "invocationLatency": answer.latency_ms(),
            "firstByteLatency": answer.first_latency_ms(),
        },
    })
}
