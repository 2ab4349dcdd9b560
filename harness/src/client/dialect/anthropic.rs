//! The dialect of Anthropic Messages.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::{Answer, Unreadable};
use crate::client::ask::{Ask, Message, Role, Tool};
use crate::client::event::Event;

/// The version that Bedrock asks for in each body (Bedrock user guide, Anthropic Messages API).
const ANTHROPIC_VERSION: &str = "bedrock-2023-05-31";

/// The body of a request; what is not asked for is left out. Written as it stands, since a tree of JSON in between would
/// cost more than all else in it.
#[derive(Serialize)]
pub(super) struct Body<'a> {
    anthropic_version: &'static str,
    messages: Vec<Turn<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    system: Option<System<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    temperature: Option<f32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    top_p: Option<f32>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    stop_sequences: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tools: Vec<Offer<'a>>,
}

#[derive(Serialize)]
struct Turn<'a> {
    role: &'static str,
    content: [Text<'a>; 1],
}

#[derive(Serialize)]
struct Text<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    text: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_control: Option<CacheControl>,
}

#[derive(Serialize)]
struct CacheControl {
    #[serde(rename = "type")]
    kind: &'static str,
}

/// A system prompt, with a mark for the prompt cache where one is asked for.
#[derive(Serialize)]
#[serde(untagged)]
enum System<'a> {
    Plain(&'a str),
    Marked([Text<'a>; 1]),
}

#[derive(Serialize)]
struct Offer<'a> {
    name: &'a str,
    description: Option<&'a str>,
    input_schema: &'a Value,
}

pub(super) fn body(ask: &Ask) -> Body<'_> {
    Body {
        anthropic_version: ANTHROPIC_VERSION,
        messages: ask.messages.iter().map(turn).collect(),
        max_tokens: ask.max_tokens,
        system: ask.system.as_deref().map(|said| system(said, ask.cache_system)),
        temperature: ask.temperature,
        top_p: ask.top_p,
        stop_sequences: &ask.stop_sequences,
        tools: ask.tools.iter().map(offer).collect(),
    }
}

fn turn(message: &Message) -> Turn<'_> {
    Turn { role: role(message.role), content: [text(&message.text)] }
}

fn text(text: &str) -> Text<'_> {
    Text { kind: "text", text, cache_control: None }
}

fn system(said: &str, cached: bool) -> System<'_> {
    match cached {
        false => System::Plain(said),
        true => {
            System::Marked([Text { cache_control: Some(CacheControl { kind: "ephemeral" }), ..text(said) }])
        }
    }
}

fn offer(tool: &Tool) -> Offer<'_> {
    Offer { name: &tool.name, description: tool.description.as_deref(), input_schema: &tool.input_schema }
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

/// One chunk of a stream, of which no more is read than its kind asks for. Kinds that nobody knows yet are passed over,
/// whatever they hold.
#[derive(Deserialize)]
struct Chunk<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    #[serde(borrow)]
    delta: Option<&'a RawValue>,
    #[serde(borrow)]
    usage: Option<&'a RawValue>,
    #[serde(borrow, rename = "amazon-bedrock-invocationMetrics")]
    metrics: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Started {
    #[serde(default)]
    usage: Usage,
}

/// A piece of text, of a tool's input or of reasoning.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Delta<'a> {
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(borrow)]
    partial_json: Cow<'a, str>,
    #[serde(borrow)]
    thinking: Cow<'a, str>,
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
    let chunk: Chunk<'_> = serde_json::from_slice(bytes)?;
    Ok(match &*chunk.kind {
        "message_start" => {
            // What it says of output tokens there is a beginning, and no count.
            let Started { usage } = part(chunk.message, "message")?;
            vec![Event::Input(usage.prompt())]
        }
        "content_block_delta" => {
            let delta: Delta<'_> = part(chunk.delta, "delta")?;
            let texts = [delta.text, delta.partial_json, delta.thinking];
            texts.iter().find_map(|text| Event::content(text)).into_iter().collect()
        }
        "message_delta" => {
            let (stopped, counted): (Stopped, OutputUsage) =
                (part(chunk.delta, "delta")?, part(chunk.usage, "usage")?);
            let stopped = stopped.stop_reason.map(Event::Stopped);
            stopped.into_iter().chain([Event::Output(counted.output_tokens)]).collect()
        }
        "message_stop" => {
            let metrics = chunk.metrics.map(|metrics| serde_json::from_str(metrics.get())).transpose()?;
            super::events(None, None, [Event::Close], metrics)
        }
        _ => Vec::new(),
    })
}

/// What stands in a part of a chunk that has to be there.
fn part<'a, T: Deserialize<'a>>(part: Option<&'a RawValue>, name: &'static str) -> Result<T, Unreadable> {
    let part = part.ok_or(Unreadable::Missing(name))?;
    Ok(serde_json::from_str(part.get())?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
        let body = |ask: &Ask| serde_json::to_value(body(ask)).unwrap_or_default();
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
