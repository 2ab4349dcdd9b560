//! Converse and ConverseStream: the dialect common to all models.

mod events;
mod request;
mod response;

pub(crate) use events::stream;
pub(crate) use request::read;
pub(crate) use response::whole;

use serde_json::{Value, json};

use super::answer::Answer;
use super::base62;
use super::tier::Served;

/// The characters after `tooluse_` in the id of a tool's call.
const TOOL_USE_ID_LENGTH: usize = 22;

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

/// Adds the tier and the latency mode that were used.
fn say_served(payload: &mut Value, served: &Served) {
    if let Some(mode) = served.latency {
        payload["performanceConfig"] = json!({ "latency": mode.name() });
    }
    if let Some(tier) = served.service_tier {
        payload["serviceTier"] = json!({ "type": tier.name() });
    }
}

fn tool_use_id(id: u128) -> String {
    format!("tooluse_{}", base62::digits(id, TOOL_USE_ID_LENGTH))
}
