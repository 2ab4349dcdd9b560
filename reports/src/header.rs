//! What a reader must know about a run before its first record.
//!
//! `reports` does not know scenarios, so the harness writes down here all that figures, gates and
//! pages need: the timeline, the faults, the prices, the gates. With it a run folder explains itself.

use serde::{Deserialize, Serialize};

use crate::gate::Gate;
use crate::judge::expect::Expect;
use crate::record::{Name, Operation};
use crate::sizing::QueueSetup;
use crate::stop::StopRule;
use crate::units::Nanos;
use crate::validity::Thresholds;

/// The version of the record log and of `summary.json`. Additive changes keep it.
pub const FORMAT_VERSION: u32 = 3;

/// The first line of a record log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// [`FORMAT_VERSION`] of the writer.
    pub format: u32,
    /// The scenario's name.
    pub scenario: Name,
    /// The question that the scenario answers, in its author's words.
    pub about: String,
    /// The seed that every draw came from.
    pub seed: u64,
    /// SHA-256 of the scenario as it was run, in hex.
    pub digest: String,
    /// Which clock the times were taken from.
    pub clock: ClockKind,
    /// The epoch on that clock, since 1970: a fixed date in virtual time.
    #[serde(default)]
    pub epoch: Nanos,
    /// What the run was aimed at, in words.
    pub target: String,
    /// Whether that is AWS itself, where a trace has a page in its console.
    #[serde(default)]
    pub real_aws: bool,
    /// The timeline, in order, from the epoch on.
    pub stages: Vec<Stage>,
    /// The faults that the cloud was told to inject.
    pub faults: Vec<FaultWindow>,
    /// The flows, in the scenario's order.
    pub flows: Vec<Flow>,
    /// The models that flows may reach, with their prices.
    pub models: Vec<Model>,
    /// What counts as good enough for one request.
    pub slo: Slo,
    /// The gates to judge, in the scenario's order.
    pub gates: Vec<Gate>,
    /// What ends the run before its time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stop_if: Vec<StopRule>,
    /// Where a measurement stops being trusted.
    pub validity: Thresholds,
    /// What the scenario expects of the client, for the judge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect: Option<Expect>,
    /// Which traces are kept.
    #[serde(default)]
    pub trace: Tracing,
}

impl Header {
    /// When the last stage ends.
    pub fn length(&self) -> Nanos {
        self.stages.last().map_or(Nanos::ZERO, |stage| stage.to)
    }

    /// Whether figures and gates count what was due in this stage.
    pub fn records_stage(&self, name: &str) -> bool {
        self.stages.iter().any(|stage| &*stage.name == name && stage.record)
    }

    /// The same run as far as it came: no stage goes on after `end`. Rates of a run that was cut short
    /// are over the time that it had.
    pub fn cut_at(&self, end: Nanos) -> Header {
        let mut cut = self.clone();
        for stage in &mut cut.stages {
            (stage.from, stage.to) = (stage.from.min(end), stage.to.min(end));
        }
        cut
    }

    /// The time covered by stages that figures and gates count.
    pub fn recorded_length(&self) -> Nanos {
        self.stages
            .iter()
            .filter(|stage| stage.record)
            .fold(Nanos::ZERO, |sum, stage| sum.plus(stage.to.since(stage.from)))
    }
}

/// Where times come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClockKind {
    /// Simulated time: waits cost nothing and the same seed gives the same bytes.
    Virtual,
    /// The wall clock.
    Real,
}

/// A named window of the timeline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Unique in the run.
    pub name: Name,
    /// Its start.
    pub from: Nanos,
    /// Its end, where the next one starts.
    pub to: Nanos,
    /// Whether figures and gates count it; a warm-up stage does not.
    pub record: bool,
}

/// When a fault was on, and what it did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultWindow {
    /// The scenario's name of it.
    pub name: Name,
    /// Its start.
    pub from: Nanos,
    /// Its end.
    pub to: Nanos,
    /// What it did to whom, in a few words: `429 to 70 % of us-east-1`.
    pub about: String,
    /// What the judge of clients must know of it.
    #[serde(default)]
    pub kind: FaultKind,
}

impl FaultWindow {
    /// Whether it was on for all of the run but a twentieth: then there is no before and no after to tell it from.
    pub fn is_lasting(&self, run: &Header) -> bool {
        let (on, whole) = (self.to.since(self.from).get(), run.length().get());
        u128::from(on) * 20 >= u128::from(whole) * 19
    }
}

/// What a fault does, as far as the judge of clients must know it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// Nothing that the exchanges do not tell by themselves.
    #[default]
    Other,
    /// It stops an answer in its middle.
    Stall {
        /// For so long; none is until the client goes away.
        lasts: Option<Nanos>,
    },
    /// It says that the quota of the day is used up.
    DayQuota,
    /// It tells a wrong date, which some SDKs then sign with.
    WrongDate,
}

/// One named kind of traffic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Flow {
    /// Unique in the run.
    pub name: Name,
    /// What each of its requests asks for.
    pub operation: Operation,
    /// The model that it asks first.
    pub model: Name,
    /// The client that carries it.
    pub client: Name,
    /// What that client asks with.
    #[serde(default, skip_serializing_if = "Via::is_sdk")]
    pub via: Via,
    /// The arrivals that the schedule holds; none where the answers set the pace (closed loads).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned: Option<u64>,
    /// The queue that its requests travel through, if they are jobs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueSetup>,
}

/// What a client asks with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// The AWS SDK, with its own retries.
    #[default]
    Sdk,
    /// A wire client, with retries of bedload's own, which say nothing of any SDK.
    Wire,
}

impl Via {
    fn is_sdk(&self) -> bool {
        *self == Via::Sdk
    }
}

/// A model as the scenario names it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Model {
    /// The scenario's name.
    pub name: Name,
    /// Bedrock's model id.
    pub id: Name,
    /// What its tokens cost; none where the scenario does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Price>,
}

/// A price in USD.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Price {
    /// For a thousand input tokens.
    pub input_per_1k: f64,
    /// For a thousand output tokens.
    pub output_per_1k: f64,
}

impl Price {
    /// What these tokens cost in USD.
    pub fn of(&self, tokens: crate::record::Tokens) -> f64 {
        (tokens.input as f64 * self.input_per_1k + tokens.output as f64 * self.output_per_1k) / 1000.0
    }
}

/// Which traces are kept beside those of requests in trouble, and what is sent along with attempts.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tracing {
    /// The share of ordinary requests whose traces are kept, 0 to 1.
    pub sample: f64,
    /// The most traces kept.
    pub limit: u64,
    /// Whether attempts carry the ids of their trace.
    pub propagate: bool,
}

impl Default for Tracing {
    /// A tenth of the ordinary ones, 20,000 in all (some 60 MB of documents), ids sent along.
    fn default() -> Self {
        Tracing { sample: 0.1, limit: 20_000, propagate: true }
    }
}

/// What counts as good enough for one request: every limit given must hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Slo {
    /// The longest good latency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency: Option<Nanos>,
    /// The longest good time to first token; streams only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ttft: Option<Nanos>,
}
