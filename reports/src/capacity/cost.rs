//! What a level of load costs, by the scenario's prices.
//!
//! Prices come from the scenario with the day on which somebody looked them up, and are never built in: a tool that knows
//! prices is wrong within a month, and does not say so.

use serde::{Deserialize, Serialize};

use crate::summary::Summary;

/// What a step cost, in USD.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepCost {
    /// For a thousand answered requests.
    pub per_1k: f64,
    /// For each job with a result; none where there were no jobs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per_job: Option<f64>,
    /// For an hour at this level.
    pub per_hour: f64,
    /// Of it, what was paid for nothing in an hour: broken streams, hedges that lost, late answers, jobs done twice.
    pub wasted_per_hour: f64,
}

impl StepCost {
    /// Of a run; none where a model has no price, or nothing was answered.
    pub fn of(summary: &Summary) -> Option<StepCost> {
        let total = &summary.total;
        let hours = total.length.as_secs_f64() / 3600.0;
        let cost = total.cost_usd?;
        let answered = total.answered();
        if answered == 0 || hours <= 0.0 {
            return None;
        }
        let twice: f64 = summary.queues.iter().filter_map(|queue| queue.wasted_usd).sum();
        let done = total.jobs.as_ref().map(|jobs| jobs.completed).filter(|done| *done > 0);
        Some(StepCost {
            per_1k: cost / answered as f64 * 1000.0,
            per_job: done.map(|done| cost / done as f64),
            per_hour: cost / hours,
            wasted_per_hour: (total.cost_wasted_usd.unwrap_or_default() + twice) / hours,
        })
    }
}
