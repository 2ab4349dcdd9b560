//! How a client retries and how long it waits: the SDK's own settings, by name.

use std::time::Duration;

use bedload_reports::record::Name;

/// The SDK's retry settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Which strategy.
    pub mode: RetryMode,
    /// Which generation of its constants.
    pub profile: RetryProfile,
    /// The most attempts of one call, the first included.
    pub attempts: u32,
    /// The longest wait before a retry.
    pub max_backoff: Duration,
    /// Whose retry quota it draws on.
    pub quota: RetryQuota,
}

/// Whose retry quota a client draws on. The SDK keeps one for each partition, by region, in the whole process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RetryQuota {
    /// One of its own.
    Own,
    /// One that every client of the scenario that names this shares, as clients of one process do by default.
    Shared(Name),
}

/// The SDK's retry strategies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryMode {
    /// Exponential backoff with full jitter and a retry quota.
    Standard,
    /// The same behind a client-side rate limiter.
    Adaptive,
    /// One attempt, no retries.
    Off,
}

/// Two generations of the SDKs' retry constants are in the field at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RetryProfile {
    /// 1 s base; a transient error costs 10 of the quota of 500. The Rust SDK's default in 2026.
    V2_0,
    /// 50 ms base for transient errors, which cost 14. The default of botocore ≥ 1.44 and JS.
    V2_1,
}

/// How long a client waits for what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For the first byte of an answer.
    pub read: Option<Duration>,
    /// For one attempt; for streams up to the headers.
    pub attempt: Option<Duration>,
    /// For one call: every attempt and backoff of it; for streams up to the headers. The SDK's operation timeout.
    pub operation: Option<Duration>,
    /// For the whole request: every attempt, backoff, fallback and the whole stream.
    pub total: Option<Duration>,
    /// Between two events of a stream. The SDK has no such limit: without it a stalled stream hangs.
    pub stream_idle: Option<Duration>,
}
