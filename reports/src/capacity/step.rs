//! One level of load that was tried, and what came of it.

use serde::{Deserialize, Serialize};

use super::bound::{Bound, kept};
use super::cost::StepCost;
use super::little::Little;
use super::pressure::Pressure;
use super::variable::Variable;
use crate::gate::Judged;
use crate::stop::Stopped;
use crate::summary::{Spread, Summary};
use crate::units::Nanos;
use crate::validity::Ending;

/// Why a level is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// To find two levels between which the answer lies.
    Ramp,
    /// To bring them closer.
    Narrow,
    /// Once more with another seed.
    Confirm,
    /// With a tenth of room to it, to see whether the answer stands on an edge.
    Margin,
}

impl Phase {
    /// The word for it in tables.
    pub const fn word(self) -> &'static str {
        match self {
            Phase::Ramp => "ramp",
            Phase::Narrow => "narrow",
            Phase::Confirm => "confirm",
            Phase::Margin => "at 90 %",
        }
    }
}

/// What came of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepVerdict {
    /// Every goal was kept, and can be kept up.
    Pass,
    /// Not so.
    Fail(Bound),
    /// The budget ended it, or a person did.
    Cut,
}

impl StepVerdict {
    /// Whether it passed.
    pub fn passed(&self) -> bool {
        *self == StepVerdict::Pass
    }
}

/// One level of load that was tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Its place in the search, from 1.
    pub number: u32,
    /// Why it was tried.
    pub phase: Phase,
    /// The level.
    pub level: f64,
    /// The seed.
    pub seed: u64,
    /// Its run folder, from the plan's folder.
    pub folder: String,
    /// What came of it.
    pub verdict: StepVerdict,
    /// The goals, each with what was measured.
    pub goals: Vec<Judged>,
    /// What ended it before its time, if over-saturation did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
    /// Requests due.
    pub requests: u64,
    /// Requests due a second.
    pub offered_per_s: f64,
    /// Requests answered a second.
    pub answered_per_s: f64,
    /// Requests answered a second within the goals for single requests; none where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goodput_per_s: Option<f64>,
    /// Due to done.
    pub latency: Times,
    /// Due to first content.
    pub ttft: Times,
    /// Attempts for each request.
    pub attempts_per_request: Option<f64>,
    /// Attempts that were throttled.
    pub throttled: u64,
    /// Arrivals that found no room.
    pub dropped: u64,
    /// What it asks of quotas.
    pub pressures: Vec<Pressure>,
    /// Little's law.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub little: Option<Little>,
    /// How busy the workers of its queues were, at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub utilisation: Option<f64>,
    /// How long its batch took, for queues.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub drained: Option<Nanos>,
    /// What it cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<StepCost>,
}

/// The percentiles of a time that a planner reads; each only where enough samples bound it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Times {
    /// The median.
    pub p50: Option<Nanos>,
    /// The 95th percentile.
    pub p95: Option<Nanos>,
    /// The 99th percentile.
    pub p99: Option<Nanos>,
}

impl From<&Spread> for Times {
    fn from(spread: &Spread) -> Self {
        Times { p50: spread.p50, p95: spread.p95, p99: spread.p99 }
    }
}

/// Where a step stands in its search.
#[derive(Clone, Debug)]
pub struct Stand {
    /// Its place, from 1.
    pub number: u32,
    /// Why it was tried.
    pub phase: Phase,
    /// The level.
    pub level: f64,
    /// Its run folder, from the plan's folder.
    pub folder: String,
}

impl Step {
    /// What came of a run at one level.
    pub fn of(stand: Stand, summary: &Summary, pressures: Vec<Pressure>, little: Option<Little>) -> Step {
        let Stand { number, phase, level, folder } = stand;
        let total = &summary.total;
        let per_s = |count: u64| total.per_second(count).unwrap_or_default();
        let utilisation = summary.queues.iter().filter_map(|queue| queue.utilisation).reduce(f64::max);
        let drain = |queue: &crate::summary::QueueSummary| Some(queue.drained?.since(queue.began?));
        Step {
            number,
            phase,
            level,
            seed: summary.run.seed,
            folder,
            verdict: verdict(summary, &pressures),
            goals: summary.gates.clone(),
            stopped: summary.stopped.clone(),
            requests: total.requests,
            offered_per_s: per_s(total.requests + total.dropped),
            answered_per_s: per_s(total.answered()),
            goodput_per_s: total.good.map(per_s),
            latency: (&total.latency).into(),
            ttft: (&total.ttft).into(),
            attempts_per_request: total.attempts_per_request(),
            throttled: total.throttled,
            dropped: total.dropped,
            pressures,
            little,
            utilisation,
            drained: summary.queues.iter().filter_map(drain).max(),
            cost: StepCost::of(summary),
        }
    }

    /// What kept it from passing, if anything did.
    pub fn bound(&self) -> Option<&Bound> {
        match &self.verdict {
            StepVerdict::Fail(bound) => Some(bound),
            StepVerdict::Pass | StepVerdict::Cut => None,
        }
    }

    /// Its level with the unit.
    pub fn level_text(&self, variable: Variable) -> String {
        variable.text(self.level)
    }
}

fn verdict(summary: &Summary, pressures: &[Pressure]) -> StepVerdict {
    if matches!(summary.ending, Ending::BudgetSpent | Ending::Interrupted | Ending::Torn) {
        return StepVerdict::Cut;
    }
    match Bound::of(summary, pressures) {
        Some(bound) => StepVerdict::Fail(bound),
        None if summary.gates.iter().all(kept) => StepVerdict::Pass,
        // Every failed goal has a bound, so this is never reached; it is no pass in any case.
        None => StepVerdict::Cut,
    }
}
