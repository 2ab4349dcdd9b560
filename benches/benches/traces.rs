//! From records to X-Ray documents: 100,000 requests must take under five seconds, so one of them under 50 us.

use bedload_reports::header::{ClockKind, FORMAT_VERSION, Header, Slo, Tracing};
use bedload_reports::record::{
    Attempt, Call, CallEnd, Failure, FailureClass, Operation, Outcome, Reason, Record, Tokens,
};
use bedload_reports::trace::{Tracer, xray};
use bedload_reports::units::Nanos;
use bedload_reports::validity::Thresholds;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

const REQUESTS: u64 = 10_000;

fn header() -> Header {
    Header {
        format: FORMAT_VERSION,
        scenario: "bench".into(),
        about: String::new(),
        seed: 1,
        digest: String::new(),
        clock: ClockKind::Virtual,
        epoch: Nanos::from_secs(1_767_225_600),
        target: String::new(),
        real_aws: false,
        stages: Vec::new(),
        faults: Vec::new(),
        flows: Vec::new(),
        models: Vec::new(),
        slo: Slo::default(),
        gates: Vec::new(),
        stop_if: Vec::new(),
        validity: Thresholds::default(),
        expect: None,
        trace: Tracing::default(),
    }
}

fn attempt(number: u32, sent: Nanos, status: u16) -> Attempt {
    Attempt {
        number,
        backoff: Nanos::new(u64::from(number - 1) * 300_000_000),
        sent,
        done: sent.plus(Nanos::new(100_000_000)),
        status: Some(status),
        error: (status == 429).then(|| "ThrottlingException".into()),
        request_id: Some("5f0c7f2e-9a3b-4c53-8d0e-1f2a3b4c5d6e".into()),
        fault: (status == 429).then(|| "storm".into()),
    }
}

/// A stream in the region that it asked first, or every second time in another one after two throttled attempts.
fn record(id: u64) -> Record {
    let due = Nanos::new(id * 5_000_000);
    let at = |ms: u64| due.plus(Nanos::new(ms * 1_000_000));
    let call = |reason, region: &str, end, attempts| Call {
        reason,
        operation: Operation::ConverseStream,
        model: "anthropic.claude-3-haiku-20240307-v1:0".into(),
        region: region.into(),
        sent: due,
        first_byte: Some(at(900)),
        first_content: Some(at(950)),
        last_content: Some(at(2000)),
        done: at(2000),
        end,
        tokens: Tokens { input: 200, output: 60 },
        tokens_estimated: false,
        gaps_us: vec![20_000; 40],
        attempts,
        polls: 0,
    };
    let answered = || CallEnd::Answered { stop_reason: "end_turn".into() };
    let throttled = || {
        CallEnd::Failed(Failure {
            class: FailureClass::Throttled,
            code: Some("ThrottlingException".into()),
            message: "Too many requests, please wait before trying again.".into(),
            retry_refused: false,
        })
    };
    let calls = match id % 2 {
        0 => vec![call(Reason::First, "us-east-1", answered(), vec![attempt(1, due, 200)])],
        _ => vec![
            call(
                Reason::First,
                "us-east-1",
                throttled(),
                vec![attempt(1, due, 429), attempt(2, at(400), 429)],
            ),
            call(Reason::Failover, "us-west-2", answered(), vec![attempt(1, at(800), 200)]),
        ],
    };
    Record {
        id,
        flow: "chat".into(),
        stage: "all".into(),
        due,
        sent: due,
        done: at(2000),
        outcome: if id.is_multiple_of(2) { Outcome::FirstTry } else { Outcome::FellBack },
        calls,
        routed: None,
        decisions: Vec::new(),
        job: None,
    }
}

fn traces(criterion: &mut Criterion) {
    let header = header();
    let records: Vec<Record> = (0..REQUESTS).map(record).collect();
    let mut group = criterion.benchmark_group("traces");
    group.throughput(Throughput::Elements(REQUESTS)).sample_size(20);
    group.bench_function("documents", |bencher| {
        let tracer = Tracer::new(&header);
        let bytes =
            |record| xray::documents(&tracer.tree(record)).iter().map(|made| made.json.len()).sum::<usize>();
        bencher.iter(|| records.iter().map(bytes).sum::<usize>());
    });
    group.finish();
}

criterion_group!(benches, traces);
criterion_main!(benches);
