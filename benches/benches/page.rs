//! Before and after the load: reading a scenario, and rendering the report of a run. Neither may keep anybody waiting.

#![expect(clippy::expect_used, reason = "a bench may panic")]

use bedload::clock::virtual_epoch;
use bedload::engine::assembly::header;
use bedload::scenario::{Plan, Source};
use bedload_benches::answered;
use bedload_reports::header::ClockKind;
use bedload_reports::log::{Cause, End, Line, Writer};
use bedload_reports::render;
use bedload_reports::run_note::RunNote;
use bedload_reports::tally::{Folded, fold};
use bedload_reports::units::Nanos;
use criterion::{Criterion, criterion_group, criterion_main};

const REQUESTS: u64 = 5_000;
const STORM: &str = include_str!("../../scenarios/storm.yaml");

fn plan() -> Plan {
    let source = Source::from_bytes("storm.yaml", STORM.into()).expect("text");
    Plan::parse(&source, &[]).expect("a scenario")
}

/// A run in which every request of the storm was answered.
fn folded(plan: &Plan) -> Folded {
    let header = header(plan, ClockKind::Virtual, virtual_epoch());
    let mut writer = Writer::begin(Vec::new(), &header).expect("memory takes all");
    for id in 0..REQUESTS {
        let due = Nanos::new(header.length().get() / REQUESTS * id);
        let stage = header.stages.iter().find(|stage| due < stage.to).expect("a stage");
        let flow = &header.flows[id as usize % header.flows.len()];
        let line = Line::Record(Box::new(answered(id, due, &flow.name, &stage.name)));
        writer.write(&line).expect("memory takes all");
    }
    let log = writer.end(End::new(Nanos::from_secs(300), Cause::Finished, 0)).expect("memory takes all");
    fold(&log[..]).expect("a whole log")
}

fn page(criterion: &mut Criterion) {
    let plan = plan();
    let folded = folded(&plan);
    let note = RunNote::default();
    let mut group = criterion.benchmark_group("page");
    group.bench_function("scenario parsed", |bencher| bencher.iter(self::plan));
    group.bench_function("report rendered", |bencher| {
        bencher.iter(|| {
            let mut page = Vec::with_capacity(1 << 20);
            render::html(&folded.summary, &note, STORM, &mut page).expect("memory takes all");
            page
        });
    });
    group.finish();
}

criterion_group!(benches, page);
criterion_main!(benches);
