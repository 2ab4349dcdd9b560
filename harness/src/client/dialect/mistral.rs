//! The dialects of Mistral AI's models: the completion of a text, and a conversation.
//!
//! Sources: AWS's guide of Bedrock, on Mistral AI's text completion and chat completion. It calls the reason of an
//! answer's end `stop_reason`; later models say `finish_reason`, and either is read.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Answer, Metrics, Unreadable, events};
use crate::client::ask::{Ask, Role, Tool};
use crate::client::event::Event;

pub(super) fn text_body(ask: &Ask) -> Value {
    with_settings(json!({ "prompt": prompt(ask) }), ask)
}

/// The marks of Mistral's instruct models; they have none for a system prompt, which stands before the first turn.
fn prompt(ask: &Ask) -> String {
    let mut prompt = "<s>".to_owned();
    let mut system = ask.system.as_deref();
    for said in &ask.messages {
        match said.role {
            Role::User => {
                let system = system.take().map(|text| format!("{text}\n\n")).unwrap_or_default();
                prompt.push_str(&format!("[INST] {system}{} [/INST]", said.text));
            }
            Role::Assistant => prompt.push_str(&format!(" {}</s>", said.text)),
        }
    }
    prompt
}

pub(super) fn chat_body(ask: &Ask) -> Value {
    let message = |role: &str, text: &str| json!({ "role": role, "content": text });
    let system = ask.system.iter().map(|text| message("system", text));
    let said = ask.messages.iter().map(|said| match said.role {
        Role::User => message("user", &said.text),
        Role::Assistant => message("assistant", &said.text),
    });
    let mut body = with_settings(json!({ "messages": system.chain(said).collect::<Vec<_>>() }), ask);
    if !ask.tools.is_empty() {
        body["tools"] = ask.tools.iter().map(tool).collect();
    }
    body
}

fn tool(tool: &Tool) -> Value {
    let mut function = json!({ "name": tool.name, "parameters": tool.input_schema });
    if let Some(description) = &tool.description {
        function["description"] = json!(description);
    }
    json!({ "type": "function", "function": function })
}

fn with_settings(mut body: Value, ask: &Ask) -> Value {
    let fields = [
        ("max_tokens", ask.max_tokens.map(|limit| json!(limit))),
        ("temperature", ask.temperature.map(|number| json!(number))),
        ("top_p", ask.top_p.map(|number| json!(number))),
        ("stop", (!ask.stop_sequences.is_empty()).then(|| json!(ask.stop_sequences))),
    ];
    for (key, value) in fields.into_iter().filter_map(|(key, value)| Some((key, value?))) {
        body[key] = value;
    }
    body
}

#[derive(Deserialize)]
struct Text {
    outputs: Vec<Output>,
    #[serde(rename = "amazon-bedrock-invocationMetrics")]
    metrics: Option<Metrics>,
}

#[derive(Deserialize)]
struct Output {
    #[serde(default)]
    text: String,
    stop_reason: Option<String>,
}

/// Its bodies tell nothing of tokens.
pub(super) fn text_answer(body: &[u8]) -> Result<Answer, Unreadable> {
    let text: Text = serde_json::from_slice(body)?;
    let stop_reason = text.outputs.into_iter().next().and_then(|output| output.stop_reason);
    Ok(Answer {
        stop_reason: stop_reason.ok_or(Unreadable::Missing("stop reason"))?,
        input: None,
        output: None,
    })
}

pub(super) fn text_chunk(bytes: &[u8]) -> Result<Vec<Event>, Unreadable> {
    let text: Text = serde_json::from_slice(bytes)?;
    let output = text.outputs.into_iter().next();
    let content = output.as_ref().and_then(|output| Event::content(&output.text));
    let stopped = output.and_then(|output| output.stop_reason);
    let close = stopped.as_ref().map(|_| Event::Close);
    Ok(events(content, stopped, close, text.metrics))
}

#[derive(Deserialize)]
struct Chat {
    choices: Vec<Choice>,
    usage: Option<Usage>,
    #[serde(rename = "amazon-bedrock-invocationMetrics")]
    metrics: Option<Metrics>,
}

#[derive(Deserialize)]
struct Choice {
    #[serde(default)]
    message: Said,
    stop_reason: Option<String>,
    finish_reason: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Said {
    content: Option<String>,
    tool_calls: Vec<Value>,
}

#[derive(Deserialize)]
struct Usage {
    prompt_tokens: u64,
    completion_tokens: u64,
}

pub(super) fn chat_answer(body: &[u8]) -> Result<Answer, Unreadable> {
    let chat: Chat = serde_json::from_slice(body)?;
    let stopped =
        chat.choices.into_iter().next().and_then(|choice| choice.stop_reason.or(choice.finish_reason));
    Ok(Answer {
        stop_reason: stopped.ok_or(Unreadable::Missing("stop reason"))?,
        input: chat.usage.as_ref().map(|usage| usage.prompt_tokens),
        output: chat.usage.as_ref().map(|usage| usage.completion_tokens),
    })
}

pub(super) fn chat_chunk(bytes: &[u8]) -> Result<Vec<Event>, Unreadable> {
    let chat: Chat = serde_json::from_slice(bytes)?;
    let choice = chat.choices.into_iter().next();
    let content = choice.as_ref().and_then(|choice| {
        let called = choice.message.tool_calls.iter().map(|call| call.to_string()).collect::<String>();
        [choice.message.content.as_deref().unwrap_or_default(), &called].into_iter().find_map(Event::content)
    });
    let stopped = choice.and_then(|choice| choice.stop_reason.or(choice.finish_reason));
    let usage =
        chat.usage.map(|usage| [Event::Input(usage.prompt_tokens), Event::Output(usage.completion_tokens)]);
    let close = stopped.as_ref().map(|_| Event::Close);
    Ok(events(content, stopped, usage.into_iter().flatten().chain(close), chat.metrics))
}
