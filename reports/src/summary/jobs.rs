//! What became of jobs, and how their queues fared.

use serde::{Deserialize, Serialize};

use super::Spread;
use crate::job::Point;
use crate::record::Name;
use crate::sizing::Sizing;
use crate::units::Nanos;

/// What became of some jobs. Every one is counted; nothing here is a sample.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct JobFigures {
    /// Jobs that the queue had taken.
    pub enqueued: u64,
    /// With a result in the store.
    pub completed: u64,
    /// Given up, as the store says.
    pub failed: u64,
    /// Moved to the dead-letter queue.
    pub dead_lettered: u64,
    /// Nowhere.
    pub lost: u64,
    /// Still in the queue when the run was over.
    pub unfinished: u64,
    /// Results stored.
    pub stores: u64,
    /// Results stored beyond each job's first.
    pub duplicate_effects: u64,
    /// Calls that a model answered.
    pub answered_calls: u64,
    /// Of those, calls that are nobody's result.
    pub wasted_calls: u64,
    /// Receives.
    pub deliveries: u64,
    /// Receives beyond each job's first.
    pub redeliveries: u64,
    /// Deliveries that found nothing to do.
    pub no_ops: u64,
    /// Deliveries whose worker died with them.
    pub killed: u64,
    /// The most receives of one job.
    pub most_receives: u64,
    /// Enqueue to first receive.
    pub wait: Spread,
    /// Enqueue to result.
    pub latency: Spread,
}

/// How one queue fared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueSummary {
    /// Whose queue.
    pub flow: Name,
    /// What it needs by Little's law, and what of its settings does not fit.
    pub sizing: Sizing,
    /// The time that one worker would have needed for all jobs, from the mean time of the calls that were answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sequential: Option<Nanos>,
    /// When the first job was due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub began: Option<Nanos>,
    /// When the last job was settled; none while jobs are left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drained: Option<Nanos>,
    /// The most jobs that waited.
    pub depth: u64,
    /// The age that the oldest unsettled job reached.
    pub oldest: Nanos,
    /// Time that workers held jobs ÷ time that they could have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utilisation: Option<f64>,
    /// How many jobs were received how often: the first place is for once.
    pub receives: Vec<u64>,
    /// How many deliveries were cut off by the death of their worker, at each point on the way.
    pub killed: Vec<(Point, u64)>,
    /// Answers for its jobs that the cloud's own ledger has; none where there is no ledger to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ledger_answers: Option<u64>,
    /// What wasted calls cost; none where a model in use has no price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wasted_usd: Option<f64>,
    /// Jobs that took effect more than once, the worst first; the first twenty.
    pub twice: Vec<Twice>,
    /// How many there are of them.
    pub ran_twice: u64,
    /// The queue over time.
    pub timeline: Vec<QueuePoint>,
}

/// A job that took effect more than once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Twice {
    /// Its name.
    pub job: Name,
    /// Results stored for it.
    pub stores: u64,
    /// Calls that a model answered for it.
    pub answered_calls: u64,
    /// What the calls beyond the first cost; none where a model in use has no price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wasted_usd: Option<f64>,
}

/// A queue at one time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QueuePoint {
    /// When.
    pub at: Nanos,
    /// Jobs that waited.
    pub waiting: u64,
    /// Jobs that workers held.
    pub held: u64,
    /// Jobs that were settled.
    pub settled: u64,
    /// The age of the oldest unsettled job.
    pub oldest: Nanos,
}

impl QueueSummary {
    /// First job due to last job settled; none while jobs are left.
    pub fn drain_time(&self) -> Option<Nanos> {
        Some(self.drained?.since(self.began?))
    }
}
