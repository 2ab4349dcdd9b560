//! Which way a figure gets better.

use serde::{Deserialize, Serialize};

use super::{Figure, Metric};

/// Which way a figure gets better.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// The more the better.
    Higher,
    /// The less the better.
    Lower,
    /// Neither way: more traffic in one region is a move and no merit.
    Neither,
}

impl Better {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Better::Higher => "higher",
            Better::Lower => "lower",
            Better::Neither => "neither way",
        }
    }
}

impl Metric {
    /// Which way it gets better. Of times, the shorter.
    pub const fn better(self) -> Better {
        match self {
            Metric::Timing(..) => Better::Lower,
            Metric::Figure(figure) => figure.better(),
        }
    }
}

impl Figure {
    /// Which way it gets better.
    pub const fn better(self) -> Better {
        match self {
            Figure::SuccessRatio
            | Figure::SuccessFirstTry
            | Figure::GoodputRatio
            | Figure::GoodputRate
            | Figure::HedgeWins
            | Figure::JobsCompleted => Better::Higher,
            Figure::RegionShare
            | Figure::ModelShare
            | Figure::Requests
            | Figure::RequestsRate
            | Figure::SuccessAfterRetry
            | Figure::FallbackShare
            | Figure::FailoverShare
            | Figure::HedgeShare
            | Figure::RegionReturns
            | Figure::TokensInput
            | Figure::TokensOutput
            | Figure::TokensPerMinute
            | Figure::JobsEnqueued
            | Figure::JobsNoOps
            | Figure::WorkersUtilisation => Better::Neither,
            Figure::DegradedShare
            | Figure::AttemptsPerRequest
            | Figure::Failures
            | Figure::Throttles
            | Figure::Errors
            | Figure::BrokenStreams
            | Figure::IncompleteStreams
            | Figure::StreamRestarts
            | Figure::RetryQuotaRefusals
            | Figure::BreakerOpenTime
            | Figure::BreakerRefusals
            | Figure::BudgetSpent
            | Figure::Shed
            | Figure::GatewayRefusals
            | Figure::GatewayTimeouts
            | Figure::Dropped
            | Figure::TokensWasted
            | Figure::Cost
            | Figure::CostPer1k
            | Figure::CostWasted
            | Figure::RecoveryTime
            | Figure::Findings
            | Figure::JobsFailed
            | Figure::JobsDeadLettered
            | Figure::JobsLost
            | Figure::JobsUnfinished
            | Figure::JobsDuplicateEffects
            | Figure::JobsWastedCalls
            | Figure::JobsRedeliveries
            | Figure::JobsMostReceives
            | Figure::QueueDepth
            | Figure::QueueOldest
            | Figure::QueueDrainTime => Better::Lower,
        }
    }
}
