//! Amazon Bedrock Runtime: four operations and the count of their tokens, each model with a behaviour of its own.
//!
//! A request becomes a [`Question`] by its path and headers alone, which is all that the faults need to
//! know. Only then is the body read, in the words of Converse or of the model's own dialect, into an
//! [`ask::Ask`]; [`serving`] finds quota and a region for it; the behaviour makes an [`answer::Answer`]
//! of it, and the same words tell it, together with how it was [`Served`].

pub(crate) mod answer;
mod arn;
pub(crate) mod ask;
mod base62;
pub(crate) mod behaviour;
mod converse;
mod count_tokens;
pub(crate) mod errors;
mod event_stream;
pub(crate) mod exception;
mod invoke;
pub(crate) mod model;
pub(crate) mod offer;
mod operation;
pub(crate) mod placement;
pub(crate) mod profile;
pub(crate) mod prompt;
pub(crate) mod quota;
pub(crate) mod serving;
mod text;
mod thinking;
pub(crate) mod tier;
pub(crate) mod tokens;
mod tool_input;
pub(crate) mod way;

use std::str::FromStr;

use http::request::Parts;

use crate::chance::Chance;
use crate::error::ServiceError;
use crate::reply::Reply;
use answer::Answer;
use ask::Ask;
use invoke::Dialect;
use model::ModelSpec;
use operation::Operation;
use tier::{LatencyMode, Served, ServiceTier};

/// The header of InvokeModel that asks for a service tier, as the service model names it.
const SERVICE_TIER: &str = "x-amzn-bedrock-service-tier";
/// The header of InvokeModel that asks for a latency mode.
const LATENCY: &str = "x-amzn-bedrock-performanceconfig-latency";

/// The models of a cloud, and what may be asked of them.
pub(crate) struct Bedrock {
    models: Vec<ModelSpec>,
}

impl Bedrock {
    /// A Bedrock that serves these models.
    pub(crate) fn new(models: Vec<ModelSpec>) -> Self {
        Bedrock { models }
    }

    /// What a request asks of which model, by its method and path.
    pub(crate) fn question(&self, head: &Parts) -> Result<Question<'_>, ServiceError> {
        let (operation, model_id) =
            operation::parse(&head.method, head.uri.path()).ok_or_else(errors::unknown_operation)?;
        let model = model::resolve(&self.models, &model_id);
        let service_tier = header(head, SERVICE_TIER)?;
        let latency = header(head, LATENCY)?;
        Ok(Question { operation, model_id, model, service_tier, latency })
    }
}

/// The word in a header, if there is one; another than those allowed is a mistake.
fn header<T: FromStr>(head: &Parts, name: &str) -> Result<Option<T>, ServiceError>
where
    T::Err: std::fmt::Display,
{
    let Some(word) = head.headers.get(name) else {
        return Ok(None);
    };
    let word = String::from_utf8_lossy(word.as_bytes());
    word.parse().map(Some).map_err(|error| errors::validation(format!("{name}: {error}")))
}

/// An operation asked of a model.
pub(crate) struct Question<'a> {
    /// The operation.
    pub operation: Operation,
    /// The model's id as asked for, decoded.
    pub model_id: String,
    /// The model that it means; none if the cloud has no such model.
    pub model: Option<&'a ModelSpec>,
    /// The service tier that the headers ask for; Converse asks in the body.
    pub service_tier: Option<ServiceTier>,
    /// The latency mode that the headers ask for; Converse asks in the body.
    pub latency: Option<LatencyMode>,
}

impl Question<'_> {
    /// What the body asks, or Bedrock's own complaint about it.
    pub(crate) fn read(&self, body: &[u8]) -> Result<Ask, ServiceError> {
        let model = self.model.ok_or_else(errors::unknown_model)?;
        let ask = match self.operation {
            Operation::Converse | Operation::ConverseStream => converse::read(body),
            Operation::InvokeModel | Operation::InvokeModelWithResponseStream => {
                Dialect::of(model)?.read(body)
            }
            Operation::CountTokens => count_tokens::read(model, body),
        }?;
        Ok(Ask {
            service_tier: ask.service_tier.or(self.service_tier),
            latency: ask.latency.or(self.latency),
            ..ask
        })
    }

    /// The answer to what was read, served so.
    pub(crate) fn answer(&self, ask: &Ask, served: &Served, chance: Chance) -> Result<Reply, ServiceError> {
        let model = self.model.ok_or_else(errors::unknown_model)?;
        let speedup = match served.latency {
            Some(LatencyMode::Optimized) => model.offer().speedup().unwrap_or(1.0),
            _ => 1.0,
        };
        let decided = || Answer::to(ask, model.behaviour(), chance).faster(speedup);
        Ok(match self.operation {
            Operation::Converse => converse::whole(decided(), served),
            Operation::ConverseStream => converse::stream(decided(), served),
            Operation::InvokeModel => invoke::whole(Dialect::of(model)?, model, decided(), served),
            Operation::InvokeModelWithResponseStream => {
                invoke::stream(Dialect::of(model)?, model, decided(), served)
            }
            Operation::CountTokens => count_tokens::answer(ask),
        })
    }
}
