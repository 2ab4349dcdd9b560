//! What a Converse request asks, and whether it may.
//!
//! Two parties check a request, as on Bedrock: the front end holds it against the service model and reports
//! all that fails at once ([`Complaints`]); then the service reads the conversation and stops at the first
//! mistake ([`turns`], [`tools`]). What would need a real model to matter (temperature, the contents of
//! images) changes nothing in the answer.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::num::NonZeroU32;

use serde::Deserialize;
use serde_json::Value;

use super::{blocks, tools, turns};
use crate::bedrock::ask::{Ask, Guard, Thinking};
use crate::bedrock::constraint::Complaints;
use crate::bedrock::errors;
use crate::bedrock::prompt_cache::{MOST_MARKS, Marker, Prefix, Ttl};
use crate::bedrock::thinking::{Sampling, thinking};
use crate::bedrock::tier::{LatencyMode, ServiceTier};
use crate::bedrock::tokens;
use crate::error::ServiceError;

/// The lengths and ranges of the service model (botocore 1.44, bedrock-runtime 2023-09-30).
const STOP_SEQUENCES_MOST: usize = 2500;
const RESPONSE_PATHS_MOST: usize = 10;
const RESPONSE_PATH_CHARS: usize = 256;
const METADATA_MOST: usize = 16;
const METADATA_CHARS: usize = 256;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    messages: Option<Vec<Message>>,
    system: Option<Vec<Value>>,
    inference_config: Option<InferenceConfig>,
    tool_config: Option<ToolConfig>,
    guardrail_config: Option<GuardrailConfig>,
    #[serde(default)]
    additional_model_request_fields: Value,
    additional_model_response_field_paths: Option<Vec<String>>,
    request_metadata: Option<BTreeMap<String, String>>,
    performance_config: Option<PerformanceConfig>,
    service_tier: Option<ServiceTierConfig>,
}

/// One turn.
#[derive(Deserialize)]
pub(super) struct Message {
    /// Who says it.
    #[serde(default)]
    pub role: String,
    /// What is said, in blocks.
    #[serde(default)]
    pub content: Vec<Value>,
}

/// The tools and whether they are called.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ToolConfig {
    /// Tools, and marks for the prompt cache among them.
    #[serde(default)]
    pub tools: Vec<Value>,
    /// Whether one must be called.
    #[serde(default)]
    pub tool_choice: Value,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct InferenceConfig {
    max_tokens: Option<i64>,
    temperature: Option<f64>,
    top_p: Option<f64>,
    stop_sequences: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GuardrailConfig {
    guardrail_identifier: Option<String>,
    trace: Option<String>,
    stream_processing_mode: Option<String>,
}

#[derive(Deserialize)]
struct PerformanceConfig {
    latency: Option<String>,
}

#[derive(Deserialize)]
struct ServiceTierConfig {
    #[serde(rename = "type")]
    kind: Option<String>,
}

/// What a request's body asks.
pub(crate) fn read(body: &[u8]) -> Result<Ask, ServiceError> {
    let request: Request = serde_json::from_slice(body).map_err(|error| errors::malformed(&error))?;
    let mut complaints = Complaints::default();
    let (service_tier, latency) = served(&request, &mut complaints);
    check(&request, &mut complaints);
    complaints.into_result()?;
    let messages = request.messages.as_deref().unwrap_or_default();
    turns::check(messages, request.tool_config.as_ref())?;
    let inference = request.inference_config.unwrap_or_default();
    let (tools, tool_choice) = tools::read(request.tool_config.as_ref())?;
    let max_tokens = inference.max_tokens.and_then(|most| u32::try_from(most).ok()).and_then(NonZeroU32::new);
    let system = request.system.as_deref().unwrap_or_default();
    let sampling = Sampling { max_tokens, temperature: inference.temperature, forced: tool_choice.forces() };
    let (prompt_tokens, cache_prefixes) = count(request.tool_config.as_ref(), system, messages)?;
    Ok(Ask {
        prompt_tokens,
        cache_prefixes,
        max_tokens,
        stop_sequences: inference.stop_sequences.unwrap_or_default(),
        tools,
        tool_choice,
        thinking: thoughts(&request.additional_model_request_fields, &sampling)?,
        last_said: turns::last_said(messages),
        brings_result: turns::brings_result(messages),
        service_tier,
        latency,
        response_paths: request.additional_model_response_field_paths.unwrap_or_default(),
        guard: request.guardrail_config.and_then(guard),
        answer_tokens: None,
    })
}

fn check(request: &Request, complaints: &mut Complaints) {
    match request.messages.as_deref() {
        None => complaints.missing("messages"),
        Some([]) => complaints.length("[]", 0, "messages", 1, usize::MAX),
        Some(messages) => messages.iter().enumerate().for_each(|(at, message)| {
            let turn = at + 1;
            let role = format_args!("messages.{turn}.member.role");
            complaints.one_of(&message.role, role, &["user", "assistant", "system"]);
            blocks::check_all(&message.content, format_args!("messages.{turn}.member.content"), complaints);
        }),
    }
    blocks::check_all(request.system.as_deref().unwrap_or_default(), format_args!("system"), complaints);
    if let Some(config) = &request.inference_config {
        check_inference(config, complaints);
    }
    if let Some(config) = &request.tool_config {
        tools::check(config, complaints);
    }
    if let Some(config) = &request.guardrail_config {
        let traces = ["enabled", "disabled", "enabled_full"];
        config.trace.iter().for_each(|word| complaints.one_of(word, "guardrailConfig.trace", &traces));
        let mode = config.stream_processing_mode.iter();
        mode.for_each(|word| {
            complaints.one_of(word, "guardrailConfig.streamProcessingMode", &["sync", "async"])
        });
    }
    check_paths_and_metadata(request, complaints);
}

fn check_inference(config: &InferenceConfig, complaints: &mut Complaints) {
    if let Some(most) = config.max_tokens {
        complaints.range(most as f64, "inferenceConfig.maxTokens", 1.0, f64::from(i32::MAX));
    }
    if let Some(temperature) = config.temperature {
        complaints.range(temperature, "inferenceConfig.temperature", 0.0, 1.0);
    }
    if let Some(top_p) = config.top_p {
        complaints.range(top_p, "inferenceConfig.topP", 0.0, 1.0);
    }
    let stops = config.stop_sequences.as_deref().unwrap_or_default();
    complaints.length(List(stops), stops.len(), "inferenceConfig.stopSequences", 0, STOP_SEQUENCES_MOST);
    for (at, stop) in stops.iter().enumerate() {
        let path = format_args!("inferenceConfig.stopSequences.{}.member", at + 1);
        complaints.length(stop, stop.chars().count(), path, 1, usize::MAX);
    }
}

/// Texts as complaints show them: `[a, b]`.
struct List<'a>(&'a [String]);

impl Display for List<'_> {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "[{}]", self.0.join(", "))
    }
}

fn check_paths_and_metadata(request: &Request, complaints: &mut Complaints) {
    let paths = request.additional_model_response_field_paths.as_deref().unwrap_or_default();
    complaints.length(List(paths), paths.len(), "additionalModelResponseFieldPaths", 0, RESPONSE_PATHS_MOST);
    for (at, path) in paths.iter().enumerate() {
        let place = format_args!("additionalModelResponseFieldPaths.{}.member", at + 1);
        complaints.length(path, path.chars().count(), place, 1, RESPONSE_PATH_CHARS);
    }
    if let Some(metadata) = &request.request_metadata {
        complaints.length("{}", metadata.len(), "requestMetadata", 1, METADATA_MOST);
        for (name, value) in metadata {
            let place = format_args!("requestMetadata.{name}.member");
            complaints.length(value, value.chars().count(), place, 0, METADATA_CHARS);
        }
    }
}

fn served(request: &Request, complaints: &mut Complaints) -> (Option<ServiceTier>, Option<LatencyMode>) {
    let tier = request.service_tier.as_ref().and_then(|tier| match &tier.kind {
        Some(word) => complaints.word(word, "serviceTier.type", &ServiceTier::ALL.map(ServiceTier::name)),
        None => {
            complaints.missing("serviceTier.type");
            None
        }
    });
    let latency = request.performance_config.as_ref().and_then(|config| config.latency.as_deref());
    let modes = LatencyMode::ALL.map(LatencyMode::name);
    (tier, latency.and_then(|word| complaints.word(word, "performanceConfig.latency", &modes)))
}

/// The thinking that is asked for in the model's own field, or in `reasoning_config`, AWS's older name of it.
fn thoughts(fields: &Value, sampling: &Sampling) -> Result<Thinking, ServiceError> {
    let field = fields.get("thinking").or_else(|| fields.get("reasoning_config")).unwrap_or(&Value::Null);
    thinking(field, sampling).map_err(|mistake| model_error(&mistake))
}

/// A mistake that the model finds, not the service.
pub(super) fn model_error(mistake: &str) -> ServiceError {
    errors::validation(format!("The model returned the following errors: {mistake}"))
}

fn guard(config: GuardrailConfig) -> Option<Guard> {
    let traced = config.trace.is_some_and(|trace| trace != "disabled");
    config.guardrail_identifier.map(|id| Guard { id, traced })
}

/// The length of the prompt, and of what stands before each mark in it: first the tools, then the system
/// prompt, then the turns.
fn count(
    tools: Option<&ToolConfig>,
    system: &[Value],
    messages: &[Message],
) -> Result<(u32, Vec<Prefix>), ServiceError> {
    let tools = tools.map_or(&[][..], |config| &config.tools);
    let said = || system.iter().chain(messages.iter().flat_map(|message| &message.content));
    let parts = || {
        let tools = tools.iter().map(|tool| (tool, tokens::json_chars(tool)));
        tools.chain(said().map(|block| (block, tokens::content_chars(block))))
    };
    let tokens = tokens::estimate(parts().map(|(_, chars)| chars).sum());
    let marks = tools.iter().chain(said()).filter(|part| part.get("cachePoint").is_some()).count();
    if marks > MOST_MARKS {
        return Err(model_error(&format!(
            "A maximum of {MOST_MARKS} blocks with cache_control may be provided. Found {marks}."
        )));
    }
    if marks == 0 {
        return Ok((tokens, Vec::new()));
    }
    let mut marker = Marker::new();
    for (part, chars) in parts() {
        match part.get("cachePoint") {
            Some(point) => marker.mark(Ttl::named(&point["ttl"])),
            None => marker.read(part, chars),
        }
    }
    Ok((tokens, marker.finish()))
}

#[cfg(test)]
mod tests;
