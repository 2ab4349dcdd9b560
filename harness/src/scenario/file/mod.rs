//! The scenario file as it is written, before its parts are held against each other.
//!
//! These structs are the language: their fields are its keys, their comments the text that editors show,
//! and the JSON Schema is derived from them. Types that a person can get wrong alone (a rate without a
//! unit) are refused here; what only the whole file can tell (a stage that is not there) is refused where
//! the plan is built.

mod answer;
mod capacity;
mod client;
mod expect;
mod fault;
mod flow;
mod gate;
mod gateway;
mod load;
mod model;
mod operation;
mod policy;
mod prompt;
mod queue;
mod quota;
mod replay;
mod stop;
mod target;
mod wire;

use schemars::JsonSchema;

pub(crate) use answer::{Answer, AnswerWhere, StopWord, ToolCall};
pub(crate) use capacity::Capacity;
pub(crate) use client::{Client, Retry, RetryMode, RetryProfile, RetryQuota, Timeouts};
pub(crate) use expect::{Backoff, Expect, Grave, RetryAfter};
pub(crate) use fault::{
    CrcPart, DowngradeOf, Error, Fault, Inject, PointWord, Reset, ResetWhen, Says, ServiceWord, Strikes,
    ThrottleWord, TierWord, UnavailableWord, Where, WrongDate,
};
pub(crate) use flow::{Call, CallSettings, Flow, Message, Poll, Role, Tool};
pub(crate) use gate::{Destination, Gate, OnNoData, Severity};
pub(crate) use gateway::{Gateway, Period, UsageQuota};
pub(crate) use load::{Arrivals, ByStage, Load, Open, Pace, Ramp, Sine, Spike, UserPace, Users};
pub(crate) use model::{Answers, Behaviour, Model, Optimized, Price};
pub(crate) use policy::{
    Breaker, Catcher, ContentRule, FallbackItem, FallbackRules, Hedge, Jitter, Limit, Metrics, Next, Regions,
    Retrier, Routing, RoutingFigure, SlidingWindow, StateMachine, Stick, StreamPolicy, TriggerWord,
    WhenEmpty,
};
pub(crate) use prompt::{Prompt, PromptFile, PromptOrder, PromptTokens, TRACE, Template};
pub(crate) use queue::{Acknowledge, Existing, Function, Idempotency, OnFailure, Queue, Scaling, Workers};
pub(crate) use quota::{ProfileQuota, Provisioned, Quota, Reserved, WindowWord};
pub(crate) use replay::Replay;
pub(crate) use stop::StopIf;
pub(crate) use target::{Endpoints, MockTarget, Target};
pub(crate) use wire::{WireHttp, WireRetry};

use super::code::Code;
use super::decode::{Leaf, List, Optional, Required, Slip, Table, Word, choice, record};
use super::defaults;
use super::leaf::{Name, Positive, ScenarioName, Share, Text, Time, Whole, leaf_schema};

/// A bedload scenario: traffic, faults, and what must hold.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields, extend("patternProperties" = { "^x-": true }))]
pub(crate) struct File {
    /// The version of the scenario language.
    pub version: Required<Version>,
    /// What the run is called; it names folders and reports.
    pub name: Required<ScenarioName>,
    /// The question that the scenario answers, in one sentence.
    pub about: Required<Text>,
    /// The seed of every draw. The same seed gives the same run.
    #[schemars(extend("default" = defaults::SEED))]
    pub seed: Optional<Whole<0, { u64::MAX }>>,
    /// Where times come from: `virtual` for mock targets unless told otherwise, else `real`.
    pub clock: Optional<Clock>,
    /// What the run is aimed at.
    pub target: Required<Target>,
    /// The most requests in flight at once, over all flows. Arrivals beyond it are counted as dropped.
    #[schemars(extend("default" = defaults::MAX_IN_FLIGHT))]
    pub max_in_flight: Optional<Whole<1, 1_000_000>>,
    /// The models that flows may ask, by name.
    pub models: Required<Table<Model>>,
    /// What mock models say to some prompts, by name: the first rule that matches answers. Mock targets only.
    pub answers: Optional<Table<Answer>>,
    /// The clients that carry flows, by name.
    pub clients: Required<Table<Client>>,
    /// The timeline: one stage after another, from 0.
    pub stages: Required<List<Stage>>,
    /// The traffic, by name.
    pub flows: Required<Table<Flow>>,
    /// What goes wrong, by name. Before another target than a mock, faults stand between it and the SDK.
    pub faults: Optional<Table<Fault>>,
    /// What counts as good enough for one request.
    pub slo: Optional<Slo>,
    /// What the run must keep, by name.
    pub gates: Optional<Table<Gate>>,
    /// What ends the run before its time, by name.
    pub stop_if: Optional<Table<StopIf>>,
    /// Where the measurement itself stops being trusted.
    pub validity: Optional<Validity>,
    /// What the judge must find true of the client.
    pub expect: Optional<Expect>,
    /// Which traces are kept. Those of requests that failed, retried or fell back always are, and of the slowest 1 %.
    pub trace: Optional<Trace>,
    /// What `bedload plan` asks of the scenario. Runs take no notice of it.
    pub plan: Optional<Capacity>,
}

record!(File {
    version,
    name,
    about,
    seed,
    clock,
    target,
    max_in_flight,
    models,
    answers,
    clients,
    stages,
    flows,
    faults,
    slo,
    gates,
    stop_if,
    validity,
    expect,
    trace,
    plan,
});

/// The version of the scenario language; there is one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Version(());

/// Where times come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum Clock {
    /// Simulated time: an hour of traffic in seconds, the same for the same seed.
    Virtual,
    /// The wall clock.
    Real,
}

choice!(Clock: "a clock" { virtual: Virtual, real: Real });

/// A window of the timeline.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Stage {
    /// What faults, loads and gates call it.
    pub name: Required<Name>,
    /// How long it lasts.
    pub r#for: Required<Positive<Time>>,
    /// Whether figures and gates count it; `false` for a warm-up.
    #[schemars(extend("default" = defaults::RECORD))]
    pub record: Optional<bool>,
}

record!(Stage { name, r#for, record });

/// What counts as good enough for one request: every limit given must hold.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Slo {
    /// The longest good latency.
    pub latency: Optional<Positive<Time>>,
    /// The longest good time to first token; streams only.
    pub ttft: Optional<Positive<Time>>,
}

record!(Slo { latency, ttft });

/// Where the measurement itself stops being trusted.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Validity {
    /// The least share of planned arrivals that must have been sent.
    #[schemars(extend("default" = Share::written(defaults::thresholds().min_achieved)))]
    pub min_achieved: Optional<Share>,
    /// The most that the 99th percentile of the schedule delay may be. Real time only.
    #[schemars(extend("default" = Time::written(defaults::thresholds().max_schedule_delay.into())))]
    pub max_schedule_delay: Optional<Positive<Time>>,
    /// The most of all cores that bedload may use, in 95 of 100 seconds. Real time only.
    #[schemars(extend("default" = Share::written(defaults::thresholds().max_cpu)))]
    pub max_cpu: Optional<Share>,
    /// The most that the 99th percentile of its event loop's lag may be. Real time only.
    #[schemars(extend("default" = Time::written(defaults::thresholds().max_loop_lag.into())))]
    pub max_loop_lag: Optional<Positive<Time>>,
    /// The most that the wall clock may move against the monotonic one. Real time only.
    #[schemars(extend("default" = Time::written(defaults::thresholds().max_clock_drift.into())))]
    pub max_clock_drift: Optional<Positive<Time>>,
    /// The most that the engine's count of requests in flight and Little's law over the records may differ. Real time only.
    #[schemars(extend("default" = Share::written(defaults::thresholds().max_imbalance)))]
    pub max_imbalance: Optional<Share>,
}

record!(Validity { min_achieved, max_schedule_delay, max_cpu, max_loop_lag, max_clock_drift, max_imbalance });

/// Which traces are kept, and whether attempts carry their ids.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Trace {
    /// The share of all other requests whose traces are kept.
    #[schemars(extend("default" = Share::written(defaults::tracing().sample)))]
    pub sample: Optional<Share>,
    /// The most traces kept. What is beyond is counted.
    #[schemars(extend("default" = defaults::tracing().limit))]
    pub limit: Optional<Whole<0, 10_000_000>>,
    /// Whether each attempt carries `X-Amzn-Trace-Id` and `traceparent`.
    #[schemars(extend("default" = defaults::tracing().propagate))]
    pub propagate: Optional<bool>,
}

record!(Trace { sample, limit, propagate });

impl Leaf for Version {
    fn shape() -> String {
        "the version of the scenario language, as in `version: 1`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        match word {
            Word::Whole(1) => Ok(Version(())),
            Word::Whole(_) => Err(Slip::Other(Code::Version, "this bedload speaks version 1".to_owned())),
            _ => Err(Slip::Kind),
        }
    }
}

leaf_schema!(Version, "Version", { "const": 1 });

impl Leaf for bool {
    fn shape() -> String {
        "`true` or `false`".to_owned()
    }

    fn read(word: Word<'_>) -> Result<Self, Slip> {
        match word {
            Word::Bool(truth) => Ok(truth),
            _ => Err(Slip::Kind),
        }
    }
}
