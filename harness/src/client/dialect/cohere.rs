//! The dialects of Cohere's models: Command completes a text, Command R leads a conversation with tools.
//!
//! Sources: AWS's guide of Bedrock, on the parameters of Cohere Command and of Command R and R+ models; the events of
//! Command R's stream are recalled from Cohere's own chat API.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::transcript::transcript;
use super::{Answer, Metrics, Unreadable, events};
use crate::client::ask::{Ask, Message, Role, Tool};
use crate::client::event::Event;

pub(super) fn body(ask: &Ask) -> Value {
    with_settings(json!({ "prompt": transcript(ask, "User", "Chatbot") }), ask)
}

pub(super) fn body_r(ask: &Ask) -> Value {
    let (last, before) =
        ask.messages.split_last().map_or(("", &[][..]), |(last, before)| (&*last.text, before));
    let mut body = with_settings(json!({ "message": last }), ask);
    if !before.is_empty() {
        body["chat_history"] = before.iter().map(turn).collect();
    }
    if let Some(text) = &ask.system {
        body["preamble"] = json!(text);
    }
    if !ask.tools.is_empty() {
        body["tools"] = ask.tools.iter().map(tool).collect();
    }
    body
}

fn turn(said: &Message) -> Value {
    let role = match said.role {
        Role::User => "USER",
        Role::Assistant => "CHATBOT",
    };
    json!({ "role": role, "message": said.text })
}

/// Cohere's definitions of parameters know one level of a schema, and Python's names of types.
fn tool(tool: &Tool) -> Value {
    let properties = tool.input_schema["properties"].as_object();
    let required = tool.input_schema["required"].as_array();
    let definition = |(name, schema): (&String, &Value)| {
        let definition = json!({
            "description": schema["description"].as_str().unwrap_or_default(),
            "type": python_type(&schema["type"]),
            "required": required.is_some_and(|names| names.iter().any(|other| other == name)),
        });
        (name.clone(), definition)
    };
    let definitions: Map<String, Value> = properties.into_iter().flatten().map(definition).collect();
    json!({
        "name": tool.name,
        "description": tool.description.as_deref().unwrap_or_default(),
        "parameter_definitions": definitions,
    })
}

fn python_type(json_type: &Value) -> &'static str {
    match json_type.as_str() {
        Some("integer") => "int",
        Some("number") => "float",
        Some("boolean") => "bool",
        Some("array") => "list",
        Some("object") => "dict",
        _ => "str",
    }
}

fn with_settings(mut body: Value, ask: &Ask) -> Value {
    let fields = [
        ("max_tokens", ask.max_tokens.map(|limit| json!(limit))),
        ("temperature", ask.temperature.map(|number| json!(number))),
        ("p", ask.top_p.map(|number| json!(number))),
        ("stop_sequences", (!ask.stop_sequences.is_empty()).then(|| json!(ask.stop_sequences))),
    ];
    for (key, value) in fields.into_iter().filter_map(|(key, value)| Some((key, value?))) {
        body[key] = value;
    }
    body
}

#[derive(Deserialize)]
struct Whole {
    generations: Vec<Generation>,
}

#[derive(Deserialize)]
struct Generation {
    finish_reason: String,
}

/// Its bodies tell nothing of tokens.
pub(super) fn answer(body: &[u8]) -> Result<Answer, Unreadable> {
    let whole: Whole = serde_json::from_slice(body)?;
    let first = whole.generations.into_iter().next().ok_or(Unreadable::Missing("generation"))?;
    Ok(Answer { stop_reason: first.finish_reason, input: None, output: None })
}

#[derive(Deserialize)]
struct WholeR {
    finish_reason: String,
    meta: Option<Meta>,
}

#[derive(Deserialize)]
struct Meta {
    billed_units: Option<Billed>,
}

#[derive(Deserialize)]
struct Billed {
    input_tokens: u64,
    output_tokens: u64,
}

pub(super) fn answer_r(body: &[u8]) -> Result<Answer, Unreadable> {
    let whole: WholeR = serde_json::from_slice(body)?;
    let billed = whole.meta.and_then(|meta| meta.billed_units);
    Ok(Answer {
        stop_reason: whole.finish_reason,
        input: billed.as_ref().map(|billed| billed.input_tokens),
        output: billed.as_ref().map(|billed| billed.output_tokens),
    })
}

/// A chunk of either: the events of Command R have other names, and the same fields.
#[derive(Deserialize)]
struct Chunk {
    #[serde(default)]
    text: String,
    #[serde(default)]
    tool_calls: Vec<Value>,
    #[serde(default)]
    is_finished: bool,
    finish_reason: Option<String>,
    response: Option<WholeR>,
    #[serde(rename = "amazon-bedrock-invocationMetrics")]
    metrics: Option<Metrics>,
}

pub(super) fn chunk(bytes: &[u8]) -> Result<Vec<Event>, Unreadable> {
    let chunk: Chunk = serde_json::from_slice(bytes)?;
    let called = chunk.tool_calls.iter().map(|call| call.to_string()).collect::<String>();
    let content = [&chunk.text, &called].into_iter().find_map(|text| Event::content(text));
    let billed = chunk.response.and_then(|response| response.meta).and_then(|meta| meta.billed_units);
    let billed =
        billed.map(|billed| [Event::Input(billed.input_tokens), Event::Output(billed.output_tokens)]);
    let close = chunk.is_finished.then_some(Event::Close);
    Ok(events(content, chunk.finish_reason, billed.into_iter().flatten().chain(close), chunk.metrics))
}
