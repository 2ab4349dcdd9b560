//! `expect:`

use schemars::JsonSchema;

use crate::scenario::decode::{List, Optional, choice, record};
use crate::scenario::leaf::{AtLeastOne, Finding, Name, Positive, RegionName, Time, Whole};

/// What the judge must find true of the client, whoever wrote it. What is not named is not asked.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Expect {
    /// How it waits before retries.
    pub backoff: Optional<Backoff>,
    /// The most attempts of one call.
    pub max_attempts: Optional<Whole<1, 1000>>,
    /// The most attempts for each thing that the application wanted, its own retries included.
    pub max_amplification: Optional<AtLeastOne>,
    /// The models that it asks after the first one failed.
    pub fallback: Optional<List<Name>>,
    /// The regions that it asks after the first one failed.
    pub regions: Optional<List<RegionName>>,
    /// The longest silence of a stream that it bears.
    pub stream_idle: Optional<Positive<Time>>,
    /// Whether it waits as long as `x-amz-retry-after` asks.
    pub retry_after: Optional<RetryAfter>,
    /// Findings of this severity or worse fail the run.
    #[schemars(extend("default" = "none"))]
    pub findings: Optional<Grave>,
    /// Findings that are known and accepted, by their codes.
    #[schemars(extend("default" = []))]
    pub allow: Optional<List<Finding>>,
}

record!(Expect {
    backoff,
    max_attempts,
    max_amplification,
    fallback,
    regions,
    stream_idle,
    retry_after,
    findings,
    allow
});

/// How a client is expected to wait before retries.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(inline)]
pub(crate) enum Backoff {
    /// Growing, drawn from zero to a bound; whatever its base.
    #[schemars(rename = "exponential_full_jitter")]
    ExponentialFullJitter,
    /// The AWS SDKs' retries 2.0: 1 s, doubling, full jitter.
    #[schemars(rename = "v2_0")]
    V2_0,
    /// The AWS SDKs' retries 2.1: 50 ms, or 1 s when throttled, doubling, full jitter.
    #[schemars(rename = "v2_1")]
    V2_1,
}

choice!(Backoff: "a backoff" { exponential_full_jitter: ExponentialFullJitter, v2_0: V2_0, v2_1: V2_1 });

/// What a client does with `x-amz-retry-after`.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum RetryAfter {
    /// It waits as long as it is asked to.
    Honoured,
    /// It waits as long as it likes.
    Ignored,
}

choice!(RetryAfter: "an answer to `x-amz-retry-after`" { honoured: Honoured, ignored: Ignored });

/// How bad a finding must be to fail the run.
#[derive(Clone, Copy, Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum Grave {
    /// It will hurt in production.
    Error,
    /// It may, under more load or another fault.
    Warning,
    /// Worth knowing.
    Note,
    /// No finding fails the run.
    None,
}

choice!(Grave: "a severity" { error: Error, warning: Warning, note: Note, none: None });
