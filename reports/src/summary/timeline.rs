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
    /// Requests due.
    pub offered: Vec<u64>,
    /// Attempts sent.
    pub attempts: Vec<u64>,
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
    /// The most requests in flight at bucket edges.
    pub in_flight: Vec<u64>,
    /// Median latency by due time; none in buckets with fewer than five answers.
    pub latency_p50: Vec<Option<Nanos>>,
    /// 95th percentile of latency by due time; none in buckets with too few answers.
    pub latency_p95: Vec<Option<Nanos>>,
    /// The slowest answer by due time.
    pub latency_max: Vec<Option<Nanos>>,
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
