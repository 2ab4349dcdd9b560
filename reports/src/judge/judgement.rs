//! Everything that the judge has to say about a run.

use serde::{Deserialize, Serialize};

use super::expect::Expectation;
use super::finding::{Answer, Class};
use super::traffic::Slice;
use crate::record::Name;
use crate::units::Nanos;

/// Everything that the judge has to say about a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Judgement {
    /// Who was seen, by the number of their exchanges.
    pub clients: Vec<Portrait>,
    /// What was asked and answered: findings first, gravest first, then what is clear, then what the sample cannot tell.
    pub answers: Vec<Answer>,
    /// What the scenario expects, in its order.
    pub expectations: Vec<Expectation>,
    /// The waits before retries, for the scatter.
    pub waits: Vec<Waits>,
    /// What arrived over time, for amplification and for the shares of regions and models.
    #[serde(default)]
    pub traffic: Vec<Slice>,
    /// Exchanges that were judged.
    pub exchanges: u64,
    /// Exchanges that were left out because there were too many to hold; the first ones are judged.
    pub left_out: u64,
}

/// A client as the exchanges show it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Portrait {
    /// Its name in the scenario, or its user agent and host: what answers refer to.
    pub name: Name,
    /// The SDK and version that it says it is, where it says so, with its mode and the retries that it has by
    /// default: `boto3 1.44.5, mode standard; AWS retries 2.1 by default`.
    pub sdk: Option<String>,
    /// What its retries look like, with the odds: `probably AWS retries 2.1 (0.999)`.
    pub looks_like: Option<String>,
    /// Calls, by invocation id or by its equivalent.
    pub calls: u64,
    /// Exchanges.
    pub attempts: u64,
    /// Calls that no attempt answered.
    pub failed: u64,
}

/// The waits of one client before its n-th retries of one class: all that the client chose, judged or not;
/// those that the service asked for are not among them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waits {
    /// The client.
    pub client: Name,
    /// What it retried.
    pub class: Class,
    /// 0 before the first retry.
    pub ordinal: u32,
    /// How many there were.
    pub count: u64,
    /// When each wait began and how long it was; at most 500, evenly taken.
    pub points: Vec<(Nanos, Nanos)>,
    /// The band that the declared policy, or else the one that it looks like, draws from.
    pub envelope: Option<(Nanos, Nanos)>,
}
