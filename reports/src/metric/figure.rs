//! The figures that are no distribution: shares, counts, rates and sums.

use super::entry::{Entry, entry};

/// The figures that are no distribution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Figure {
    /// Answered ÷ requests.
    SuccessRatio,
    /// Answered by the first attempt ÷ requests.
    SuccessFirstTry,
    /// Answered after a retry ÷ requests.
    SuccessAfterRetry,
    /// Answered by another destination ÷ requests.
    FallbackShare,
    /// Answered by the same model in another region ÷ requests.
    FailoverShare,
    /// Answered by another model than the one asked ÷ answered.
    DegradedShare,
    /// Asked twice at once ÷ requests.
    HedgeShare,
    /// Answered by the second call ÷ asked twice at once.
    HedgeWins,
    /// Within the SLO ÷ requests.
    GoodputRatio,
    /// Within the SLO, each second.
    GoodputRate,
    /// Answered by one region ÷ answered.
    RegionShare,
    /// Answered by one model ÷ answered.
    ModelShare,
    /// Attempts ÷ requests.
    AttemptsPerRequest,
    /// Requests.
    Requests,
    /// Requests each second.
    RequestsRate,
    /// Requests that nothing answered.
    Failures,
    /// Attempts that were throttled.
    Throttles,
    /// Attempts that failed, throttled or otherwise.
    Errors,
    /// Streams that broke or ended without their closing event.
    BrokenStreams,
    /// Streams that ended without their closing event.
    IncompleteStreams,
    /// Calls that asked for a broken stream again.
    StreamRestarts,
    /// Calls that ended because the SDK's retry quota was dry.
    RetryQuotaRefusals,
    /// How long circuit breakers were open.
    BreakerOpenTime,
    /// Calls that a circuit breaker did not let through.
    BreakerRefusals,
    /// Requests for which a budget ended the fallback.
    BudgetSpent,
    /// Attempts to go back to the first region.
    RegionReturns,
    /// Requests that the client's own rate limit turned away.
    Shed,
    /// Requests that the gateway refused.
    GatewayRefusals,
    /// Requests that outlasted the gateway.
    GatewayTimeouts,
    /// Arrivals that found no room.
    Dropped,
    /// Tokens read.
    TokensInput,
    /// Tokens written.
    TokensOutput,
    /// Tokens read and written, each minute.
    TokensPerMinute,
    /// Tokens of calls whose answer nobody got.
    TokensWasted,
    /// What the tokens cost.
    Cost,
    /// What a thousand answered requests cost.
    CostPer1k,
    /// What the wasted tokens cost.
    CostWasted,
    /// How long callers stayed in trouble after a fault.
    RecoveryTime,
    /// What the judge holds against the clients.
    Findings,
}

impl Figure {
    /// All of them, in the order of the catalogue.
    pub const ALL: [Figure; 39] = [
        Figure::SuccessRatio,
        Figure::SuccessFirstTry,
        Figure::SuccessAfterRetry,
        Figure::FallbackShare,
        Figure::FailoverShare,
        Figure::DegradedShare,
        Figure::HedgeShare,
        Figure::HedgeWins,
        Figure::GoodputRatio,
        Figure::GoodputRate,
        Figure::RegionShare,
        Figure::ModelShare,
        Figure::AttemptsPerRequest,
        Figure::Requests,
        Figure::RequestsRate,
        Figure::Failures,
        Figure::Throttles,
        Figure::Errors,
        Figure::BrokenStreams,
        Figure::IncompleteStreams,
        Figure::StreamRestarts,
        Figure::RetryQuotaRefusals,
        Figure::BreakerOpenTime,
        Figure::BreakerRefusals,
        Figure::BudgetSpent,
        Figure::RegionReturns,
        Figure::Shed,
        Figure::GatewayRefusals,
        Figure::GatewayTimeouts,
        Figure::Dropped,
        Figure::TokensInput,
        Figure::TokensOutput,
        Figure::TokensPerMinute,
        Figure::TokensWasted,
        Figure::Cost,
        Figure::CostPer1k,
        Figure::CostWasted,
        Figure::RecoveryTime,
        Figure::Findings,
    ];

    /// Its line of the catalogue.
    #[rustfmt::skip]
    pub const fn entry(self) -> Entry {
        match self {
            Figure::SuccessRatio => entry!("success.ratio", Share, Nothing, "answered ÷ requests",
                "The share of requests that got a whole answer, by whatever way."),
            Figure::SuccessFirstTry => entry!("success.first_try", Share, Nothing, "answered by the first attempt ÷ requests",
                "The share that met no trouble at all."),
            Figure::SuccessAfterRetry => entry!("success.after_retry", Share, Nothing, "answered at the first destination, but not by the first attempt ÷ requests",
                "The share that asking again saved, be it the SDK's retry, a restart or a state machine's."),
            Figure::FallbackShare => entry!("fallback.share", Share, Nothing, "answered by a failover or a fallback ÷ requests",
                "The share that another region or model saved."),
            Figure::FailoverShare => entry!("failover.share", Share, Nothing, "answered by a call that a failure had sent to another region ÷ requests",
                "The share that another region saved."),
            Figure::DegradedShare => entry!("degraded.share", Share, Nothing, "answered by another model than the one that routing or the flow had chosen ÷ answered",
                "The share of answers that callers got from a stand-in."),
            Figure::HedgeShare => entry!("hedge.share", Share, Hedge, "requests with a second call beside the first ÷ requests",
                "How much of the traffic was asked twice at once."),
            Figure::HedgeWins => entry!("hedge.wins", Share, Hedge, "answered by the second call ÷ requests with a second call beside the first",
                "How often asking twice paid."),
            Figure::GoodputRatio => entry!("goodput.ratio", Share, Slo, "answered within every limit of the slo ÷ requests",
                "The share of requests that were good enough."),
            Figure::GoodputRate => entry!("goodput.rate", PerSecond, Slo, "answered within every limit of the slo ÷ time in scope",
                "Good answers each second."),
            Figure::RegionShare => entry!("region.share", Share, WhereRegion, "answered by the region ÷ answered",
                "How much of the traffic one region carried."),
            Figure::ModelShare => entry!("model.share", Share, WhereModel, "answered by the model ÷ answered",
                "How much of the traffic one model carried."),
            Figure::AttemptsPerRequest => entry!("attempts.per_request", Ratio, Nothing, "attempts ÷ requests",
                "Retry amplification: the load that the service saw for each request that callers made."),
            Figure::Requests => entry!("requests.count", Count, Nothing, "requests due in scope",
                "How much traffic there was."),
            Figure::RequestsRate => entry!("requests.rate", PerSecond, Nothing, "requests due in scope ÷ time in scope",
                "How fast the traffic came."),
            Figure::Failures => entry!("failures.count", Count, Nothing, "requests that nothing answered",
                "How many callers got nothing."),
            Figure::Throttles => entry!("throttles.count", Count, Nothing, "attempts answered by 429 or a throttling code",
                "How often the service said: too fast."),
            Figure::Errors => entry!("errors.count", Count, Nothing, "attempts that ended in any error",
                "How often the service or the way to it failed."),
            Figure::BrokenStreams => entry!("streams.broken", Count, Streams, "calls that ended as stream_broken or stream_incomplete",
                "Streams that stopped before their closing event; no SDK retries those."),
            Figure::IncompleteStreams => entry!("streams.incomplete", Count, Streams, "calls that ended as stream_incomplete",
                "Streams that ended without a word, as if they were whole."),
            Figure::StreamRestarts => entry!("streams.restarts", Count, Streams, "calls that asked the same destination again after a stream had broken",
                "How often an answer was begun anew."),
            Figure::RetryQuotaRefusals => entry!("retry_quota.refusals", Count, Nothing, "calls whose last error was retryable with attempts left, but the SDK's retry quota was dry",
                "How often the SDK gave up early to protect the service."),
            Figure::BreakerOpenTime => entry!("breaker.open_time", Seconds, Breaker,
                "Σ over the breakers in scope of the time in state open, within the stages in scope; a breaker that never left the state counts to \
                 their end, half open does not count, and several destinations add up",
                "How long clients shut destinations out."),
            Figure::BreakerRefusals => entry!("breaker.refusals", Count, Breaker, "calls that a circuit breaker did not let through",
                "How often a client did not even ask."),
            Figure::BudgetSpent => entry!("fallback.budget_spent", Count, Nothing, "requests that were due to go on to another destination, but had no calls or time left for it",
                "How often a budget, and not the last destination, ended a request."),
            Figure::RegionReturns => entry!("region.returns", Count, Nothing, "requests that asked the first region again after the client had moved away",
                "How often a client tried to come home."),
            Figure::Shed => entry!("shed.count", Count, Limit, "requests that the client's own rate limit turned away",
                "Traffic that the client gave up to keep the rest within its limit."),
            Figure::GatewayRefusals => entry!("gateway.refusals", Count, Gateway, "requests that the gateway answered itself, before any call",
                "How often the front door was shut."),
            Figure::GatewayTimeouts => entry!("gateway.timeouts", Count, Gateway, "requests that were not over within the gateway's integration limit",
                "How often callers got a 504 while the client still tried."),
            Figure::Dropped => entry!("dropped.count", Count, OpenLoad, "arrivals that found the cap on requests in flight reached",
                "Traffic that the schedule held and nobody sent."),
            Figure::TokensInput => entry!("tokens.input", Count, Nothing, "input tokens by the service's count",
                "What was read."),
            Figure::TokensOutput => entry!("tokens.output", Count, Nothing, "output tokens by the service's count",
                "What was written."),
            Figure::TokensPerMinute => entry!("tokens.per_minute", PerMinute, Nothing, "(input + output tokens) ÷ minutes in scope",
                "Use of a token quota, as settled."),
            Figure::TokensWasted => entry!("tokens.wasted", Count, Nothing,
                "input + output tokens of calls whose answer did not reach the caller: broken streams, calls that a hedge beat, answers too late for the \
                 gateway; where the service did not come to count them, by the client's estimate",
                "What was read and written for nothing."),
            Figure::Cost => entry!("cost.total", Usd, Prices, "Σ tokens × the model's price",
                "What the tokens cost by the scenario's prices."),
            Figure::CostPer1k => entry!("cost.per_1k", Usd, Prices, "cost.total ÷ answered × 1000",
                "What a thousand answers cost."),
            Figure::CostWasted => entry!("cost.wasted", Usd, Prices, "Σ wasted tokens × the model's price",
                "What was paid for nothing."),
            Figure::RecoveryTime => entry!("recovery.time", Seconds, AfterFault,
                "from the end of the fault to the due time of the last request of the disturbance; a second is disturbed where, in the ten \
                 seconds around it (or the twenty requests, if more), requests in trouble outnumber their share before the fault by more than one; what follows five calm seconds and \
                 the start of a later fault is that fault's",
                "How long callers stayed in trouble once the fault was over."),
            Figure::Findings => entry!("findings.count", Count, Ledger, "findings of the judge of severity error or warning that the scenario does not allow",
                "How much the exchanges hold against the clients."),
        }
    }
}
