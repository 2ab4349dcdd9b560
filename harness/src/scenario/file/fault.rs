//! `faults:`

use bedload_reports::record::Operation;
use schemars::JsonSchema;

use crate::scenario::decode::{Optional, Required, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{Name, OneOrMany, Positive, RegionName, Share, SpreadOf, Time, Whole, Window};

/// A count of requests, from 1 on.
type Nth = Whole<1, { u64::MAX }>;

/// Something that goes wrong for a while.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Fault {
    /// When: the name of a stage, or two times from the start, as in `2m..3m`.
    pub during: Required<Window>,
    /// Whom it strikes; everybody without it.
    pub r#where: Optional<Where>,
    /// What goes wrong.
    pub inject: Required<Inject>,
}

record!(Fault { during, r#where, inject });

/// Whom a fault strikes: the requests that match every key given.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Where {
    /// Only these flows.
    pub flow: Optional<OneOrMany<Name>>,
    /// Only these operations.
    pub operation: Optional<OneOrMany<OperationWord>>,
    /// Only these models.
    pub model: Optional<OneOrMany<Name>>,
    /// Only these regions.
    pub region: Optional<OneOrMany<RegionName>>,
}

record!(Where { flow, operation, model, region });

/// One of Bedrock's operations, by its word in `call:`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum OperationWord {
    /// `Converse`
    Converse,
    /// `ConverseStream`
    ConverseStream,
    /// `InvokeModel`
    Invoke,
    /// `InvokeModelWithResponseStream`
    InvokeStream,
}

choice!(OperationWord: "an operation" {
    converse: Converse,
    converse_stream: ConverseStream,
    invoke: Invoke,
    invoke_stream: InvokeStream,
});

impl From<OperationWord> for Operation {
    fn from(word: OperationWord) -> Self {
        match word {
            OperationWord::Converse => Operation::Converse,
            OperationWord::ConverseStream => Operation::ConverseStream,
            OperationWord::Invoke => Operation::Invoke,
            OperationWord::InvokeStream => Operation::InvokeStream,
        }
    }
}

/// What goes wrong.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Inject {
    /// 429 `ThrottlingException`.
    Throttle(Throttle),
    /// 503 `ServiceUnavailableException`.
    Unavailable(Plain),
    /// 500 `InternalServerException`.
    InternalError(Plain),
    /// Answers come later.
    Latency(Latency),
}

choice!(Inject {
    throttle: Throttle,
    unavailable: Unavailable,
    internal_error: InternalError,
    latency: Latency
});

/// 429 `ThrottlingException`.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Throttle {
    /// The share of the requests that it strikes, by chance.
    #[schemars(extend("default" = Share::written(defaults::SHARE)))]
    pub share: Optional<Positive<Share>>,
    /// Only the first so many.
    pub first: Optional<Nth>,
    /// Only each so-manieth.
    pub every: Optional<Nth>,
    /// The quota that the error blames.
    #[schemars(extend("default" = crate::scenario::words::throttle_message(defaults::THROTTLE_MESSAGE)))]
    pub message: Optional<ThrottleMessage>,
    /// How long the error asks the client to wait; it does not say without this.
    pub retry_after: Optional<Positive<Time>>,
}

record!(Throttle { share, first, every, message, retry_after });

/// The quota that a throttling error blames.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum ThrottleMessage {
    /// Too many requests in a minute.
    Requests,
    /// Too many tokens in a minute.
    Tokens,
    /// Too many tokens in a day, against which no retry helps.
    TokensPerDay,
}

choice!(ThrottleMessage: "a quota" { requests: Requests, tokens: Tokens, tokens_per_day: TokensPerDay });

/// An error that has no more to say.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Plain {
    /// The share of the requests that it strikes, by chance.
    #[schemars(extend("default" = Share::written(defaults::SHARE)))]
    pub share: Optional<Positive<Share>>,
    /// Only the first so many.
    pub first: Optional<Nth>,
    /// Only each so-manieth.
    pub every: Optional<Nth>,
}

record!(Plain { share, first, every });

/// Answers come later.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Latency {
    /// By how much.
    pub add: Required<SpreadOf<Time>>,
    /// The share of the requests that it strikes, by chance.
    #[schemars(extend("default" = Share::written(defaults::SHARE)))]
    pub share: Optional<Positive<Share>>,
    /// Only the first so many.
    pub first: Optional<Nth>,
    /// Only each so-manieth.
    pub every: Optional<Nth>,
}

record!(Latency { add, share, first, every });
