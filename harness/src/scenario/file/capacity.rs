//! `plan:`

use schemars::JsonSchema;

use crate::scenario::decode::{List, Optional, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{GoalText, Name, Positive, Time};

/// What `bedload plan` asks of the scenario, where the command line does not say. Runs take no notice of it.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Capacity {
    /// What every step must keep: figures of the catalogue, `<=` or `>=`, and a value. Without it the limits of `slo` at
    /// p95, and `success.ratio >= 99%`.
    pub goals: Optional<List<GoalText>>,
    /// The flow whose load is turned; without it the only one, or all open loads together.
    pub flow: Optional<Name>,
    /// The time in which a queue must be empty: the plan looks for the fewest workers.
    pub deadline: Optional<Positive<Time>>,
    /// The time of each step before figures count.
    #[schemars(extend("default" = Time::written(defaults::PLAN_WARM_UP)))]
    pub warm_up: Optional<Positive<Time>>,
    /// The time of each step in which they do; more where it takes more for 300 requests.
    #[schemars(extend("default" = Time::written(defaults::PLAN_HOLD)))]
    pub hold: Optional<Positive<Time>>,
}

record!(Capacity { goals, flow, deadline, warm_up, hold });
