//! The dialects of Mistral AI's models: the completion of a text, and a conversation.
//!
//! The first models know the one, the later ones the other, and Mistral Large (24.02) both. Sources: AWS's
//! guide of Bedrock, on Mistral AI's text completion and chat completion.

mod chat;
mod text;

use serde_json::Value;

use super::Chunks;
use super::schema::Body;
use crate::bedrock::answer::{Answer, StopReason};
use crate::bedrock::ask::Ask;
use crate::bedrock::model::ModelSpec;
use crate::error::ServiceError;

/// Ids of the models that complete texts and know no conversation.
const TEXT_ONLY: [&str; 3] =
    ["mistral.mistral-7b-instruct", "mistral.mixtral-8x7b-instruct", "mistral.mistral-small-2402"];
/// The id of the model that knows both.
const BOTH: &str = "mistral.mistral-large-2402";

/// What a model knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Texts.
    Text,
    /// Conversations.
    Chat,
    /// Both. An answer is in both forms at once, so that a client finds the one that it asked in.
    Both,
}

impl Form {
    /// What the model with this bare id knows.
    pub(super) fn of(bare_id: &str) -> Self {
        if TEXT_ONLY.iter().any(|id| bare_id.starts_with(id)) {
            Form::Text
        } else if bare_id.starts_with(BOTH) {
            Form::Both
        } else {
            Form::Chat
        }
    }

    /// What a request's body asks.
    pub(super) fn read(self, body: &[u8]) -> Result<Ask, ServiceError> {
        let body = Body::read(body)?;
        match self {
            Form::Text => text::read(body),
            Form::Both if body.has("prompt") => text::read(body),
            Form::Chat | Form::Both => chat::read(body),
        }
    }

    /// The whole answer.
    pub(super) fn message(self, model: &ModelSpec, answer: &Answer) -> Value {
        match self {
            Form::Text => text::message(answer),
            Form::Chat => chat::message(model, answer),
            Form::Both => merged(chat::message(model, answer), text::message(answer)),
        }
    }

    /// The answer, chunk by chunk.
    pub(super) fn chunks(self, model: &ModelSpec, answer: Answer) -> Chunks {
        match self {
            Form::Text => text::chunks(answer),
            Form::Chat => chat::chunks(model, answer),
            Form::Both => {
                let both = chat::chunks(model, answer).map(|(at, chunk)| {
                    let text = text::of_chat(&chunk);
                    (at, merged(chunk, text))
                });
                Box::new(both)
            }
        }
    }
}

fn merged(mut one: Value, other: Value) -> Value {
    if let (Value::Object(fields), Value::Object(more)) = (&mut one, other) {
        fields.extend(more);
    }
    one
}

fn stop_reason(answer: &Answer) -> &'static str {
    match answer.stop() {
        StopReason::MaxTokens => "length",
        StopReason::ToolUse => "tool_calls",
        _ => "stop",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_model_has_its_form() {
        let cases = [
            ("mistral.mistral-7b-instruct-v0:2", Form::Text),
            ("mistral.mixtral-8x7b-instruct-v0:1", Form::Text),
            ("mistral.mistral-small-2402-v1:0", Form::Text),
            ("mistral.mistral-large-2402-v1:0", Form::Both),
            ("mistral.mistral-large-2407-v1:0", Form::Chat),
            ("mistral.pixtral-large-2502-v1:0", Form::Chat),
        ];
        for (id, form) in cases {
            assert_eq!(Form::of(id), form, "{id}");
        }
    }
}
