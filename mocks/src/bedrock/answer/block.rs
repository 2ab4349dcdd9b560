//! The blocks of an answer.

use serde_json::{Value, json};

use super::words::Words;

/// One block of an answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Block {
    /// What the model thinks before it speaks.
    Reasoning {
        /// The thoughts.
        words: Words,
        /// The seal by which the service knows its own thoughts again.
        signature: String,
    },
    /// What it says.
    Text(Words),
    /// A tool that it calls.
    ToolUse(Call),
}

/// A call of a tool.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Call {
    /// A number of its own, which each dialect writes in its own way.
    pub id: u128,
    /// The tool's name.
    pub name: String,
    input: Value,
    json: Words,
}

impl Call {
    /// A call with this input.
    pub(crate) fn new(id: u128, name: impl Into<String>, input: Value) -> Self {
        let json = Words::said(&input.to_string(), u32::MAX);
        Call { id, name: name.into(), input, json }
    }

    /// The input, which is empty if the call was broken off.
    pub(crate) fn input(&self) -> &Value {
        &self.input
    }

    /// The same call, broken off in the middle of its input: a stream shows the beginning of the JSON,
    /// a whole answer an empty object, as no half of an object is one.
    fn truncated(&self, tokens: u32) -> Self {
        Call { input: json!({}), json: self.json.truncated(tokens), ..self.clone() }
    }
}

impl Block {
    /// The text that its deltas are cut from.
    pub(crate) fn words(&self) -> &Words {
        match self {
            Block::Reasoning { words, .. } | Block::Text(words) => words,
            Block::ToolUse(call) => &call.json,
        }
    }

    /// Its tokens: of a tool's call, those of its input as compact JSON.
    pub(crate) fn tokens(&self) -> u32 {
        self.words().tokens()
    }

    /// The same block, broken off after so many tokens.
    pub(crate) fn truncated(&self, tokens: u32) -> Self {
        match self {
            Block::Reasoning { words, signature } => {
                Block::Reasoning { words: words.truncated(tokens), signature: signature.clone() }
            }
            Block::Text(words) => Block::Text(words.truncated(tokens)),
            Block::ToolUse(call) => Block::ToolUse(call.truncated(tokens)),
        }
    }
}
