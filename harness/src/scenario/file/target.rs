//! `target:`

use schemars::JsonSchema;

use crate::scenario::decode::{List, Optional, Required, choice, record};
use crate::scenario::leaf::{Number, Positive, RegionName, Text, Url, Whole};

/// What the run is aimed at.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Target {
    /// A simulated cloud inside this process.
    Mock(MockTarget),
    /// A server that speaks Bedrock's protocol, by its address.
    Endpoint(Url),
    /// AWS itself. This costs money.
    Aws(Aws),
}

choice!(Target { mock: Mock, endpoint: Endpoint, aws: Aws });

/// A simulated cloud inside this process.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct MockTarget {
    /// The regions of the cloud; the first is home.
    pub regions: Required<List<RegionName>>,
}

record!(MockTarget { regions });

/// AWS itself, and how much of it a run may use.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Aws {
    /// The profile of the AWS configuration; the usual chain of credentials without it.
    pub profile: Optional<Text>,
    /// The most that a run may cost, in USD by the scenario's prices.
    pub max_cost: Optional<Positive<Number>>,
    /// The most requests that a run may send.
    pub max_requests: Optional<Whole<1, { u64::MAX }>>,
}

record!(Aws { profile, max_cost, max_requests });
