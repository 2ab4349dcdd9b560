//! The turns of a conversation, as far as the dialects agree on them.

use serde::Deserialize;
use serde_json::Value;

use super::tokens;

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

    /// Its blocks; none for a plain text.
    pub(crate) fn blocks(&self) -> &[Value] {
        self.content.as_array().map_or(&[], Vec::as_slice)
    }

    /// Its text, the blocks of it joined by line ends.
    pub(crate) fn text(&self) -> String {
        match &self.content {
            Value::String(text) => text.clone(),
            content => texts(content.as_array().map_or(&[], Vec::as_slice)),
        }
    }
}

/// The texts among these blocks, joined by line ends.
pub(crate) fn texts(blocks: &[Value]) -> String {
    let texts: Vec<&str> = blocks.iter().filter_map(|block| block["text"].as_str()).collect();
    texts.join("\n")
}

/// The tokens of a whole prompt.
pub(crate) fn count(system: &Value, messages: &[Message], tools: Option<&Value>) -> u32 {
    let said: usize = messages.iter().map(|message| tokens::content_chars(&message.content)).sum();
    let equipped = tools.map_or(0, tokens::json_chars);
    tokens::estimate(tokens::content_chars(system) + said + equipped)
}
