//! `clients:`

use schemars::JsonSchema;

use crate::scenario::decode::{List, Optional, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{Name, Positive, RegionName, Time, TimeOrOff, Whole};

/// A client: an AWS SDK with its settings, and where it turns when a region or model fails.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Client {
    /// How the SDK retries.
    pub retry: Optional<Retry>,
    /// How long it waits for what.
    pub timeout: Optional<Timeouts>,
    /// The regions it asks, in order; a mock target's first region unless told otherwise.
    pub regions: Optional<List<RegionName>>,
    /// The models it asks, in order, once every region has failed.
    pub fallback: Optional<List<Name>>,
}

record!(Client { retry, timeout, regions, fallback });

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
}

record!(Retry { mode, profile, attempts, max_backoff });

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
    /// For the whole request: every attempt, backoff, fallback and the whole stream.
    #[schemars(extend("default" = "off"))]
    pub total: Optional<TimeOrOff>,
    /// Between two events of a stream. The SDK has no such limit; without it a stalled stream hangs.
    #[schemars(extend("default" = "off"))]
    pub stream_idle: Optional<TimeOrOff>,
}

record!(Timeouts { connect, read, attempt, total, stream_idle });
