//! `clients:`

use schemars::JsonSchema;

use super::policy::{Breaker, Fallback, Hedge, Limit, Regions, Routing, StateMachine, StreamPolicy};
use super::wire::Wire;
use crate::scenario::decode::{Optional, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{Name, Positive, Time, TimeOrOff, Whole};

/// A client: an AWS SDK with its settings, or a wire client in its place, and what it does beyond that.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Client {
    /// How the SDK retries.
    pub retry: Optional<Retry>,
    /// A client of bedload's own in the place of the SDK, for when the load itself is the point; the SDK without this.
    pub wire: Optional<Wire>,
    /// How long it waits for what.
    pub timeout: Optional<Timeouts>,
    /// What it does when a stream breaks, stalls or ends too early after its first events.
    #[schemars(extend("default" = "fail"))]
    pub stream: Optional<StreamPolicy>,
    /// The regions it asks, in order; a mock target's first region unless told otherwise.
    pub regions: Optional<Regions>,
    /// The models it asks, in order, once every region has failed.
    pub fallback: Optional<Fallback>,
    /// Its circuit breakers, one for each destination; none without this.
    pub breaker: Optional<Breaker>,
    /// Its own rate limit; none without this.
    pub limit: Optional<Limit>,
    /// How it chooses the model that it asks first; the flow's model without this.
    pub routing: Optional<Routing>,
    /// When it asks a second time without waiting for the first answer; never without this.
    pub hedge: Optional<Hedge>,
    /// The retriers and catchers of a Step Functions task around the call; none without this.
    pub state_machine: Optional<StateMachine>,
}

record!(Client {
    retry,
    wire,
    timeout,
    stream,
    regions,
    fallback,
    breaker,
    limit,
    routing,
    hedge,
    state_machine
});

/// How the SDK retries.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Retry {
    /// The SDK's retry strategy.
    #[schemars(extend("default" = crate::scenario::words::retry_mode(defaults::RETRY_MODE)))]
    pub mode: Optional<RetryMode>,
    /// The generation of the SDK's retry constants.
    #[schemars(extend("default" = crate::scenario::words::retry_profile(defaults::RETRY_PROFILE)))]
    pub profile: Optional<RetryProfile>,
    /// The most attempts of one call, the first included.
    #[schemars(extend("default" = defaults::ATTEMPTS))]
    pub attempts: Optional<Whole<1, 20>>,
    /// The longest wait before a retry.
    #[schemars(extend("default" = Time::written(defaults::MAX_BACKOFF)))]
    pub max_backoff: Optional<Positive<Time>>,
    /// Whose retry quota it draws on.
    #[schemars(extend("default" = "own"))]
    pub quota: Optional<RetryQuota>,
}

record!(Retry { mode, profile, attempts, max_backoff, quota });

/// Whose retry quota a client draws on. The SDK keeps one for each partition, by region, in the whole process.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum RetryQuota {
    /// One of its own.
    Own,
    /// The one that every client which gives this name shares, as the clients of one process do by default.
    Shared(Name),
}

choice!(RetryQuota: "a retry quota" { own: Own; shared: Shared });

/// The SDK's retry strategies.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum RetryMode {
    /// Exponential backoff with full jitter, and a retry quota.
    Standard,
    /// The same behind a client-side rate limiter.
    Adaptive,
    /// One attempt, no retries.
    Off,
}

choice!(RetryMode: "a retry mode" { standard: Standard, adaptive: Adaptive, off: Off });

/// The generations of the SDKs' retry constants.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(inline)]
pub(crate) enum RetryProfile {
    /// 1 s base; what the Rust SDK does today.
    #[schemars(rename = "v2_0")]
    V2_0,
    /// 50 ms base for transient errors, which cost more of the retry quota; newer SDKs.
    #[schemars(rename = "v2_1")]
    V2_1,
}

choice!(RetryProfile: "a retry profile" { v2_0: V2_0, v2_1: V2_1 });

/// How long a client waits for what.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Timeouts {
    /// For a connection.
    #[schemars(extend("default" = Time::written(defaults::CONNECT_TIMEOUT)))]
    pub connect: Optional<Positive<Time>>,
    /// For the first byte of an answer.
    #[schemars(extend("default" = "off"))]
    pub read: Optional<TimeOrOff>,
    /// For one attempt; for streams up to the headers.
    #[schemars(extend("default" = "off"))]
    pub attempt: Optional<TimeOrOff>,
    /// For one call: every attempt and backoff of it; for streams up to the headers. The SDK's operation timeout.
    #[schemars(extend("default" = "off"))]
    pub operation: Optional<TimeOrOff>,
    /// For the whole request: every attempt, backoff, fallback and the whole stream.
    #[schemars(extend("default" = "off"))]
    pub total: Optional<TimeOrOff>,
    /// Between two events of a stream. The SDK has no such limit; without it a stalled stream hangs.
    #[schemars(extend("default" = "off"))]
    pub stream_idle: Optional<TimeOrOff>,
}

record!(Timeouts { connect, read, attempt, operation, total, stream_idle });
