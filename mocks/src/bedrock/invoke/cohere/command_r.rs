//! Command R and R+: a message after a conversation, with tools whose parameters have a form of their own.

use std::iter;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::super::schema::Body;
use super::super::{Chunks, metered};
use super::{finish_reason, id};
use crate::bedrock::answer::{Answer, Block};
use crate::bedrock::ask::{Ask, Tool, ToolChoice};
use crate::bedrock::tokens;
use crate::error::ServiceError;

/// The most tokens that a request may ask for.
const MOST_TOKENS: u32 = 4000;
/// What a model reads, beside the message.
const READ: [&str; 4] = ["chat_history", "preamble", "documents", "tool_results"];

/// What a request's body asks.
pub(crate) fn read(body: &[u8]) -> Result<Ask, ServiceError> {
    let mut body = Body::read(body)?.knows(&[
        "message",
        "chat_history",
        "documents",
        "search_queries_only",
        "preamble",
        "max_tokens",
        "temperature",
        "p",
        "k",
        "prompt_truncation",
        "frequency_penalty",
        "presence_penalty",
        "seed",
        "return_prompt",
        "tools",
        "tool_results",
        "stop_sequences",
        "raw_prompting",
    ]);
    let message = body.text("message");
    let around: usize = READ.iter().map(|key| tokens::content_chars(body.value(key))).sum();
    let tools = body.value("tools");
    let equipped = if tools.is_null() { 0 } else { tokens::json_chars(tools) };
    let ask = Ask {
        prompt_tokens: tokens::estimate(message.chars().count() + around + equipped),
        max_tokens: body.whole("max_tokens", MOST_TOKENS),
        stop_sequences: body.texts("stop_sequences"),
        tools: body.items("tools").iter().filter_map(tool).collect(),
        tool_choice: ToolChoice::Auto,
        brings_result: !body.items("tool_results").is_empty(),
        last_said: message,
        ..Ask::default()
    };
    body.checked(None)?;
    Ok(ask)
}

fn tool(tool: &Value) -> Option<Tool> {
    let definitions = tool["parameter_definitions"].as_object();
    Some(Tool { name: tool["name"].as_str()?.to_owned(), schema: schema(definitions) })
}

/// The JSON schema that says the same as Cohere's definitions of parameters, whose types are Python's.
fn schema(definitions: Option<&Map<String, Value>>) -> Value {
    let fields = definitions.into_iter().flatten();
    let properties: Map<String, Value> = fields
        .clone()
        .map(|(name, definition)| (name.clone(), json!({ "type": json_type(&definition["type"]) })))
        .collect();
    let required: Vec<&String> =
        fields.filter(|(_, definition)| definition["required"] == true).map(|(name, _)| name).collect();
    json!({ "type": "object", "properties": properties, "required": required })
}

fn json_type(python: &Value) -> &'static str {
    match python.as_str().map(str::to_ascii_lowercase).as_deref() {
        Some("int" | "integer") => "integer",
        Some("float" | "number") => "number",
        Some("bool" | "boolean") => "boolean",
        Some(list) if list.starts_with("list") || list == "array" => "array",
        Some(dict) if dict.starts_with("dict") || dict == "object" => "object",
        _ => "string",
    }
}

/// The whole answer.
pub(crate) fn message(answer: &Answer) -> Value {
    let usage = answer.usage();
    let mut body = json!({
        "response_id": id(answer),
        "text": answer.text(),
        "generation_id": id(answer),
        "finish_reason": finish_reason(answer),
        "chat_history": [],
        "meta": {
            "api_version": { "version": "1" },
            "billed_units": { "input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens },
        },
    });
    let calls = tool_calls(answer);
    if !calls.is_empty() {
        body["tool_calls"] = json!(calls);
    }
    body
}

/// The answer, event by event.
pub(crate) fn chunks(answer: Answer) -> Chunks {
    let done_at = answer.done_at();
    let start = json!({ "event_type": "stream-start", "generation_id": id(&answer), "is_finished": false });
    let calls = tool_calls(&answer);
    let called = (!calls.is_empty()).then(|| {
        (done_at, json!({ "event_type": "tool-calls-generation", "tool_calls": calls, "is_finished": false }))
    });
    let end = json!({
        "event_type": "stream-end",
        "finish_reason": finish_reason(&answer),
        "response": message(&answer),
        "is_finished": true,
    });
    let end = metered(end, &answer);
    let pieces = answer.text_pieces().map(|(at, text)| {
        (at, json!({ "event_type": "text-generation", "text": text, "is_finished": false }))
    });
    Box::new(
        iter::once((Duration::ZERO, start)).chain(pieces).chain(called).chain(iter::once((done_at, end))),
    )
}

fn tool_calls(answer: &Answer) -> Vec<Value> {
    let call = |block: &Block| match block {
        Block::ToolUse(call) => Some(json!({ "name": call.name, "parameters": call.input() })),
        Block::Reasoning { .. } | Block::Text(_) => None,
    };
    answer.blocks().iter().filter_map(call).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_become_a_schema() {
        let tool_given = json!({
            "name": "weather",
            "parameter_definitions": {
                "city": { "type": "str", "required": true },
                "days": { "type": "int" },
            },
        });
        let schema = json!({
            "type": "object",
            "properties": { "city": { "type": "string" }, "days": { "type": "integer" } },
            "required": ["city"],
        });
        assert_eq!(tool(&tool_given), Some(Tool { name: "weather".to_owned(), schema }));
        assert_eq!(tool(&json!({ "description": "nameless" })), None);
    }
}
