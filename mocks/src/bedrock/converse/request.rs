//! What a Converse request asks.
//!
//! Whatever the API allows is accepted and counted; what would need a real model to matter (temperature,
//! the contents of images) changes nothing in the answer.

use std::fmt::Display;
use std::num::NonZeroU32;
use std::str::FromStr;

use serde::Deserialize;
use serde_json::Value;

use crate::bedrock::ask::{Ask, Tool, ToolChoice};
use crate::bedrock::errors;
use crate::bedrock::prompt::{self, Message, Role};
use crate::bedrock::thinking::thinking;
use crate::error::ServiceError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    messages: Option<Vec<Message>>,
    #[serde(default)]
    system: Value,
    #[serde(default)]
    inference_config: InferenceConfig,
    tool_config: Option<Value>,
    #[serde(default)]
    additional_model_request_fields: Value,
    #[serde(default)]
    performance_config: Value,
    #[serde(default)]
    service_tier: Value,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct InferenceConfig {
    max_tokens: Option<u32>,
    #[serde(default)]
    stop_sequences: Vec<String>,
}

/// What a request's body asks.
pub(crate) fn read(body: &[u8]) -> Result<Ask, ServiceError> {
    let request: Request = serde_json::from_slice(body).map_err(|error| errors::malformed(&error))?;
    let messages =
        request.messages.ok_or_else(|| constraint("null", "messages", "Member must not be null"))?;
    check(&messages)?;
    let results = tool_results(&messages);
    let last_said = messages.last().map(Message::text).filter(|text| !text.is_empty());
    Ok(Ask {
        prompt_tokens: prompt::count(&request.system, &messages, request.tool_config.as_ref()),
        max_tokens: max_tokens(request.inference_config.max_tokens)?,
        stop_sequences: request.inference_config.stop_sequences,
        tools: tools(request.tool_config.as_ref()),
        tool_choice: tool_choice(request.tool_config.as_ref()),
        thinking: thinking(&request.additional_model_request_fields["thinking"])?,
        brings_result: !results.is_empty(),
        last_said: last_said.unwrap_or_else(|| results.join("\n")),
        service_tier: word(&request.service_tier["type"], "serviceTier.type")?,
        latency: word(&request.performance_config["latency"], "performanceConfig.latency")?,
    })
}

/// What the tool results of the last turn say.
fn tool_results(messages: &[Message]) -> Vec<String> {
    let blocks = messages.last().map_or(&[][..], Message::blocks);
    let results = blocks.iter().filter_map(|block| block.get("toolResult"));
    results.map(|result| prompt::texts(result["content"].as_array().map_or(&[], Vec::as_slice))).collect()
}

fn tools(config: Option<&Value>) -> Vec<Tool> {
    let tools = config.and_then(|config| config["tools"].as_array()).into_iter().flatten();
    let tool = |spec: &Value| {
        let name = spec["name"].as_str()?.to_owned();
        Some(Tool { name, schema: spec["inputSchema"]["json"].clone() })
    };
    tools.filter_map(|one| tool(&one["toolSpec"])).collect()
}

fn tool_choice(config: Option<&Value>) -> ToolChoice {
    let choice = config.map_or(&Value::Null, |config| &config["toolChoice"]);
    match choice["tool"]["name"].as_str() {
        Some(name) => ToolChoice::Named(name.to_owned()),
        None if choice.get("any").is_some() => ToolChoice::Any,
        None => ToolChoice::Auto,
    }
}

/// A word of a closed list, if there is one.
fn word<T: FromStr>(value: &Value, field: &str) -> Result<Option<T>, ServiceError>
where
    T::Err: Display,
{
    let Some(word) = value.as_str() else {
        return Ok(None);
    };
    let rule = |error| {
        constraint(&format!("'{word}'"), field, &format!("Member must satisfy enum value set: {error}"))
    };
    word.parse().map(Some).map_err(rule)
}

fn check(messages: &[Message]) -> Result<(), ServiceError> {
    let Some(first) = messages.first() else {
        let rule = "Member must have length greater than or equal to 1";
        return Err(constraint("'[]'", "messages", rule));
    };
    if first.role != Role::User {
        return Err(errors::validation(
            "A conversation must start with a user message. Try again with a conversation that starts with a user message.",
        ));
    }
    match messages.iter().position(Message::is_empty) {
        Some(at) => Err(errors::validation(format!(
            "The content field in the Message object at messages.{at} is empty. Add a ContentBlock object to the content field and try again."
        ))),
        None => Ok(()),
    }
}

fn max_tokens(max_tokens: Option<u32>) -> Result<Option<NonZeroU32>, ServiceError> {
    let Some(max_tokens) = max_tokens else {
        return Ok(None);
    };
    let rule = "Member must have value greater than or equal to 1";
    NonZeroU32::new(max_tokens).map(Some).ok_or_else(|| constraint("'0'", "inferenceConfig.maxTokens", rule))
}

fn constraint(value: &str, field: &str, rule: &str) -> ServiceError {
    errors::validation(format!(
        "1 validation error detected: Value {value} at '{field}' failed to satisfy constraint: {rule}"
    ))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use serde_json::json;

    use super::*;

    fn ask(request: Value) -> Result<Ask, ServiceError> {
        read(request.to_string().as_bytes())
    }

    #[test]
    fn all_that_the_api_allows_is_understood() {
        let prompt = ask(json!({
            "messages": [
                { "role": "user", "content": [{ "text": "12345678" }, { "cachePoint": { "type": "default" } }] },
                { "role": "assistant", "content": [{ "text": "1234" }] },
                { "role": "user", "content": [{ "text": "1234" }] },
            ],
            "system": [{ "text": "1234" }],
            "inferenceConfig": { "maxTokens": 64, "temperature": 0.5, "stopSequences": ["END"] },
            "guardrailConfig": { "trace": "enabled" },
        }))
        .unwrap();
        let expected = Ask {
            prompt_tokens: 5,
            max_tokens: NonZeroU32::new(64),
            stop_sequences: vec!["END".into()],
            last_said: "1234".into(),
            ..Ask::default()
        };
        assert_eq!(prompt, expected);
    }

    #[test]
    fn tools_count_as_their_json() {
        let plain = json!({ "messages": [{ "role": "user", "content": [{ "text": "1234" }] }] });
        let mut equipped = plain.clone();
        equipped["toolConfig"] = json!({ "tools": ["1234"] });
        assert_eq!(ask(plain).unwrap().prompt_tokens, 1);
        assert_eq!(ask(equipped).unwrap().prompt_tokens, 6);
    }

    #[test]
    fn mistakes_are_named_as_bedrock_names_them() {
        let said = json!([{ "text": "hi" }]);
        let cases = [
            (json!({}), "null at 'messages'"),
            (json!({ "messages": [] }), "'[]' at 'messages'"),
            (
                json!({ "messages": [{ "role": "assistant", "content": said }] }),
                "must start with a user message",
            ),
            (json!({ "messages": [{ "role": "narrator", "content": said }] }), "unknown variant `narrator`"),
            (json!({ "messages": [{ "role": "user", "content": [] }] }), "messages.0 is empty"),
            (
                json!({ "messages": [{ "role": "user", "content": said }], "inferenceConfig": { "maxTokens": 0 } }),
                "'0' at 'inferenceConfig.maxTokens'",
            ),
            (json!([]), "Malformed input request"),
        ];
        for (request, part) in cases {
            let error = ask(request.clone()).unwrap_err();
            assert_eq!(error.code(), "ValidationException", "{request}");
            assert!(String::from_utf8_lossy(&error.body()).contains(part), "{request}: {error:?}");
        }
    }
}
