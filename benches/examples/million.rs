//! A run folder of a million requests, or of so many as are asked for, to see what a report of them takes.
//!
//! ```sh
//! cargo run --release -p bedload-benches --example million -- /tmp/million [REQUESTS]
//! /usr/bin/time -v bedload report /tmp/million
//! ```
//!
//! An hour of a stream and a lookup through a storm of throttles. Every draw is a hash of the request's number, so two
//! runs write the same bytes.

#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "an example may panic, and prints what it wrote"
)]

use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::PathBuf;

use bedload_reports::gate::{Gate, Limit, OnNoData, Scope, Severity};
use bedload_reports::header::{
    ClockKind, FORMAT_VERSION, FaultKind, FaultWindow, Flow, Header, Model, Price, Slo, Stage, Tracing, Via,
};
use bedload_reports::log::{Cause, End, Line, Writer};
use bedload_reports::record::{
    Attempt, Call, CallEnd, Failure, FailureClass, Name, Operation, Outcome, Reason, Record, Tokens,
};
use bedload_reports::units::Nanos;
use bedload_reports::validity::Thresholds;

const REQUESTS: u64 = 1_000_000;
const LENGTH_S: u64 = 3600;
/// The storm, in seconds from the start.
const STORM_S: std::ops::Range<u64> = 1200..1800;
/// The share of attempts that it throttles.
const THROTTLED: f64 = 0.5;
const ATTEMPTS: u32 = 4;

fn main() {
    let mut words = std::env::args().skip(1);
    let folder = PathBuf::from(words.next().expect("name a folder to write to"));
    let requests = words.next().map_or(REQUESTS, |count| count.parse().expect("a number of requests"));
    fs::create_dir_all(&folder).expect("a folder that can be written to");
    let out = BufWriter::new(File::create(folder.join("records.jsonl.zst")).expect("a new file"));
    let names = Names::new();
    let mut writer = Writer::begin(out, &header(&names, requests)).expect("the disk takes all");
    for id in 0..requests {
        let record = record(&names, id, requests);
        writer.write(&Line::Record(Box::new(record))).expect("the disk takes all");
    }
    let end = End { at: Nanos::from_secs(LENGTH_S), cause: Cause::Finished, lost: 0, stopped: None };
    writer.end(end).expect("the disk takes all").flush().expect("the disk takes all");
    println!("{requests} requests in {}", folder.display());
}

/// Names are shared by all records, as in a run.
struct Names {
    chat: Name,
    lookup: Name,
    quiet: Name,
    storm: Name,
    after: Name,
    sonnet: Name,
    haiku: Name,
    east: Name,
    west: Name,
    fault: Name,
    error: Name,
    stop: Name,
}

impl Names {
    fn new() -> Self {
        Names {
            chat: "chat".into(),
            lookup: "lookup".into(),
            quiet: "quiet".into(),
            storm: "storm".into(),
            after: "after".into(),
            sonnet: "sonnet".into(),
            haiku: "haiku".into(),
            east: "us-east-1".into(),
            west: "us-west-2".into(),
            fault: "throttle-east".into(),
            error: "ThrottlingException".into(),
            stop: "end_turn".into(),
        }
    }
}

fn header(names: &Names, requests: u64) -> Header {
    let stage = |name: &Name, from, to| Stage {
        name: name.clone(),
        from: Nanos::from_secs(from),
        to: Nanos::from_secs(to),
        record: true,
    };
    let flow = |name: &Name, operation, model: &Name| Flow {
        name: name.clone(),
        operation,
        model: model.clone(),
        client: "careful".into(),
        via: Via::Sdk,
        planned: Some(requests / 2),
        queue: None,
    };
    let model = |name: &Name, input_per_1k, output_per_1k| Model {
        name: name.clone(),
        id: name.clone(),
        price: Some(Price { input_per_1k, output_per_1k }),
    };
    Header {
        format: FORMAT_VERSION,
        scenario: "million".into(),
        about: "What does a report of a million requests take?".into(),
        seed: 1,
        digest: "00".repeat(32),
        clock: ClockKind::Virtual,
        epoch: Nanos::ZERO,
        target: "nothing: the requests are made up".into(),
        real_aws: false,
        stages: vec![
            stage(&names.quiet, 0, STORM_S.start),
            stage(&names.storm, STORM_S.start, STORM_S.end),
            stage(&names.after, STORM_S.end, LENGTH_S),
        ],
        faults: vec![FaultWindow {
            name: names.fault.clone(),
            from: Nanos::from_secs(STORM_S.start),
            to: Nanos::from_secs(STORM_S.end),
            about: format!("429 to {:.0} % of us-east-1", THROTTLED * 100.0),
            kind: FaultKind::Other,
        }],
        flows: vec![
            flow(&names.chat, Operation::ConverseStream, &names.sonnet),
            flow(&names.lookup, Operation::Converse, &names.haiku),
        ],
        models: vec![model(&names.sonnet, 0.003, 0.015), model(&names.haiku, 0.000_25, 0.001_25)],
        slo: Slo { latency: Some(Nanos::from_secs(8)), ttft: Some(Nanos::from_secs(2)) },
        gates: gates(names),
        validity: Thresholds::default(),
        expect: None,
        stop_if: Vec::new(),
        trace: Tracing::default(),
    }
}

fn gates(names: &Names) -> Vec<Gate> {
    let gate = |name: &str, metric: &str, scope, limit| Gate {
        name: name.into(),
        metric: metric.parse().expect("a metric of the catalogue"),
        scope,
        limit,
        severity: Severity::Fail,
        on_no_data: OnNoData::Fail,
        line: None,
    };
    let during = |stage: &Name| Scope { during: Some(stage.clone()), ..Scope::default() };
    let after = Scope { after: Some(names.fault.clone()), ..Scope::default() };
    vec![
        gate("answered", "success.ratio", Scope::default(), Limit::Min(0.999)),
        gate("retry-budget", "attempts.per_request", during(&names.storm), Limit::Max(2.0)),
        gate("ttft-quiet", "ttft.p95", during(&names.quiet), Limit::Max(2.0)),
        gate("tail", "latency.p99.9", Scope::default(), Limit::Max(20.0)),
        gate("recovered", "recovery.time", after, Limit::Max(15.0)),
    ]
}

/// A number from 0 to 1 for a request and a question about it (SplitMix64, Steele and others 2014).
fn chance(id: u64, question: u64) -> f64 {
    let mut z =
        id.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(question.wrapping_mul(0xd1b5_4a32_d192_ed03));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
}

fn seconds(secs: f64) -> Nanos {
    Nanos::new((secs * 1e9) as u64)
}

fn record(names: &Names, id: u64, requests: u64) -> Record {
    let due = seconds(id as f64 / requests as f64 * LENGTH_S as f64);
    let second = due.get() / 1_000_000_000;
    let stage = match second {
        second if second < STORM_S.start => &names.quiet,
        second if second < STORM_S.end => &names.storm,
        _ => &names.after,
    };
    let streams = id.is_multiple_of(2);
    let mut attempts: Vec<Attempt> = Vec::new();
    let mut at = due;
    let throttled = |number: u32| STORM_S.contains(&second) && chance(id, u64::from(number)) < THROTTLED;
    let answered = loop {
        let number = attempts.len() as u32 + 1;
        let backoff = match number {
            1 => Nanos::ZERO,
            _ => seconds(chance(id, 10 + u64::from(number)) * f64::from(1u32 << (number - 2))),
        };
        let sent = at.plus(backoff);
        let failed = throttled(number);
        let took = if failed { 0.03 } else { 0.2 * 2f64.powf(3.0 * chance(id, 20)) };
        let done = sent.plus(seconds(took));
        attempts.push(Attempt {
            number,
            backoff,
            sent,
            done,
            status: Some(if failed { 429 } else { 200 }),
            error: failed.then(|| names.error.clone()),
            request_id: Some(format!("{id:08x}-0000-4000-8000-{number:012}").into()),
            fault: failed.then(|| names.fault.clone()),
        });
        at = done;
        if !failed || number == ATTEMPTS {
            break !failed;
        }
    };
    let tokens = 20 + (chance(id, 30) * 200.0) as u64;
    let gap = seconds(0.012);
    let content = if streams { Nanos::new(gap.get() * tokens) } else { Nanos::ZERO };
    let done = if answered { at.plus(content) } else { at };
    let first = (streams && answered).then_some(at);
    let (outcome, end) = match (answered, attempts.len()) {
        (true, 1) => (Outcome::FirstTry, CallEnd::Answered { stop_reason: names.stop.clone() }),
        (true, _) => (Outcome::Retried, CallEnd::Answered { stop_reason: names.stop.clone() }),
        (false, _) => (Outcome::Failed, CallEnd::Failed(throttling(names))),
    };
    let call = Call {
        reason: Reason::First,
        operation: if streams { Operation::ConverseStream } else { Operation::Converse },
        model: if streams { names.sonnet.clone() } else { names.haiku.clone() },
        region: if chance(id, 40) < 0.9 { names.east.clone() } else { names.west.clone() },
        sent: due,
        first_byte: answered.then_some(at),
        first_content: first,
        last_content: first.map(|_| done),
        done,
        end,
        tokens: Tokens { input: 300, output: if answered { tokens } else { 0 } },
        tokens_estimated: false,
        gaps_us: if first.is_some() { vec![12_000; tokens as usize / 4] } else { Vec::new() },
        attempts,
        polls: 0,
    };
    Record {
        id,
        flow: if streams { names.chat.clone() } else { names.lookup.clone() },
        stage: stage.clone(),
        due,
        sent: due,
        done,
        outcome,
        calls: vec![call],
        routed: None,
        decisions: Vec::new(),
        job: None,
    }
}

fn throttling(names: &Names) -> Failure {
    Failure {
        class: FailureClass::Throttled,
        code: Some(names.error.clone()),
        message: "Too many requests, please wait before trying again.".to_owned(),
        retry_refused: false,
    }
}
