//! InvokeModel and InvokeModelWithResponseStream: each family of models in its own dialect.
//!
//! Bedrock wraps whatever the model says: whole, beside headers with the token counts; streamed, as bytes
//! in `chunk` events. The dialect decides the words, this file the wrapping.

mod anthropic;
mod cohere;
mod llama;
mod mistral;
mod nova;
mod schema;
mod titan;

use std::time::Duration;

use aws_smithy_types::base64;
use serde::Serialize;
use serde_json::{Error, Value, json};

use super::answer::Answer;
use super::ask::Ask;
use super::errors;
use super::event_stream;
use super::model::ModelSpec;
use super::tier::Served;
use crate::body::Beat;
use crate::error::ServiceError;
use crate::reply::{Content, Reply};
use mistral::Form;

/// The words of an answer as they are streamed, each with its time.
type Chunks = Box<dyn Iterator<Item = (Duration, Value)> + Send + Sync>;
/// The same, as JSON.
type Written = Box<dyn Iterator<Item = (Duration, Result<Vec<u8>, Error>)> + Send + Sync>;

/// The request and response format of a family of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Anthropic's Messages API.
    Anthropic,
    /// Amazon Nova's `messages-v1`.
    Nova,
    /// Amazon Titan's texts.
    Titan,
    /// Amazon Titan's embeddings.
    TitanEmbed,
    /// Meta's Llama.
    Llama,
    /// Mistral AI's, in the form that the model knows.
    Mistral(Form),
    /// Cohere's Command.
    Command,
    /// Cohere's Command R.
    CommandR,
}

/// The families that have a dialect, by the beginning of their bare ids; the first that fits.
const FAMILIES: [(&str, Dialect); 10] = [
    ("anthropic.", Dialect::Anthropic),
    ("amazon.nova-micro", Dialect::Nova),
    ("amazon.nova-lite", Dialect::Nova),
    ("amazon.nova-pro", Dialect::Nova),
    ("amazon.nova-premier", Dialect::Nova),
    ("amazon.titan-text", Dialect::Titan),
    ("amazon.titan-embed-text", Dialect::TitanEmbed),
    ("meta.llama", Dialect::Llama),
    ("cohere.command-r", Dialect::CommandR),
    ("cohere.command", Dialect::Command),
];

impl Dialect {
    /// The dialect of a model; those of families that have none here are reached through Converse only.
    pub(crate) fn of(model: &ModelSpec) -> Result<Self, ServiceError> {
        let id = model.bare_id();
        if id.starts_with("mistral.") {
            return Ok(Dialect::Mistral(Form::of(id)));
        }
        let nova_2 = id.starts_with("amazon.nova-2-").then_some(Dialect::Nova);
        let family =
            || FAMILIES.iter().find(|(family, _)| id.starts_with(family)).map(|(_, dialect)| *dialect);
        nova_2.or_else(family).ok_or_else(|| {
            errors::validation(format!(
                "This cloud's InvokeModel does not speak the dialect of `{}`; ask {} through Converse.",
                model.provider(),
                model.id()
            ))
        })
    }

    /// What a request's body asks.
    pub(crate) fn read(self, model: &ModelSpec, body: &[u8]) -> Result<Ask, ServiceError> {
        match self {
            Dialect::Anthropic => anthropic::read(body),
            Dialect::Nova => nova::read(body),
            Dialect::Titan => titan::read(body),
            Dialect::TitanEmbed => titan::read_embed(model, body),
            Dialect::Llama => llama::read(body),
            Dialect::Mistral(form) => form.read(body),
            Dialect::Command => cohere::read(body),
            Dialect::CommandR => cohere::read_r(body),
        }
    }

    fn message(self, model: &ModelSpec, answer: &Answer, ask: &Ask) -> Result<Vec<u8>, Error> {
        let message = match self {
            Dialect::Anthropic => return serde_json::to_vec(&anthropic::message(model, answer)),
            Dialect::Nova => nova::message(answer),
            Dialect::Titan => titan::message(answer),
            Dialect::TitanEmbed => titan::embedding(model, ask),
            Dialect::Llama => llama::message(answer),
            Dialect::Mistral(form) => form.message(model, answer),
            Dialect::Command => cohere::message(answer),
            Dialect::CommandR => cohere::message_r(answer),
        };
        serde_json::to_vec(&message)
    }

    fn chunks(self, model: &ModelSpec, answer: Answer) -> Result<Written, ServiceError> {
        Ok(written(match self {
            Dialect::Anthropic => return Ok(written(anthropic::chunks(model, answer))),
            Dialect::Nova => nova::chunks(answer),
            Dialect::Titan => titan::chunks(answer),
            Dialect::TitanEmbed => return Err(no_stream()),
            Dialect::Llama => llama::chunks(answer),
            Dialect::Mistral(form) => form.chunks(model, answer),
            Dialect::Command => cohere::chunks(answer),
            Dialect::CommandR => cohere::chunks_r(answer),
        }))
    }
}

fn written<T: Serialize>(chunks: impl Iterator<Item = (Duration, T)> + Send + Sync + 'static) -> Written {
    Box::new(chunks.map(|(at, chunk)| (at, serde_json::to_vec(&chunk))))
}

/// 400: the model answers whole or not at all; quoted in aws-samples/amazon-bedrock-client-for-mac#112.
fn no_stream() -> ServiceError {
    errors::validation("The model is unsupported for streaming.")
}

/// The service's own measurements, in the last chunk of a stream. Of the cache they speak to those who asked for one.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Metrics {
    input_token_count: u32,
    output_token_count: u32,
    invocation_latency: u64,
    first_byte_latency: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_read_input_token_count: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cache_write_input_token_count: Option<u32>,
}

impl Metrics {
    fn of(answer: &Answer) -> Self {
        let (usage, cached) = (answer.usage(), answer.cached());
        Metrics {
            input_token_count: usage.input_tokens,
            output_token_count: usage.output_tokens,
            invocation_latency: answer.latency_ms(),
            first_byte_latency: answer.first_latency_ms(),
            cache_read_input_token_count: cached.map(|cached| cached.read_tokens),
            cache_write_input_token_count: cached.map(|cached| cached.write_tokens()),
        }
    }
}

/// The last chunk of a stream, with [`Metrics`] in it.
fn metered(mut last: Value, answer: &Answer) -> Value {
    last["amazon-bedrock-invocationMetrics"] = json!(Metrics::of(answer));
    last
}

/// The answer to InvokeModel.
///
/// # Errors
/// It cannot be written, which nothing in it can cause.
pub(crate) fn whole(
    dialect: Dialect,
    model: &ModelSpec,
    ask: &Ask,
    answer: Answer,
    served: &Served,
) -> Result<Reply, ServiceError> {
    let bytes = dialect.message(model, &answer, ask).map_err(|_| errors::internal())?.into();
    let usage = answer.usage();
    let cached = answer.cached();
    let mut reply =
        Reply::answer("application/json", Content::Whole { after: answer.done_at(), bytes }, usage)
            .header("x-amzn-bedrock-input-token-count", usage.input_tokens)
            .header("x-amzn-bedrock-output-token-count", usage.output_tokens)
            .header("x-amzn-bedrock-invocation-latency", answer.latency_ms());
    if let Some(cached) = cached {
        reply = reply
            .header("x-amzn-bedrock-cache-read-input-token-count", cached.read_tokens)
            .header("x-amzn-bedrock-cache-write-input-token-count", cached.write_tokens());
    }
    Ok(say_served(reply, served))
}

/// The payload of an event: words of the model, in base64.
#[derive(Serialize)]
struct Chunk {
    bytes: String,
}

/// The answer to InvokeModelWithResponseStream.
///
/// # Errors
/// The model has nothing to stream.
pub(crate) fn stream(
    dialect: Dialect,
    model: &ModelSpec,
    answer: Answer,
    served: &Served,
) -> Result<Reply, ServiceError> {
    let usage = answer.usage();
    let frame = |chunk: Result<Vec<u8>, Error>| {
        event_stream::event("chunk", &Chunk { bytes: base64::encode(chunk?) })
    };
    let beats = dialect.chunks(model, answer)?.map(move |(at, chunk)| Beat { at, frame: frame(chunk) });
    let reply = Reply::answer(event_stream::CONTENT_TYPE, Content::Stream(Box::new(beats)), usage)
        .header("x-amzn-bedrock-content-type", http::HeaderValue::from_static("application/json"));
    Ok(say_served(reply, served))
}

/// The tier and the latency mode that were used, in the headers of the service model.
fn say_served(mut reply: Reply, served: &Served) -> Reply {
    if let Some(tier) = served.service_tier {
        reply = reply.header("x-amzn-bedrock-service-tier", http::HeaderValue::from_static(tier.name()));
    }
    if let Some(mode) = served.latency {
        reply = reply
            .header("x-amzn-bedrock-performanceconfig-latency", http::HeaderValue::from_static(mode.name()));
    }
    reply
}
