//! The turns of a conversation, and the rules that they follow.
//!
//! The service stops at the first mistake. Turns and blocks are counted from 0 in its messages, other than
//! in those of the front end. The texts are as quoted in public bug reports, but for those marked as recalled.

use std::fmt::Arguments;

use serde_json::Value;

use super::request::{Message, ToolConfig};
use crate::bedrock::errors;
use crate::bedrock::prompt;
use crate::error::ServiceError;

/// The members of the union of content blocks, as the service lists them.
const KINDS: [&str; 10] = [
    "text",
    "image",
    "toolUse",
    "toolResult",
    "document",
    "video",
    "cachePoint",
    "reasoningContent",
    "citationsContent",
    "searchResult",
];

/// Members that are newer than the service's list, or rare, and allowed all the same.
const MORE_KINDS: [&str; 4] = ["audio", "guardContent", "toolAddition", "toolRemoval"];

/// Checks a conversation.
pub(super) fn check(messages: &[Message], tools: Option<&ToolConfig>) -> Result<(), ServiceError> {
    check_roles(messages)?;
    for (turn, message) in messages.iter().enumerate() {
        check_content(turn, message)?;
    }
    let uses_tools = messages.iter().flat_map(|message| &message.content).any(is_of_tools);
    if uses_tools && tools.is_none() {
        return Err(errors::validation(
            "The toolConfig field must be defined when using toolUse and toolResult content blocks.",
        ));
    }
    check_pairs(messages)
}

/// The text of the last turn, or else what its tool results say.
pub(super) fn last_said(messages: &[Message]) -> String {
    let blocks = messages.last().map_or(&[][..], |message| &message.content);
    let said = prompt::texts(blocks);
    if !said.is_empty() {
        return said;
    }
    let results = blocks.iter().filter_map(|block| block["toolResult"]["content"].as_array());
    results.map(|content| prompt::texts(content)).collect::<Vec<_>>().join("\n")
}

/// Whether the last turn brings the result of a tool.
pub(super) fn brings_result(messages: &[Message]) -> bool {
    messages
        .last()
        .is_some_and(|message| message.content.iter().any(|block| block.get("toolResult").is_some()))
}

fn check_roles(messages: &[Message]) -> Result<(), ServiceError> {
    let mut roles = messages.iter().map(|message| message.role.as_str()).filter(|role| *role != "system");
    let mut last = roles.next();
    if last != Some("user") {
        return Err(errors::validation(
            "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
        ));
    }
    for role in roles {
        if last == Some(role) {
            return Err(errors::validation(
                "A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.",
            ));
        }
        last = Some(role);
    }
    Ok(())
}

fn check_content(turn: usize, message: &Message) -> Result<(), ServiceError> {
    if message.content.is_empty() {
        return Err(errors::validation(format!(
            "The content field in the Message object at messages.{turn} is empty. Add a ContentBlock object to the content field and try again."
        )));
    }
    for (at, block) in message.content.iter().enumerate() {
        check_kind(format_args!("messages.{turn}.content.{at}"), block)?;
        check_block(format_args!("messages.{turn}.content.{at}"), block)?;
    }
    Ok(())
}

fn check_kind(place: Arguments<'_>, block: &Value) -> Result<(), ServiceError> {
    let kinds = block.as_object().into_iter().flatten();
    let known = kinds.filter(|(kind, value)| {
        !value.is_null() && (KINDS.contains(&kind.as_str()) || MORE_KINDS.contains(&kind.as_str()))
    });
    if known.count() == 1 {
        return Ok(());
    }
    let kinds = KINDS.join(", ");
    Err(errors::validation(format!(
        "The ContentBlock object at {place} must set one of the following keys: {kinds}."
    )))
}

fn check_block(place: Arguments<'_>, block: &Value) -> Result<(), ServiceError> {
    if block["text"].as_str().is_some_and(|text| text.trim().is_empty()) {
        return Err(errors::validation(format!(
            "The text field in the ContentBlock object at {place} is blank. Add text to the text field, and try again."
        )));
    }
    if let Some(call) = block.get("toolUse") {
        check_object(&format!("{place}.toolUse.input"), &call["input"])?;
    }
    if let Some(result) = block.get("toolResult") {
        check_result(&format!("{place}.toolResult"), result)?;
    }
    if let Some(name) = block["document"]["name"].as_str() {
        check_document_name(name)?;
    }
    Ok(())
}

fn check_result(place: &str, result: &Value) -> Result<(), ServiceError> {
    let content = result["content"].as_array().map_or(&[][..], Vec::as_slice);
    if content.is_empty() && result["status"] == "error" {
        return Err(errors::validation(format!(
            "The content field at {place} cannot be empty when status value is error."
        )));
    }
    let places = content.iter().enumerate().filter_map(|(at, block)| Some((at, block.get("json")?)));
    for (at, json) in places {
        check_object(&format!("{place}.content.{at}.json"), json)?;
    }
    Ok(())
}

fn check_object(place: &str, value: &Value) -> Result<(), ServiceError> {
    if value.is_object() {
        return Ok(());
    }
    Err(errors::validation(format!(
        "The format of the value at {place} is invalid. Provide a json object for the field and try again."
    )))
}

/// The rule is in the documentation of `DocumentBlock`; the text is recalled.
fn check_document_name(name: &str) -> Result<(), ServiceError> {
    let allowed =
        |letter: char| letter.is_ascii_alphanumeric() || letter.is_whitespace() || "-()[]".contains(letter);
    let doubled = name.as_bytes().windows(2).any(|pair| pair.iter().all(u8::is_ascii_whitespace));
    if name.chars().all(allowed) && !doubled {
        return Ok(());
    }
    Err(errors::validation(
        "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more than one consecutive whitespace character.",
    ))
}

fn is_of_tools(block: &Value) -> bool {
    block.get("toolUse").is_some() || block.get("toolResult").is_some()
}

/// Every call has its result in the next turn, and every result its call in the turn before.
fn check_pairs(messages: &[Message]) -> Result<(), ServiceError> {
    let mut called: Vec<&str> = Vec::new();
    for (turn, message) in messages.iter().enumerate() {
        let results = ids(message, "toolResult");
        if let Some(id) = first_twice(&results) {
            return Err(errors::validation(format!(
                "The toolResult blocks at messages.{turn}.content contain duplicate Ids: {id}"
            )));
        }
        if results.len() > called.len() {
            return Err(errors::validation(format!(
                "The number of toolResult blocks at messages.{turn}.content exceeds the number of toolUse blocks of previous turn."
            )));
        }
        let missing: Vec<&str> = called.iter().copied().filter(|id| !results.contains(id)).collect();
        if !missing.is_empty() {
            return Err(errors::validation(format!(
                "Expected toolResult blocks at messages.{turn}.content for the following Ids: {}",
                missing.join(", ")
            )));
        }
        called = ids(message, "toolUse");
        if let Some(id) = first_twice(&called) {
            return Err(errors::validation(format!(
                "The toolUse blocks at messages.{turn}.content contain duplicate Ids: {id}"
            )));
        }
    }
    Ok(())
}

fn ids<'a>(message: &'a Message, kind: &str) -> Vec<&'a str> {
    message.content.iter().filter_map(|block| block[kind]["toolUseId"].as_str()).collect()
}

fn first_twice<'a>(ids: &[&'a str]) -> Option<&'a str> {
    ids.iter().enumerate().find(|(at, id)| ids[..*at].contains(id)).map(|(_, id)| *id)
}
