//! Amazon Bedrock Runtime: its operations, and models with a behaviour each of its own.
//!
//! A request becomes a [`Question`] by its path and headers alone, which is all that the faults need to
//! know. Only then is the body read, in the words of Converse or of the model's own dialect, into an
//! [`ask::Ask`]; [`serving`] finds quota and a region for it; the behaviour makes an [`answer::Answer`]
//! of it, and the same words tell it, together with how it was [`Served`].

pub(crate) mod answer;
mod arn;
pub(crate) mod ask;
pub(crate) mod async_invoke;
mod base62;
pub(crate) mod behaviour;
pub(crate) mod canned;
mod constraint;
pub(crate) mod content_type;
mod converse;
mod count_tokens;
mod embedding;
pub(crate) mod errand;
pub(crate) mod errors;
mod event_stream;
pub(crate) mod exception;
pub(crate) mod guardrail;
mod invoke;
mod line;
pub(crate) mod model;
pub(crate) mod offer;
pub(crate) mod operation;
pub(crate) mod placement;
pub(crate) mod profile;
pub(crate) mod prompt;
mod prompt_cache;
pub(crate) mod quota;
pub(crate) mod serving;
mod text;
mod thinking;
pub(crate) mod tier;
pub(crate) mod tokens;
mod tool_input;
pub(crate) mod way;

use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderName;
use http::request::Parts;

use crate::chance::Chance;
use crate::error::ServiceError;
use crate::reply::Reply;
use answer::{Answer, Saying};
use ask::Ask;
use async_invoke::{AsyncInvokes, Moment, Named};
use canned::{AnswerMode, CannedRule};
use errand::{Errand, ErrandSettings};
use guardrail::BlockedWords;
use invoke::Dialect;
use model::ModelSpec;
use operation::Operation;
use prompt_cache::PromptCache;
use tier::{LatencyMode, Served, ServiceTier};

/// The header of InvokeModel that asks for a service tier, as the service model names it.
const SERVICE_TIER: HeaderName = HeaderName::from_static("x-amzn-bedrock-service-tier");
/// The header of InvokeModel that asks for a latency mode.
const LATENCY: HeaderName = HeaderName::from_static("x-amzn-bedrock-performanceconfig-latency");

/// The models of a cloud, and what may be asked of them.
pub(crate) struct Bedrock {
    models: Vec<ModelSpec>,
    rules: Vec<CannedRule>,
    async_invokes: AsyncInvokes,
    blocked_words: BlockedWords,
    cache: PromptCache,
}

impl Bedrock {
    /// A Bedrock that serves these models and runs errands so.
    pub(crate) fn new(models: Vec<ModelSpec>, seed: u64, errands: ErrandSettings) -> Self {
        let async_invokes = AsyncInvokes::new(seed, errands.async_invokes);
        let (rules, cache) = (Vec::new(), PromptCache::default());
        Bedrock { models, rules, async_invokes, blocked_words: errands.blocked_words, cache }
    }

    /// The same Bedrock, whose models answer by these rules where one fits.
    pub(crate) fn answering(self, rules: Vec<CannedRule>) -> Self {
        Bedrock { rules, ..self }
    }

    /// What a request asks of which model, by its method, path and headers. Of the body only the model's id
    /// is read, where the operation keeps it there.
    pub(crate) fn question(&self, head: &Parts, body: &[u8]) -> Result<Question<'_>, ServiceError> {
        let errand = Errand::of(&head.method, &head.uri);
        let (operation, named) = match &errand {
            Some(Errand::StartAsyncInvoke) => (Operation::StartAsyncInvoke, Named::in_body(body)),
            Some(errand) => (errand.operation(), Named::default()),
            None => operation::parse(&head.method, head.uri.path())
                .map(|(operation, model_id)| {
                    (operation, Named { model_id: Some(model_id), ..Named::default() })
                })
                .ok_or_else(errors::unknown_operation)?,
        };
        let Named { model_id, client_request_token: client_token } = named;
        let model = model_id.as_deref().and_then(|id| model::resolve(&self.models, id));
        // Most ask by the model's own id, which need not be copied for each of them.
        let model_id = model_id.map(|asked| match model {
            Some(model) if model.id() == asked => model.shared_id(),
            _ => asked.into(),
        });
        let in_headers = operation.asks_in_headers();
        let service_tier = if in_headers { header(head, &SERVICE_TIER)? } else { None };
        let latency = if in_headers { header(head, &LATENCY)? } else { None };
        Ok(Question {
            operation,
            errand,
            model_id,
            client_token,
            model,
            service_tier,
            latency,
            rules: &self.rules,
            cache: &self.cache,
        })
    }

    /// Runs an errand, whose model is `model` if it has one.
    pub(crate) fn run(
        &self,
        errand: &Errand,
        model: Option<&ModelSpec>,
        body: &[u8],
        moment: &Moment<'_>,
    ) -> Result<Reply, ServiceError> {
        match errand {
            Errand::StartAsyncInvoke => self.async_invokes.start(body, model, moment),
            Errand::GetAsyncInvoke { arn } => self.async_invokes.get(arn, moment),
            Errand::ListAsyncInvokes { query } => self.async_invokes.list(query, moment),
            Errand::ApplyGuardrail { id, version } => {
                guardrail::apply(id, version, body, &self.blocked_words)
            }
        }
    }

    /// Forgets all that it was asked.
    pub(crate) fn reset(&self) {
        self.async_invokes.clear();
        self.cache.clear();
    }
}

/// The word in a header, if there is one; another than those allowed is a mistake.
fn header<T: FromStr>(head: &Parts, name: &HeaderName) -> Result<Option<T>, ServiceError>
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
    /// The errand, if it is one.
    pub errand: Option<Errand>,
    /// The model's id as asked for, decoded; none for an operation that names no model.
    pub model_id: Option<Arc<str>>,
    /// The token that makes a repeated request harmless, of an operation that takes one.
    pub client_token: Option<String>,
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
    /// What the body asks, or Bedrock's own complaint about it. An errand is run and not read.
    pub(crate) fn read(&self, body: &[u8]) -> Result<Ask, ServiceError> {
        let model = self.model.ok_or_else(errors::unknown_model)?;
        let ask = match self.operation {
            Operation::Converse | Operation::ConverseStream => converse::read(body),
            Operation::InvokeModel | Operation::InvokeModelWithResponseStream => {
                Dialect::of(model)?.read(model, body)
            }
            Operation::CountTokens => count_tokens::read(model, body),
            Operation::StartAsyncInvoke
            | Operation::GetAsyncInvoke
            | Operation::ListAsyncInvokes
            | Operation::ApplyGuardrail => Err(errors::unknown_operation()),
        }?;
        Ok(Ask {
            service_tier: ask.service_tier.or(self.service_tier),
            latency: ask.latency.or(self.latency),
            ..ask
        })
    }

    /// The most tokens that this request, once read, lets the model write; none if it does not say, or if
    /// nothing is written.
    pub(crate) fn allowance(&self, ask: &Ask) -> Option<NonZeroU32> {
        ask.max_tokens.filter(|_| self.operation.runs_a_model())
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
        let speedup = match served.latency {
            Some(LatencyMode::Optimized) => model.offer().speedup().unwrap_or(1.0),
            _ => 1.0,
        };
        let decided = || {
            let cached = self.cache.run(at, &served.region, model.id(), &ask.cache_prefixes);
            let rule = self.rules.iter().find(|rule| rule.fits(model, self.operation, ask));
            let saying = match (rule, model.mode()) {
                (Some(rule), _) => Saying::Canned(rule),
                (None, AnswerMode::Echo) => Saying::Echo,
                (None, AnswerMode::Essay) => Saying::Essay,
            };
            Answer::to(ask, model.behaviour(), model.thoughts(), saying, cached, chance).faster(speedup)
        };
        Ok(match self.operation {
            Operation::Converse => converse::whole(&decided(), ask, served)?,
            Operation::ConverseStream => converse::stream(decided(), ask, served),
            Operation::InvokeModel => invoke::whole(Dialect::of(model)?, model, ask, decided(), served)?,
            Operation::InvokeModelWithResponseStream => {
                invoke::stream(Dialect::of(model)?, model, decided(), served)?
            }
            Operation::CountTokens => count_tokens::answer(ask),
            Operation::StartAsyncInvoke
            | Operation::GetAsyncInvoke
            | Operation::ListAsyncInvokes
            | Operation::ApplyGuardrail => return Err(errors::unknown_operation()),
        })
    }
}
