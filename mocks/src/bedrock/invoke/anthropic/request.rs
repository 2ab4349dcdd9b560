//! What a request of the Messages API asks.
//!
//! As with Converse, whatever is allowed is accepted and counted, and only the length matters.

use std::num::NonZeroU32;

use serde::Deserialize;
use serde_json::Value;

use crate::bedrock::ask::{Ask, Tool, ToolChoice};
use crate::bedrock::errors;
use crate::bedrock::prompt::{self, Message, Role};
use crate::bedrock::thinking::{Sampling, thinking};
use crate::error::ServiceError;

#[derive(Deserialize)]
struct Request {
    anthropic_version: Option<String>,
    max_tokens: Option<u32>,
    messages: Option<Vec<Message>>,
    #[serde(default)]
    system: Value,
    tools: Option<Value>,
    #[serde(default)]
    tool_choice: Value,
    #[serde(default)]
    stop_sequences: Vec<String>,
    #[serde(default)]
    thinking: Value,
}

/// What a request's body asks.
pub(crate) fn read(body: &[u8]) -> Result<Ask, ServiceError> {
    let request: Request = serde_json::from_slice(body).map_err(|error| errors::malformed(&error))?;
    required("anthropic_version", request.anthropic_version)?;
    let max_tokens = required("max_tokens", request.max_tokens)?;
    let max_tokens = NonZeroU32::new(max_tokens)
        .ok_or_else(|| errors::validation("max_tokens: must be greater than or equal to 1"))?;
    let messages = required("messages", request.messages)?;
    check(&messages)?;
    let results = tool_results(&messages);
    let last_said = messages.last().map(Message::text).filter(|text| !text.is_empty());
    Ok(Ask {
        prompt_tokens: prompt::count(&request.system, &messages, request.tools.as_ref()),
        max_tokens: Some(max_tokens),
        stop_sequences: request.stop_sequences,
        tools: tools(request.tools.as_ref()),
        tool_choice: tool_choice(&request.tool_choice),
        thinking: thinking(&request.thinking, &Sampling::default()).map_err(errors::validation)?,
        brings_result: !results.is_empty(),
        last_said: last_said.unwrap_or_else(|| results.join("\n")),
        ..Ask::default()
    })
}

/// What the tool results of the last turn say.
fn tool_results(messages: &[Message]) -> Vec<String> {
    let blocks = messages.last().map_or(&[][..], Message::blocks);
    let results = blocks.iter().filter(|block| block["type"] == "tool_result");
    let said = |result: &Value| match &result["content"] {
        Value::String(text) => text.clone(),
        content => prompt::texts(content.as_array().map_or(&[], Vec::as_slice)),
    };
    results.map(said).collect()
}

fn tools(tools: Option<&Value>) -> Vec<Tool> {
    let tool = |tool: &Value| {
        let name = tool["name"].as_str()?.to_owned();
        Some(Tool { name, schema: tool["input_schema"].clone() })
    };
    tools.and_then(Value::as_array).into_iter().flatten().filter_map(tool).collect()
}

fn tool_choice(choice: &Value) -> ToolChoice {
    match choice["type"].as_str() {
        Some("any") => ToolChoice::Any,
        Some("none") => ToolChoice::Nothing,
        Some("tool") => ToolChoice::Named(choice["name"].as_str().unwrap_or_default().to_owned()),
        _ => ToolChoice::Auto,
    }
}

fn required<T>(field: &str, value: Option<T>) -> Result<T, ServiceError> {
    value.ok_or_else(|| errors::validation(format!("{field}: Field required")))
}

fn check(messages: &[Message]) -> Result<(), ServiceError> {
    let Some(first) = messages.first() else {
        return Err(errors::validation("messages: at least one message is required"));
    };
    if first.role != Role::User {
        return Err(errors::validation("messages: first message must use the \"user\" role"));
    }
    match messages.iter().position(Message::is_empty) {
        Some(at) => {
            Err(errors::validation(format!("messages.{at}: all messages must have non-empty content")))
        }
        None => Ok(()),
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use serde_json::json;

    use super::*;

    fn ask(messages: Value, max_tokens: Value) -> Result<Ask, ServiceError> {
        let request = json!({
            "anthropic_version": "bedrock-2023-05-31",
            "max_tokens": max_tokens,
            "system": "1234",
            "messages": messages,
        });
        read(request.to_string().as_bytes())
    }

    #[test]
    fn plain_texts_and_blocks_count_alike() {
        let plain = ask(json!([{ "role": "user", "content": "12345678" }]), json!(64)).unwrap();
        let blocks =
            ask(json!([{ "role": "user", "content": [{ "type": "text", "text": "12345678" }] }]), json!(64))
                .unwrap();
        assert_eq!(plain, blocks);
        assert_eq!((plain.prompt_tokens, plain.max_tokens), (3, NonZeroU32::new(64)));
    }

    #[test]
    fn mistakes_are_named_by_their_field() {
        let hi = json!([{ "role": "user", "content": "hi" }]);
        let cases = [
            (json!(null), json!(64), "messages: Field required"),
            (json!([]), json!(64), "messages: at least one"),
            (json!([{ "role": "assistant", "content": "hi" }]), json!(64), "messages: first message"),
            (json!([{ "role": "user", "content": "" }]), json!(64), "messages.0:"),
            (hi.clone(), json!(null), "max_tokens: Field required"),
            (hi.clone(), json!(0), "max_tokens: must be"),
            (hi, json!("many"), "Malformed input request"),
        ];
        for (messages, max_tokens, part) in cases {
            let error = ask(messages.clone(), max_tokens).unwrap_err();
            assert_eq!(error.code(), "ValidationException", "{messages}");
            assert!(String::from_utf8_lossy(&error.body()).contains(part), "{messages}: {error:?}");
        }
    }

    #[test]
    fn the_version_is_required() {
        let error = read(b"{}").unwrap_err();
        assert!(String::from_utf8_lossy(&error.body()).contains("anthropic_version: Field required"));
    }
}
