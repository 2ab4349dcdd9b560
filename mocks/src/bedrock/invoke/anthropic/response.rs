//! A message of the Messages API, whole or just begun.

use serde_json::{Value, json};

use crate::bedrock::answer::{Answer, Block};
use crate::bedrock::base62;
use crate::bedrock::model::ModelSpec;

/// The characters after `toolu_bdrk_` in the id of a tool's call.
const TOOL_USE_ID_LENGTH: usize = 24;

/// The whole answer.
pub(crate) fn message(model: &ModelSpec, answer: &Answer) -> Value {
    let usage = answer.usage();
    let content: Vec<Value> = answer.blocks().iter().map(block).collect();
    json!({
        "id": id(answer),
        "type": "message",
        "role": "assistant",
        "model": model.id(),
        "content": content,
        "stop_reason": answer.stop().name(),
        "stop_sequence": answer.stop().sequence(),
        "usage": { "input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens },
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
        "usage": { "input_tokens": answer.usage().input_tokens, "output_tokens": 1 },
    })
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
