//! What a request of the Messages API asks.
//!
//! As with Converse, whatever is allowed is accepted and counted, and only the length matters.

use std::num::NonZeroU32;

use serde::Deserialize;
use serde_json::Value;

use crate::bedrock::errors;
use crate::bedrock::prompt::{self, Message, Prompt, Role};
use crate::error::ServiceError;

#[derive(Deserialize)]
struct Request {
    anthropic_version: Option<String>,
    max_tokens: Option<u32>,
    messages: Option<Vec<Message>>,
    #[serde(default)]
    system: Value,
    tools: Option<Value>,
}

/// The prompt in a request's body.
pub(crate) fn prompt(body: &[u8]) -> Result<Prompt, ServiceError> {
    let request: Request = serde_json::from_slice(body).map_err(|error| errors::malformed(&error))?;
    required("anthropic_version", request.anthropic_version)?;
    let max_tokens = required("max_tokens", request.max_tokens)?;
    let max_tokens = NonZeroU32::new(max_tokens)
        .ok_or_else(|| errors::validation("max_tokens: must be greater than or equal to 1"))?;
    let messages = required("messages", request.messages)?;
    check(&messages)?;
    Ok(Prompt {
        tokens: prompt::count(&request.system, &messages, request.tools.as_ref()),
        max_tokens: Some(max_tokens),
    })
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

    fn ask(messages: Value, max_tokens: Value) -> Result<Prompt, ServiceError> {
        let request = json!({
            "anthropic_version": "bedrock-2023-05-31",
            "max_tokens": max_tokens,
            "system": "1234",
            "messages": messages,
        });
        prompt(request.to_string().as_bytes())
    }

    #[test]
    fn plain_texts_and_blocks_count_alike() {
        let plain = ask(json!([{ "role": "user", "content": "12345678" }]), json!(64)).unwrap();
        let blocks =
            ask(json!([{ "role": "user", "content": [{ "type": "text", "text": "12345678" }] }]), json!(64))
                .unwrap();
        assert_eq!(plain, blocks);
        assert_eq!(plain, Prompt { tokens: 3, max_tokens: NonZeroU32::new(64) });
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
        let error = prompt(b"{}").unwrap_err();
        assert!(String::from_utf8_lossy(&error.body()).contains("anthropic_version: Field required"));
    }
}
