//! `fallback:` of a client

use schemars::JsonSchema;

use crate::scenario::decode::{BriefOrFull, List, Optional, Required, choice, record};
use crate::scenario::file::operation::CallWord;
use crate::scenario::leaf::{Name, Positive, Time, Whole};

/// The models in order, or with what makes a client go on to them, and how far.
pub(crate) type Fallback = BriefOrFull<List<FallbackItem>, FallbackRules>;

/// A model's name, or a model with what a request to it has otherwise.
pub(crate) type FallbackItem = BriefOrFull<Name, FallbackModel>;

/// What a client does when a model does not answer.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct FallbackRules {
    /// The models that it asks, in order, once every region has failed.
    #[schemars(extend("default" = []))]
    pub models: Optional<List<FallbackItem>>,
    /// What makes it go on to another region or model: all of these that it can meet, unless told otherwise. A request
    /// that was refused as such never goes on.
    pub on: Optional<List<TriggerWord>>,
    /// The most calls of one request, all destinations together; as many as there are destinations without it.
    pub calls: Optional<Whole<1, 100>>,
    /// No call begins later than this after the request was sent.
    pub within: Optional<Positive<Time>>,
}

record!(FallbackRules { models, on, calls, within });

/// A model to fall back to, with what a request to it has otherwise.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct FallbackModel {
    /// The model, by its name in this scenario.
    pub model: Required<Name>,
    /// The most tokens that it may write; as many as the first model without this.
    pub max_tokens: Optional<Whole<1, 200_000>>,
    /// The operation to ask it by; the first model's without this.
    pub operation: Optional<CallWord>,
}

record!(FallbackModel { model, max_tokens, operation });

/// What makes a client go on to another destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum TriggerWord {
    /// Over a quota.
    Throttled,
    /// No capacity.
    Unavailable,
    /// The service broke.
    ServerError,
    /// A time limit of the client, or the model's.
    Timeout,
    /// No connection, or it was cut before an answer.
    Connection,
    /// The stream broke or ended too early; with `stream: fall_back` only.
    StreamBroken,
    /// A circuit breaker is open; with `breaker` only.
    BreakerOpen,
}

choice!(TriggerWord: "a trigger" {
    throttled: Throttled,
    unavailable: Unavailable,
    server_error: ServerError,
    timeout: Timeout,
    connection: Connection,
    stream_broken: StreamBroken,
    breaker_open: BreakerOpen,
});
