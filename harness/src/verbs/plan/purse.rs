//! What a whole plan may spend, and what is left of it before each step.

use crate::cli::Limits;
use crate::scenario::{Plan, Target};

/// A budget over many runs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Purse {
    requests: Option<u64>,
    cost_usd: Option<f64>,
}

impl Purse {
    /// The budget of the command line, or of the scenario.
    pub(super) fn new(limits: &Limits, plan: &Plan) -> Self {
        let (cost, requests) = match plan.target() {
            Target::Aws { max_cost, max_requests, .. } => (*max_cost, *max_requests),
            Target::Mock { .. } | Target::Endpoint(_) => (None, None),
        };
        Purse { requests: limits.max_requests.or(requests), cost_usd: limits.max_cost.or(cost) }
    }

    /// What each of so many runs at once may spend.
    pub(super) fn share(&self, runs: usize, limits: &Limits) -> Limits {
        let runs = runs.max(1);
        Limits {
            yes: limits.yes,
            max_requests: self.requests.map(|left| left / runs as u64),
            max_cost: self.cost_usd.map(|left| left / runs as f64),
        }
    }

    /// A run has spent so much.
    pub(super) fn spend(&mut self, requests: u64, cost_usd: f64) {
        self.requests = self.requests.map(|left| left.saturating_sub(requests));
        self.cost_usd = self.cost_usd.map(|left| (left - cost_usd).max(0.0));
    }

    /// Whether so many more runs have nothing left to spend.
    pub(super) fn is_empty_for(&self, runs: usize) -> bool {
        self.requests.is_some_and(|left| left < runs as u64) || self.cost_usd.is_some_and(|left| left <= 0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_at_once_share_what_is_left() {
        let mut purse = Purse { requests: Some(1000), cost_usd: Some(4.0) };
        purse.spend(400, 1.0);
        let share = purse.share(2, &Limits::default());
        assert_eq!((share.max_requests, share.max_cost), (Some(300), Some(1.5)));
        purse.spend(600, 1.0);
        assert!(purse.is_empty_for(1));
    }

    #[test]
    fn without_a_budget_nothing_ends_the_plan() {
        let mut purse = Purse { requests: None, cost_usd: None };
        purse.spend(1_000_000, 1e6);
        assert!(!purse.is_empty_for(2));
    }
}
