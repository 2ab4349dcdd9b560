//! What an answer of Converse says besides the answer: usage, metrics, how it was served, and what was asked
//! for in addition.

use serde_json::{Map, Value, json};

use crate::bedrock::answer::Answer;
use crate::bedrock::ask::{Ask, Guard};
use crate::bedrock::prompt_cache::{CacheUse, Ttl};
use crate::bedrock::tier::Served;

/// The `usage` of an answer. Of the cache it speaks to those who asked for one.
pub(super) fn usage(answer: &Answer) -> Value {
    let tokens = answer.usage();
    let all =
        [tokens.input_tokens, tokens.output_tokens, tokens.cache_read_tokens, tokens.cache_write_tokens];
    let mut usage = json!({
        "inputTokens": tokens.input_tokens,
        "outputTokens": tokens.output_tokens,
        "totalTokens": all.into_iter().map(u64::from).sum::<u64>(),
    });
    if let Some(cached) = answer.cached() {
        usage["cacheReadInputTokens"] = json!(cached.read_tokens);
        usage["cacheWriteInputTokens"] = json!(cached.write_tokens());
        if cached.write_tokens() > 0 {
            usage["cacheDetails"] = details(cached);
        }
    }
    usage
}

/// The tokens written, by how long they are kept.
fn details(cached: CacheUse) -> Value {
    let written = [(Ttl::Hour, cached.write_1h_tokens), (Ttl::FiveMinutes, cached.write_5m_tokens)];
    let written = written.into_iter().filter(|(_, tokens)| *tokens > 0);
    written.map(|(ttl, tokens)| json!({ "ttl": ttl.name(), "inputTokens": tokens })).collect()
}

/// The `metrics` of an answer: the time that the model took, without a fault's delay before it.
pub(super) fn metrics(answer: &Answer) -> Value {
    json!({ "latencyMs": answer.latency_ms() })
}

/// Adds the tier and the latency mode that were used, and what the guardrail found if that was asked for:
/// nothing, as it has no rules.
pub(super) fn say_served(payload: &mut Value, ask: &Ask, served: &Served) {
    if let Some(mode) = served.latency {
        payload["performanceConfig"] = json!({ "latency": mode.name() });
    }
    if let Some(tier) = served.service_tier {
        payload["serviceTier"] = json!({ "type": tier.name() });
    }
    if let Some(Guard { id, traced: true }) = &ask.guard {
        payload["trace"] = json!({
            "guardrail": { "inputAssessment": { id: {} }, "outputAssessments": { id: [{}] }, "actionReason": "No action." }
        });
    }
}

/// Adds the fields of the model's own response that were asked for, where it has them.
pub(super) fn say_fields(payload: &mut Value, ask: &Ask, answer: &Answer) {
    let own = json!({
        "stop_reason": answer.stop().name(),
        "stop_sequence": answer.stop().sequence(),
    });
    let mut fields = Map::new();
    for path in &ask.response_paths {
        let name = path.trim_start_matches('/');
        if let Some(value) = own.get(name).filter(|value| !value.is_null()) {
            fields.insert(name.to_owned(), value.clone());
        }
    }
    if !fields.is_empty() {
        payload["additionalModelResponseFields"] = Value::Object(fields);
    }
}
