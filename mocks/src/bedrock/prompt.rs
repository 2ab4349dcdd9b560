//! What a model is asked, once a dialect has been understood.

use std::num::NonZeroU32;

use serde::Deserialize;
use serde_json::Value;

use super::tokens;

/// A prompt, as far as it matters to the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Prompt {
    /// Its length by the estimate of [`tokens`].
    pub tokens: u32,
    /// The most tokens that the answer may have; none if the request leaves it to the model.
    pub max_tokens: Option<NonZeroU32>,
}

/// Who speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// The caller.
    User,
    /// The model.
    Assistant,
}

/// One turn of a conversation; the dialects agree on this much.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Message {
    /// Who says it.
    pub role: Role,
    /// What is said: blocks of any type, or in some dialects a plain text.
    pub content: Value,
}

impl Message {
    /// Whether it says nothing at all.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.content {
            Value::Array(blocks) => blocks.is_empty(),
            Value::String(text) => text.is_empty(),
            _ => true,
        }
    }
}

/// The tokens of a whole prompt.
pub(crate) fn count(system: &Value, messages: &[Message], tools: Option<&Value>) -> u32 {
    let said: usize = messages.iter().map(|message| tokens::content_chars(&message.content)).sum();
    let equipped = tools.map_or(0, tokens::json_chars);
    tokens::estimate(tokens::content_chars(system) + said + equipped)
}
