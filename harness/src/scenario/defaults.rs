//! What holds where a scenario says nothing: each value once, with its source.
//!
//! `check --expand` prints them, the schema shows them to editors, and a test reads the printed plan back.

use std::time::Duration;

use bedload_reports::gate::{OnNoData, Severity};
use bedload_reports::header::Tracing;
use bedload_reports::job::Point;
use bedload_reports::validity::Thresholds;

use super::plan::{Answers, CrcPart, Spread, ThrottleMessage, UnavailableMessage, WindowLaw};
use crate::client::policy::{RetryMode, RetryProfile};
use crate::pace::{Arrivals, Passes};
use crate::resilience::policy::{BreakerPolicy, SlidingWindow, StreamPolicy, WhenEmpty};

/// The time over which a rule of `stop_if` looks. Ours: long enough for a burst of throttles to pass.
pub(crate) const STOP_WINDOW: Duration = Duration::from_secs(30);

/// The time of a step of a plan before figures count. Ours: longer than any mock takes to fill up.
pub(crate) const PLAN_WARM_UP: Duration = Duration::from_secs(30);

/// The time of a step of a plan in which figures count: a whole minute, since quotas are of minutes.
pub(crate) const PLAN_HOLD: Duration = Duration::from_secs(60);

/// The fewest samples that can end a run. Ours: of twenty, half are no accident.
pub(crate) const STOP_SAMPLES: u64 = 20;

/// Any seed serves; that it is always the same one makes two runs of a scenario the same run.
pub(crate) const SEED: u64 = 1;

/// The cap on requests in flight, all flows together. Ours: enough for 100 requests/s of 10 s each, and
/// little enough that a stalled target shows up as dropped arrivals before memory does.
pub(crate) const MAX_IN_FLIGHT: u64 = 1000;

/// The account of a mock's callers: the one that AWS's own examples use.
pub(crate) const ACCOUNT: &str = "123456789012";

/// Time to first token of a mock model. Ours: the order of a mid-sized chat model under light load.
pub(crate) const TTFT: Spread = Spread::LogNormal { p50: 0.4, p99: 1.5 };

/// Time for each token of a mock model. Ours: some eighty tokens a second.
pub(crate) const PER_TOKEN: Spread = Spread::Constant(0.012);

/// Tokens in an answer of a mock model. Ours: a paragraph.
pub(crate) const OUTPUT_TOKENS: Spread = Spread::Constant(150.0);

/// Tokens that a mock model thinks, where a request asks it to think. Ours: some sentences. No flow asks for
/// it, so the length of their answers is what the scenario says.
pub(crate) const REASONING_TOKENS: Spread = Spread::Constant(100.0);

/// The most tokens that a mock model can write: the maximum of the Claude 4 generation, of those that the
/// documentation lists.
pub(crate) const MAX_OUTPUT_TOKENS: u64 = 64_000;

/// What a mock model says.
pub(crate) const ANSWERS: Answers = Answers::Essay;

/// Whether a model is served under its own id.
pub(crate) const ON_DEMAND: bool = true;

/// How much faster latency-optimised inference is. Ours: AWS names no figure.
pub(crate) const SPEEDUP: f64 = 2.0;

/// The share of asynchronous invocations that fail.
pub(crate) const ASYNC_FAILS: f64 = 0.0;

/// An output token is a token, for most models; newer Claude models use up 5 to 15 of the quota.
pub(crate) const BURNDOWN: u64 = 1;

/// Whether a reservation counts cached input. AWS's pages disagree; the cautious answer is that it does.
pub(crate) const COUNT_CACHE_READS: bool = true;

/// When a minute's quota comes back. Bedrock does not say; that it does on the minute is the harder case.
pub(crate) const WINDOW: WindowLaw = WindowLaw::ClockMinute;

/// Model units of provisioned throughput: the least that can be bought.
pub(crate) const UNITS: u64 = 1;

/// Tokens in each content event of a mock stream. Ours: the finest grain, which loads a client the most.
pub(crate) const TOKENS_PER_EVENT: u64 = 1;

/// The SDK's own default mode.
pub(crate) const RETRY_MODE: RetryMode = RetryMode::Standard;

/// What the Rust SDK does today unless `AWS_NEW_RETRIES_2026` is set.
pub(crate) const RETRY_PROFILE: RetryProfile = RetryProfile::V2_0;

/// The SDK's own default: two retries.
pub(crate) const ATTEMPTS: u64 = 3;

/// The SDK's own default.
pub(crate) const MAX_BACKOFF: Duration = Duration::from_secs(20);

/// The longest wait of a wire client after its first attempt. Ours: between the SDKs' 50 ms and one second.
pub(crate) const WIRE_BASE: Duration = Duration::from_millis(100);

/// Connections of a wire client over HTTP/2: one, as HTTP/2 means it.
pub(crate) const HTTP2_CONNECTIONS: u64 = 1;

/// The SDK's own default since `BehaviorVersion::v2026_01_12`. It is the only timeout that the SDK sets;
/// the others are off.
pub(crate) const CONNECT_TIMEOUT: Duration = Duration::from_millis(3100);

/// Part of the answer is with the caller already: a client that says nothing does nothing about it.
pub(crate) const STREAM: StreamPolicy = StreamPolicy::Fail;

/// Restarts of a broken stream. Ours: one, since each pays for the prompt again.
pub(crate) const RESTARTS: u64 = 1;

/// How long a sticky client stays away from its first region. Ours: the order of a breaker's wait in its open state,
/// halved.
pub(crate) const RETURN_AFTER: Duration = Duration::from_secs(30);

/// A circuit breaker as resilience4j makes it (CircuitBreakerConfig).
pub(crate) fn breaker() -> BreakerPolicy {
    BreakerPolicy {
        failure_rate_threshold: 0.5,
        slow_call_rate_threshold: 1.0,
        slow_call_duration_threshold: Duration::from_secs(60),
        sliding_window: SlidingWindow::Count(100),
        minimum_number_of_calls: 100,
        wait_duration_in_open_state: Duration::from_secs(60),
        permitted_number_of_calls_in_half_open_state: 10,
        max_wait_duration_in_half_open_state: None,
    }
}

/// How much of a minute's allowance can be used at once: all of it, as with Bedrock's own quotas.
pub(crate) const BURST: f64 = 1.0;

/// A limiter makes callers wait, as the SDK's adaptive mode does.
pub(crate) const WHEN_EMPTY: WhenEmpty = WhenEmpty::Wait { at_most: None };

/// How fast metrics-based routing forgets. Ours: some answers of a chat model old, and a storm not yet over.
pub(crate) const HALF_LIFE: Duration = Duration::from_secs(30);

/// The share of requests that may be hedged: what hedging after the 95th percentile comes to (Dean and Barroso, “The
/// Tail at Scale”, 2013).
pub(crate) const HEDGE_AT_MOST: f64 = 0.05;

/// A hedge asks the same destination.
pub(crate) const HEDGE_ELSEWHERE: bool = false;

/// `IntervalSeconds` of the Amazon States Language.
pub(crate) const STATES_INTERVAL: Duration = Duration::from_secs(1);

/// `BackoffRate` of the Amazon States Language.
pub(crate) const STATES_BACKOFF_RATE: f64 = 2.0;

/// `MaxAttempts` of the Amazon States Language.
pub(crate) const STATES_MAX_ATTEMPTS: u64 = 3;

/// The steady rate of an account's API Gateway in a region, in requests a second.
pub(crate) const GATEWAY_RATE_PER_S: f64 = 10_000.0;

/// The burst of an account's API Gateway in a region, in requests.
pub(crate) const GATEWAY_BURST: u64 = 5_000;

/// API Gateway's integration limit.
pub(crate) const GATEWAY_TIMEOUT: Duration = Duration::from_secs(29);

/// API Gateway's largest payload.
pub(crate) const GATEWAY_MAX_BODY_BYTES: u64 = 10_000_000;

/// A warm-up has to be declared; everything else counts.
pub(crate) const RECORD: bool = true;

/// The most tokens of an answer. Ours: Bedrock would take the model's maximum, which a quota reserves.
pub(crate) const MAX_TOKENS: u64 = 512;

/// Tokens in a generated prompt. Ours: a question with some context.
pub(crate) const INPUT_TOKENS: Spread = Spread::Constant(200.0);

/// The key of a prompt in a line of JSON, as most collections of prompts have it.
pub(crate) const PROMPT_FIELD: &str = "prompt";

/// No two prompts are the same: a cache in front of the model would flatter the figures.
pub(crate) const DISTINCT: bool = true;

/// A shared prefix is there to be cached.
pub(crate) const CACHE_PREFIX: bool = true;

/// Many unrelated callers are a Poisson process.
pub(crate) const ARRIVALS: Arrivals = Arrivals::Poisson;

/// A trace is played as fast as it was.
pub(crate) const SPEED: f64 = 1.0;

/// A trace is played once.
pub(crate) const PASSES: Passes = Passes::Times(1);

/// Users of a closed load ask again at once.
pub(crate) const THINK: Spread = Spread::Constant(0.0);

/// Each request of a user begins anew.
pub(crate) const TURNS: Spread = Spread::Constant(1.0);

/// A fault strikes every request that it is aimed at.
pub(crate) const SHARE: f64 = 1.0;

/// The quota that throttling errors blame: the one that is hit first by short requests.
pub(crate) const THROTTLE_MESSAGE: ThrottleMessage = ThrottleMessage::Requests;

/// What errors for want of capacity say.
pub(crate) const UNAVAILABLE_MESSAGE: UnavailableMessage = UnavailableMessage::Temporarily;

/// The events before a stream breaks. Ours: it has begun, so that no SDK tries again.
pub(crate) const EVENTS_BEFORE: u64 = 1;

/// Of a frame's checksums the one that covers all of it.
pub(crate) const CRC_PART: CrcPart = CrcPart::Message;

/// What an `error` frame says: the code and words of the event-stream specification's own example (recalled).
pub(crate) const ERROR_CODE: &str = "InternalError";
/// See [`ERROR_CODE`].
pub(crate) const ERROR_MESSAGE: &str = "An internal server error occurred.";

/// A gate that cannot fail the run has to say so.
pub(crate) const SEVERITY: Severity = Severity::Fail;

/// Nothing measured is nothing shown.
pub(crate) const ON_NO_DATA: OnNoData = OnNoData::Fail;

/// Which traces are kept, as the reports define it.
pub(crate) fn tracing() -> Tracing {
    Tracing::default()
}

/// Where a measurement stops being trusted, as the reports define it.
pub(crate) fn thresholds() -> Thresholds {
    Thresholds::default()
}

/// `SendMessageBatch` takes up to ten, and costs as much as one.
pub(crate) const SEND_BATCH: u64 = 10;

/// SQS's own default (`DelaySeconds`).
pub(crate) const DELAY: Duration = Duration::ZERO;

/// SQS's own default (`VisibilityTimeout`).
pub(crate) const VISIBILITY: Duration = Duration::from_secs(30);

/// SQS's own default where a redrive policy names none (`maxReceiveCount`).
pub(crate) const MAX_RECEIVES: u64 = 10;

/// Jobs that a worker works on at once. Ours: a worker is a thread, until told otherwise.
pub(crate) const WORKER_IN_FLIGHT: u64 = 1;

/// SQS's own default (`MaxNumberOfMessages`).
pub(crate) const RECEIVE_BATCH: u64 = 1;

/// The longest that SQS offers, as it recommends: each shorter wait is paid for in empty receives.
pub(crate) const RECEIVE_WAIT: Duration = Duration::from_secs(20);

/// AWS's advice for the first pause between receives that give nothing (SQS guide: handling request errors).
pub(crate) const RECEIVE_IDLE: Duration = Duration::from_millis(200);

/// How long a released message stays hidden: not at all.
pub(crate) const RELEASE_AFTER: Duration = Duration::ZERO;

/// Lambda's own default (`BatchSize`).
pub(crate) const FUNCTION_BATCH: u64 = 10;

/// Lambda's own default (`MaximumBatchingWindowInSeconds`).
pub(crate) const FUNCTION_WINDOW: Duration = Duration::ZERO;

/// The most that Lambda's `MaximumConcurrency` can be, which is to have none.
pub(crate) const MAX_CONCURRENCY: u64 = 1000;

/// A function handles its batch one by one, until told otherwise.
pub(crate) const FUNCTION_IN_FLIGHT: u64 = 1;

/// The time limit of a function. Ours: Lambda's own default of 3 s is too short to ask a model.
pub(crate) const FUNCTION_TIMEOUT: Duration = Duration::from_secs(60);

/// Without it one bad message brings its whole batch back.
pub(crate) const PARTIAL: bool = true;

/// Concurrent batches that an event source mapping begins with (Lambda guide: SQS scaling).
pub(crate) const SCALING_START: u64 = 5;

/// How many more each minute (Lambda guide: SQS scaling).
pub(crate) const SCALING_PER_MINUTE: u64 = 300;

/// The most (Lambda guide: SQS scaling).
pub(crate) const SCALING_MOST: u64 = 1000;

/// How long after its death a worker is there again. Ours: the order of a container that is started anew.
pub(crate) const RESTART_AFTER: Duration = Duration::from_secs(30);

/// Where a worker dies or freezes. Ours: before it asks the model, the longest part of the way.
pub(crate) const CRASH_POINT: Point = Point::Claimed;

/// The first wait before a client asks whether an asynchronous invocation is over. Ours: such work takes seconds at the
/// least.
pub(crate) const POLL_EVERY: Duration = Duration::from_secs(2);

/// The longest of those waits. Ours: half a minute late is little for work of minutes.
pub(crate) const POLL_MOST: Duration = Duration::from_secs(30);

/// When a client gives an asynchronous invocation up. Ours.
pub(crate) const POLL_DEADLINE: Duration = Duration::from_secs(15 * 60);
