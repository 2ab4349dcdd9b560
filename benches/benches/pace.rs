//! Deciding when the next request is due: it happens once for each request, on the path that sends.

use std::hint::black_box;

use bedload::pace::{Arrivals, Curve, Schedule, Segment, step};
use bedload::seed::Seed;
use bedload_reports::units::Nanos;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const ARRIVALS: usize = 10_000;

fn ramp() -> Curve {
    let piece = |from: u64, start_per_s: f64, end_per_s: f64| Segment {
        from: Nanos::from_secs(from),
        to: Nanos::from_secs(from + 60),
        start_per_s,
        end_per_s,
    };
    Curve::new(vec![piece(0, 10.0, 200.0), piece(60, 200.0, 200.0), piece(120, 200.0, 10.0)])
}

fn pace(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pace");
    group.throughput(Throughput::Elements(ARRIVALS as u64));
    for (name, arrivals) in [("constant", Arrivals::Constant), ("poisson", Arrivals::Poisson)] {
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || Schedule::new(ramp(), arrivals, Seed::new(7).stream("arrivals")),
                |schedule| {
                    for due in schedule.take(ARRIVALS) {
                        black_box(step(Nanos::ZERO, Some(due)));
                    }
                },
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

criterion_group!(benches, pace);
criterion_main!(benches);
