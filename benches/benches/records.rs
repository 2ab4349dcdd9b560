//! Writing a record, and folding a log: the first must not slow the load, the second bounds the page.

#![expect(clippy::expect_used, reason = "a bench may panic")]

use bedload_reports::header::{ClockKind, FORMAT_VERSION, Flow, Header, Slo, Stage, Tracing};
use bedload_reports::log::{Cause, End, Line, Writer};
use bedload_reports::record::{Attempt, Call, CallEnd, Operation, Outcome, Reason, Record, Tokens};
use bedload_reports::tally;
use bedload_reports::units::Nanos;
use bedload_reports::validity::Thresholds;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const RECORDS: u64 = 10_000;

fn header() -> Header {
    Header {
        format: FORMAT_VERSION,
        scenario: "bench".into(),
        about: String::new(),
        seed: 1,
        digest: String::new(),
        clock: ClockKind::Virtual,
        epoch: Nanos::ZERO,
        target: String::new(),
        real_aws: false,
        stages: vec![Stage {
            name: "all".into(),
            from: Nanos::ZERO,
            to: Nanos::from_secs(1000),
            record: true,
        }],
        faults: Vec::new(),
        flows: vec![Flow {
            name: "ask".into(),
            operation: Operation::Converse,
            model: "haiku".into(),
            client: "plain".into(),
            planned: Some(RECORDS),
            queue: None,
        }],
        models: Vec::new(),
        slo: Slo::default(),
        gates: Vec::new(),
        stop_if: Vec::new(),
        validity: Thresholds::default(),
        expect: None,
        trace: Tracing::default(),
    }
}

fn record(id: u64) -> Record {
    let due = Nanos::new(id * 50_000_000);
    let done = due.plus(Nanos::new(900_000_000 + id % 1000 * 1_000_000));
    let attempt = Attempt {
        number: 1,
        backoff: Nanos::ZERO,
        sent: due,
        done,
        status: Some(200),
        error: None,
        request_id: Some("5f0c7f2e-9a3b-4c53-8d0e-1f2a3b4c5d6e".into()),
        fault: None,
    };
    let call = Call {
        reason: Reason::First,
        operation: Operation::Converse,
        model: "haiku".into(),
        region: "us-east-1".into(),
        sent: due,
        first_byte: Some(done),
        first_content: None,
        last_content: None,
        done,
        end: CallEnd::Answered { stop_reason: "end_turn".into() },
        tokens: Tokens { input: 200, output: 60 },
        tokens_estimated: false,
        gaps_us: Vec::new(),
        attempts: vec![attempt],
        polls: 0,
    };
    Record {
        id,
        flow: "ask".into(),
        stage: "all".into(),
        due,
        sent: due,
        done,
        outcome: Outcome::FirstTry,
        calls: vec![call],
        routed: None,
        decisions: Vec::new(),
        job: None,
    }
}

fn write(records: &[Line]) -> Vec<u8> {
    let mut writer = Writer::begin(Vec::new(), &header()).expect("memory takes all");
    for record in records {
        writer.write(record).expect("memory takes all");
    }
    writer.end(End::new(Nanos::from_secs(1000), Cause::Finished, 0)).expect("memory takes all")
}

fn records(criterion: &mut Criterion) {
    let lines: Vec<_> = (0..RECORDS).map(|id| Line::Record(Box::new(record(id)))).collect();
    let log = write(&lines);
    let mut group = criterion.benchmark_group("records");
    group.throughput(Throughput::Elements(RECORDS)).sample_size(20);
    group.bench_function("write", |bencher| bencher.iter(|| write(&lines)));
    group.bench_function("fold", |bencher| bencher.iter(|| tally::fold(&log[..]).expect("a whole log")));
    group.finish();
}

criterion_group!(benches, records);
criterion_main!(benches);
