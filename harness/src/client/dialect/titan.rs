//! The dialect of Amazon's Titan texts: one text in, one out.
//!
//! Source: AWS's guide of Bedrock, on the parameters of Amazon Titan Text models, which gives the speakers of a
//! conversation these names.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::transcript::transcript;
use super::{Answer, Metrics, Unreadable, events};
use crate::client::ask::Ask;
use crate::client::event::Event;

pub(super) fn body(ask: &Ask) -> Value {
    let fields = [
        ("temperature", ask.temperature.map(|number| json!(number))),
        ("topP", ask.top_p.map(|number| json!(number))),
        ("maxTokenCount", ask.max_tokens.map(|limit| json!(limit))),
        ("stopSequences", (!ask.stop_sequences.is_empty()).then(|| json!(ask.stop_sequences))),
    ];
    let config: Map<String, Value> =
        fields.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))).collect();
    json!({ "inputText": transcript(ask, "User", "Bot"), "textGenerationConfig": config })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Whole {
    input_text_token_count: Option<u64>,
    results: Vec<Generated>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Generated {
    token_count: Option<u64>,
    completion_reason: String,
}

pub(super) fn answer(body: &[u8]) -> Result<Answer, Unreadable> {
    let whole: Whole = serde_json::from_slice(body)?;
    let first = whole.results.into_iter().next().ok_or(Unreadable::Missing("result"))?;
    Ok(Answer {
        stop_reason: first.completion_reason,
        input: whole.input_text_token_count,
        output: first.token_count,
    })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Chunk {
    output_text: Option<String>,
    total_output_text_token_count: Option<u64>,
    completion_reason: Option<String>,
    input_text_token_count: Option<u64>,
    #[serde(rename = "amazon-bedrock-invocationMetrics")]
    metrics: Option<Metrics>,
}

/// The last chunk is the one that says why the model stopped.
pub(super) fn chunk(bytes: &[u8]) -> Result<Vec<Event>, Unreadable> {
    let chunk: Chunk = serde_json::from_slice(bytes)?;
    let counted = [
        chunk.input_text_token_count.map(Event::Input),
        chunk.total_output_text_token_count.map(Event::Output),
        chunk.completion_reason.as_ref().map(|_| Event::Close),
    ];
    let content = chunk.output_text.as_deref().and_then(Event::content);
    Ok(events(content, chunk.completion_reason, counted.into_iter().flatten(), chunk.metrics))
}
