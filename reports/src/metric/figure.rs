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
    /// Jobs that the queue took.
    JobsEnqueued,
    /// Jobs with a result.
    JobsCompleted,
    /// Jobs that were given up.
    JobsFailed,
    /// Jobs in the dead-letter queue.
    JobsDeadLettered,
    /// Jobs that are nowhere.
    JobsLost,
    /// Jobs still in the queue when the run was over.
    JobsUnfinished,
    /// Results stored beyond each job's first.
    JobsDuplicateEffects,
    /// Answers of models that are nobody's result.
    JobsWastedCalls,
    /// Receives beyond each job's first.
    JobsRedeliveries,
    /// Deliveries that found nothing to do.
    JobsNoOps,
    /// The most receives of one job.
    JobsMostReceives,
    /// The most jobs that waited.
    QueueDepth,
    /// The age that the oldest job reached.
    QueueOldest,
    /// First enqueue to last settled.
    QueueDrainTime,
    /// Time that workers held jobs ÷ time that they could have.
    WorkersUtilisation,
}

impl Figure {
    /// All of them, in the order of the catalogue.
    pub const ALL: [Figure; 54] = [
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
        Figure::JobsEnqueued,
        Figure::JobsCompleted,
        Figure::JobsFailed,
        Figure::JobsDeadLettered,
        Figure::JobsLost,
        Figure::JobsUnfinished,
        Figure::JobsDuplicateEffects,
        Figure::JobsWastedCalls,
        Figure::JobsRedeliveries,
        Figure::JobsNoOps,
        Figure::JobsMostReceives,
        Figure::QueueDepth,
        Figure::QueueOldest,
        Figure::QueueDrainTime,
        Figure::WorkersUtilisation,
    ];

    /// Whether it counts jobs one by one, with deliveries that came after a job was settled.
    pub const fn counts_jobs(self) -> bool {
        matches!(
            self,
            Figure::JobsEnqueued
                | Figure::JobsCompleted
                | Figure::JobsFailed
                | Figure::JobsDeadLettered
                | Figure::JobsLost
                | Figure::JobsUnfinished
                | Figure::JobsDuplicateEffects
                | Figure::JobsWastedCalls
                | Figure::JobsRedeliveries
                | Figure::JobsNoOps
                | Figure::JobsMostReceives
        )
    }

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
                "from the end of the fault to the due time of the last request of the disturbance (of a job, when a worker first received it); a second is disturbed where, in the ten \
                 seconds around it (or the twenty requests, if more), requests in trouble outnumber their share before the fault by more than one; what follows five calm seconds and \
                 the start of a later fault is that fault's",
                "How long callers stayed in trouble once the fault was over."),
            Figure::Findings => entry!("findings.count", Count, Ledger, "findings of the judge of severity error or warning that the scenario does not allow",
                "How much the exchanges hold against the clients."),
            Figure::JobsEnqueued => entry!("jobs.enqueued", Count, Queue, "jobs that the queue had taken",
                "How much work there was."),
            Figure::JobsCompleted => entry!("jobs.completed", Count, Queue, "jobs with a result in the store",
                "How much of it was done."),
            Figure::JobsFailed => entry!("jobs.failed", Count, Queue, "jobs that the store says were given up",
                "How much was given up, and said so."),
            Figure::JobsDeadLettered => entry!("jobs.dead_lettered", Count, Queue, "jobs received as often as the queue allows, and moved to the dead-letter queue",
                "How many poisoned the queue, or met too much trouble."),
            Figure::JobsLost => entry!("jobs.lost", Count, Queue, "jobs that the queue had taken with neither a result nor a failure in the store, which no queue holds any more; counted one by one",
                "How many vanished. Nobody will ever ask for them again."),
            Figure::JobsUnfinished => entry!("jobs.unfinished", Count, Queue, "jobs that the queue still held when the run was over",
                "How many were not done in time."),
            Figure::JobsDuplicateEffects => entry!("jobs.duplicate_effects", Count, Queue, "results stored − jobs with a result; counted one by one",
                "How often a job took effect again."),
            Figure::JobsWastedCalls => entry!("jobs.wasted_calls", Count, Queue, "calls for jobs that a model answered − jobs with a result",
                "How often a model was paid for an answer that became nobody's result."),
            Figure::JobsRedeliveries => entry!("jobs.redeliveries", Count, Queue, "receives of jobs − jobs received at least once",
                "How often a queue delivered again."),
            Figure::JobsNoOps => entry!("jobs.no_ops", Count, Queue, "deliveries whose job was done already, given up, or in another worker's hands",
                "How often the check against the store spared a second run."),
            Figure::JobsMostReceives => entry!("jobs.most_receives", Count, Queue, "the most receives of one job",
                "How near the worst job came to the dead-letter queue."),
            Figure::QueueDepth => entry!("queue.depth", Count, Queue, "the most jobs that waited in the queue, looked at every second",
                "How far the workers fell behind."),
            Figure::QueueOldest => entry!("queue.oldest", Seconds, Queue, "the age that the oldest unsettled job reached, looked at every second",
                "The longest that any job had to wait to be settled."),
            Figure::QueueDrainTime => entry!("queue.drain_time", Seconds, Queue, "last job settled − first job due; none while jobs are left",
                "How long the batch took."),
            Figure::WorkersUtilisation => entry!("workers.utilisation", Share, Queue, "Σ jobs held ÷ Σ jobs that could have been held, looked at every second from the first job's due time to the last job's end",
                "How busy the workers were."),
        }
    }
}
