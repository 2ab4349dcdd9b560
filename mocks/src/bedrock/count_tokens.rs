//! CountTokens: the length of a prompt by the same estimate that its answer would be charged by.

use std::time::Duration;

use aws_smithy_types::base64;
use serde::Deserialize;
use serde_json::{Value, json};

use super::ask::Ask;
use super::converse;
use super::errors;
use super::invoke::Dialect;
use super::model::ModelSpec;
use crate::error::ServiceError;
use crate::reply::{Content, Reply};

#[derive(Deserialize)]
struct Request {
    input: Input,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Input {
    /// A request of Converse.
    Converse(Value),
    /// A request of InvokeModel, whose body is base64, as blobs are in REST JSON.
    InvokeModel { body: String },
}

/// The answer to CountTokens, at once: nothing is generated.
pub(crate) fn answer(ask: &Ask) -> Reply {
    let count = json!({ "inputTokens": ask.prompt_tokens });
    let content = Content::Whole { after: Duration::ZERO, bytes: count.to_string().into() };
    Reply::unpaid("application/json", content)
}

/// The request whose length is to be counted.
pub(crate) fn read(model: &ModelSpec, body: &[u8]) -> Result<Ask, ServiceError> {
    let request: Request = serde_json::from_slice(body).map_err(|error| errors::malformed(&error))?;
    match request.input {
        Input::Converse(request) => converse::read(request.to_string().as_bytes()),
        Input::InvokeModel { body } => {
            let body = base64::decode(&body)
                .map_err(|_| errors::validation("The body of input.invokeModel is not base64."))?;
            Dialect::of(model)?.read(model, &body)
        }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use crate::Behaviour;
    use crate::spread::Spread;

    fn model() -> ModelSpec {
        let behaviour = Behaviour {
            ttft: Spread::constant(Duration::ZERO),
            per_token: Spread::constant(Duration::ZERO),
            output_tokens: Spread::constant(1),
            tokens_per_event: NonZeroU32::MIN,
        };
        ModelSpec::new("haiku", "anthropic.claude-3-haiku-20240307-v1:0", behaviour).unwrap()
    }

    fn count(input: &Value) -> Result<u32, ServiceError> {
        read(&model(), json!({ "input": input }).to_string().as_bytes()).map(|ask| ask.prompt_tokens)
    }

    #[test]
    fn both_kinds_of_request_are_counted_as_their_answers_would_count_them() {
        let converse = json!({ "messages": [{ "role": "user", "content": [{ "text": "12345678" }] }] });
        let invoke = json!({
            "anthropic_version": "bedrock-2023-05-31",
            "max_tokens": 5,
            "messages": [{ "role": "user", "content": "12345678" }],
        });
        assert_eq!(count(&json!({ "converse": converse })).unwrap(), 2);
        let body = base64::encode(invoke.to_string());
        assert_eq!(count(&json!({ "invokeModel": { "body": body } })).unwrap(), 2);
    }

    #[test]
    fn what_cannot_be_counted_is_a_validation_error() {
        for input in [json!({}), json!({ "invokeModel": { "body": "%" } }), json!({ "converse": {} })] {
            assert_eq!(count(&input).unwrap_err().code(), "ValidationException", "{input}");
        }
    }
}
