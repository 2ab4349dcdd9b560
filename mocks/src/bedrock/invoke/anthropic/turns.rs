//! The turns of a conversation in the Messages API, and the rules that they follow.

use serde_json::Value;

use super::request::Message;
use crate::bedrock::errors;
use crate::bedrock::prompt;
use crate::error::ServiceError;

/// Checks a conversation.
///
/// Bedrock refused two turns of one role in a row where Anthropic's own endpoint joined them
/// (anthropics/anthropic-sdk-typescript#565); this cloud still does.
pub(super) fn check(messages: &[Message]) -> Result<(), ServiceError> {
    check_roles(messages)?;
    for (turn, message) in messages.iter().enumerate() {
        check_content(turn, message)?;
    }
    check_pairs(messages)
}

/// The text of the last turn, or else what its tool results say.
pub(super) fn last_said(messages: &[Message]) -> String {
    let Some(last) = messages.last() else {
        return String::new();
    };
    if let Value::String(text) = &last.content {
        return text.clone();
    }
    let said = prompt::texts(last.blocks());
    if !said.is_empty() {
        return said;
    }
    let results = last.blocks().iter().filter(|block| block["type"] == "tool_result");
    let result = |result: &Value| match &result["content"] {
        Value::String(text) => text.clone(),
        content => prompt::texts(content.as_array().map_or(&[], Vec::as_slice)),
    };
    results.map(result).collect::<Vec<_>>().join("\n")
}

/// Whether the last turn brings the result of a tool.
pub(super) fn brings_result(messages: &[Message]) -> bool {
    messages.last().is_some_and(|message| message.blocks().iter().any(|block| block["type"] == "tool_result"))
}

fn check_roles(messages: &[Message]) -> Result<(), ServiceError> {
    let Some(first) = messages.first() else {
        return Err(errors::validation("messages: at least one message is required"));
    };
    if let Some(turn) =
        messages.iter().position(|message| !["user", "assistant"].contains(&message.role.as_str()))
    {
        return Err(errors::validation(format!(
            "messages.{turn}.role: Input should be 'user' or 'assistant'"
        )));
    }
    if first.role != "user" {
        return Err(errors::validation("messages: first message must use the \"user\" role"));
    }
    let twice = messages.windows(2).find(|pair| pair[0].role == pair[1].role);
    match twice {
        Some(pair) => Err(errors::validation(format!(
            "messages: roles must alternate between \"user\" and \"assistant\", but found multiple \"{}\" roles in a row",
            pair[0].role
        ))),
        None => Ok(()),
    }
}

fn check_content(turn: usize, message: &Message) -> Result<(), ServiceError> {
    let nothing = || {
        Err(errors::validation(format!(
            "messages.{turn}: all messages must have non-empty content except for the optional final assistant message"
        )))
    };
    match &message.content {
        Value::String(text) if text.is_empty() => nothing(),
        Value::String(_) => Ok(()),
        Value::Array(blocks) if blocks.is_empty() => nothing(),
        Value::Array(blocks) => blocks
            .iter()
            .enumerate()
            .try_for_each(|(at, block)| check_block(&format!("messages.{turn}.content.{at}"), block)),
        Value::Null => Err(errors::validation(format!("messages.{turn}.content: Field required"))),
        _ => Err(errors::validation(format!("messages.{turn}.content: Input should be a valid list"))),
    }
}

fn check_block(place: &str, block: &Value) -> Result<(), ServiceError> {
    let Some(kind) = block["type"].as_str() else {
        return Err(errors::validation(format!("{place}.type: Field required")));
    };
    let needs: &[&str] = match kind {
        "text" => &["text"],
        "image" | "document" => &["source"],
        "tool_use" => &["id", "name", "input"],
        "tool_result" => &["tool_use_id"],
        "thinking" => &["thinking", "signature"],
        "redacted_thinking" => &["data"],
        _ => &[],
    };
    if let Some(field) = needs.iter().find(|field| block.get(**field).is_none()) {
        return Err(errors::validation(format!("{place}.{kind}.{field}: Field required")));
    }
    match block["text"].as_str() {
        Some("") if kind == "text" => {
            Err(errors::validation("messages: text content blocks must be non-empty"))
        }
        Some(text) if kind == "text" && text.trim().is_empty() => {
            Err(errors::validation("messages: text content blocks must contain non-whitespace text"))
        }
        _ => Ok(()),
    }
}

/// Every call has its result in the next turn, and every result its call in the turn before. A conversation
/// may end on a call.
fn check_pairs(messages: &[Message]) -> Result<(), ServiceError> {
    let mut called: Vec<&str> = Vec::new();
    for (turn, message) in messages.iter().enumerate() {
        let answered = ids(message, "tool_result", "tool_use_id");
        if let Some((at, id)) = answered.iter().find(|(_, id)| !called.contains(id)) {
            return Err(errors::validation(format!(
                "messages.{turn}.content.{at}: unexpected `tool_use_id` found in `tool_result` blocks: {id}. Each `tool_result` block must have a corresponding `tool_use` block in the previous message."
            )));
        }
        let missing: Vec<&str> =
            called.iter().copied().filter(|id| !answered.iter().any(|(_, other)| other == id)).collect();
        if !missing.is_empty() {
            return Err(errors::validation(format!(
                "messages.{}: `tool_use` ids were found without `tool_result` blocks immediately after: {}. Each `tool_use` block must have a corresponding `tool_result` block in the next message.",
                turn - 1,
                missing.join(", ")
            )));
        }
        called = ids(message, "tool_use", "id").into_iter().map(|(_, id)| id).collect();
        if called.iter().enumerate().any(|(at, id)| called[..at].contains(id)) {
            return Err(errors::validation("messages: `tool_use` ids must be unique"));
        }
    }
    Ok(())
}

/// The ids in the blocks of a type, each with the block's place.
fn ids<'a>(message: &'a Message, kind: &str, field: &str) -> Vec<(usize, &'a str)> {
    let blocks = message.blocks().iter().enumerate().filter(|(_, block)| block["type"] == kind);
    blocks.filter_map(|(at, block)| Some((at, block[field].as_str()?))).collect()
}
