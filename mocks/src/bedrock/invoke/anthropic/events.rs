//! The answer of the Messages API, event by event.
//!
//! Bedrock adds its own measurements to the last event, `message_stop`.

use std::iter;
use std::time::Duration;

use serde_json::{Value, json};

use super::response;
use crate::bedrock::answer::{Act, Answer, Delta, Start, Step};
use crate::bedrock::model::ModelSpec;

/// The events of an answer, each with its time.
pub(crate) fn chunks(
    model: &ModelSpec,
    answer: Answer,
) -> impl Iterator<Item = (Duration, Value)> + Send + Sync + use<> {
    let done_at = answer.done_at();
    let start =
        (Duration::ZERO, json!({ "type": "message_start", "message": response::begun(model, &answer) }));
    let end = [(done_at, message_delta(&answer)), (done_at, message_stop(&answer))];
    iter::once(start).chain(answer.steps().map(event)).chain(end)
}

fn event(step: Step) -> (Duration, Value) {
    let index = step.index;
    let event = match step.act {
        Act::Start(start) => {
            json!({ "type": "content_block_start", "index": index, "content_block": begun(start) })
        }
        Act::Delta(part) => json!({ "type": "content_block_delta", "index": index, "delta": delta(part) }),
        Act::Stop => json!({ "type": "content_block_stop", "index": index }),
    };
    (step.at, event)
}

fn begun(start: Start) -> Value {
    match start {
        Start::Reasoning => json!({ "type": "thinking", "thinking": "", "signature": "" }),
        Start::Text => json!({ "type": "text", "text": "" }),
        Start::ToolUse { id, name } => response::tool_use(id, &name, &json!({})),
    }
}

fn delta(part: Delta) -> Value {
    match part {
        Delta::Reasoning(text) => json!({ "type": "thinking_delta", "thinking": text }),
        Delta::Signature(signature) => json!({ "type": "signature_delta", "signature": signature }),
        Delta::Text(text) => json!({ "type": "text_delta", "text": text }),
        Delta::Input(json) => json!({ "type": "input_json_delta", "partial_json": json }),
    }
}

fn message_delta(answer: &Answer) -> Value {
    json!({
        "type": "message_delta",
        "delta": { "stop_reason": answer.stop().name(), "stop_sequence": answer.stop().sequence() },
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
