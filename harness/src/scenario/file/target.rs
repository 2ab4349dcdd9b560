//! `target:`

use schemars::JsonSchema;

use crate::scenario::decode::{BriefOrFull, Decode, List, Optional, Required, Table, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{Account, Number, Positive, RegionName, Share, Text, Url, Whole};
use crate::scenario::node::Node;
use crate::scenario::notes::{Noted, Notes};

/// What the run is aimed at.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Target {
    /// A simulated cloud inside this process.
    Mock(Box<MockTarget>),
    /// Servers that speak AWS's protocols: one address for all services, or one for each.
    Endpoint(BriefOrFull<Url, Endpoints>),
    /// AWS itself. This costs money.
    Aws(Aws),
}

impl Decode for Box<MockTarget> {
    fn decode(node: &Node, notes: &mut Notes) -> Result<Self, Noted> {
        MockTarget::decode(node, notes).map(Box::new)
    }
}

choice!(Target { mock: Mock, endpoint: Endpoint, aws: Aws });

/// One address for each service.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Endpoints {
    /// Where models are asked.
    pub bedrock: Required<Url>,
    /// Where queues are; with the models without this.
    pub sqs: Optional<Url>,
    /// Where the job store is; with the models without this.
    pub dynamodb: Optional<Url>,
}

record!(Endpoints { bedrock, sqs, dynamodb });

/// A simulated cloud inside this process.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct MockTarget {
    /// The regions of the cloud; the first is home.
    pub regions: Required<List<RegionName>>,
    /// The account that callers belong to.
    #[schemars(extend("default" = defaults::ACCOUNT))]
    pub account: Optional<Account>,
    /// Where cross-region inference may go, by the profile's prefix: `us`, `eu`, `global`. A prefix that is not
    /// named goes to those of the cloud's regions that lie in its geography.
    pub profiles: Optional<Table<List<RegionName>>>,
    /// How asynchronous invocations fare.
    pub r#async: Optional<AsyncInvokes>,
    /// What guardrails do; all are the same.
    pub guardrail: Optional<Guardrail>,
}

record!(MockTarget { regions, account, profiles, r#async, guardrail });

/// How asynchronous invocations fare. Each takes as long as an answer of its model would.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct AsyncInvokes {
    /// The share of them that end as failed.
    #[schemars(extend("default" = Share::written(defaults::ASYNC_FAILS)))]
    pub fails: Optional<Share>,
}

record!(AsyncInvokes { fails });

/// What guardrails do.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Guardrail {
    /// The words at which they step in, wherever they stand and in whatever case; at none without this.
    pub blocks: Optional<List<Text>>,
}

record!(Guardrail { blocks });

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
