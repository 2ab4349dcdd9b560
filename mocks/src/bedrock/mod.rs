//! Amazon Bedrock Runtime: four operations and the count of their tokens, each model with a behaviour of its own.
//!
//! A request becomes a [`Question`] by its path and headers alone, which is all that the faults need to
//! know. Only then is the body read, in the words of Converse or of the model's own dialect, into an
//! [`ask::Ask`]; the behaviour makes an [`answer::Answer`] of it, and the same words tell it, together
//! with how it was [`Served`].

pub(crate) mod answer;
pub(crate) mod ask;
mod base62;
pub(crate) mod behaviour;
pub(crate) mod canned;
mod constraint;
mod converse;
mod count_tokens;
pub(crate) mod errors;
mod event_stream;
pub(crate) mod exception;
mod invoke;
pub(crate) mod model;
mod operation;
pub(crate) mod prompt;
mod prompt_cache;
mod text;
mod thinking;
pub(crate) mod tier;
pub(crate) mod tokens;
mod tool_input;

use std::str::FromStr;
use std::time::Duration;

use http::request::Parts;

use crate::chance::Chance;
use crate::error::ServiceError;
use crate::reply::Reply;
use answer::{Answer, Saying};
use ask::Ask;
use canned::{AnswerMode, CannedRule};
use invoke::Dialect;
use model::ModelSpec;
use operation::Operation;
use prompt_cache::PromptCache;
use tier::{LatencyMode, Served, ServiceTier};

/// The header of InvokeModel that asks for a service tier, as the service model names it.
const SERVICE_TIER: &str = "x-amzn-bedrock-service-tier";
/// The header of InvokeModel that asks for a latency mode.
const LATENCY: &str = "x-amzn-bedrock-performanceconfig-latency";

/// The models of a cloud, and what may be asked of them.
pub(crate) struct Bedrock {
    models: Vec<ModelSpec>,
    rules: Vec<CannedRule>,
    cache: PromptCache,
}

impl Bedrock {
    /// A Bedrock that serves these models.
    pub(crate) fn new(models: Vec<ModelSpec>) -> Self {
        Bedrock { models, rules: Vec::new(), cache: PromptCache::default() }
    }

    /// The same Bedrock, whose models answer by these rules where one fits.
    pub(crate) fn answering(self, rules: Vec<CannedRule>) -> Self {
        Bedrock { rules, ..self }
    }

    /// What a request asks of which model, by its method and path.
    pub(crate) fn question(&self, head: &Parts) -> Result<Question<'_>, ServiceError> {
        let (operation, model_id) =
            operation::parse(&head.method, head.uri.path()).ok_or_else(errors::unknown_operation)?;
        let model = model::resolve(&self.models, &model_id);
        let service_tier = header(head, SERVICE_TIER)?;
        let latency = header(head, LATENCY)?;
        Ok(Question {
            operation,
            model_id,
            model,
            service_tier,
            latency,
            rules: &self.rules,
            cache: &self.cache,
        })
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
    rules: &'a [CannedRule],
    cache: &'a PromptCache,
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

    /// The answer to what was read, served so, `at` this time after the epoch.
    pub(crate) fn answer(
        &self,
        ask: &Ask,
        served: &Served,
        at: Duration,
        chance: Chance,
    ) -> Result<Reply, ServiceError> {
        let model = self.model.ok_or_else(errors::unknown_model)?;
        let decided = || {
            let cached = self.cache.run(at, &served.region, model.id(), &ask.cache_prefixes);
            let rule = self.rules.iter().find(|rule| rule.fits(model, self.operation, ask));
            let saying = match (rule, model.mode()) {
                (Some(rule), _) => Saying::Canned(rule),
                (None, AnswerMode::Echo) => Saying::Echo,
                (None, AnswerMode::Essay) => Saying::Essay,
            };
            Answer::to(ask, model.behaviour(), saying, cached, chance)
        };
        Ok(match self.operation {
            Operation::Converse => converse::whole(decided(), ask, served),
            Operation::ConverseStream => converse::stream(decided(), ask, served),
            Operation::InvokeModel => invoke::whole(Dialect::of(model)?, model, decided(), served),
            Operation::InvokeModelWithResponseStream => {
                invoke::stream(Dialect::of(model)?, model, decided(), served)
            }
            Operation::CountTokens => count_tokens::answer(ask),
        })
    }
}
