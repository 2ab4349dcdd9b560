//! Converse and ConverseStream: the dialect common to all models.

mod events;
mod request;
mod response;

pub(crate) use events::stream;
pub(crate) use request::prompt;
pub(crate) use response::whole;

use serde_json::{Value, json};

use super::answer::Answer;

/// The `usage` of an answer.
fn usage(answer: &Answer) -> Value {
    let usage = answer.usage();
    json!({
        "inputTokens": usage.input_tokens,
        "outputTokens": usage.output_tokens,
        "totalTokens": u64::from(usage.input_tokens) + u64::from(usage.output_tokens),
    })
}

/// The `metrics` of an answer: the time that the model took, without a fault's delay before it.
fn metrics(answer: &Answer) -> Value {
    json!({ "latencyMs": answer.latency_ms() })
}
