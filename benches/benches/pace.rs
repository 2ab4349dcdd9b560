//! Deciding when the next request is due: it happens once for each request, on the path that sends.

use std::hint::black_box;

use bedload::pace::{Arrivals, Curve, Schedule, Shape, Stretch, step};
use bedload::seed::Seed;
use bedload_reports::units::Nanos;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const ARRIVALS: usize = 10_000;

fn curve() -> Curve {
    let rates = [10.0, 200.0, 200.0, 10.0];
    let ramp = |stage: usize| Stretch {
        from: Nanos::from_secs(stage as u64 * 60),
        to: Nanos::from_secs(stage as u64 * 60 + 60),
        shape: Shape::Ramp { from_per_s: rates[stage], to_per_s: rates[stage + 1] },
    };
    Curve::new(&[ramp(0), ramp(1), ramp(2)])
}

fn pace(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("pace");
    group.throughput(Throughput::Elements(ARRIVALS as u64));
    let kinds = [
        ("constant", Arrivals::Constant),
        ("poisson", Arrivals::Poisson),
        ("gamma", Arrivals::Gamma { cv: 2.0 }),
    ];
    for (name, arrivals) in kinds {
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || Schedule::new(curve(), arrivals, Seed::new(7).stream("arrivals")),
                |schedule| {
                    for due in schedule.take(ARRIVALS) {
                        black_box(step(Nanos::ZERO, Some(due.at)));
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
