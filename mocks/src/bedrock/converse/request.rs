//! What a Converse request asks.
//!
//! Whatever the API allows is accepted and counted; what would need a real model to matter (temperature,
//! stop sequences, tools, guardrails) changes nothing in the answer.

use std::num::NonZeroU32;

use serde::Deserialize;
use serde_json::Value;

use crate::bedrock::errors;
use crate::bedrock::prompt::{self, Message, Prompt, Role};
use crate::error::ServiceError;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    messages: Option<Vec<Message>>,
    #[serde(default)]
    system: Value,
    inference_config: Option<InferenceConfig>,
    tool_config: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InferenceConfig {
    max_tokens: Option<u32>,
}

/// The prompt in a request's body.
pub(crate) fn prompt(body: &[u8]) -> Result<Prompt, ServiceError> {
    let request: Request = serde_json::from_slice(body).map_err(|error| errors::malformed(&error))?;
    let messages =
        request.messages.ok_or_else(|| constraint("null", "messages", "Member must not be null"))?;
    check(&messages)?;
    Ok(Prompt {
        tokens: prompt::count(&request.system, &messages, request.tool_config.as_ref()),
        max_tokens: max_tokens(request.inference_config)?,
    })
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

fn max_tokens(config: Option<InferenceConfig>) -> Result<Option<NonZeroU32>, ServiceError> {
    let Some(max_tokens) = config.and_then(|config| config.max_tokens) else {
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

    fn ask(request: Value) -> Result<Prompt, ServiceError> {
        prompt(request.to_string().as_bytes())
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
        assert_eq!(prompt, Prompt { tokens: 5, max_tokens: NonZeroU32::new(64) });
    }

    #[test]
    fn tools_count_as_their_json() {
        let plain = json!({ "messages": [{ "role": "user", "content": [{ "text": "1234" }] }] });
        let mut equipped = plain.clone();
        equipped["toolConfig"] = json!({ "tools": ["1234"] });
        assert_eq!(ask(plain).unwrap().tokens, 1);
        assert_eq!(ask(equipped).unwrap().tokens, 6);
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
