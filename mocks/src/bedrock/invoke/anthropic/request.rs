//! What a request of the Messages API asks, and whether it may.
//!
//! Anthropic's models check their own requests, and stop at the first mistake. The texts are Anthropic's, as
//! quoted in public bug reports of Bedrock's or Anthropic's users, but for those marked as recalled.

use std::iter;
use std::num::NonZeroU32;

use serde::Deserialize;
use serde_json::Value;

use super::{tools, turns};
use crate::bedrock::ask::Ask;
use crate::bedrock::errors;
use crate::bedrock::prompt;
use crate::bedrock::prompt_cache::{MOST_MARKS, Marker, Prefix, Ttl};
use crate::bedrock::thinking::{Sampling, thinking};
use crate::bedrock::tokens;
use crate::error::ServiceError;

#[derive(Deserialize)]
struct Request {
    anthropic_version: Option<String>,
    max_tokens: Option<i64>,
    messages: Option<Vec<Message>>,
    #[serde(default)]
    system: Value,
    tools: Option<Vec<Value>>,
    #[serde(default)]
    tool_choice: Value,
    stop_sequences: Option<Vec<String>>,
    #[serde(default)]
    thinking: Value,
    temperature: Option<f64>,
    top_p: Option<f64>,
    /// The model stands in the path; a body made for Anthropic's own endpoint repeats it.
    model: Option<Value>,
    /// The operation says whether to stream; a body made for Anthropic's own endpoint says it too.
    stream: Option<Value>,
}

/// One turn.
#[derive(Deserialize)]
pub(super) struct Message {
    /// Who says it.
    #[serde(default)]
    pub role: String,
    /// What is said: a text, or blocks.
    #[serde(default)]
    pub content: Value,
}

impl Message {
    /// Its blocks; none for a plain text.
    pub(super) fn blocks(&self) -> &[Value] {
        self.content.as_array().map_or(&[], Vec::as_slice)
    }
}

/// What a request's body asks.
pub(crate) fn read(body: &[u8]) -> Result<Ask, ServiceError> {
    let request: Request = serde_json::from_slice(body).map_err(|error| errors::malformed(&error))?;
    not_permitted("model", request.model.as_ref())?;
    not_permitted("stream", request.stream.as_ref())?;
    required("anthropic_version", request.anthropic_version.as_ref())?;
    let max_tokens = max_tokens(*required("max_tokens", request.max_tokens.as_ref())?)?;
    let messages = required("messages", request.messages.as_ref())?;
    within("temperature", request.temperature)?;
    within("top_p", request.top_p)?;
    check_system(&request.system)?;
    turns::check(messages)?;
    let offered = request.tools.as_deref().unwrap_or_default();
    let (tools, tool_choice) = tools::read(offered, &request.tool_choice)?;
    let sampling = Sampling {
        max_tokens: Some(max_tokens),
        temperature: request.temperature,
        forced: tool_choice.forces(),
    };
    let (prompt_tokens, cache_prefixes) = count(offered, &request.system, messages)?;
    Ok(Ask {
        prompt_tokens,
        cache_prefixes,
        max_tokens: Some(max_tokens),
        stop_sequences: request.stop_sequences.unwrap_or_default(),
        tools,
        tool_choice,
        thinking: thinking(&request.thinking, &sampling).map_err(errors::validation)?,
        last_said: turns::last_said(messages),
        brings_result: turns::brings_result(messages),
        ..Ask::default()
    })
}

fn required<'a, T>(field: &str, value: Option<&'a T>) -> Result<&'a T, ServiceError> {
    value.ok_or_else(|| errors::validation(format!("{field}: Field required")))
}

fn not_permitted(field: &str, value: Option<&Value>) -> Result<(), ServiceError> {
    match value {
        Some(_) => Err(errors::validation(format!("{field}: Extra inputs are not permitted"))),
        None => Ok(()),
    }
}

fn max_tokens(most: i64) -> Result<NonZeroU32, ServiceError> {
    u32::try_from(most)
        .ok()
        .and_then(NonZeroU32::new)
        .ok_or_else(|| errors::validation("max_tokens: must be greater than or equal to 1"))
}

/// The text is recalled.
fn within(field: &str, value: Option<f64>) -> Result<(), ServiceError> {
    match value {
        Some(value) if value < 0.0 => {
            Err(errors::validation(format!("{field}: Input should be greater than or equal to 0")))
        }
        Some(value) if value > 1.0 => {
            Err(errors::validation(format!("{field}: Input should be less than or equal to 1")))
        }
        _ => Ok(()),
    }
}

/// A system prompt is a text or text blocks.
fn check_system(system: &Value) -> Result<(), ServiceError> {
    let blocks = match system {
        Value::Null | Value::String(_) => return Ok(()),
        Value::Array(blocks) => blocks,
        _ => return Err(errors::validation("system: Input should be a valid list")),
    };
    let textless = |block: &Value| block["text"].as_str().is_none_or(str::is_empty);
    match blocks.iter().position(textless) {
        Some(_) => Err(errors::validation("system: text content blocks must be non-empty")),
        None => Ok(()),
    }
}

/// The length of the prompt, and of what stands before the end of each marked block: first the tools, then
/// the system prompt, then the turns.
fn count(tools: &[Value], system: &Value, messages: &[Message]) -> Result<(u32, Vec<Prefix>), ServiceError> {
    let said = iter::once(system).chain(messages.iter().map(|message| &message.content));
    let said = said.flat_map(prompt::parts).map(|part| (part, tokens::content_chars(part)));
    let offered = tools.iter().map(|tool| (tool, tokens::json_chars(tool)));
    let parts: Vec<_> = offered.chain(said).collect();
    let tokens = tokens::estimate(parts.iter().map(|(_, chars)| chars).sum());
    let marks = parts.iter().filter(|(part, _)| control(part).is_some()).count();
    if marks > MOST_MARKS {
        return Err(errors::validation(format!(
            "A maximum of {MOST_MARKS} blocks with cache_control may be provided. Found {marks}."
        )));
    }
    // To tell prompts apart is work, which most of them need not cause.
    if marks == 0 {
        return Ok((tokens, Vec::new()));
    }
    let mut marker = Marker::new();
    for (part, chars) in parts {
        marker.read(part, chars);
        if let Some(control) = control(part) {
            marker.mark(Ttl::named(&control["ttl"]));
        }
    }
    Ok((tokens, marker.finish()))
}

/// The mark for the prompt cache on a part of the prompt.
fn control(part: &Value) -> Option<&Value> {
    part.get("cache_control").filter(|control| control.is_object())
}

#[cfg(test)]
mod tests;
