//! `routing:` of a client

use schemars::JsonSchema;

use crate::scenario::decode::{List, Optional, Required, Table, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{Expression, Name, OneOrMany, Positive, Share, Time, Whole};

/// Tokens of a prompt.
type PromptTokens = Whole<0, 1_000_000_000>;

/// How a client chooses the model that it asks first; the flow's model without it.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Routing {
    /// By fixed shares of the requests, which add up to 100 %.
    Shares(Table<Positive<Share>>),
    /// By what is asked: the first rule that holds; the flow's model where none does.
    Content(List<ContentRule>),
    /// By how the models have done of late.
    Metrics(Metrics),
    /// A share of the requests goes to a model on trial, the rest to the flow's.
    Canary(Canary),
}

choice!(Routing { shares: Shares, content: Content, metrics: Metrics, canary: Canary });

/// A rule of content-based routing: every condition given must hold.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct ContentRule {
    /// The model that it leads to.
    pub model: Required<Name>,
    /// Only prompts of at least so many tokens, by the house's estimate.
    pub min_tokens: Optional<PromptTokens>,
    /// Only prompts of at most so many tokens, by the house's estimate.
    pub max_tokens: Optional<PromptTokens>,
    /// Only requests with tools, or without.
    pub tools: Optional<bool>,
    /// Only prompts in which this regular expression finds something.
    pub matches: Optional<Expression>,
    /// Only requests of this flow, or of one of these.
    pub flows: Optional<OneOrMany<Name>>,
}

record!(ContentRule { model, min_tokens, max_tokens, tools, matches, flows } elsewhere { regex: matches, flow: flows });

/// By how the models have done of late.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Metrics {
    /// The models to choose from.
    pub models: Required<List<Name>>,
    /// The figure that decides; the smallest wins.
    pub by: Required<RoutingFigure>,
    /// How long ago a measurement counts half as much as one of now; not for `in_flight`, which is no average.
    #[schemars(extend("default" = Time::written(defaults::HALF_LIFE)))]
    pub half_life: Optional<Positive<Time>>,
}

record!(Metrics { models, by, half_life });

/// The figure by which metrics-based routing decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum RoutingFigure {
    /// The moving average of the latency of answers.
    Latency,
    /// The moving average of the share of failures.
    Errors,
    /// Calls in flight.
    InFlight,
}

choice!(RoutingFigure: "a figure" { latency: Latency, errors: Errors, in_flight: InFlight });

/// A share of the requests goes to a model on trial.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Canary {
    /// The model on trial.
    pub model: Required<Name>,
    /// Its share.
    pub share: Required<Positive<Share>>,
}

record!(Canary { model, share });
