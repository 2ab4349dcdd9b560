//! A message of the Messages API, whole or just begun.

use serde_json::{Value, json};

use crate::bedrock::answer::{Answer, Block, StopReason};
use crate::bedrock::base62;
use crate::bedrock::model::ModelSpec;

/// The characters after `toolu_bdrk_` in the id of a tool's call.
const TOOL_USE_ID_LENGTH: usize = 24;

/// The whole answer.
pub(crate) fn message(model: &ModelSpec, answer: &Answer) -> Value {
    let content: Vec<Value> = answer.blocks().iter().map(block).collect();
    json!({
        "id": id(answer),
        "type": "message",
        "role": "assistant",
        "model": model.id(),
        "content": content,
        "stop_reason": stop_reason(answer),
        "stop_sequence": answer.stop().sequence(),
        "usage": usage(answer, answer.usage().output_tokens),
    })
}

/// The answer before its first word, as `message_start` shows it.
pub(crate) fn begun(model: &ModelSpec, answer: &Answer) -> Value {
    json!({
        "id": id(answer),
        "type": "message",
        "role": "assistant",
        "model": model.id(),
        "content": [],
        "stop_reason": null,
        "stop_sequence": null,
        "usage": usage(answer, 1),
    })
}

/// What an answer costs, with so many tokens of it told. Of the cache it speaks to those who asked for one.
pub(super) fn usage(answer: &Answer, output_tokens: u32) -> Value {
    let mut usage = json!({ "input_tokens": answer.usage().input_tokens });
    if let Some(cached) = answer.cached() {
        usage["cache_creation_input_tokens"] = json!(cached.write_tokens());
        usage["cache_read_input_tokens"] = json!(cached.read_tokens);
        usage["cache_creation"] = json!({
            "ephemeral_5m_input_tokens": cached.write_5m_tokens,
            "ephemeral_1h_input_tokens": cached.write_1h_tokens,
        });
    }
    usage["output_tokens"] = json!(output_tokens);
    usage
}

/// Why it stops, in the words of the Messages API, which has its own for a filter, and none for a guardrail or
/// for what Bedrock could not read.
pub(super) fn stop_reason(answer: &Answer) -> &'static str {
    match answer.stop() {
        StopReason::ContentFiltered => "refusal",
        StopReason::GuardrailIntervened | StopReason::MalformedModelOutput => StopReason::EndTurn.name(),
        StopReason::MalformedToolUse => StopReason::ToolUse.name(),
        stop => stop.name(),
    }
}

fn block(block: &Block) -> Value {
    match block {
        Block::Reasoning { words, signature } => {
            json!({ "type": "thinking", "thinking": words.whole(), "signature": signature })
        }
        Block::Text(words) => json!({ "type": "text", "text": words.whole() }),
        Block::ToolUse(call) => tool_use(call.id, &call.name, call.input()),
    }
}

/// A tool's call.
pub(super) fn tool_use(id: u128, name: &str, input: &Value) -> Value {
    let id = format!("toolu_bdrk_{}", base62::digits(id, TOOL_USE_ID_LENGTH));
    json!({ "type": "tool_use", "id": id, "name": name, "input": input })
}

fn id(answer: &Answer) -> String {
    format!("msg_bdrk_{:016x}", answer.id())
}
