//! `faults:`
//!
//! One key of `inject:` is one kind of fault, with its own settings; every kind also takes `share`, `first`
//! and `every`, which [`kind!`] adds. The kinds stand in one file for each place where they strike: the
//! front door, the pace, the stream, the line, the reply, the cloud.

mod cloud;
mod kind;
mod line;
mod pace;
mod refusal;
mod reply;
mod stream;
mod worker;

use schemars::JsonSchema;

pub(crate) use cloud::{Outage, QuotaSqueeze};
pub(crate) use kind::{Plain, Strikes};
pub(crate) use line::{Reset, ResetWhen};
pub(crate) use pace::{Drip, FirstByte, Latency, SlowTokens, Stall};
pub(crate) use refusal::{Error, Says, Throttle, ThrottleWord, Unavailable, UnavailableWord};
pub(crate) use reply::{Downgrade, DowngradeOf, WrongDate};
pub(crate) use stream::{BadCrc, Break, CrcPart, ErrorFrame, ExceptionFrame};
pub(crate) use worker::{ClockJump, Crash, Freeze, PointWord};

use super::operation::OperationWord;
use crate::scenario::decode::{Optional, Required, choice, record};
use crate::scenario::leaf::{Name, OneOrMany, Pattern, RegionName, Whole, Window};

/// Something that goes wrong for a while.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Fault {
    /// When: the name of a stage, or two times from the start, as in `2m..3m`. All the time without it.
    pub during: Optional<Window>,
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
    /// Only these services; Bedrock alone without it.
    pub service: Optional<OneOrMany<ServiceWord>>,
    /// Only these flows.
    pub flow: Optional<OneOrMany<Name>>,
    /// Only these operations.
    pub operation: Optional<OneOrMany<OperationWord>>,
    /// Only these models.
    pub model: Optional<OneOrMany<Name>>,
    /// Only these regions.
    pub region: Optional<OneOrMany<RegionName>>,
    /// Only requests of these service tiers. One that names none is of the tier `default`.
    pub tier: Optional<OneOrMany<TierWord>>,
    /// Only prompts that hold this text, or a match of `{ regex: … }`.
    pub prompt: Optional<Pattern>,
    /// Only these attempts of a call, as the SDK numbers them in `amz-sdk-request`; the first is 1.
    pub attempt: Optional<OneOrMany<Whole<1, 1000>>>,
}

record!(Where { service, flow, operation, model, region, tier, prompt, attempt });

/// A service of the cloud.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum ServiceWord {
    /// Amazon Bedrock Runtime.
    Bedrock,
    /// Amazon SQS.
    Sqs,
    /// Amazon DynamoDB.
    Dynamodb,
}

choice!(ServiceWord: "a service" { bedrock: Bedrock, sqs: Sqs, dynamodb: Dynamodb });

/// A service tier of Bedrock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum TierWord {
    /// The usual one.
    Default,
    /// Dearer and before the others.
    Priority,
    /// Cheaper and after the others.
    Flex,
    /// Bought beforehand.
    Reserved,
}

choice!(TierWord: "a service tier" { default: Default, priority: Priority, flex: Flex, reserved: Reserved });

/// What goes wrong.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Inject {
    /// 429 `ThrottlingException`: the quota is used up.
    Throttle(Throttle),
    /// 503 `ServiceUnavailableException`: the region that serves has no capacity. A profile moves round it.
    Unavailable(Unavailable),
    /// 500 `InternalServerException`.
    InternalError(Plain),
    /// Any other error.
    Error(Error),
    /// The answer begins later.
    Latency(Latency),
    /// The head comes at once, the first byte of the body later.
    FirstByte(FirstByte),
    /// Every token takes longer.
    SlowTokens(SlowTokens),
    /// The body arrives a few bytes at a time.
    Drip(Drip),
    /// The stream stops, and perhaps goes on.
    Stall(Stall),
    /// The stream ends in an exception.
    ExceptionFrame(ExceptionFrame),
    /// The stream ends in a frame of the type `error`, which no operation models.
    ErrorFrame(ErrorFrame),
    /// The body ends within a frame, though the connection ends well.
    Truncate(Break),
    /// A frame has a wrong checksum.
    BadCrc(BadCrc),
    /// The stream ends between two frames, before it is complete. No SDK notices.
    EarlyEnd(Break),
    /// The connection is reset.
    Reset(Reset),
    /// No connection is accepted.
    Refuse(Plain),
    /// The `Date` header is wrong, from which SDKs learn how their clock is off.
    WrongDate(WrongDate),
    /// The body is no JSON.
    MalformedJson(Plain),
    /// An event of the stream comes twice.
    DuplicateEvent(Break),
    /// Two events of the stream come in the wrong order.
    SwapEvents(Break),
    /// The request is served with less than it asked for, in silence.
    Downgrade(Downgrade),
    /// A region is gone: 503 to all who ask it, and no capacity for profiles.
    Outage(Outage),
    /// Quotas shrink.
    QuotaSqueeze(QuotaSqueeze),
    /// A queue hands a message out while another receive still has it.
    DuplicateDelivery(Plain),
    /// A queue hands messages out in another order than they came in.
    OutOfOrder(Plain),
    /// A receive gives nothing, though there are messages.
    EmptyReceive(Plain),
    /// A worker dies with all that it holds.
    Crash(Crash),
    /// A worker stands still for a while.
    Freeze(Freeze),
    /// A worker's clock is ahead.
    ClockJump(ClockJump),
    /// A job that no worker can work on: each fails before it asks the model. The share is one of jobs.
    Poison(Plain),
}

choice!(Inject {
    throttle: Throttle,
    unavailable: Unavailable,
    internal_error: InternalError,
    error: Error,
    latency: Latency,
    first_byte: FirstByte,
    slow_tokens: SlowTokens,
    drip: Drip,
    stall: Stall,
    exception_frame: ExceptionFrame,
    error_frame: ErrorFrame,
    truncate: Truncate,
    bad_crc: BadCrc,
    early_end: EarlyEnd,
    reset: Reset,
    refuse: Refuse,
    wrong_date: WrongDate,
    malformed_json: MalformedJson,
    duplicate_event: DuplicateEvent,
    swap_events: SwapEvents,
    downgrade: Downgrade,
    outage: Outage,
    quota_squeeze: QuotaSqueeze,
    duplicate_delivery: DuplicateDelivery,
    out_of_order: OutOfOrder,
    empty_receive: EmptyReceive,
    crash: Crash,
    freeze: Freeze,
    clock_jump: ClockJump,
    poison: Poison,
});
