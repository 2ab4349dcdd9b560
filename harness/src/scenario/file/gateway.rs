//! `gateway:` of a flow

use schemars::JsonSchema;

use super::quota::Count;
use crate::scenario::decode::{Optional, Required, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{Positive, Rate, Size, Time, Whole};

/// An API Gateway in front of a flow, with its limits and its own error bodies.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Gateway {
    /// The steady rate of requests.
    #[schemars(extend("default" = Rate::written(defaults::GATEWAY_RATE_PER_S)))]
    pub rate: Optional<Positive<Rate>>,
    /// How many requests may come at once.
    #[schemars(extend("default" = defaults::GATEWAY_BURST))]
    pub burst: Optional<Whole<1, 1_000_000_000>>,
    /// The quota of a usage plan.
    pub quota: Optional<UsageQuota>,
    /// The integration limit. Only Regional and private APIs may have more than 29 s.
    #[schemars(extend("default" = Time::written(defaults::GATEWAY_TIMEOUT)))]
    pub timeout: Optional<Positive<Time>>,
    /// The largest body that passes; API Gateway's own limit is 10 MB.
    #[schemars(extend("default" = Size::written(defaults::GATEWAY_MAX_BODY_BYTES)))]
    pub max_body: Optional<Positive<Size>>,
}

record!(Gateway { rate, burst, quota, timeout, max_body } elsewhere {
    rate_limit: rate,
    burst_limit: burst,
});

/// The quota of a usage plan.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct UsageQuota {
    /// Requests.
    pub limit: Required<Count>,
    /// In each of these, counted from the start of the run.
    pub per: Required<Period>,
}

record!(UsageQuota { limit, per } elsewhere { period: per });

/// The periods of usage plans.
#[derive(Clone, Copy, Debug, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case", inline)]
pub(crate) enum Period {
    /// 24 hours.
    Day,
    /// Seven days.
    Week,
    /// Thirty days.
    Month,
}

choice!(Period: "a period" { day: Day, week: Week, month: Month });
