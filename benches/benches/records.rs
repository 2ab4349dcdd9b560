//! Writing a record, folding a log, adding to a histogram: the first must not slow the load, the others bound the page.

#![expect(clippy::expect_used, reason = "a bench may panic")]

use bedload_benches::answered;
use bedload_reports::header::{ClockKind, FORMAT_VERSION, Flow, Header, Slo, Stage, Tracing, Via};
use bedload_reports::histogram::Histogram;
use bedload_reports::log::{Cause, End, Line, Writer};
use bedload_reports::record::Operation;
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
            via: Via::Sdk,
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

fn write(records: &[Line]) -> Vec<u8> {
    let mut writer = Writer::begin(Vec::new(), &header()).expect("memory takes all");
    for record in records {
        writer.write(record).expect("memory takes all");
    }
    writer.end(End::new(Nanos::from_secs(1000), Cause::Finished, 0)).expect("memory takes all")
}

fn records(criterion: &mut Criterion) {
    let lines: Vec<_> = (0..RECORDS)
        .map(|id| Line::Record(Box::new(answered(id, Nanos::new(id * 50_000_000), "ask", "all"))))
        .collect();
    let log = write(&lines);
    let mut group = criterion.benchmark_group("records");
    group.throughput(Throughput::Elements(RECORDS)).sample_size(20);
    group.bench_function("write", |bencher| bencher.iter(|| write(&lines)));
    group.bench_function("fold", |bencher| bencher.iter(|| tally::fold(&log[..]).expect("a whole log")));
    group.bench_function("add to a histogram", |bencher| {
        bencher.iter(|| {
            let mut histogram = Histogram::new();
            (0..RECORDS).for_each(|id| histogram.record(Nanos::from_micros(1 + id * 997)));
            histogram
        });
    });
    group.finish();
}

criterion_group!(benches, records);
criterion_main!(benches);
