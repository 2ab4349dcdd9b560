//! The answer to ConverseStream, event by event.
//!
//! `messageStart` leaves with the head; the first delta follows when the model has its first token. Only a
//! tool's call has a `contentBlockStart`, on Bedrock as here; texts and thoughts begin with their first delta.

use std::iter;
use std::time::Duration;

use serde::Serialize;
use serde_json::{Map, Value};

use super::extras::{self, Manner, Metrics, Usage};
use super::tool_use_id;
use crate::bedrock::answer::{Act, Answer, Delta, Start, Step};
use crate::bedrock::ask::Ask;
use crate::bedrock::event_stream;
use crate::bedrock::tier::Served;
use crate::body::Beat;
use crate::reply::{Content, Reply};

/// What an event says.
#[derive(Serialize)]
#[serde(untagged, rename_all_fields = "camelCase")]
enum Event {
    MessageStart {
        role: &'static str,
    },
    ContentBlockStart {
        content_block_index: usize,
        start: BlockStart,
    },
    ContentBlockDelta {
        content_block_index: usize,
        delta: BlockDelta,
    },
    ContentBlockStop {
        content_block_index: usize,
    },
    MessageStop {
        stop_reason: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        additional_model_response_fields: Option<Map<String, Value>>,
    },
    Metadata {
        usage: Usage,
        metrics: Metrics,
        #[serde(flatten)]
        manner: Manner,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
enum BlockStart {
    ToolUse { tool_use_id: String, name: String },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum BlockDelta {
    ReasoningContent(Reasoning),
    Text(String),
    ToolUse { input: String },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum Reasoning {
    Text(String),
    Signature(String),
}

impl Event {
    fn name(&self) -> &'static str {
        match self {
            Event::MessageStart { .. } => "messageStart",
            Event::ContentBlockStart { .. } => "contentBlockStart",
            Event::ContentBlockDelta { .. } => "contentBlockDelta",
            Event::ContentBlockStop { .. } => "contentBlockStop",
            Event::MessageStop { .. } => "messageStop",
            Event::Metadata { .. } => "metadata",
        }
    }
}

/// The answer to ConverseStream.
pub(crate) fn stream(answer: Answer, ask: &Ask, served: &Served) -> Reply {
    let usage = answer.usage();
    Reply::answer(event_stream::CONTENT_TYPE, Content::Stream(Box::new(beats(answer, ask, served))), usage)
}

fn beats(answer: Answer, ask: &Ask, served: &Served) -> impl Iterator<Item = Beat> + Send + Sync + use<> {
    let done_at = answer.done_at();
    let metadata = Event::Metadata {
        usage: Usage::of(&answer),
        metrics: Metrics::of(&answer),
        manner: Manner::of(ask, served),
    };
    let stop = Event::MessageStop {
        stop_reason: answer.stop().name(),
        additional_model_response_fields: extras::fields(ask, &answer),
    };
    let start = (Duration::ZERO, Event::MessageStart { role: "assistant" });
    let end = [(done_at, stop), (done_at, metadata)];
    iter::once(start)
        .chain(answer.steps().filter_map(event))
        .chain(end)
        .map(|(at, event)| Beat { at, frame: event_stream::event(event.name(), &event) })
}

fn event(step: Step) -> Option<(Duration, Event)> {
    let content_block_index = step.index;
    let event = match step.act {
        Act::Start(Start::Reasoning | Start::Text) => return None,
        Act::Start(Start::ToolUse { id, name }) => Event::ContentBlockStart {
            content_block_index,
            start: BlockStart::ToolUse { tool_use_id: tool_use_id(id), name },
        },
        Act::Delta(part) => Event::ContentBlockDelta { content_block_index, delta: delta(part) },
        Act::Stop => Event::ContentBlockStop { content_block_index },
    };
    Some((step.at, event))
}

fn delta(part: Delta) -> BlockDelta {
    match part {
        Delta::Reasoning(text) => BlockDelta::ReasoningContent(Reasoning::Text(text)),
        Delta::Signature(signature) => BlockDelta::ReasoningContent(Reasoning::Signature(signature)),
        Delta::Text(text) => BlockDelta::Text(text),
        Delta::Input(input) => BlockDelta::ToolUse { input },
    }
}
