//! Plays a scenario in this process, and reads its log back.

use std::fs::File;
use std::sync::Arc;

use bedload::clock::{self, Clock};
use bedload::engine::assembly::{Door, Queues, header, traffic};
use bedload::engine::budget::Budget;
use bedload::engine::{self, Bed, halt};
use bedload::live::Board;
use bedload::scenario::{Plan, Set, Source};
use bedload::seed::Seed;
use bedload::sink::{self, RECORDS};
use bedload_reports::header::ClockKind;
use bedload_reports::job::Job;
use bedload_reports::log::{Entry, Reader};
use bedload_reports::record::Record;
use bedload_reports::summary::{JobFigures, Summary};
use bedload_reports::tally;

/// A batch of jobs of two seconds each. Tests change what they are about.
pub(crate) const BATCH: &str = "
version: 1
name: batch
about: Is every job done once?
target: { mock: { regions: [us-east-1] } }
models:
  haiku:
    id: anthropic.claude-3-haiku-20240307-v1:0
    mock: { ttft: 500ms, per_token: 10ms, output_tokens: 151 }
    price: { input_per_1k: 0.00025, output_per_1k: 0.00125 }
clients:
  batch: { retry: { profile: v2_1, attempts: 3 }, timeout: { total: 25s } }
stages:
  - { name: all, for: 20m }
flows:
  documents:
    call: { converse: { model: haiku, max_tokens: 200, prompt: { input_tokens: 100 } } }
    client: batch
    load:
      queue:
        jobs: 60
        enqueue: 20/s
        visibility: 30s
        max_receives: 8
        deadline: 10m
        workers: { count: 8 }
gates:
  done: { metric: jobs.completed, min: 1 }
";

/// What a run came to.
pub(crate) struct Played {
    pub(crate) summary: Summary,
    pub(crate) records: Vec<Record>,
}

impl Played {
    /// The counts of jobs.
    pub(crate) fn jobs(&self) -> &JobFigures {
        self.summary.total.jobs.as_ref().expect("there were jobs")
    }

    /// What each job did.
    pub(crate) fn each(&self) -> impl Iterator<Item = &Job> {
        self.records.iter().filter_map(|record| record.job.as_deref())
    }
}

/// Plays a batch with changes to it.
pub(crate) fn play(changes: &[&str]) -> Played {
    play_seeded(1, changes)
}

/// The same with another seed.
pub(crate) fn play_seeded(seed: u64, changes: &[&str]) -> Played {
    let mut sets: Vec<Set> = changes.iter().map(|change| change.parse().unwrap()).collect();
    sets.push(format!("seed={seed}").parse().unwrap());
    let source = Source::from_bytes("batch.yaml", BATCH.into()).unwrap();
    let plan = Plan::parse(&source, &sets).unwrap_or_else(|mistakes| panic!("{mistakes:?}"));
    let folder = tempfile::tempdir().unwrap();
    let runtime = clock::runtime(ClockKind::Virtual).unwrap();
    runtime.block_on(drive(&plan, folder.path()));
    let log = || File::open(folder.path().join(RECORDS)).unwrap();
    let mut reader = Reader::open(log()).unwrap();
    let mut records = Vec::new();
    while let Some(entry) = reader.next_entry() {
        if let Entry::Record(record) = entry {
            records.push(record);
        }
    }
    records.sort_by_key(|record| record.id);
    Played { summary: tally::fold(log()).unwrap().summary, records }
}

async fn drive(plan: &Plan, folder: &std::path::Path) {
    let clock = Clock::start(ClockKind::Virtual);
    let header = header(plan, ClockKind::Virtual, clock.wall_epoch());
    let (sink, writing) = sink::open(folder, &header, true).unwrap();
    let seed = Seed::new(plan.seed());
    seed.pin_sdk_jitter();
    let door = Door::open(plan, clock, &sink, None).await.unwrap();
    let queues = Queues::open(plan, &door, clock).await.unwrap();
    let bed = Bed {
        clock,
        seed,
        stages: plan.stages().into(),
        faults: header.faults.clone().into(),
        sink,
        board: Arc::new(Board::new(header.flows.iter().map(|flow| flow.name.clone()))),
        max_in_flight: plan.max_in_flight(),
        budget: Arc::new(Budget::default()),
        stop: None,
    };
    let (_halt, halted) = halt::halt();
    let end = engine::run(bed, traffic(plan, door.way(), &queues, clock).unwrap(), halted).await.unwrap();
    queues.close().await.unwrap();
    door.close().await;
    writing.finish(end).unwrap();
}
