//! What a scenario expects of the client, for the judge to find true.

use serde::{Deserialize, Serialize};

use super::finding::{Code, Severity};
use crate::gate::Verdict;
use crate::record::Name;
use crate::units::Nanos;

/// What a scenario expects of the client; what is not given is not asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Expect {
    /// How it waits before retries.
    pub backoff: Option<Backoff>,
    /// The most attempts of one call.
    pub max_attempts: Option<u32>,
    /// The most attempts for each thing that the application wanted, its own retries included.
    pub max_amplification: Option<f64>,
    /// The models that it asks after the first one failed, by their names in the scenario.
    pub fallback: Vec<Name>,
    /// The regions that it asks after the first one failed.
    pub regions: Vec<Name>,
    /// The longest silence of a stream that it bears.
    pub stream_idle: Option<Nanos>,
    /// Whether it waits as long as `x-amz-retry-after` asks.
    pub retry_after: Option<bool>,
    /// Findings of this severity or worse fail the run; none do without it.
    pub findings: Option<Severity>,
    /// Findings that are known and accepted.
    pub allow: Vec<Code>,
    /// Where each key stands in the scenario file: key and line.
    pub lines: Vec<(Name, u32)>,
}

/// How a client is expected to wait before retries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Backoff {
    /// Growing, drawn from zero to a bound; whatever its base.
    ExponentialFullJitter,
    /// The AWS SDKs' retries 2.0: 1 s, doubling, full jitter.
    #[serde(rename = "v2_0")]
    V2_0,
    /// The AWS SDKs' retries 2.1: 50 ms, or 1 s when throttled, doubling, full jitter.
    #[serde(rename = "v2_1")]
    V2_1,
}

/// An expectation with its answer, as a gate has one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Expectation {
    /// Its key: `backoff`, `fallback`, …
    pub name: Name,
    /// What was expected, in words.
    pub expected: String,
    /// What was seen, in words.
    pub seen: String,
    /// The answer; `no_data` where the sample cannot tell, which fails the run.
    pub verdict: Verdict,
    /// Where it stands in the scenario file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
}
