//! The finished figures: plain data, built only by a tally.
//!
//! `summary.json` is this type written down, and every other output is a rendering of it, so no
//! renderer needs arithmetic on results. A half-computed figure has no type here.

mod heat;
mod jobs;
mod timeline;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::compare::Comparison;
use crate::gate::{Judged, Verdict};
use crate::generator::Generator;
use crate::header::{Header, Stage};
use crate::histogram::CurvePoint;
use crate::judge::expect::Expectation;
use crate::judge::finding::{Answer, Code, Finding, Ruling, Severity};
use crate::judge::judgement::Judgement;
use crate::record::{BreakerState, FailureClass, Name, Record};
use crate::stop::Stopped;
use crate::trace::account::Traced;
use crate::units::Nanos;
use crate::validity::{Ending, Validity};

pub use heat::Heatmap;
pub use jobs::{JobFigures, QueuePoint, QueueSummary, Twice};
pub use timeline::{Amplified, BreakerLane, BreakerSpan, Percentiles, Timeline};

/// All that is known about a run once its log was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    /// Version of this structure; additive changes keep it.
    pub format: u32,
    /// The run in one word.
    pub verdict: RunVerdict,
    /// Whether the measurement may be trusted.
    pub validity: Validity,
    /// How the log ended.
    pub ending: Ending,
    /// What ended the run before its time, if `stop_if` did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
    /// Each gate with its answer: failing first, then without data, inconclusive, passed.
    pub gates: Vec<Judged>,
    /// When the last request was over.
    pub finished: Nanos,
    /// Every recorded stage of every flow.
    pub total: Figures,
    /// Every recorded stage, over all flows, in order of time.
    pub stages: Vec<Part>,
    /// Every flow, over all recorded stages, in the scenario's order.
    pub flows: Vec<Part>,
    /// Every client, over the recorded stages of its flows, in the scenario's order.
    #[serde(default)]
    pub clients: Vec<Client>,
    /// Every flow in every recorded stage.
    pub cells: Vec<Cell>,
    /// How each fault's disturbance ended, in order of time.
    pub recoveries: Vec<Recovery>,
    /// How each queue fared, in the order of the flows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<QueueSummary>,
    /// Errors of attempts, most frequent first; all stages.
    pub errors: Vec<ErrorRow>,
    /// Requests that nothing answered, by kind, most frequent first; recorded stages.
    pub failures: Vec<FailureRow>,
    /// The run over time, warm-up included.
    pub timeline: Timeline,
    /// Latency over time of each flow that has answers enough, in the scenario's order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub heatmaps: Vec<Heatmap>,
    /// Requests worth reading: those that show a failed gate, failed, slowest, one for each fault, usual ones.
    pub exemplars: Vec<Exemplar>,
    /// For each gate, the request among them that shows it, if one does.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub exhibits: BTreeMap<Name, u64>,
    /// What the cloud's ledger says about the clients; none where there is no ledger to read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub judgement: Option<Judgement>,
    /// What came of holding the run against each of its baselines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub comparisons: Vec<Comparison>,
    /// What became of the spans of its traces; none where none were written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traced: Option<Traced>,
    /// What the generator says of itself; real time only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generator: Option<Generator>,
    /// What the run was.
    pub run: Header,
}

impl Summary {
    /// Whether there was no request at all, warm-up included.
    pub fn sent_nothing(&self) -> bool {
        self.timeline.offered.iter().all(|&offered| offered == 0)
    }

    /// What the scenario expects of the clients, each with its answer; nothing where nobody judged.
    pub fn expectations(&self) -> &[Expectation] {
        self.judgement.as_ref().map_or(&[], |judgement| &judgement.expectations)
    }

    /// The expectations that fail the run: not met, or not shown.
    pub fn unmet(&self) -> impl Iterator<Item = &Expectation> {
        self.expectations()
            .iter()
            .filter(|expected| matches!(expected.verdict, Verdict::Fail | Verdict::NoData))
    }

    /// What the judge found, gravest first.
    pub fn findings(&self) -> impl Iterator<Item = (&Answer, &Finding)> {
        let answers = self.judgement.iter().flat_map(|judgement| &judgement.answers);
        answers.filter_map(|answer| match &answer.ruling {
            Ruling::Found(finding) => Some((answer, finding)),
            Ruling::Clear { .. } | Ruling::Insufficient { .. } => None,
        })
    }

    /// The findings that a reader should act on: errors and warnings that the scenario does not allow.
    pub fn grave(&self) -> impl Iterator<Item = (&Answer, &Finding)> {
        self.findings()
            .filter(|(answer, finding)| finding.severity <= Severity::Warning && !self.allows(answer.code))
    }

    /// How long circuit breakers were open in recorded stages, destinations added up.
    pub fn breakers_open(&self) -> Nanos {
        let stages = || self.run.stages.iter().filter(|stage| stage.record);
        self.timeline.breakers.iter().fold(Nanos::ZERO, |sum, lane| {
            let open =
                |sum: Nanos, stage: &Stage| sum.plus(lane.time_in(BreakerState::Open, stage.from, stage.to));
            stages().fold(sum, open)
        })
    }

    /// Whether the scenario knows and accepts this finding.
    pub fn allows(&self, code: Code) -> bool {
        self.run.expect.as_ref().is_some_and(|expect| expect.allow.contains(&code))
    }
}

/// The run in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunVerdict {
    /// Every gate that can fail the run passed.
    Pass,
    /// At least one gate failed the run, an expectation was not met, or the run had to be stopped.
    Fail,
    /// None failed, but at least one could not be decided.
    Inconclusive,
    /// The measurement cannot be trusted, whatever its gates say.
    Invalid,
}

impl RunVerdict {
    /// The word for it, as verdict lines begin.
    pub fn word(self) -> &'static str {
        match self {
            RunVerdict::Pass => "PASS",
            RunVerdict::Fail => "FAIL",
            RunVerdict::Inconclusive => "INCONCLUSIVE",
            RunVerdict::Invalid => "INVALID",
        }
    }
}

/// Figures of one flow or one stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// The flow or stage.
    pub name: Name,
    /// Its figures.
    pub figures: Figures,
}

/// What one client did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Client {
    /// The scenario's name of it.
    pub name: Name,
    /// The figures of all its flows.
    pub figures: Figures,
    /// How each fault's disturbance ended for its callers, in order of time.
    pub recoveries: Vec<Recovery>,
}

/// Figures of one flow in one stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The flow.
    pub flow: Name,
    /// The stage.
    pub stage: Name,
    /// Its figures.
    pub figures: Figures,
}

/// What some part of the traffic did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Requests that were due and sent, without abandoned ones.
    pub requests: u64,
    /// Answered by the first attempt.
    pub first_try: u64,
    /// Answered by a later attempt.
    pub retried: u64,
    /// Answered by a later call.
    pub fell_back: u64,
    /// Not answered.
    pub failed: u64,
    /// Answered by the same model in another region.
    #[serde(default)]
    pub failed_over: u64,
    /// Answered by another model than the one asked for, by the model that answered.
    #[serde(default)]
    pub stand_ins: BTreeMap<Name, u64>,
    /// Asked twice at once.
    #[serde(default)]
    pub hedged: u64,
    /// Answered by the second of two calls at once.
    #[serde(default)]
    pub hedges_won: u64,
    /// Turned away by the client's own rate limit.
    #[serde(default)]
    pub shed: u64,
    /// Answered by the gateway itself, before any call.
    #[serde(default)]
    pub gateway_refusals: u64,
    /// Not over within the gateway's limit.
    #[serde(default)]
    pub gateway_timeouts: u64,
    /// Due to go on to another destination, without calls or time left for it.
    #[serde(default)]
    pub budget_spent: u64,
    /// Asked the first region again after the client had moved away.
    #[serde(default)]
    pub region_returns: u64,
    /// Cut off by an interruption.
    pub abandoned: u64,
    /// Arrivals that found no room.
    pub dropped: u64,
    /// Answered within every limit of the SLO; none where there is no SLO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub good: Option<u64>,
    /// HTTP exchanges.
    pub attempts: u64,
    /// Exchanges that the service took up: it answered with a status of success.
    #[serde(default)]
    pub accepted: u64,
    /// Exchanges that were throttled.
    pub throttled: u64,
    /// Exchanges that ended in any error, throttles included.
    pub errors: u64,
    /// Calls that ended because the SDK's retry quota was dry.
    pub retry_quota_refusals: u64,
    /// Streams that broke or ended without their closing event.
    pub broken_streams: u64,
    /// Streams that ended without their closing event.
    #[serde(default)]
    pub incomplete_streams: u64,
    /// Calls that asked for a broken stream again.
    #[serde(default)]
    pub stream_restarts: u64,
    /// Calls that a circuit breaker did not let through.
    #[serde(default)]
    pub breaker_refusals: u64,
    /// Time that the SDK slept before retries, over all requests.
    pub backoff_slept: Nanos,
    /// Input tokens by the service's count.
    pub tokens_input: u64,
    /// Output tokens by the service's count.
    pub tokens_output: u64,
    /// Tokens of calls whose answer nobody got, read and written.
    #[serde(default)]
    pub tokens_wasted: u64,
    /// Cost in USD; none where a model in use has no price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// Of it, the cost of wasted tokens; none where a model in use has no price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_wasted_usd: Option<f64>,
    /// Answered requests by the region that answered.
    pub regions: BTreeMap<Name, u64>,
    /// Answered requests by the model that answered.
    pub models: BTreeMap<Name, u64>,
    /// Time in scope.
    pub length: Nanos,
    /// Due to done.
    pub latency: Spread,
    /// Sent to done.
    pub service_time: Spread,
    /// Due to first content.
    pub ttft: Spread,
    /// Sent to first content.
    pub service_ttft: Spread,
    /// Time for each output token after the first.
    pub tpot: Spread,
    /// Gaps between content events.
    pub itl: Spread,
    /// First attempts alone.
    pub first_attempt: Spread,
    /// Waits before retries.
    pub backoff: Spread,
    /// Waits at the client's own rate limit.
    #[serde(default)]
    pub limit_wait: Spread,
    /// Waits of a state machine before it retried.
    #[serde(default)]
    pub retrier_wait: Spread,
    /// Lateness of the harness.
    pub schedule_delay: Spread,
    /// What became of jobs; none where there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jobs: Option<JobFigures>,
}

impl Figures {
    /// Requests that got a whole answer.
    pub fn answered(&self) -> u64 {
        self.first_try + self.retried + self.fell_back
    }

    /// Requests that another model answered than the one asked for.
    pub fn degraded(&self) -> u64 {
        self.stand_ins.values().sum()
    }

    /// Requests that were retried, fell back or failed.
    pub fn in_trouble(&self) -> u64 {
        self.retried + self.fell_back + self.failed
    }

    /// A count for each second in scope; none without time.
    pub fn per_second(&self, count: u64) -> Option<f64> {
        (self.length > Nanos::ZERO).then(|| count as f64 / self.length.as_secs_f64())
    }

    /// A share of the requests; none without requests.
    pub fn share(&self, count: u64) -> Option<f64> {
        (self.requests > 0).then(|| count as f64 / self.requests as f64)
    }

    /// Attempts ÷ requests; none without requests.
    pub fn attempts_per_request(&self) -> Option<f64> {
        self.share(self.attempts)
    }
}

/// A distribution boiled down. A percentile is there only where enough samples bound it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// How many samples.
    pub count: u64,
    /// Exact smallest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<Nanos>,
    /// Exact mean.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean: Option<Nanos>,
    /// Median.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p50: Option<Nanos>,
    /// 90th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p90: Option<Nanos>,
    /// 95th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p95: Option<Nanos>,
    /// 99th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p99: Option<Nanos>,
    /// 99.9th percentile.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub p999: Option<Nanos>,
    /// Exact largest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<Nanos>,
    /// The percentile curve, where it is drawn (latency, service time and ttft of totals and stages).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub curve: Vec<CurvePoint>,
}

/// How the disturbance of one fault ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recovery {
    /// The fault.
    pub fault: Name,
    /// `recovery.time`; none where there was no recorded request before or after the fault.
    pub time: Option<Nanos>,
    /// The share of requests in trouble before the fault.
    pub share_before: Option<f64>,
    /// The share of requests in trouble while it was on.
    pub share_during: Option<f64>,
    /// The last request of the disturbance over all flows, if it outlasted the fault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_by: Option<u64>,
    /// Attempts for each request due before the fault, while it was on and after it; none where nothing was due then.
    #[serde(default)]
    pub amplification: [Option<f64>; 3],
}

/// Attempts that ended in the same error for the same reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorRow {
    /// HTTP status; none where no answer came.
    pub status: Option<u16>,
    /// The error code.
    pub error: Name,
    /// How many attempts.
    pub attempts: u64,
    /// How many in each region.
    pub regions: BTreeMap<Name, u64>,
    /// How many by the injected fault, if one caused them: it has a row of its own.
    pub faults: BTreeMap<Name, u64>,
    /// How many at each destination, by model, then region.
    #[serde(default)]
    pub destinations: BTreeMap<Name, BTreeMap<Name, u64>>,
    /// How many ended in each [`ERROR_PARTS`]th of the planned run; the last holds what ended later.
    #[serde(default)]
    pub times: Vec<u64>,
    /// How the requests ended that met it at least once.
    #[serde(default)]
    pub met: Met,
    /// When the first of them ended.
    pub first: Nanos,
    /// When the last of them ended.
    pub last: Nanos,
}

/// Equal parts of the planned run in which errors are counted.
pub const ERROR_PARTS: usize = 60;

/// How the requests ended that met an error. One that met two counts with both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    /// Answered by a later attempt.
    pub retried: u64,
    /// Answered by a later call.
    pub fell_back: u64,
    /// Not answered.
    pub failed: u64,
    /// Answered by the first attempt of another call, or cut off.
    pub other: u64,
}

impl Met {
    /// All of them.
    pub fn requests(self) -> u64 {
        self.retried + self.fell_back + self.failed + self.other
    }
}

/// Requests that failed in the same way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FailureRow {
    /// The kind.
    pub class: Cause,
    /// How many requests.
    pub requests: u64,
    /// What the first of them was told. Untrusted text.
    pub message: String,
    /// The first of them.
    pub example: u64,
}

/// Why nothing answered a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cause {
    /// Its calls failed, the last of them like this.
    Call(FailureClass),
    /// A policy ended it.
    Refusal(Refusal),
}

/// How a policy of the client, or the gateway in front of it, ends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The gateway answered it, before any call.
    GatewayRefused,
    /// The gateway gave its caller up while the client still tried.
    GatewayTimedOut,
    /// The client's own rate limit turned it away.
    Shed,
    /// Every destination that was left was shut out by a circuit breaker.
    BreakerOpen,
    /// Its message was moved to the dead-letter queue, though no call had failed.
    DeadLettered,
    /// No queue holds the job any more, and no result is stored.
    Lost,
    /// Its queue still held the job when the run was over.
    Unfinished,
    /// The queue never took the job.
    NotEnqueued,
    /// No call was made, and no policy says why.
    NotSent,
}

impl Cause {
    /// The word for it in tables.
    pub fn name(self) -> &'static str {
        match self {
            Cause::Call(class) => class.name(),
            Cause::Refusal(Refusal::GatewayRefused) => "gateway refused",
            Cause::Refusal(Refusal::GatewayTimedOut) => "gateway timed out",
            Cause::Refusal(Refusal::Shed) => "shed",
            Cause::Refusal(Refusal::BreakerOpen) => "breaker open",
            Cause::Refusal(Refusal::DeadLettered) => "dead-lettered",
            Cause::Refusal(Refusal::Lost) => "lost",
            Cause::Refusal(Refusal::Unfinished) => "unfinished",
            Cause::Refusal(Refusal::NotEnqueued) => "not enqueued",
            Cause::Refusal(Refusal::NotSent) => "not sent",
        }
    }
}

/// A request worth reading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Exemplar {
    /// Why it was chosen.
    pub why: Why,
    /// What it did.
    pub record: Record,
}

/// Why a request is worth reading.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// It shows what this gate measured.
    Shows(Name),
    /// It was the last of the disturbance after this fault, and so set its recovery.
    SetRecovery(Name),
    /// One of the first that failed in this way.
    Failed(Cause),
    /// One of the slowest answers.
    Slowest,
    /// The one with the most attempts.
    MostAttempts,
    /// The first that another model answered than the one asked for.
    Degraded,
    /// The first that another region answered.
    FailedOver,
    /// The first that a hedge answered.
    HedgeWon,
    /// The first whose broken stream was asked for again.
    Restarted,
    /// The first that this fault struck.
    StruckBy(Name),
    /// The first that met this error without a fault.
    Met(Name),
    /// The usual one of this flow, at the median of its latency.
    Typical(Name),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_whatever_was_not_answered_at_the_first_try() {
        let figures =
            Figures { requests: 10, first_try: 4, retried: 3, fell_back: 2, failed: 1, ..Figures::default() };
        assert_eq!(figures.in_trouble(), 6);
    }

    #[test]
    fn a_rate_needs_time() {
        let figures = Figures { length: Nanos::from_secs(4), ..Figures::default() };
        assert_eq!(figures.per_second(10), Some(2.5));
        assert_eq!(Figures::default().per_second(10), None);
    }
}
