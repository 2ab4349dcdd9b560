//! A conversation, with tools.
//!
//! AWS's guide calls the reason of an answer's end `stop_reason`; clients of the later models read
//! `finish_reason` (LiteLLM 1.109). Both are there, and say the same.

use std::iter;

use serde_json::{Value, json};

use super::super::schema::Body;
use super::super::{Chunks, metered};
use super::stop_reason;
use crate::bedrock::answer::{Act, Answer, Block, Call, Delta};
use crate::bedrock::ask::{Ask, Tool, ToolChoice};
use crate::bedrock::base62;
use crate::bedrock::errors;
use crate::bedrock::model::ModelSpec;
use crate::bedrock::prompt;
use crate::bedrock::tokens;
use crate::error::ServiceError;

/// The most tokens that a request may ask for.
const MOST_TOKENS: u32 = 128_000;
/// The characters of the id of a tool's call; its example in AWS's guide has as many.
const TOOL_CALL_ID_LENGTH: usize = 22;
const ROLES: [&str; 4] = ["system", "user", "assistant", "tool"];

pub(super) fn read(mut body: Body) -> Result<Ask, ServiceError> {
    let max_tokens = body.whole("max_tokens", MOST_TOKENS);
    let stop_sequences = body.texts("stop");
    let messages = body.items("messages");
    check(body.has("messages"), messages)?;
    let said: usize = messages.iter().map(chars).sum();
    let tools = body.value("tools");
    let equipped = if tools.is_null() { 0 } else { tokens::json_chars(tools) };
    let ask = Ask {
        prompt_tokens: tokens::estimate(said + equipped),
        max_tokens,
        stop_sequences,
        tools: body.items("tools").iter().filter_map(tool).collect(),
        tool_choice: tool_choice(body.value("tool_choice")),
        brings_result: messages.last().is_some_and(|message| message["role"] == "tool"),
        last_said: messages.last().map(text).unwrap_or_default(),
        ..Ask::default()
    };
    body.checked(None)?;
    Ok(ask)
}

fn check(given: bool, messages: &[Value]) -> Result<(), ServiceError> {
    let malformed = |what: &str| {
        errors::validation(format!(
            "Malformed input request: {what}, please reformat your input and try again."
        ))
    };
    if !given {
        return Err(malformed("#: required key [messages] not found"));
    }
    if messages.is_empty() {
        return Err(malformed("#/messages: expected minimum item count: 1, found: 0"));
    }
    let strange = messages
        .iter()
        .position(|message| !message["role"].as_str().is_some_and(|role| ROLES.contains(&role)));
    match strange {
        Some(at) => Err(malformed(&format!(
            "#/messages/{at}/role: {} is not a valid enum value",
            messages[at]["role"]
        ))),
        None => Ok(()),
    }
}

/// The characters of a message: what it says, and what tools it calls.
fn chars(message: &Value) -> usize {
    let calls = &message["tool_calls"];
    tokens::content_chars(&message["content"]) + if calls.is_null() { 0 } else { tokens::json_chars(calls) }
}

fn text(message: &Value) -> String {
    match &message["content"] {
        Value::String(text) => text.clone(),
        content => prompt::texts(content.as_array().map_or(&[], Vec::as_slice)),
    }
}

fn tool(tool: &Value) -> Option<Tool> {
    let function = &tool["function"];
    Some(Tool { name: function["name"].as_str()?.to_owned(), schema: function["parameters"].clone() })
}

fn tool_choice(choice: &Value) -> ToolChoice {
    match (choice.as_str(), choice["function"]["name"].as_str()) {
        (Some("any" | "required"), _) => ToolChoice::Any,
        (Some("none"), _) => ToolChoice::Nothing,
        (None, Some(name)) => ToolChoice::Named(name.to_owned()),
        _ => ToolChoice::Auto,
    }
}

pub(super) fn message(model: &ModelSpec, answer: &Answer) -> Value {
    let calls = answer.blocks().iter().filter_map(|block| match block {
        Block::ToolUse(call) => Some(tool_call(call.id, &call.name, &call.input().to_string())),
        Block::Reasoning { .. } | Block::Text(_) => None,
    });
    let mut message = json!({ "role": "assistant", "content": answer.text() });
    let calls: Vec<Value> = calls.collect();
    if !calls.is_empty() {
        message["tool_calls"] = json!(calls);
    }
    let mut body = choice(&message, Some(stop_reason(answer)));
    body["id"] = json!(format!("{:032x}", answer.id()));
    body["object"] = json!("chat.completion");
    body["model"] = json!(model.bare_id());
    body["usage"] = usage(answer);
    body
}

/// The chunks of a conversation. A tool's call is told at once, when its input is whole.
pub(super) fn chunks(model: &ModelSpec, answer: Answer) -> Chunks {
    let (id, done_at) = (format!("{:032x}", answer.id()), answer.done_at());
    let calls: Vec<Option<Call>> = answer
        .blocks()
        .iter()
        .map(|block| match block {
            Block::ToolUse(call) => Some(call.clone()),
            Block::Reasoning { .. } | Block::Text(_) => None,
        })
        .collect();
    let mut last = choice(&json!({ "role": "assistant", "content": "" }), Some(stop_reason(&answer)));
    last["usage"] = usage(&answer);
    let last = metered(last, &answer);
    let head = json!({ "id": id, "object": "chat.completion.chunk", "model": model.bare_id() });
    let steps = answer.steps().filter_map(move |step| {
        let message = match step.act {
            Act::Delta(Delta::Text(text)) => json!({ "role": "assistant", "content": text }),
            Act::Stop => {
                let call = calls.get(step.index)?.as_ref()?;
                let call = tool_call(call.id, &call.name, &call.input().to_string());
                json!({ "role": "assistant", "content": "", "tool_calls": [call] })
            }
            Act::Start(_) | Act::Delta(_) => return None,
        };
        Some((step.at, choice(&message, None)))
    });
    let chunks = steps.chain(iter::once((done_at, last)));
    Box::new(chunks.map(move |(at, chunk)| (at, super::merged(head.clone(), chunk))))
}

fn choice(message: &Value, reason: Option<&str>) -> Value {
    json!({ "choices": [{
        "index": 0,
        "message": message,
        "stop_reason": reason,
        "finish_reason": reason,
    }] })
}

fn tool_call(id: u128, name: &str, arguments: &str) -> Value {
    let id = base62::digits(id, TOOL_CALL_ID_LENGTH);
    json!({ "id": id, "type": "function", "function": { "name": name, "arguments": arguments } })
}

fn usage(answer: &Answer) -> Value {
    let usage = answer.usage();
    json!({
        "prompt_tokens": usage.input_tokens,
        "completion_tokens": usage.output_tokens,
        "total_tokens": u64::from(usage.input_tokens) + u64::from(usage.output_tokens),
    })
}
