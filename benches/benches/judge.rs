//! Judging the clients of a run: it follows the load, and a report waits for it.

use bedload_reports::exchange::Exchange;
use bedload_reports::judge::context::Context;
use bedload_reports::judge::judge;
use bedload_reports::units::Nanos;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};

const EXCHANGES: u64 = 100_000;

/// A millisecond, in nanoseconds.
const MILLI: u64 = 1_000_000;

/// Calls of ten clients that fail throughout, a hundred a second, with waits of 1 s and 2 s at most. They are
/// drawn by a multiplicative hash: a bench needs no better chance.
fn exchange(number: u64) -> Exchange {
    let (call, attempt) = (number / 3, number % 3);
    let drawn = |upper_ms: u64| (call.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) % upper_ms * MILLI;
    let waited = [0, drawn(1000), drawn(1000) + drawn(1999)][attempt as usize];
    let at = Nanos::new(call * 10 * MILLI + waited + attempt * 5 * MILLI);
    Exchange {
        number,
        at,
        done: at.plus(Nanos::new(2 * MILLI)),
        peer: Some(format!("10.0.0.{}", call % 10).into()),
        operation: Some("Converse".into()),
        model: Some("anthropic.claude-3-haiku-20240307-v1:0".into()),
        region: Some("us-east-1".into()),
        invocation_id: Some(format!("5f0c7f2e-9a3b-4c53-8d0e-{call:012x}").into()),
        attempt: u32::try_from(attempt + 1).ok(),
        max_attempts: Some(3),
        user_agent: Some("Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux lang/python#3.12 m/E,b".into()),
        body_digest: Some(format!("{call:016x}").into()),
        status: Some(503),
        error_type: Some("ServiceUnavailableException".into()),
        ..Exchange::default()
    }
}

fn judged(criterion: &mut Criterion) {
    let exchanges: Vec<_> = (0..EXCHANGES).map(exchange).collect();
    let context = Context { end: Nanos::from_secs(3600), ..Context::default() };
    let mut group = criterion.benchmark_group("judge");
    group.sample_size(10).throughput(Throughput::Elements(EXCHANGES));
    group.bench_function("ten clients that fail throughout", |bencher| {
        bencher.iter_batched(
            || exchanges.clone(),
            |exchanges| judge(exchanges, &context),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

criterion_group!(benches, judged);
criterion_main!(benches);
