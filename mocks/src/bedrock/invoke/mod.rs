//! InvokeModel and InvokeModelWithResponseStream: each family of models in its own dialect.
//!
//! Bedrock wraps whatever the model says: whole, beside headers with the token counts; streamed, as bytes
//! in `chunk` events. The dialect decides the words, this file the wrapping.

mod anthropic;

use std::time::Duration;

use aws_smithy_types::base64;
use serde_json::{Value, json};

use super::answer::Answer;
use super::ask::Ask;
use super::errors;
use super::event_stream;
use super::model::ModelSpec;
use super::tier::Served;
use crate::body::Beat;
use crate::error::ServiceError;
use crate::reply::{Content, Reply};

/// The request and response format of a family of models.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Anthropic's Messages API.
    Anthropic,
}

impl Dialect {
    /// The dialect of a model; those of other providers than Anthropic are reached through Converse only.
    pub(crate) fn of(model: &ModelSpec) -> Result<Self, ServiceError> {
        match model.provider() {
            "anthropic" => Ok(Dialect::Anthropic),
            other => Err(errors::validation(format!(
                "This cloud's InvokeModel does not speak the dialect of `{other}`; ask {} through Converse.",
                model.id()
            ))),
        }
    }

    /// What a request's body asks.
    pub(crate) fn read(self, body: &[u8]) -> Result<Ask, ServiceError> {
        match self {
            Dialect::Anthropic => anthropic::read(body),
        }
    }

    fn message(self, model: &ModelSpec, answer: &Answer) -> Value {
        match self {
            Dialect::Anthropic => anthropic::message(model, answer),
        }
    }

    fn chunks(
        self,
        model: &ModelSpec,
        answer: Answer,
    ) -> impl Iterator<Item = (Duration, Value)> + Send + Sync + use<> {
        match self {
            Dialect::Anthropic => anthropic::chunks(model, answer),
        }
    }
}

/// The answer to InvokeModel.
pub(crate) fn whole(dialect: Dialect, model: &ModelSpec, answer: Answer, served: &Served) -> Reply {
    let bytes = dialect.message(model, &answer).to_string().into();
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
    say_served(reply, served)
}

/// The answer to InvokeModelWithResponseStream.
pub(crate) fn stream(dialect: Dialect, model: &ModelSpec, answer: Answer, served: &Served) -> Reply {
    let usage = answer.usage();
    let beats = dialect.chunks(model, answer).map(|(at, chunk)| {
        let payload = json!({ "bytes": base64::encode(chunk.to_string()) });
        Beat { at, frame: event_stream::event("chunk", &payload) }
    });
    let reply = Reply::answer(event_stream::CONTENT_TYPE, Content::Stream(Box::new(beats)), usage)
        .header("x-amzn-bedrock-content-type", http::HeaderValue::from_static("application/json"));
    say_served(reply, served)
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
