//! The run over time: series of one width, and the spans in which breakers were not closed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::record::{BreakerState, Name};
use crate::units::Nanos;

/// The run in buckets of equal width from the epoch. All series have the same length.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// The width of a bucket.
    pub bucket: Nanos,
    /// Requests due. A job counts when a worker first received it, here and wherever a due time is meant.
    pub offered: Vec<u64>,
    /// Attempts sent.
    pub attempts: Vec<u64>,
    /// Of those, the ones that the service took up: it answered with a status of success.
    #[serde(default)]
    pub accepted: Vec<u64>,
    /// Attempts throttled, by the time they ended.
    pub throttled: Vec<u64>,
    /// Requests answered, by the time they were done.
    pub answered: Vec<u64>,
    /// Requests by due time: answered by the first attempt.
    pub first_try: Vec<u64>,
    /// Requests by due time: answered by a later attempt.
    pub retried: Vec<u64>,
    /// Requests by due time: answered by a later call.
    pub fell_back: Vec<u64>,
    /// Requests by due time: not answered.
    pub failed: Vec<u64>,
    /// Arrivals dropped, by due time.
    pub dropped: Vec<u64>,
    /// Requests in flight at the end of each bucket; of a job, its deliveries.
    pub in_flight: Vec<u64>,
    /// Of those, the ones whose SDK slept before a retry.
    #[serde(default)]
    pub in_backoff: Vec<u64>,
    /// Latency of answers by due time; of jobs, by when they were done, since all of a batch are due at once.
    #[serde(default)]
    pub latency: Percentiles,
    /// Time to first token by due time.
    #[serde(default)]
    pub ttft: Percentiles,
    /// Answered requests by due time, by region.
    pub regions: BTreeMap<Name, Vec<u64>>,
    /// Answered requests by due time, by model.
    pub models: BTreeMap<Name, Vec<u64>>,
    /// Of those, answered by another model than the one asked for, by the model that answered.
    #[serde(default)]
    pub degraded: BTreeMap<Name, Vec<u64>>,
    /// What each client was asked for and what it made of it, by due time.
    #[serde(default)]
    pub clients: BTreeMap<Name, Amplified>,
    /// Requests that tried the first region again, by when they did.
    #[serde(default)]
    pub region_returns: Vec<u64>,
    /// Tokens of calls whose answer nobody got, by when those were over.
    #[serde(default)]
    pub tokens_wasted: Vec<u64>,
    /// When circuit breakers were not closed, by client and destination; those that never moved are left out.
    #[serde(default)]
    pub breakers: Vec<BreakerLane>,
}

/// A timing over time. Empty where nothing was timed; else each bucket has what its window measured.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Percentiles {
    /// The width of a window, a multiple of the bucket.
    pub window: Nanos,
    /// The median; none in windows with fewer than five samples.
    pub p50: Vec<Option<Nanos>>,
    /// The 95th percentile; none in windows with fewer than 59 samples.
    pub p95: Vec<Option<Nanos>>,
    /// The slowest.
    pub max: Vec<Option<Nanos>>,
}

/// The two counts whose ratio is amplification, in the buckets of the timeline.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Amplified {
    /// Requests by due time.
    pub requests: Vec<u64>,
    /// All attempts of those requests, whenever they were sent.
    pub attempts: Vec<u64>,
}

/// The states of one circuit breaker over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BreakerLane {
    /// Whose breaker.
    pub client: Name,
    /// The destination's model.
    pub model: Name,
    /// The destination's region.
    pub region: Name,
    /// When it was open or half open, in order of time; closed in between.
    pub spans: Vec<BreakerSpan>,
}

/// A time in which a breaker was not closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BreakerSpan {
    /// Open or half open.
    pub state: BreakerState,
    /// From then.
    pub from: Nanos,
    /// To then.
    pub to: Nanos,
}

impl BreakerLane {
    /// How long the breaker was in a state within a window.
    pub fn time_in(&self, state: BreakerState, from: Nanos, to: Nanos) -> Nanos {
        let spans = self.spans.iter().filter(|span| span.state == state);
        spans.fold(Nanos::ZERO, |sum, span| sum.plus(span.to.min(to).since(span.from.max(from))))
    }
}
