//! An invented run with everything in it, for the tests of the renderers: a storm in one of two
//! regions, retries, fallback, failures, a slow recovery, and gates with every verdict.

use std::sync::LazyLock;

use crate::gate::{Gate, Limit, OnNoData, Scope, Severity};
use crate::header::{
    ClockKind, FORMAT_VERSION, FaultKind, FaultWindow, Flow, Header, Model, Price, Slo, Stage,
};
use crate::metric::{Figure, Metric};
use crate::record::{
    Attempt, Call, CallEnd, Failure, FailureClass, Name, Operation, Outcome, Reason, Record, Tokens,
};
use crate::run_note::RunNote;
use crate::summary::Summary;
use crate::tally::{Folded, Tally};
use crate::units::Nanos;
use crate::validity::{Ending, Thresholds};

/// Text that wants to be markup.
pub(crate) const HOSTILE: &str = "</script></title><img src=x onerror=alert(1)>|`*_[x](y)\u{1b}[31m\"'&";

/// What the wall clock said.
pub(crate) fn note() -> RunNote {
    RunNote {
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
    let mut tally = Tally::new(&run);
    for mut record in records() {
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
    tally.finish(Ending::Complete, 0).summary
}

fn fold(run: Header, ending: Ending) -> Folded {
    let mut tally = Tally::new(&run);
    records().iter().for_each(|record| tally.observe(record));
    tally.finish(ending, 0)
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
        planned,
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
        target: "mock of us-east-1, us-west-2".into(),
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
        validity: Thresholds::default(),
        expect: None,
    }
}

fn gates() -> Vec<Gate> {
    let during = |stage: &str| Scope { during: Some(stage.into()), ..Scope::default() };
    let after = Scope { after: Some("throttle-east".into()), ..Scope::default() };
    let west = Scope { region: Some("us-west-2".into()), ..during("storm") };
    vec![
        gate("answered", "success.ratio", Scope::default(), Limit::Min(0.98)),
        gate("retry-budget", "attempts.per_request", Scope::default(), Limit::Max(1.6)),
        gate("spill-works", "region.share", west, Limit::Min(0.2)),
        gate("ttft-quiet", "ttft.p95", flow_in("chat", "quiet"), Limit::Max(2.0)),
        gate("ttft-storm", "ttft.p95", flow_in("chat", "storm"), Limit::Max(8.6)),
        gate("recovered", "recovery.time", after, Limit::Max(15.0)),
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

/// About 6,500 requests of two flows.
fn records() -> Vec<Record> {
    let mut dice = Dice(7);
    let mut records = Vec::new();
    let mut due = 0.0;
    while due < 330.0 {
        due += -dice.roll().max(1e-9).ln() / if due < 30.0 { 8.0 } else { 21.0 };
        let id = records.len() as u64;
        let chat = dice.roll() < 0.6;
        records.push(Story { dice: &mut dice, id, due: after(Nanos::ZERO, due.min(329.9)), chat }.tell());
    }
    records
}

/// One request in the making.
struct Story<'a> {
    dice: &'a mut Dice,
    id: u64,
    due: Nanos,
    chat: bool,
}

impl Story<'_> {
    fn tell(mut self) -> Record {
        let at = self.due.as_secs_f64();
        let mut calls = vec![self.call("us-east-1", self.model(), self.due, 0.7 * trouble(at))];
        if is_failed(&calls) && self.dice.roll() < 0.9 {
            let sent = calls.last().map_or(self.due, |call| call.done);
            calls.push(self.call("us-west-2", "haiku", sent, 0.1 * trouble(at)));
        }
        let outcome = match (is_failed(&calls), calls.len(), calls[0].attempts.len()) {
            (true, ..) => Outcome::Failed,
            (_, 2.., _) => Outcome::FellBack,
            (_, _, 2..) => Outcome::Retried,
            _ => Outcome::FirstTry,
        };
        Record {
            id: self.id,
            flow: if self.chat { "chat".into() } else { "lookup".into() },
            stage: stage_at(self.due),
            due: self.due,
            sent: self.due,
            done: calls.last().map_or(self.due, |call| call.done),
            outcome,
            calls,
            routed: None,
            decisions: Vec::new(),
        }
    }

    fn model(&self) -> &'static str {
        if self.chat { "sonnet" } else { "haiku" }
    }

    fn call(&mut self, region: &str, model: &str, sent: Nanos, throttled: f64) -> Call {
        let mut attempts = Vec::new();
        let mut now = sent;
        while attempts.len() < 5 {
            let number = attempts.len() as u32 + 1;
            let wait =
                if number == 1 { 0.0 } else { self.dice.roll() * f64::from(1 << (number - 2)).min(20.0) };
            now = after(now, wait);
            let refused = self.dice.roll() < throttled;
            let took = if refused { self.dice.time(0.03, 0.3) } else { self.dice.time(0.35, 0.5) };
            attempts.push(attempt(number, now, wait, took, refused));
            now = after(now, took);
            if !refused {
                return self.answer(region, model, sent, now, attempts);
            }
        }
        let said = "Too many requests, please wait before trying again.";
        self.failed(region, model, (sent, now), attempts, FailureClass::Throttled, said)
    }

    fn answer(
        &mut self,
        region: &str,
        model: &str,
        sent: Nanos,
        headers: Nanos,
        attempts: Vec<Attempt>,
    ) -> Call {
        if !self.chat {
            return call(region, model, (sent, headers), None, attempts, answered());
        }
        let tokens = self.dice.time(140.0, 0.5) as u64 + 2;
        let first = after(headers, 0.02);
        let last = after(first, tokens as f64 * 0.012);
        if self.dice.roll() < 0.002 {
            let said = "The model stream was cut.";
            let mut call =
                self.failed(region, model, (sent, last), attempts, FailureClass::StreamBroken, said);
            (call.first_content, call.last_content) = (Some(first), Some(last));
            return call;
        }
        let mut call = call(region, model, (sent, last), Some((first, last)), attempts, answered());
        call.tokens.output = tokens;
        call
    }

    fn failed(
        &mut self,
        region: &str,
        model: &str,
        span: (Nanos, Nanos),
        attempts: Vec<Attempt>,
        class: FailureClass,
        said: &str,
    ) -> Call {
        let failure = Failure {
            class,
            code: Some("ThrottlingException".into()),
            message: said.into(),
            retry_refused: false,
        };
        call(region, model, span, None, attempts, CallEnd::Failed(failure))
    }
}

fn answered() -> CallEnd {
    CallEnd::Answered { stop_reason: "end_turn".into() }
}

fn call(
    region: &str,
    model: &str,
    (sent, done): (Nanos, Nanos),
    content: Option<(Nanos, Nanos)>,
    attempts: Vec<Attempt>,
    end: CallEnd,
) -> Call {
    let answered = matches!(end, CallEnd::Answered { .. });
    Call {
        reason: Reason::First,
        operation: if content.is_some() { Operation::ConverseStream } else { Operation::Invoke },
        model: model.into(),
        region: region.into(),
        sent,
        first_byte: attempts.last().filter(|_| answered).map(|attempt| attempt.done),
        first_content: content.map(|(first, _)| first),
        last_content: content.map(|(_, last)| last),
        done,
        end,
        tokens: if answered { Tokens { input: 320, output: 60 } } else { Tokens::default() },
        tokens_estimated: false,
        gaps_us: Vec::new(),
        attempts,
    }
}

fn attempt(number: u32, sent: Nanos, wait: f64, took: f64, refused: bool) -> Attempt {
    Attempt {
        number,
        backoff: after(Nanos::ZERO, wait),
        sent,
        done: after(sent, took),
        status: Some(if refused { 429 } else { 200 }),
        error: refused.then(|| "ThrottlingException".into()),
        request_id: Some(format!("5d1f7c2e-0000-4000-8000-{:012}", sent.get() / 1000 % 1_000_000_000).into()),
        fault: refused.then(|| "throttle-east".into()),
    }
}

/// All of it during the fault, then a tail of a quarter of a minute.
fn trouble(at: f64) -> f64 {
    match at {
        t if (150.0..210.0).contains(&t) => 1.0,
        t if (213.0..231.4).contains(&t) => 0.45,
        _ => 0.0,
    }
}

fn is_failed(calls: &[Call]) -> bool {
    calls.last().is_none_or(|call| matches!(call.end, CallEnd::Failed(_)))
}

fn stage_at(due: Nanos) -> Name {
    let header = header();
    header
        .stages
        .iter()
        .rfind(|stage| stage.from <= due)
        .map_or_else(|| "warmup".into(), |stage| stage.name.clone())
}
