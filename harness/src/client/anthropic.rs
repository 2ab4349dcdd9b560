//! Bodies of `InvokeModel` in the dialect of Anthropic Messages, written and read.

use bedload_reports::record::Tokens;
use serde::Deserialize;
use serde_json::{Value, json};

use super::ask::{Ask, Role, Tool};

/// The version that Bedrock asks for in each body (Bedrock user guide, Anthropic Messages API).
const ANTHROPIC_VERSION: &str = "bedrock-2023-05-31";

/// The body of a request.
pub fn body(ask: &Ask) -> Vec<u8> {
    let messages: Vec<Value> = ask
        .messages
        .iter()
        .map(|message| json!({ "role": role(message.role), "content": [{ "type": "text", "text": message.text }] }))
        .collect();
    let mut body = json!({
        "anthropic_version": ANTHROPIC_VERSION,
        "messages": messages,
    });
    let mut set = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            body[key] = value;
        }
    };
    set("max_tokens", ask.max_tokens.map(|limit| json!(limit)));
    set("system", ask.system.as_ref().map(|text| json!(text)));
    set("temperature", ask.temperature.map(|number| json!(number)));
    set("top_p", ask.top_p.map(|number| json!(number)));
    set("stop_sequences", (!ask.stop_sequences.is_empty()).then(|| json!(ask.stop_sequences)));
    set("tools", (!ask.tools.is_empty()).then(|| tools(ask)));
    body.to_string().into_bytes()
}

fn tools(ask: &Ask) -> Value {
    let tool = |tool: &Tool| json!({ "name": tool.name, "description": tool.description, "input_schema": tool.input_schema });
    ask.tools.iter().map(tool).collect()
}

fn role(role: Role) -> &'static str {
    match role {
        Role::User => "user",
        Role::Assistant => "assistant",
    }
}

/// What is read of a whole answer.
#[derive(Debug, Deserialize)]
pub struct Answer {
    stop_reason: String,
    usage: Usage,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Usage {
    input_tokens: u64,
    output_tokens: u64,
}

impl Answer {
    /// Why the model stopped, and what it counted.
    pub fn parts(self) -> (String, Tokens) {
        (self.stop_reason, Tokens { input: self.usage.input_tokens, output: self.usage.output_tokens })
    }
}

/// Reads a whole answer.
pub fn read(body: &[u8]) -> Result<Answer, serde_json::Error> {
    serde_json::from_slice(body)
}

/// One chunk of a stream, as far as it is read. Kinds that nobody knows yet are passed over.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Chunk {
    /// The beginning, with the count of input tokens.
    MessageStart {
        /// The message so far.
        message: Started,
    },
    /// A piece of content.
    ContentBlockDelta {
        /// The piece.
        delta: Delta,
    },
    /// Why the model stopped, with the count of output tokens.
    MessageDelta {
        /// What changed.
        delta: Stopped,
        /// The final count.
        usage: OutputUsage,
    },
    /// The closing event.
    MessageStop,
    /// Anything else.
    #[serde(other)]
    Other,
}

/// The message of a `message_start`.
#[derive(Debug, Deserialize)]
pub struct Started {
    #[serde(default)]
    usage: Usage,
}

impl Started {
    /// Tokens read by the model.
    pub fn input_tokens(&self) -> u64 {
        self.usage.input_tokens
    }
}

/// A piece of text, of a tool's input or of reasoning.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Delta {
    text: String,
    partial_json: String,
    thinking: String,
}

impl Delta {
    /// Whether there is anything in it.
    pub fn has_content(&self) -> bool {
        !(self.text.is_empty() && self.partial_json.is_empty() && self.thinking.is_empty())
    }
}

/// The end of a message.
#[derive(Debug, Deserialize)]
pub struct Stopped {
    /// Why the model stopped.
    pub stop_reason: Option<String>,
}

/// The final count of output tokens.
#[derive(Debug, Deserialize)]
pub struct OutputUsage {
    /// Tokens written by the model.
    pub output_tokens: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_of_every_kind_are_read_and_unknown_ones_passed_over() {
        let content = |chunk: &str| match serde_json::from_str(chunk) {
            Ok(Chunk::ContentBlockDelta { delta }) => delta.has_content(),
            _ => false,
        };
        assert!(content(
            r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a"}}"#
        ));
        assert!(content(
            r#"{"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":"{"}}"#
        ));
        assert!(!content(r#"{"type":"content_block_delta","delta":{"type":"text_delta","text":""}}"#));
        assert!(matches!(serde_json::from_str(r#"{"type":"ping"}"#), Ok(Chunk::Other)));
    }

    #[test]
    fn an_answer_without_usage_is_not_understood() {
        assert!(read(br#"{"stop_reason":"end_turn"}"#).is_err());
        assert!(read(b"<html>").is_err());
    }
}
