//! What a client does beyond its SDK: the settings of each pattern, as a scenario gives them.
//!
//! Data alone. The decisions that these lead to stand beside their states: `breaker`, `limiter`, `router`,
//! `hedge`, `retrier`, `gateway`, and `course`, which puts them in order.

use std::collections::BTreeSet;
use std::time::Duration;

use bedload_reports::record::{FailureClass, Name, Operation};
use regex::Regex;

/// Everything that a client does beyond its SDK.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Where it asks.
    pub regions: Regions,
    /// What it does when a model does not answer.
    pub fallback: Fallback,
    /// What it does when a stream breaks after its first events.
    pub stream: StreamPolicy,
    /// Its circuit breakers, one for each destination.
    pub breaker: Option<BreakerPolicy>,
    /// Its own rate limit.
    pub limit: Option<LimitPolicy>,
    /// How it chooses the model that it asks first.
    pub routing: Option<Routing>,
    /// When it asks a second time without waiting for the first answer.
    pub hedge: Option<HedgePolicy>,
    /// The retriers and catchers of a state machine around the call.
    pub state_machine: Option<StateMachine>,
}

/// Where a client asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regions {
    /// In order of preference; never empty.
    pub order: Vec<Name>,
    /// Where a request begins after another one had to move.
    pub stick: Stick,
}

/// Where a request begins after another one had to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stick {
    /// At the first region, every time.
    PerRequest,
    /// Where the last one was answered; the first region is tried again after so long, by one request at a time.
    Sticky {
        /// How long.
        return_after: Duration,
    },
}

/// What a client does when a model does not answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Fallback {
    /// The models that it asks, in order, once every region has failed.
    pub models: Vec<FallbackModel>,
    /// What makes it go on, to another region or to another model. A request that was refused as such never does.
    pub on: BTreeSet<Trigger>,
    /// The most calls of one request, all destinations together; as many as there are destinations without it.
    pub calls: Option<u32>,
    /// No call begins later than this after the request was sent.
    pub within: Option<Duration>,
}

/// A model to fall back to, with what a request to it has otherwise.
#[derive(Clone, Debug, PartialEq)]
pub struct FallbackModel {
    /// The scenario's name of it.
    pub model: Name,
    /// Its own limit of tokens, where the first model's does not fit.
    pub max_tokens: Option<u32>,
    /// The operation to ask it by, where the first model's has no use for it.
    pub operation: Option<Operation>,
}

/// What makes a client go on to another destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Trigger {
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
    /// The stream broke or ended too early. Goes on only where [`StreamPolicy::FallBack`] says so.
    StreamBroken,
    /// A circuit breaker is open.
    BreakerOpen,
}

impl Trigger {
    /// What moves a client that says nothing of triggers.
    pub const DEFAULT: [Trigger; 7] = [
        Trigger::Throttled,
        Trigger::Unavailable,
        Trigger::ServerError,
        Trigger::Timeout,
        Trigger::Connection,
        Trigger::StreamBroken,
        Trigger::BreakerOpen,
    ];

    /// The trigger that a failure of this kind pulls. What was refused as such will be refused everywhere.
    pub fn of(class: FailureClass) -> Option<Self> {
        match class {
            FailureClass::Throttled => Some(Trigger::Throttled),
            FailureClass::Unavailable => Some(Trigger::Unavailable),
            FailureClass::ServerError => Some(Trigger::ServerError),
            FailureClass::Timeout => Some(Trigger::Timeout),
            FailureClass::Connection => Some(Trigger::Connection),
            FailureClass::StreamBroken | FailureClass::StreamIncomplete => Some(Trigger::StreamBroken),
            FailureClass::Rejected
            | FailureClass::Denied
            | FailureClass::Unparsable
            | FailureClass::Unsendable => None,
        }
    }
}

/// What a client does when a stream breaks, stalls or ends too early after its first events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamPolicy {
    /// The request has failed: part of the answer is with the caller already.
    Fail,
    /// The same destination is asked again, at most so many times; what was received is thrown away.
    Restart {
        /// How many times.
        times: u32,
    },
    /// The next destination is asked, as after any other failure.
    FallBack,
}

/// A circuit breaker, by resilience4j's names and defaults (CircuitBreakerConfig).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BreakerPolicy {
    /// Opens at this share of failures or more, from 0 to 1.
    pub failure_rate_threshold: f64,
    /// Opens at this share of slow calls or more, from 0 to 1.
    pub slow_call_rate_threshold: f64,
    /// A call that takes longer is slow.
    pub slow_call_duration_threshold: Duration,
    /// What it looks back on.
    pub sliding_window: SlidingWindow,
    /// It judges no fewer calls than these.
    pub minimum_number_of_calls: u32,
    /// How long it stays open.
    pub wait_duration_in_open_state: Duration,
    /// The calls that pass while it is half open.
    pub permitted_number_of_calls_in_half_open_state: u32,
    /// How long it may stay half open before it opens again; for ever without it.
    pub max_wait_duration_in_half_open_state: Option<Duration>,
}

/// What a breaker looks back on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SlidingWindow {
    /// So many calls.
    Count(u32),
    /// The calls of so many whole seconds.
    Time(u32),
}

/// A client's own limit: of calls at once, and of rates, with a bucket for each that refills steadily.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LimitPolicy {
    /// Calls at once, as a connection pool or a semaphore allows them.
    pub in_flight: Option<u32>,
    /// Requests a minute.
    pub requests_per_minute: Option<f64>,
    /// Tokens a minute: estimated before a call, corrected by what the service counted after it.
    pub tokens_per_minute: Option<f64>,
    /// How much of a minute's allowance can be used at once, from 0 to 1.
    pub burst: f64,
    /// What happens to a request that finds no room or the bucket empty.
    pub when_empty: WhenEmpty,
}

/// What happens to a request that finds the bucket empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenEmpty {
    /// It waits its turn, but no longer than this; then it is turned away.
    Wait {
        /// The longest wait; for ever without it.
        at_most: Option<Duration>,
    },
    /// It is turned away at once.
    Shed,
}

/// How a client chooses the model that it asks first.
#[derive(Clone, Debug)]
pub enum Routing {
    /// By fixed shares, which add up to 1.
    Shares(Vec<(Name, f64)>),
    /// By what is asked: the first rule that holds; the flow's model where none does.
    Content(Vec<ContentRule>),
    /// By how the models have done of late.
    Metrics {
        /// The models to choose from.
        models: Vec<Name>,
        /// The figure that decides; the smallest wins.
        by: RoutingFigure,
        /// How long ago a measurement counts half as much as one of now.
        half_life: Duration,
    },
    /// A share of the requests goes to a model on trial, the rest to the flow's.
    Canary {
        /// The model on trial.
        model: Name,
        /// Its share, from 0 to 1.
        share: f64,
    },
}

impl Routing {
    /// The models that it can choose.
    pub fn models(&self) -> Vec<&Name> {
        match self {
            Routing::Shares(shares) => shares.iter().map(|(model, _)| model).collect(),
            Routing::Content(rules) => rules.iter().map(|rule| &rule.model).collect(),
            Routing::Metrics { models, .. } => models.iter().collect(),
            Routing::Canary { model, .. } => vec![model],
        }
    }
}

/// A rule of content-based routing: every condition given must hold.
#[derive(Clone, Debug, Default)]
pub struct ContentRule {
    /// The model that it leads to.
    pub model: Name,
    /// Prompts of at least so many tokens, by the house's estimate.
    pub min_tokens: Option<u64>,
    /// Prompts of at most so many tokens.
    pub max_tokens: Option<u64>,
    /// Requests of these flows.
    pub flows: Vec<Name>,
    /// Requests with tools, or without.
    pub tools: Option<bool>,
    /// Prompts in which this is found.
    pub matches: Option<Regex>,
}

/// The figure by which metrics-based routing decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoutingFigure {
    /// The moving average of the latency of answers.
    Latency,
    /// The moving average of the share of failures.
    Errors,
    /// Calls in flight.
    InFlight,
}

/// When a client asks a second time without waiting for the first answer. The answer that comes first is taken and the other
/// given up; what it cost is counted as wasted. For a stream, the first content decides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HedgePolicy {
    /// How long it waits for the first.
    pub after: HedgeAfter,
    /// The largest share of requests that may be hedged, from 0 to 1: a slow service must not be asked twice for everything.
    pub at_most: f64,
    /// Whether the second call asks the next region; the same destination without it.
    pub elsewhere: bool,
}

/// How long a client waits before it hedges.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HedgeAfter {
    /// So long.
    Fixed(Duration),
    /// The time within which this share of the answers so far had come (their first content, for streams), from 0 to 1.
    Percentile(f64),
}

/// The retriers and catchers of a Step Functions task around the call (Amazon States Language: `Retry`, `Catch`).
#[derive(Clone, Debug, PartialEq)]
pub struct StateMachine {
    /// The first one that matches an error decides, and counts its own attempts.
    pub retry: Vec<Retrier>,
    /// Asked once no retrier has attempts left; the first one that matches decides.
    pub catch: Vec<Catcher>,
}

/// A retrier.
#[derive(Clone, Debug, PartialEq)]
pub struct Retrier {
    /// `ErrorEquals`
    pub error_equals: Vec<ErrorName>,
    /// `IntervalSeconds`: before the first retry; 1 s by default.
    pub interval: Duration,
    /// `BackoffRate`: by which each wait is longer than the one before; 2.0 by default.
    pub backoff_rate: f64,
    /// `MaxAttempts`: retries, the first attempt not counted; 3 by default, 0 never retries.
    pub max_attempts: u32,
    /// `MaxDelaySeconds`: the longest wait.
    pub max_delay: Option<Duration>,
    /// `JitterStrategy`: `FULL` draws from zero to the wait, `NONE` (the default) takes it as it is.
    pub full_jitter: bool,
}

/// A catcher.
#[derive(Clone, Debug, PartialEq)]
pub struct Catcher {
    /// `ErrorEquals`
    pub error_equals: Vec<ErrorName>,
    /// `Next`: a task that asks this model, or one that fails.
    pub next: Option<Name>,
}

/// A name in `ErrorEquals`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ErrorName {
    /// `States.ALL`: every error.
    All,
    /// `States.TaskFailed`: every error but a timeout.
    TaskFailed,
    /// `States.Timeout`: the task took too long.
    Timeout,
    /// The service's own error, with or without its prefix: `Bedrock.ThrottlingException`, `ThrottlingException`.
    Service(Name),
}

/// What stands in front of a flow: an API Gateway with its limits and its own error bodies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GatewayPolicy {
    /// The steady rate, in requests a second.
    pub rate: f64,
    /// How many requests may come at once.
    pub burst: f64,
    /// The usage plan's quota.
    pub quota: Option<UsageQuota>,
    /// The integration limit: 29 s by default.
    pub timeout: Duration,
    /// The largest body that it lets pass, in bytes; API Gateway's own limit is 10 MB.
    pub max_body_bytes: u64,
}

/// A usage plan's quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsageQuota {
    /// Requests.
    pub limit: u64,
    /// In each of these, counted from the start of the run.
    pub period: Duration,
}
