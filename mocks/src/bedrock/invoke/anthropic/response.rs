//! A message of the Messages API, whole or just begun.

use serde_json::{Value, json};

use crate::bedrock::answer::Answer;
use crate::bedrock::model::ModelSpec;

/// The whole answer.
pub(crate) fn message(model: &ModelSpec, answer: &Answer) -> Value {
    let usage = answer.usage();
    json!({
        "id": id(answer),
        "type": "message",
        "role": "assistant",
        "model": model.id(),
        "content": [{ "type": "text", "text": answer.text() }],
        "stop_reason": answer.stop().name(),
        "stop_sequence": null,
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

fn id(answer: &Answer) -> String {
    format!("msg_bdrk_{:016x}", answer.id())
}
