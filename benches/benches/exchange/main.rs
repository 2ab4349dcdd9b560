//! A Converse call through the SDK against the in-memory cloud: bare, and with all that bedload adds.
//!
//! The ratio of the two is what a load generator may cost. Virtual time makes waiting free, so what is
//! left is processor time. What carrying the ids of traces adds is told last, as a ratio of its own (`-- tracing`
//! for that alone): the bar is 3 %.
//!
//! Nobody listens for diagnostics here. "a request" passes all of their call sites, beside its flow's policies and its
//! record; the ratio of the call sites alone to it is what diagnostics cost when they are off.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a bench may panic, and prints its figures")]

mod diagnostics;
mod subject;
mod tracing;

use std::process::ExitCode;
use std::time::Duration;

use aws_sdk_bedrockruntime::Client;
use bedload::client::operation::Caller;
use bedload::clock::{self, Clock};
use bedload_reports::header::ClockKind;
use bedload_reports::record::Operation;
use criterion::{Criterion, criterion_group};

use subject::{ask, bare, in_memory, sdk, spec};

/// A caller with the SDK before a cloud in memory, and its client alone.
fn in_memory_subjects() -> (Caller, Client) {
    let clock = Clock::start(ClockKind::Virtual);
    let spec = spec(Duration::from_millis(200), Duration::from_millis(6));
    let client = sdk(&in_memory(spec, clock), clock);
    (subject::caller(client.clone().into(), clock), client)
}

fn exchange(criterion: &mut Criterion) {
    let runtime = clock::runtime(ClockKind::Virtual).expect("a runtime");
    let (caller, client) = runtime.block_on(async { in_memory_subjects() });
    let ask = ask();
    let text = ask.messages[0].text.clone();
    let mut group = criterion.benchmark_group("exchange");
    group.bench_function("bare SDK", |bencher| bencher.iter(|| runtime.block_on(bare(&client, &text))));
    group.bench_function("bedload", |bencher| bencher.iter(|| runtime.block_on(caller.call(&ask, None))));
    let stream = Caller { operation: Operation::ConverseStream, ..caller.clone() };
    group.bench_function("bedload, stream of 60 events", |bencher| {
        bencher.iter(|| runtime.block_on(stream.call(&ask, None)));
    });
    let requester = runtime.block_on(async { diagnostics::requester(Clock::start(ClockKind::Virtual)) });
    group.bench_function("a request", |bencher| {
        bencher.iter(|| runtime.block_on(diagnostics::request(&requester)));
    });
    group.bench_function("a request's call sites of diagnostics", |bencher| {
        bencher.iter(|| runtime.block_on(diagnostics::call_sites()));
    });
    group.finish();
}

criterion_group!(benches, exchange);

fn main() -> ExitCode {
    let has = |word: &str| std::env::args().any(|given| given == word);
    if !has("tracing") {
        benches();
        Criterion::default().configure_from_args().final_summary();
    }
    tracing::run(has("--test"))
}
