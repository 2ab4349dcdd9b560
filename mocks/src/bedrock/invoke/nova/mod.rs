//! The dialect of Amazon's Nova models, `messages-v1`: that of Converse, with the model's own touches.
//!
//! A request is read as one of Converse once its few other names are put right; an answer has the same
//! blocks and its own `usage`, and a stream the same events, each under its name in a chunk. Source: AWS's
//! guide of Nova, on its request schema and on the Invoke API; the members of `usage` are recalled.

use std::iter;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Chunks, metered};
use crate::bedrock::answer::{Act, Answer, Block, Delta, Start, Step};
use crate::bedrock::ask::Ask;
use crate::bedrock::base62;
use crate::bedrock::converse;
use crate::bedrock::errors;
use crate::error::ServiceError;

/// The only schema that there is; a request may leave it out.
const SCHEMA_VERSION: &str = "messages-v1";
/// What Converse knows of a request, under the same names.
const SHARED: [&str; 3] = ["messages", "system", "toolConfig"];
/// What Converse knows of `inferenceConfig`.
const SHARED_CONFIG: [&str; 4] = ["maxTokens", "temperature", "topP", "stopSequences"];
/// Names that early examples of AWS use in `inferenceConfig`, and what became of them.
const OLD_NAMES: [(&str, &str); 2] = [("max_new_tokens", "maxTokens"), ("top_p", "topP")];
/// The characters after `tooluse_` in the id of a tool's call.
const TOOL_USE_ID_LENGTH: usize = 22;

/// What a request's body asks.
pub(super) fn read(body: &[u8]) -> Result<Ask, ServiceError> {
    let request: Map<String, Value> =
        serde_json::from_slice(body).map_err(|error| errors::malformed(&error))?;
    if let Some(version) = request.get("schemaVersion").filter(|version| *version != SCHEMA_VERSION) {
        return Err(errors::validation(format!(
            "Malformed input request: #/schemaVersion: {version} is not a valid enum value, please reformat your input and try again."
        )));
    }
    let mut as_converse: Map<String, Value> =
        SHARED.iter().filter_map(|name| Some(((*name).to_owned(), request.get(*name)?.clone()))).collect();
    if let Some(config) = request.get("inferenceConfig").and_then(Value::as_object) {
        as_converse.insert("inferenceConfig".to_owned(), inference_config(config));
    }
    converse::read(Value::Object(as_converse).to_string().as_bytes())
}

fn inference_config(config: &Map<String, Value>) -> Value {
    let shared = SHARED_CONFIG.iter().map(|name| (*name, *name));
    let named = OLD_NAMES.into_iter().chain(shared);
    let fields = named.filter_map(|(from, to)| Some((to.to_owned(), config.get(from)?.clone())));
    Value::Object(fields.collect())
}

/// The whole answer.
pub(super) fn message(answer: &Answer) -> Value {
    let content: Vec<Value> = answer.blocks().iter().map(block).collect();
    json!({
        "output": { "message": { "content": content, "role": "assistant" } },
        "stopReason": answer.stop().name(),
        "usage": usage(answer),
    })
}

/// The answer, event by event. The last one brings the service's own measurements.
pub(super) fn chunks(answer: Answer) -> Chunks {
    let done_at = answer.done_at();
    let start = (Duration::ZERO, json!({ "messageStart": { "role": "assistant" } }));
    let stop = (done_at, json!({ "messageStop": { "stopReason": answer.stop().name() } }));
    let metadata = json!({ "metadata": { "usage": usage(&answer), "metrics": {}, "trace": {} } });
    let metadata = (done_at, metered(metadata, &answer));
    Box::new(iter::once(start).chain(answer.steps().filter_map(event)).chain([stop, metadata]))
}

fn usage(answer: &Answer) -> Value {
    let usage = answer.usage();
    json!({
        "inputTokens": usage.input_tokens,
        "outputTokens": usage.output_tokens,
        "totalTokens": u64::from(usage.input_tokens) + u64::from(usage.output_tokens),
        "cacheReadInputTokenCount": usage.cache_read_tokens,
        "cacheWriteInputTokenCount": usage.cache_write_tokens,
    })
}

fn block(block: &Block) -> Value {
    match block {
        Block::Reasoning { words, .. } => {
            json!({ "reasoningContent": { "reasoningText": { "text": words.whole() } } })
        }
        Block::Text(words) => json!({ "text": words.whole() }),
        Block::ToolUse(call) => json!({
            "toolUse": { "toolUseId": tool_use_id(call.id), "name": call.name, "input": call.input() }
        }),
    }
}

fn event(step: Step) -> Option<(Duration, Value)> {
    let index = step.index;
    let event = match step.act {
        Act::Start(Start::Reasoning | Start::Text) | Act::Delta(Delta::Signature(_)) => return None,
        Act::Start(Start::ToolUse { id, name }) => json!({ "contentBlockStart": {
            "start": { "toolUse": { "toolUseId": tool_use_id(id), "name": name } },
            "contentBlockIndex": index,
        } }),
        Act::Delta(Delta::Reasoning(text)) => {
            delta(index, &json!({ "reasoningContent": { "reasoningText": { "text": text } } }))
        }
        Act::Delta(Delta::Text(text)) => delta(index, &json!({ "text": text })),
        Act::Delta(Delta::Input(input)) => delta(index, &json!({ "toolUse": { "input": input } })),
        Act::Stop => json!({ "contentBlockStop": { "contentBlockIndex": index } }),
    };
    Some((step.at, event))
}

fn delta(index: usize, delta: &Value) -> Value {
    json!({ "contentBlockDelta": { "delta": delta, "contentBlockIndex": index } })
}

fn tool_use_id(id: u128) -> String {
    format!("tooluse_{}", base62::digits(id, TOOL_USE_ID_LENGTH))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::num::NonZeroU32;

    use super::*;

    #[test]
    fn old_and_own_names_are_understood() {
        for name in ["maxTokens", "max_new_tokens"] {
            let ask = read(
                json!({
                    "schemaVersion": "messages-v1",
                    "messages": [{ "role": "user", "content": [{ "text": "12345678" }] }],
                    "inferenceConfig": { name: 64, "topK": 20, "stopSequences": ["END"] },
                })
                .to_string()
                .as_bytes(),
            )
            .unwrap();
            assert_eq!((ask.prompt_tokens, ask.max_tokens), (2, NonZeroU32::new(64)), "{name}");
            assert_eq!(ask.stop_sequences, ["END"]);
        }
    }

    #[test]
    fn another_schema_and_no_messages_are_refused() {
        for body in [json!({ "schemaVersion": "messages-v9", "messages": [] }), json!({}), json!([])] {
            assert_eq!(
                read(body.to_string().as_bytes()).unwrap_err().code(),
                "ValidationException",
                "{body}"
            );
        }
    }
}
