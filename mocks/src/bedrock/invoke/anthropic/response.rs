//! A message of the Messages API, whole or just begun.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Serialize;
use serde_json::Value;

use crate::bedrock::answer::{Answer, Block, StopReason};
use crate::bedrock::base62;
use crate::bedrock::model::ModelSpec;

/// The characters after `toolu_bdrk_` in the id of a tool's call.
const TOOL_USE_ID_LENGTH: usize = 24;

/// A message. The model's turn is asked for most, so that it is written without a tree of JSON in between.
#[derive(Serialize)]
pub(super) struct Message<'a> {
    id: String,
    #[serde(rename = "type")]
    kind: &'static str,
    role: &'static str,
    model: Arc<str>,
    content: Vec<Said<'a>>,
    stop_reason: Option<&'static str>,
    stop_sequence: Option<&'a str>,
    usage: Usage,
}

/// A block of a message.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Said<'a> {
    /// Thoughts.
    Thinking { thinking: String, signature: &'a str },
    /// Text.
    Text { text: String },
    /// A tool's call.
    ToolUse { id: String, name: Cow<'a, str>, input: Cow<'a, Value> },
}

/// What an answer costs.
#[derive(Serialize)]
pub(super) struct Usage {
    input_tokens: u32,
    #[serde(flatten)]
    cached: Option<Cached>,
    output_tokens: u32,
}

/// What the prompt cache did.
#[derive(Serialize)]
struct Cached {
    cache_creation_input_tokens: u32,
    cache_read_input_tokens: u32,
    cache_creation: Creation,
}

/// The tokens written into the cache, by how long they are kept.
#[derive(Serialize)]
struct Creation {
    ephemeral_5m_input_tokens: u32,
    ephemeral_1h_input_tokens: u32,
}

/// The whole answer.
pub(crate) fn message<'a>(model: &ModelSpec, answer: &'a Answer) -> impl Serialize + use<'a> {
    Message {
        content: answer.blocks().iter().map(block).collect(),
        stop_reason: Some(stop_reason(answer)),
        stop_sequence: answer.stop().sequence(),
        usage: usage(answer, answer.usage().output_tokens),
        ..begun(model, answer)
    }
}

/// The answer before its first word, as `message_start` shows it.
pub(super) fn begun(model: &ModelSpec, answer: &Answer) -> Message<'static> {
    Message {
        id: id(answer),
        kind: "message",
        role: "assistant",
        model: model.shared_id(),
        content: Vec::new(),
        stop_reason: None,
        stop_sequence: None,
        usage: usage(answer, 1),
    }
}

/// What an answer costs, with so many tokens of it told. Of the cache it speaks to those who asked for one.
pub(super) fn usage(answer: &Answer, output_tokens: u32) -> Usage {
    let cached = answer.cached().map(|cached| Cached {
        cache_creation_input_tokens: cached.write_tokens(),
        cache_read_input_tokens: cached.read_tokens,
        cache_creation: Creation {
            ephemeral_5m_input_tokens: cached.write_5m_tokens,
            ephemeral_1h_input_tokens: cached.write_1h_tokens,
        },
    });
    Usage { input_tokens: answer.usage().input_tokens, cached, output_tokens }
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

fn block(block: &Block) -> Said<'_> {
    match block {
        Block::Reasoning { words, signature } => Said::Thinking { thinking: words.whole(), signature },
        Block::Text(words) => Said::Text { text: words.whole() },
        Block::ToolUse(call) => Said::ToolUse {
            id: tool_use_id(call.id),
            name: Cow::Borrowed(&call.name),
            input: Cow::Borrowed(call.input()),
        },
    }
}

/// The id of a tool's call.
pub(super) fn tool_use_id(id: u128) -> String {
    format!("toolu_bdrk_{}", base62::digits(id, TOOL_USE_ID_LENGTH))
}

fn id(answer: &Answer) -> String {
    format!("msg_bdrk_{:016x}", answer.id())
}
