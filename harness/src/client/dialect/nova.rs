//! The dialect of Amazon's Nova models, `messages-v1`: that of Converse in a body.
//!
//! Source: AWS's guide of Nova, on its request schema and on the Invoke API.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Answer, Metrics, Unreadable, events};
use crate::client::ask::{Ask, Role, Tool};
use crate::client::event::Event;

pub(super) fn body(ask: &Ask) -> Value {
    let message = |role, text: &str| json!({ "role": role, "content": [{ "text": text }] });
    let messages: Vec<Value> = ask
        .messages
        .iter()
        .map(|said| match said.role {
            Role::User => message("user", &said.text),
            Role::Assistant => message("assistant", &said.text),
        })
        .collect();
    let mut body = json!({ "schemaVersion": "messages-v1", "messages": messages });
    if let Some(text) = &ask.system {
        body["system"] = json!([{ "text": text }]);
    }
    let config = inference_config(ask);
    if !config.is_empty() {
        body["inferenceConfig"] = Value::Object(config);
    }
    if !ask.tools.is_empty() {
        body["toolConfig"] = json!({ "tools": ask.tools.iter().map(tool).collect::<Vec<_>>() });
    }
    body
}

fn inference_config(ask: &Ask) -> Map<String, Value> {
    let fields = [
        ("maxTokens", ask.max_tokens.map(|limit| json!(limit))),
        ("temperature", ask.temperature.map(|number| json!(number))),
        ("topP", ask.top_p.map(|number| json!(number))),
        ("stopSequences", (!ask.stop_sequences.is_empty()).then(|| json!(ask.stop_sequences))),
    ];
    fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect()
}

fn tool(tool: &Tool) -> Value {
    let mut spec = json!({ "name": tool.name, "inputSchema": { "json": tool.input_schema } });
    if let Some(description) = &tool.description {
        spec["description"] = json!(description);
    }
    json!({ "toolSpec": spec })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Whole {
    stop_reason: String,
    usage: Usage,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Usage {
    input_tokens: u64,
    output_tokens: u64,
}

pub(super) fn answer(body: &[u8]) -> Result<Answer, Unreadable> {
    let Whole { stop_reason, usage } = serde_json::from_slice(body)?;
    Ok(Answer { stop_reason, input: Some(usage.input_tokens), output: Some(usage.output_tokens) })
}

/// One event of a stream, under its name. Names that nobody knows yet are passed over.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chunk {
    content_block_delta: Option<BlockDelta>,
    message_stop: Option<Stop>,
    metadata: Option<Metadata>,
    #[serde(rename = "amazon-bedrock-invocationMetrics")]
    metrics: Option<Metrics>,
}

#[derive(Deserialize)]
struct BlockDelta {
    delta: Delta,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Delta {
    text: String,
    tool_use: ToolInput,
    reasoning_content: Reasoning,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ToolInput {
    input: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Reasoning {
    reasoning_text: ReasoningText,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ReasoningText {
    text: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stop {
    stop_reason: Option<String>,
}

#[derive(Deserialize)]
struct Metadata {
    usage: Option<Usage>,
}

pub(super) fn chunk(bytes: &[u8]) -> Result<Vec<Event>, Unreadable> {
    let chunk: Chunk = serde_json::from_slice(bytes)?;
    let content = chunk.content_block_delta.and_then(|BlockDelta { delta }| {
        let said = [delta.text, delta.tool_use.input, delta.reasoning_content.reasoning_text.text];
        said.iter().find_map(|text| Event::content(text))
    });
    let counted = chunk.metadata.into_iter().flat_map(|metadata| {
        let usage = metadata
            .usage
            .map(|usage| [Event::Input(usage.input_tokens), Event::Output(usage.output_tokens)]);
        usage.into_iter().flatten().chain([Event::Close])
    });
    let stopped = chunk.message_stop.and_then(|stop| stop.stop_reason);
    Ok(events(content, stopped, counted, chunk.metrics))
}
