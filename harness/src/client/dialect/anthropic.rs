//! The dialect of Anthropic Messages.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Metrics, Unreadable};
use crate::client::ask::{Ask, Role, Tool};
use crate::client::event::Event;

/// The version that Bedrock asks for in each body (Bedrock user guide, Anthropic Messages API).
const ANTHROPIC_VERSION: &str = "bedrock-2023-05-31";

pub(super) fn body(ask: &Ask) -> Value {
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
    set("system", ask.system.as_ref().map(|text| system(text, ask.cache_system)));
    set("temperature", ask.temperature.map(|number| json!(number)));
    set("top_p", ask.top_p.map(|number| json!(number)));
    set("stop_sequences", (!ask.stop_sequences.is_empty()).then(|| json!(ask.stop_sequences)));
    set("tools", (!ask.tools.is_empty()).then(|| tools(ask)));
    body
}

/// A system prompt, with a mark for the prompt cache where one is asked for.
fn system(text: &str, cached: bool) -> Value {
    match cached {
        false => json!(text),
        true => json!([{ "type": "text", "text": text, "cache_control": { "type": "ephemeral" } }]),
    }
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

#[derive(Deserialize)]
struct Whole {
    stop_reason: String,
    usage: Usage,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Usage {
    input_tokens: u64,
    cache_read_input_tokens: Option<u64>,
    cache_creation_input_tokens: Option<u64>,
    output_tokens: u64,
}

impl Usage {
    /// The whole prompt: what the cache held of it, or took in, is not among the input tokens.
    fn prompt(&self) -> u64 {
        let cached = [self.cache_read_input_tokens, self.cache_creation_input_tokens];
        self.input_tokens + cached.into_iter().flatten().sum::<u64>()
    }
}

pub(super) fn answer(body: &[u8]) -> Result<Answer, Unreadable> {
    let Whole { stop_reason, usage } = serde_json::from_slice(body)?;
    Ok(Answer { stop_reason, input: Some(usage.prompt()), output: Some(usage.output_tokens) })
}

/// One chunk of a stream, as far as it is read. Kinds that nobody knows yet are passed over.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Chunk {
    MessageStart {
        message: Started,
    },
    ContentBlockDelta {
        delta: Delta,
    },
    MessageDelta {
        delta: Stopped,
        usage: OutputUsage,
    },
    MessageStop {
        #[serde(rename = "amazon-bedrock-invocationMetrics")]
        metrics: Option<Metrics>,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct Started {
    #[serde(default)]
    usage: Usage,
}

/// A piece of text, of a tool's input or of reasoning.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Delta {
    text: String,
    partial_json: String,
    thinking: String,
}

#[derive(Deserialize)]
struct Stopped {
    stop_reason: Option<String>,
}

#[derive(Deserialize)]
struct OutputUsage {
    output_tokens: u64,
}

pub(super) fn chunk(bytes: &[u8]) -> Result<Vec<Event>, Unreadable> {
    Ok(match serde_json::from_slice(bytes)? {
        // What it says of output tokens there is a beginning, and no count.
        Chunk::MessageStart { message } => vec![Event::Input(message.usage.prompt())],
        Chunk::ContentBlockDelta { delta } => [delta.text, delta.partial_json, delta.thinking]
            .iter()
            .find_map(|text| Event::content(text))
            .into_iter()
            .collect(),
        Chunk::MessageDelta { delta, usage } => {
            let stopped = delta.stop_reason.map(Event::Stopped);
            stopped.into_iter().chain([Event::Output(usage.output_tokens)]).collect()
        }
        Chunk::MessageStop { metrics } => super::events(None, None, [Event::Close], metrics),
        Chunk::Other => Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_of_every_kind_are_read_and_unknown_ones_passed_over() {
        let read = |bytes: &str| chunk(bytes.as_bytes()).ok();
        let text = r#"{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"abc"}}"#;
        assert_eq!(read(text), Some(vec![Event::Content(3)]));
        let input =
            r#"{"type":"content_block_delta","delta":{"type":"input_json_delta","partial_json":"{"}}"#;
        assert_eq!(read(input), Some(vec![Event::Content(1)]));
        let empty = r#"{"type":"content_block_delta","delta":{"type":"text_delta","text":""}}"#;
        assert_eq!(read(empty), Some(vec![]));
        assert_eq!(read(r#"{"type":"message_stop"}"#), Some(vec![Event::Close]));
        assert_eq!(read(r#"{"type":"ping"}"#), Some(vec![]));
        assert_eq!(read("<html>"), None);
    }

    #[test]
    fn a_shared_system_prompt_is_marked_and_what_the_cache_holds_of_it_is_read_all_the_same() {
        let ask = Ask { system: Some("Be brief.".into()), ..Ask::default() };
        assert_eq!(body(&ask)["system"], json!("Be brief."));
        let marked = body(&Ask { cache_system: true, ..ask });
        assert_eq!(marked["system"][0]["cache_control"], json!({ "type": "ephemeral" }));
        let usage = r#"{"input_tokens":5,"cache_read_input_tokens":2000,"cache_creation_input_tokens":0,"output_tokens":1}"#;
        let whole = format!(r#"{{"stop_reason":"end_turn","usage":{usage}}}"#);
        assert_eq!(answer(whole.as_bytes()).map(|answer| answer.input).ok(), Some(Some(2005)));
    }

    #[test]
    fn an_answer_without_usage_is_not_understood() {
        assert!(answer(br#"{"stop_reason":"end_turn"}"#).is_err());
        assert!(answer(b"<html>").is_err());
    }
}
