//! What some part of the traffic did, in figures.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::jobs::JobFigures;
use crate::histogram::CurvePoint;
use crate::record::Name;
use crate::units::Nanos;

/// What some part of the traffic did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Requests that were due and sent, without abandoned ones.
    pub requests: u64,
    /// Answered by the first attempt.
    pub first_try: u64,
    /// Answered by a later attempt.
    pub retried: u64,
    /// Answered by a later call.
    pub fell_back: u64,
    /// Not answered.
    pub failed: u64,
    /// Answered by the same model in another region.
    #[serde(default)]
    pub failed_over: u64,
    /// Answered by another model than the one asked for, by the model that answered.
    #[serde(default)]
    pub stand_ins: BTreeMap<Name, u64>,
    /// Asked twice at once.
    #[serde(default)]
    pub hedged: u64,
    /// Answered by the second of two calls at once.
    #[serde(default)]
    pub hedges_won: u64,
    /// Turned away by the client's own rate limit.
    #[serde(default)]
    pub shed: u64,
    /// Answered by the gateway itself, before any call.
    #[serde(default)]
    pub gateway_refusals: u64,
    /// Not over within the gateway's limit.
    #[serde(default)]
    pub gateway_timeouts: u64,
    /// Due to go on to another destination, without calls or time left for it.
    #[serde(default)]
    pub budget_spent: u64,
    /// Asked the first region again after the client had moved away.
    #[serde(default)]
    pub region_returns: u64,
    /// Cut off by an interruption.
    pub abandoned: u64,
    /// Arrivals that found no room.
    pub dropped: u64,
    /// Answered within every limit of the SLO; none where there is no SLO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good: Option<u64>,
    /// HTTP exchanges.
    pub attempts: u64,
    /// Exchanges that the service took up: it answered with a status of success.
    #[serde(default)]
    pub accepted: u64,
    /// Exchanges that were throttled.
    pub throttled: u64,
    /// Exchanges that ended in any error, throttles included.
    pub errors: u64,
    /// Calls that ended because the SDK's retry quota was dry.
    pub retry_quota_refusals: u64,
    /// Streams that broke or ended without their closing event.
    pub broken_streams: u64,
    /// Streams that ended without their closing event.
    #[serde(default)]
    pub incomplete_streams: u64,
    /// Calls that asked for a broken stream again.
    #[serde(default)]
    pub stream_restarts: u64,
    /// Calls that a circuit breaker did not let through.
    #[serde(default)]
    pub breaker_refusals: u64,
    /// Time that the SDK slept before retries, over all requests.
    pub backoff_slept: Nanos,
    /// Input tokens by the service's count.
    pub tokens_input: u64,
    /// Output tokens by the service's count.
    pub tokens_output: u64,
    /// Tokens of calls whose answer nobody got, read and written.
    #[serde(default)]
    pub tokens_wasted: u64,
    /// Cost in USD; none where a model in use has no price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// Of it, the cost of wasted tokens; none where a model in use has no price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_wasted_usd: Option<f64>,
    /// Answered requests by the region that answered.
    pub regions: BTreeMap<Name, u64>,
    /// Answered requests by the model that answered.
    pub models: BTreeMap<Name, u64>,
    /// Time in scope.
    pub length: Nanos,
    /// Due to done.
    pub latency: Spread,
    /// Sent to done.
    pub service_time: Spread,
    /// Due to first content.
    pub ttft: Spread,
    /// Sent to first content.
    pub service_ttft: Spread,
    /// Time for each output token after the first.
    pub tpot: Spread,
    /// Gaps between content events.
    pub itl: Spread,
    /// First attempts alone.
    pub first_attempt: Spread,
    /// Waits before retries.
    pub backoff: Spread,
    /// Waits at the client's own rate limit.
    #[serde(default)]
    pub limit_wait: Spread,
    /// Waits of a state machine before it retried.
    #[serde(default)]
    pub retrier_wait: Spread,
    /// Lateness of the harness.
    pub schedule_delay: Spread,
    /// What became of jobs; none where there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jobs: Option<JobFigures>,
}

impl Figures {
    /// Requests that got a whole answer.
    pub fn answered(&self) -> u64 {
        self.first_try + self.retried + self.fell_back
    }

    /// Requests that another model answered than the one asked for.
    pub fn degraded(&self) -> u64 {
        self.stand_ins.values().sum()
    }

    /// Requests that were retried, fell back or failed.
    pub fn in_trouble(&self) -> u64 {
        self.retried + self.fell_back + self.failed
    }

    /// A count for each second in scope; none without time.
    pub fn per_second(&self, count: u64) -> Option<f64> {
        (self.length > Nanos::ZERO).then(|| count as f64 / self.length.as_secs_f64())
    }

    /// A share of the requests; none without requests.
    pub fn share(&self, count: u64) -> Option<f64> {
        (self.requests > 0).then(|| count as f64 / self.requests as f64)
    }

    /// Attempts ÷ requests; none without requests.
    pub fn attempts_per_request(&self) -> Option<f64> {
        self.share(self.attempts)
    }
}

/// A distribution boiled down. A percentile is there only where enough samples bound it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// How many samples.
    pub count: u64,
    /// Exact smallest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Nanos>,
    /// Exact mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<Nanos>,
    /// Median.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50: Option<Nanos>,
    /// 90th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p90: Option<Nanos>,
    /// 95th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95: Option<Nanos>,
    /// 99th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99: Option<Nanos>,
    /// 99.9th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p999: Option<Nanos>,
    /// Exact largest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Nanos>,
    /// The percentile curve, where it is drawn (latency, service time and ttft of totals and stages).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curve: Vec<CurvePoint>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_whatever_was_not_answered_at_the_first_try() {
        let figures =
            Figures { requests: 10, first_try: 4, retried: 3, fell_back: 2, failed: 1, ..Figures::default() };
        assert_eq!(figures.in_trouble(), 6);
    }

    #[test]
    fn a_rate_needs_time() {
        let figures = Figures { length: Nanos::from_secs(4), ..Figures::default() };
        assert_eq!(figures.per_second(10), Some(2.5));
        assert_eq!(Figures::default().per_second(10), None);
    }
}
