//! By which law a figure varies from run to run, and so which interval is honest for its change.

use crate::metric::{Figure, Metric, Statistic};

/// The law of a figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Law {
    /// A percentile or a mean of times: only resampling can tell how it varies.
    Times(Statistic),
    /// A share of requests: near zero and one, resampling sees no variation at all, and a score interval does.
    Share,
    /// One sum over another, which may pass one.
    Ratio(Over),
    /// How many events there were, maybe for each second.
    Events,
    /// A sum of many sizes, such as tokens, maybe for each second.
    Sum(Of),
    /// One value a run: from one run nobody can tell how it varies.
    Once,
    /// Counted one by one, each a defect of its own: any more is worse.
    Defects,
}

/// What a ratio is over what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Over {
    /// What is counted over the requests.
    HitsOverRequests,
    /// What was paid over what is counted.
    UsdOverHits,
}

/// What a sum is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Of {
    /// What is counted.
    Hits,
    /// What was paid.
    Usd,
}

impl Law {
    /// The law of a metric.
    pub(crate) fn of(metric: Metric) -> Self {
        match metric {
            Metric::Timing(_, Statistic::Min | Statistic::Max) => Law::Once,
            Metric::Timing(_, statistic) => Law::Times(statistic),
            Metric::Figure(figure) => of_figure(figure),
        }
    }
}

/// Whether one run a side can tell a change of this figure: it has an interval, or each count is a fact.
pub fn one_run_can_tell(metric: Metric) -> bool {
    Law::of(metric) != Law::Once
}

fn of_figure(figure: Figure) -> Law {
    match figure {
        Figure::SuccessRatio
        | Figure::SuccessFirstTry
        | Figure::SuccessAfterRetry
        | Figure::FallbackShare
        | Figure::FailoverShare
        | Figure::DegradedShare
        | Figure::HedgeShare
        | Figure::HedgeWins
        | Figure::GoodputRatio
        | Figure::RegionShare
        | Figure::ModelShare => Law::Share,
        Figure::AttemptsPerRequest => Law::Ratio(Over::HitsOverRequests),
        Figure::CostPer1k => Law::Ratio(Over::UsdOverHits),
        Figure::GoodputRate
        | Figure::Requests
        | Figure::RequestsRate
        | Figure::Failures
        | Figure::Throttles
        | Figure::Errors
        | Figure::BrokenStreams
        | Figure::IncompleteStreams
        | Figure::StreamRestarts
        | Figure::RetryQuotaRefusals
        | Figure::BreakerRefusals
        | Figure::BudgetSpent
        | Figure::RegionReturns
        | Figure::Shed
        | Figure::GatewayRefusals
        | Figure::GatewayTimeouts
        | Figure::Dropped
        | Figure::JobsEnqueued
        | Figure::JobsCompleted
        | Figure::JobsFailed
        | Figure::JobsDeadLettered
        | Figure::JobsUnfinished
        | Figure::JobsWastedCalls
        | Figure::JobsRedeliveries
        | Figure::JobsNoOps => Law::Events,
        Figure::TokensInput | Figure::TokensOutput | Figure::TokensPerMinute | Figure::TokensWasted => {
            Law::Sum(Of::Hits)
        }
        Figure::Cost | Figure::CostWasted => Law::Sum(Of::Usd),
        Figure::BreakerOpenTime
        | Figure::RecoveryTime
        | Figure::JobsMostReceives
        | Figure::QueueDepth
        | Figure::QueueOldest
        | Figure::QueueDrainTime
        | Figure::WorkersUtilisation => Law::Once,
        Figure::Findings | Figure::JobsLost | Figure::JobsDuplicateEffects => Law::Defects,
    }
}
