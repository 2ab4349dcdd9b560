//! The answer to ConverseStream, event by event.
//!
//! `messageStart` leaves with the head; the first delta follows when the model has its first token. Only a
//! tool's call has a `contentBlockStart`, on Bedrock as here; texts and thoughts begin with their first delta.

use std::iter;
use std::time::Duration;

use serde_json::{Value, json};

use super::extras::{metrics, say_fields, say_served, usage};
use super::tool_use_id;
use crate::bedrock::answer::{Act, Answer, Delta, Start, Step};
use crate::bedrock::ask::Ask;
use crate::bedrock::event_stream;
use crate::bedrock::tier::Served;
use crate::body::Beat;
use crate::reply::{Content, Reply};

/// The answer to ConverseStream.
pub(crate) fn stream(answer: Answer, ask: &Ask, served: &Served) -> Reply {
    let usage = answer.usage();
    Reply::answer(event_stream::CONTENT_TYPE, Content::Stream(Box::new(beats(answer, ask, served))), usage)
}

fn beats(answer: Answer, ask: &Ask, served: &Served) -> impl Iterator<Item = Beat> + Send + Sync + use<> {
    let done_at = answer.done_at();
    let mut metadata = json!({ "usage": usage(&answer), "metrics": metrics(&answer) });
    say_served(&mut metadata, ask, served);
    let mut stop = json!({ "stopReason": answer.stop().name() });
    say_fields(&mut stop, ask, &answer);
    let start = (Duration::ZERO, "messageStart", json!({ "role": "assistant" }));
    let end = [(done_at, "messageStop", stop), (done_at, "metadata", metadata)];
    iter::once(start)
        .chain(answer.steps().filter_map(event))
        .chain(end)
        .map(|(at, name, payload)| Beat { at, frame: event_stream::event(name, &payload) })
}

fn event(step: Step) -> Option<(Duration, &'static str, Value)> {
    let index = step.index;
    let (name, payload) = match step.act {
        Act::Start(Start::Reasoning | Start::Text) => return None,
        Act::Start(Start::ToolUse { id, name }) => (
            "contentBlockStart",
            json!({ "contentBlockIndex": index, "start": { "toolUse": { "toolUseId": tool_use_id(id), "name": name } } }),
        ),
        Act::Delta(part) => {
            ("contentBlockDelta", json!({ "contentBlockIndex": index, "delta": delta(part) }))
        }
        Act::Stop => ("contentBlockStop", json!({ "contentBlockIndex": index })),
    };
    Some((step.at, name, payload))
}

fn delta(part: Delta) -> Value {
    match part {
        Delta::Reasoning(text) => json!({ "reasoningContent": { "text": text } }),
        Delta::Signature(signature) => json!({ "reasoningContent": { "signature": signature } }),
        Delta::Text(text) => json!({ "text": text }),
        Delta::Input(json) => json!({ "toolUse": { "input": json } }),
    }
}
