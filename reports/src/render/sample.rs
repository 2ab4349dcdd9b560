//! Invented runs with everything in them, for the tests of the renderers: a storm in one of two regions
//! with retries, hedges, breakers, fallback, a slow recovery and a judge's word; two clients side by side;
//! a client that only the cloud saw; and gates with every verdict.

mod compared;
mod judged;
mod story;
mod twins;

use std::sync::LazyLock;

use crate::gate::{Gate, Limit, OnNoData, Scope, Severity};
use crate::header::{
    ClockKind, FORMAT_VERSION, FaultKind, FaultWindow, Flow, Header, Model, Price, Slo, Stage, Tracing, Via,
};
use crate::judge::expect::Expect;
use crate::judge::finding::Code;
use crate::metric::{Figure, Metric};
use crate::record::{CallEnd, Deed, Operation, Record};
use crate::run_note::RunNote;
use crate::summary::Summary;
use crate::tally::{Folded, Tally};
use crate::units::Nanos;
use crate::validity::{Ending, Thresholds};

pub(crate) use compared::{against_main, hostile_comparison};
pub(crate) use twins::twins;

/// Text that wants to be markup.
pub(crate) const HOSTILE: &str = "</script></title><img src=x onerror=alert(1)>|`*_[x](y)\u{1b}[31m\"'&";

/// What the wall clock said.
pub(crate) fn note() -> RunNote {
    RunNote {
        scenario: "scenarios/storm.yaml".to_owned(),
        started_at: "2026-11-23T22:14:03Z".into(),
        wall_seconds: 0.914,
        cpu_seconds: 0.89,
        host: "linux x86_64, 2 cores".into(),
        version: "0.1.0".into(),
        command: "bedload run scenarios/storm.yaml --out /tmp/storm".into(),
        folder: "/tmp/storm".into(),
    }
}

/// The storm, folded.
pub(crate) fn storm() -> Folded {
    static STORM: LazyLock<Folded> = LazyLock::new(|| fold(header(), Ending::Complete));
    STORM.clone()
}

/// The same without an end.
pub(crate) fn torn() -> Folded {
    static TORN: LazyLock<Folded> = LazyLock::new(|| fold(header(), Ending::Torn));
    TORN.clone()
}

/// The storm with gates of every verdict and severity.
pub(crate) fn every_verdict() -> Summary {
    static EVERY: LazyLock<Summary> = LazyLock::new(with_every_verdict);
    EVERY.clone()
}

fn with_every_verdict() -> Summary {
    let mut run = header();
    run.gates.push(Gate {
        severity: Severity::Warn,
        ..gate("hint", "failures.count", Scope::default(), Limit::Max(0.0))
    });
    run.gates.push(gate("empty", "ttft.p99", flow_in("lookup", "quiet"), Limit::Max(1.0)));
    run.gates.push(Gate {
        on_no_data: OnNoData::Warn,
        ..gate("tail", "latency.p99.9", flow_in("chat", "storm"), Limit::Max(12.0))
    });
    fold(run, Ending::Complete).summary
}

/// A run whose every name and message is hostile.
pub(crate) fn hostile() -> Summary {
    static HOSTILE_RUN: LazyLock<Summary> = LazyLock::new(with_hostile_text);
    HOSTILE_RUN.clone()
}

fn with_hostile_text() -> Summary {
    let mut run = header();
    run.about = HOSTILE.into();
    run.scenario = HOSTILE.into();
    run.target = HOSTILE.into();
    run.gates.iter_mut().for_each(|gate| gate.name = HOSTILE.into());
    run.faults.iter_mut().for_each(|fault| fault.about = HOSTILE.into());
    run.models.iter_mut().for_each(|model| model.id = HOSTILE.into());
    run.flows.iter_mut().for_each(|flow| flow.client = HOSTILE.into());
    let mut tally = Tally::new(&run);
    for mut record in story::records() {
        record.decisions.iter_mut().for_each(|decision| spoil(&mut decision.deed));
        for call in &mut record.calls {
            call.region = HOSTILE.into();
            if let CallEnd::Failed(failure) = &mut call.end {
                failure.message = HOSTILE.into();
            }
            call.attempts.iter_mut().for_each(|attempt| {
                attempt.request_id = Some(HOSTILE.into());
                attempt.error = attempt.error.take().map(|_| HOSTILE.into());
            });
        }
        tally.observe(&record);
    }
    tally.finish(Ending::Complete, 0).with_judgement(judged::hostile(HOSTILE)).summary
}

fn spoil(deed: &mut Deed) {
    if let Deed::BreakerMoved { model, region, .. } | Deed::BreakerRefused { model, region } = deed {
        (*model, *region) = (HOSTILE.into(), HOSTILE.into());
    }
}

/// A client that only the cloud saw: judged from its exchanges, with expectations and no records.
pub(crate) fn seen_only() -> Summary {
    let mut run = header();
    (run.scenario, run.about) =
        ("your-client".into(), "Does the ingest service back off as its owners say?".into());
    (run.stages, run.gates, run.flows) = (Vec::new(), Vec::new(), Vec::new());
    run.faults.clear();
    Tally::new(&run).finish(Ending::Complete, 0).with_judgement(judged::stranger()).summary
}

fn fold(run: Header, ending: Ending) -> Folded {
    let mut tally = Tally::new(&run);
    let records: Vec<Record> = story::records();
    records.iter().for_each(|record| tally.observe(record));
    tally.finish(ending, 0).with_judgement(judged::careful(&records))
}

/// The storm's header.
pub(crate) fn header() -> Header {
    let stage =
        |name: &str, from, to, record| Stage { name: name.into(), from: secs(from), to: secs(to), record };
    let flow = |name: &str, operation, model: &str, planned| Flow {
        name: name.into(),
        operation,
        model: model.into(),
        client: "careful".into(),
        via: Via::Sdk,
        planned,
        queue: None,
    };
    let model = |name: &str, id: &str, input_per_1k, output_per_1k| Model {
        name: name.into(),
        id: id.into(),
        price: Some(Price { input_per_1k, output_per_1k }),
    };
    Header {
        format: FORMAT_VERSION,
        scenario: "storm-and-failover".into(),
        about: "us-east-1 throttles for a minute; callers must back off, spill over and recover.".into(),
        seed: 7,
        digest: "4f1c92ab".repeat(8),
        clock: ClockKind::Virtual,
        epoch: Nanos::ZERO,
        target: "mock of us-east-1, us-west-2".into(),
        real_aws: false,
        stages: vec![
            stage("warmup", 0, 30, false),
            stage("quiet", 30, 150, true),
            stage("storm", 150, 210, true),
            stage("after", 210, 330, true),
        ],
        faults: vec![FaultWindow {
            name: "throttle-east".into(),
            from: secs(150),
            to: secs(210),
            about: "429 to 70 % of us-east-1".into(),
            kind: FaultKind::Other,
        }],
        flows: vec![
            flow("chat", Operation::ConverseStream, "sonnet", None),
            flow("lookup", Operation::Invoke, "haiku", None),
        ],
        models: vec![
            model("sonnet", "anthropic.claude-3-sonnet-20240229-v1:0", 0.003, 0.015),
            model("haiku", "anthropic.claude-3-haiku-20240307-v1:0", 0.00025, 0.00125),
        ],
        slo: Slo { latency: Some(secs(8)), ttft: Some(secs(2)) },
        gates: gates(),
        stop_if: Vec::new(),
        validity: Thresholds::default(),
        expect: Some(Expect { allow: vec![Code::ConnectionChurn], ..Expect::default() }),
        trace: Tracing::default(),
    }
}

fn gates() -> Vec<Gate> {
    let during = |stage: &str| Scope { during: Some(stage.into()), ..Scope::default() };
    let after = Scope { after: Some("throttle-east".into()), ..Scope::default() };
    let west = Scope { region: Some("us-west-2".into()), ..during("storm") };
    vec![
        gate("answered", "success.ratio", Scope::default(), Limit::Min(0.98)),
        gate("retry-budget", "attempts.per_request", Scope::default(), Limit::Max(1.6)),
        gate("spill-works", "region.share", west, Limit::Min(0.6)),
        gate("ttft-quiet", "ttft.p95", flow_in("chat", "quiet"), Limit::Max(2.0)),
        gate("ttft-storm", "ttft.p95", flow_in("chat", "storm"), Limit::Max(5.25)),
        gate("recovered", "recovery.time", after, Limit::Max(15.0)),
        gate("degraded", "degraded.share", Scope::default(), Limit::Max(0.05)),
        gate("shut-out", "breaker.open_time", during("after"), Limit::Max(20.0)),
        gate("findings", "findings.count", Scope::default(), Limit::Max(3.0)),
    ]
}

fn flow_in(flow: &str, stage: &str) -> Scope {
    Scope { flow: Some(flow.into()), during: Some(stage.into()), ..Scope::default() }
}

/// A gate that fails the run.
pub(crate) fn gate(name: &str, metric: &str, scope: Scope, limit: Limit) -> Gate {
    let metric = metric.parse().unwrap_or(Metric::Figure(Figure::Requests));
    let (severity, on_no_data) = (Severity::Fail, OnNoData::Fail);
    Gate { name: name.into(), metric, scope, limit, severity, on_no_data, line: Some(40) }
}

fn secs(secs: u64) -> Nanos {
    Nanos::from_secs(secs)
}

fn after(at: Nanos, secs: f64) -> Nanos {
    at.plus(Nanos::new((secs * 1e9) as u64))
}

/// A plain congruential generator: tests need variety, not quality.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Log-normal, near enough.
    fn time(&mut self, p50: f64, spread: f64) -> f64 {
        let normal = (0..6).map(|_| self.roll()).sum::<f64>() - 3.0;
        p50 * (normal * spread * 1.4).exp()
    }
}
