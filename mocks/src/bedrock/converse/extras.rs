//! What an answer of Converse says besides the answer: usage, metrics, how it was served, and what was asked
//! for in addition.

use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::bedrock::answer::Answer;
use crate::bedrock::ask::{Ask, Guard};
use crate::bedrock::prompt_cache::{CacheUse, Ttl};
use crate::bedrock::tier::Served;

/// The `usage` of an answer. Of the cache it speaks to those who asked for one.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Usage {
    input_tokens: u32,
    output_tokens: u32,
    total_tokens: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_read_input_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_write_input_tokens: Option<u32>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cache_details: Vec<CacheDetail>,
}

/// The tokens written that are kept for one of the times.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct CacheDetail {
    ttl: &'static str,
    input_tokens: u32,
}

impl Usage {
    pub(super) fn of(answer: &Answer) -> Self {
        let (tokens, cached) = (answer.usage(), answer.cached());
        let all =
            [tokens.input_tokens, tokens.output_tokens, tokens.cache_read_tokens, tokens.cache_write_tokens];
        Usage {
            input_tokens: tokens.input_tokens,
            output_tokens: tokens.output_tokens,
            total_tokens: all.into_iter().map(u64::from).sum(),
            cache_read_input_tokens: cached.map(|cached| cached.read_tokens),
            cache_write_input_tokens: cached.map(|cached| cached.write_tokens()),
            cache_details: cached.map(details).unwrap_or_default(),
        }
    }
}

/// The tokens written, by how long they are kept.
fn details(cached: CacheUse) -> Vec<CacheDetail> {
    let written = [(Ttl::Hour, cached.write_1h_tokens), (Ttl::FiveMinutes, cached.write_5m_tokens)];
    let written = written.into_iter().filter(|(_, tokens)| *tokens > 0);
    written.map(|(ttl, input_tokens)| CacheDetail { ttl: ttl.name(), input_tokens }).collect()
}

/// The `metrics` of an answer: the time that the model took, without a fault's delay before it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Metrics {
    latency_ms: u64,
}

impl Metrics {
    pub(super) fn of(answer: &Answer) -> Self {
        Metrics { latency_ms: answer.latency_ms() }
    }
}

/// The tier and the latency mode that were used, and what the guardrail found if that was asked for:
/// nothing, as it has no rules.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manner {
    #[serde(skip_serializing_if = "Option::is_none")]
    performance_config: Option<PerformanceConfig>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service_tier: Option<Tier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trace: Option<Value>,
}

#[derive(Debug, Serialize)]
struct PerformanceConfig {
    latency: &'static str,
}

#[derive(Debug, Serialize)]
struct Tier {
    #[serde(rename = "type")]
    kind: &'static str,
}

impl Manner {
    pub(super) fn of(ask: &Ask, served: &Served) -> Self {
        Manner {
            performance_config: served.latency.map(|mode| PerformanceConfig { latency: mode.name() }),
            service_tier: served.service_tier.map(|tier| Tier { kind: tier.name() }),
            trace: ask.guard.as_ref().filter(|guard| guard.traced).map(trace),
        }
    }
}

fn trace(guard: &Guard) -> Value {
    let id = &guard.id;
    json!({
        "guardrail": { "inputAssessment": { id: {} }, "outputAssessments": { id: [{}] }, "actionReason": "No action." }
    })
}

/// The fields of the model's own response that were asked for, where it has them; none if it has none.
pub(super) fn fields(ask: &Ask, answer: &Answer) -> Option<Map<String, Value>> {
    let field = |path: &String| {
        let name = path.trim_start_matches('/');
        let value = match name {
            "stop_reason" => Some(answer.stop().name()),
            "stop_sequence" => answer.stop().sequence(),
            _ => None,
        };
        value.map(|value| (name.to_owned(), Value::from(value)))
    };
    let fields: Map<String, Value> = ask.response_paths.iter().filter_map(field).collect();
    (!fields.is_empty()).then_some(fields)
}
