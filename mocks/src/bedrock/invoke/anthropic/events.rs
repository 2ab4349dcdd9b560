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
    iter::once(start).chain(answer.steps().flat_map(events)).chain(end)
}

/// The events of a step. Anthropic follows the first block with a `ping`, and begins every tool's input with
/// an empty part.
fn events(step: Step) -> impl Iterator<Item = (Duration, Value)> {
    let (at, index) = (step.at, step.index);
    let content_delta = |part| json!({ "type": "content_block_delta", "index": index, "delta": delta(part) });
    let (event, more) = match step.act {
        Act::Start(start) => {
            let more = match start {
                Start::ToolUse { .. } => Some(content_delta(Delta::Input(String::new()))),
                _ => (index == 0).then(|| json!({ "type": "ping" })),
            };
            (json!({ "type": "content_block_start", "index": index, "content_block": begun(start) }), more)
        }
        Act::Delta(part) => (content_delta(part), None),
        Act::Stop => (json!({ "type": "content_block_stop", "index": index }), None),
    };
    iter::once(event).chain(more).map(move |event| (at, event))
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

/// The end of the message; of usage only what the first event could not know, unless there was a cache.
fn message_delta(answer: &Answer) -> Value {
    let output_tokens = answer.usage().output_tokens;
    let usage = match answer.cached() {
        Some(_) => response::usage(answer, output_tokens),
        None => json!({ "output_tokens": output_tokens }),
    };
    json!({
        "type": "message_delta",
        "delta": { "stop_reason": response::stop_reason(answer), "stop_sequence": answer.stop().sequence() },
        "usage": usage,
    })
}

fn message_stop(answer: &Answer) -> Value {
    let usage = answer.usage();
    let mut metrics = json!({
        "inputTokenCount": usage.input_tokens,
        "outputTokenCount": usage.output_tokens,
        "invocationLatency": answer.latency_ms(),
        "firstByteLatency": answer.first_latency_ms(),
    });
    if let Some(cached) = answer.cached() {
        metrics["cacheReadInputTokenCount"] = json!(cached.read_tokens);
        metrics["cacheWriteInputTokenCount"] = json!(cached.write_tokens());
    }
    json!({ "type": "message_stop", "amazon-bedrock-invocationMetrics": metrics })
}
