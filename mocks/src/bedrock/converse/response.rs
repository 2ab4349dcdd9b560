//! The answer to Converse, whole.
//!
//! It is the answer that is asked for most, so it is written as it is, without a tree of JSON in between.

use serde::Serialize;
use serde_json::{Map, Value};

use super::extras::{self, Manner, Metrics, Usage};
use super::tool_use_id;
use crate::bedrock::answer::{Answer, Block};
use crate::bedrock::ask::Ask;
use crate::bedrock::errors;
use crate::bedrock::tier::Served;
use crate::bedrock::tokens::CHARS_PER_TOKEN;
use crate::error::ServiceError;
use crate::reply::{Content, Reply};

/// What most answers take beside their words, so that they are not moved as they grow.
const WRAPPING_BYTES: usize = 512;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    metrics: Metrics,
    output: Output<'a>,
    stop_reason: &'static str,
    usage: Usage,
    #[serde(skip_serializing_if = "Option::is_none")]
    additional_model_response_fields: Option<Map<String, Value>>,
    #[serde(flatten)]
    manner: Manner,
}

#[derive(Serialize)]
struct Output<'a> {
    message: Message<'a>,
}

#[derive(Serialize)]
struct Message<'a> {
    content: Vec<Said<'a>>,
    role: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Said<'a> {
    ReasoningContent { reasoning_text: ReasoningText<'a> },
    Text(String),
    ToolUse { tool_use_id: String, name: &'a str, input: &'a Value },
}

#[derive(Serialize)]
struct ReasoningText<'a> {
    text: String,
    signature: &'a str,
}

/// The answer to Converse.
///
/// # Errors
/// It cannot be written, which nothing in it can cause.
pub(crate) fn whole(answer: &Answer, ask: &Ask, served: &Served) -> Result<Reply, ServiceError> {
    let content = answer.blocks().iter().map(said).collect();
    let body = Body {
        metrics: Metrics::of(answer),
        output: Output { message: Message { content, role: "assistant" } },
        stop_reason: answer.stop().name(),
        usage: Usage::of(answer),
        additional_model_response_fields: extras::fields(ask, answer),
        manner: Manner::of(ask, served),
    };
    let mut bytes =
        Vec::with_capacity(WRAPPING_BYTES + answer.usage().output_tokens as usize * CHARS_PER_TOKEN);
    serde_json::to_writer(&mut bytes, &body).map_err(|_| errors::internal())?;
    let content = Content::Whole { after: answer.done_at(), bytes: bytes.into() };
    Ok(Reply::answer("application/json", content, answer.usage()))
}

fn said(block: &Block) -> Said<'_> {
    match block {
        Block::Reasoning { words, signature } => {
            Said::ReasoningContent { reasoning_text: ReasoningText { text: words.whole(), signature } }
        }
        Block::Text(words) => Said::Text(words.whole()),
        Block::ToolUse(call) => {
            Said::ToolUse { tool_use_id: tool_use_id(call.id), name: &call.name, input: call.input() }
        }
    }
}
