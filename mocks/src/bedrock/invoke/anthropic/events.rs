//! The answer of the Messages API, event by event.
//!
//! Bedrock adds its own measurements to the last event, `message_stop`.

use std::borrow::Cow;
use std::iter;
use std::time::Duration;

use serde::Serialize;
use serde_json::json;

use super::response::{self, Message, Said, Usage};
use crate::bedrock::answer::{Act, Answer, Delta, Start, Step};
use crate::bedrock::invoke::Metrics;
use crate::bedrock::model::ModelSpec;

/// What an event says.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Event {
    MessageStart {
        message: Message<'static>,
    },
    Ping,
    ContentBlockStart {
        index: usize,
        content_block: Said<'static>,
    },
    ContentBlockDelta {
        index: usize,
        delta: Part,
    },
    ContentBlockStop {
        index: usize,
    },
    MessageDelta {
        delta: Stopped,
        usage: Spent,
    },
    MessageStop {
        #[serde(rename = "amazon-bedrock-invocationMetrics")]
        metrics: Metrics,
    },
}

/// What a block grows by.
#[derive(Serialize)]
#[serde(tag = "type")]
enum Part {
    #[serde(rename = "thinking_delta")]
    Thinking { thinking: String },
    #[serde(rename = "signature_delta")]
    Signature { signature: String },
    #[serde(rename = "text_delta")]
    Text { text: String },
    #[serde(rename = "input_json_delta")]
    Input { partial_json: String },
}

/// Why the message ends.
#[derive(Serialize)]
struct Stopped {
    stop_reason: &'static str,
    stop_sequence: Option<String>,
}

/// Of usage only what the first event could not know, unless there was a cache.
#[derive(Serialize)]
#[serde(untagged)]
enum Spent {
    Output { output_tokens: u32 },
    All(Usage),
}

/// The events of an answer, each with its time.
pub(crate) fn chunks(
    model: &ModelSpec,
    answer: Answer,
) -> impl Iterator<Item = (Duration, impl Serialize + use<>)> + Send + Sync + use<> {
    let done_at = answer.done_at();
    let start = (Duration::ZERO, Event::MessageStart { message: response::begun(model, &answer) });
    let stop = Event::MessageStop { metrics: Metrics::of(&answer) };
    let end = [(done_at, message_delta(&answer)), (done_at, stop)];
    iter::once(start).chain(answer.steps().flat_map(events)).chain(end)
}

/// The events of a step. Anthropic follows the first block with a `ping`, and begins every tool's input with
/// an empty part.
fn events(step: Step) -> impl Iterator<Item = (Duration, Event)> {
    let (at, index) = (step.at, step.index);
    let (event, more) = match step.act {
        Act::Start(start) => {
            let more = match start {
                Start::ToolUse { .. } => {
                    let delta = Part::Input { partial_json: String::new() };
                    Some(Event::ContentBlockDelta { index, delta })
                }
                _ => (index == 0).then_some(Event::Ping),
            };
            (Event::ContentBlockStart { index, content_block: begun(start) }, more)
        }
        Act::Delta(delta) => (Event::ContentBlockDelta { index, delta: part(delta) }, None),
        Act::Stop => (Event::ContentBlockStop { index }, None),
    };
    iter::once(event).chain(more).map(move |event| (at, event))
}

fn begun(start: Start) -> Said<'static> {
    match start {
        Start::Reasoning => Said::Thinking { thinking: String::new(), signature: "" },
        Start::Text => Said::Text { text: String::new() },
        Start::ToolUse { id, name } => Said::ToolUse {
            id: response::tool_use_id(id),
            name: Cow::Owned(name),
            input: Cow::Owned(json!({})),
        },
    }
}

fn part(delta: Delta) -> Part {
    match delta {
        Delta::Reasoning(thinking) => Part::Thinking { thinking },
        Delta::Signature(signature) => Part::Signature { signature },
        Delta::Text(text) => Part::Text { text },
        Delta::Input(partial_json) => Part::Input { partial_json },
    }
}

fn message_delta(answer: &Answer) -> Event {
    let output_tokens = answer.usage().output_tokens;
    let usage = match answer.cached() {
        Some(_) => Spent::All(response::usage(answer, output_tokens)),
        None => Spent::Output { output_tokens },
    };
    let stop_sequence = answer.stop().sequence().map(str::to_owned);
    Event::MessageDelta {
        delta: Stopped { stop_reason: response::stop_reason(answer), stop_sequence },
        usage,
    }
}
