//! The finished figures: plain data, built only by a tally.
//!
//! `summary.json` is this type written down, and every other output is a rendering of it, so no
//! renderer needs arithmetic on results. A half-computed figure has no type here.

mod exemplar;
mod failures;
mod figures;
mod heat;
mod jobs;
mod timeline;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::compare::Comparison;
use crate::gate::{Judged, Verdict};
use crate::generator::Generator;
use crate::header::{Header, Stage};
use crate::judge::expect::Expectation;
use crate::judge::finding::{Answer, Code, Finding, Ruling, Severity};
use crate::judge::judgement::Judgement;
use crate::record::{BreakerState, Name};
use crate::stop::Stopped;
use crate::trace::account::Traced;
use crate::units::Nanos;
use crate::validity::{Ending, Validity};

pub use exemplar::{Exemplar, Why};
pub use failures::{Cause, ERROR_PARTS, ErrorRow, FailureRow, Met, Refusal};
pub use figures::{Figures, Spread};
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
