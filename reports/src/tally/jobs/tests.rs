//! Jobs from their records to their figures: each counted once, strays beside them, the queue over time.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

use crate::gate::{Gate, Limit, OnNoData, Scope, Severity};
use crate::header::{Flow, Header};
use crate::job::{Claim, Delivery, DeliveryEnd, Job, JobEnd, QueueSample, Stray};
use crate::metric::{Figure, Metric};
use crate::record::{Outcome, Record};
use crate::sizing::{Consumer, QueueSetup, Work};
use crate::summary::Summary;
use crate::tally::Tally;
use crate::testing::{self, answered};
use crate::units::Nanos;
use crate::validity::Ending;

fn at(secs: u64) -> Nanos {
    Nanos::from_secs(secs)
}

fn setup() -> QueueSetup {
    QueueSetup {
        jobs: 4,
        deadline: Some(at(60)),
        visibility: at(30),
        heartbeat: None,
        max_receives: 5,
        consumer: Consumer::Workers { count: 2, in_flight: 1 },
        checks: true,
        work: Work::default(),
    }
}

fn header() -> Header {
    let plain = testing::header();
    let flow = Flow { planned: Some(4), queue: Some(setup()), ..plain.flows[0].clone() };
    let gate = |name: &str, figure| Gate {
        name: name.into(),
        metric: Metric::Figure(figure),
        scope: Scope::default(),
        limit: Limit::Max(0.0),
        severity: Severity::Fail,
        on_no_data: OnNoData::Fail,
        line: None,
    };
    let gates = vec![
        gate("lost", Figure::JobsLost),
        gate("twice", Figure::JobsDuplicateEffects),
        gate("depth", Figure::QueueDepth),
        gate("drained", Figure::QueueDrainTime),
        gate("receives", Figure::JobsMostReceives),
        gate("wasted", Figure::JobsWastedCalls),
    ];
    Header { flows: vec![flow], gates, ..plain }
}

fn delivery(receive: u32, calls: u32, stored: Option<u64>, over: u64) -> Delivery {
    Delivery {
        number: u64::from(receive),
        receive,
        worker: 1,
        received: at(20 + u64::from(receive)),
        claim: Claim::Won,
        calls,
        stored: stored.map(at),
        over: at(over),
        end: DeliveryEnd::Deleted,
    }
}

fn job(id: u64, end: JobEnd, deliveries: Vec<Delivery>) -> Record {
    let mut record = answered(id, at(20));
    let call = record.calls[0].clone();
    let calls = deliveries.iter().map(|delivery| delivery.calls).sum::<u32>();
    record.calls = vec![call; calls as usize];
    record.done = deliveries.iter().map(|delivery| delivery.over).max().unwrap_or(at(20));
    record.outcome = if end == JobEnd::Completed { Outcome::FirstTry } else { Outcome::Failed };
    record.job =
        Some(Box::new(Job { name: format!("job-{id}").into(), enqueued: Some(at(20)), end, deliveries }));
    record
}

fn sample(secs: u64, waiting: u64, held: u64) -> QueueSample {
    QueueSample {
        flow: "chat".into(),
        at: at(secs),
        waiting,
        held,
        settled: 0,
        oldest: at(secs - 20),
        slots: 2,
    }
}

fn stray() -> Stray {
    let calls = answered(9, at(40)).calls;
    let delivery = Delivery { receive: 4, ..delivery(1, 1, Some(45), 46) };
    Stray {
        flow: "chat".into(),
        stage: "quiet".into(),
        job: "job-0".into(),
        request: 0,
        due: at(20),
        delivery,
        calls,
    }
}

fn folded(records: &[Record]) -> Summary {
    let mut tally = Tally::new(&header());
    records.iter().for_each(|record| tally.observe(record));
    tally.observe_stray(&stray());
    [sample(21, 3, 1), sample(22, 1, 2), sample(23, 0, 0)]
        .into_iter()
        .for_each(|sample| tally.sample(sample));
    tally.finish(Ending::Complete, 0).summary
}

fn four() -> Vec<Record> {
    vec![
        job(0, JobEnd::Completed, vec![delivery(1, 1, Some(25), 26)]),
        job(1, JobEnd::Completed, vec![delivery(1, 1, None, 24), delivery(2, 1, Some(30), 31)]),
        job(2, JobEnd::DeadLettered, vec![delivery(1, 0, None, 24)]),
        job(3, JobEnd::Lost, vec![]),
    ]
}

fn measured(summary: &Summary, gate: &str) -> Option<f64> {
    summary.gates.iter().find(|judged| judged.gate.name == gate.into()).unwrap().measured.value
}

#[test]
fn every_job_is_counted_once_and_strays_beside_them() {
    let summary = folded(&four());
    let jobs = summary.total.jobs.as_ref().unwrap();
    assert_eq!((jobs.enqueued, jobs.completed, jobs.dead_lettered, jobs.lost), (4, 2, 1, 1));
    assert_eq!((jobs.stores, jobs.duplicate_effects), (3, 1), "the stray stored a second result");
    assert_eq!((jobs.answered_calls, jobs.wasted_calls), (4, 2));
    assert_eq!((jobs.deliveries, jobs.redeliveries, jobs.most_receives), (5, 2, 4));
    assert_eq!((jobs.wait.count, jobs.latency.count), (3, 2));
}

#[test]
fn gates_measure_what_the_tables_show() {
    let summary = folded(&four());
    let values = ["lost", "twice", "wasted", "receives", "depth"].map(|gate| measured(&summary, gate));
    assert_eq!(values, [1.0, 1.0, 2.0, 4.0, 3.0].map(Some));
    assert_eq!(measured(&summary, "drained"), None, "a lost job is never settled");
    let whole = folded(&four()[..3]);
    assert_eq!(measured(&whole, "drained"), Some(11.0));
}

#[test]
fn a_queue_is_told_with_what_it_needs_and_what_ran_twice() {
    let summary = folded(&four());
    let [queue] = &summary.queues[..] else { panic!("one queue") };
    assert_eq!((queue.depth, queue.oldest, queue.drained), (3, at(3), None));
    assert_eq!(queue.receives, [2, 1]);
    assert_eq!(queue.utilisation, Some(3.0 / 4.0), "while there was work: 1 and 2 of 2");
    let [twice] = &queue.twice[..] else { panic!("{:?}", queue.twice) };
    assert_eq!((&*twice.job, twice.stores, twice.answered_calls), ("job-0", 2, 2));
    assert!(twice.wasted_usd.unwrap() > 0.0);
    let mut page = Vec::new();
    crate::render::html(&summary, &Default::default(), "", &mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    for said in ["id=\"queue\"", "Jobs that took effect more than once", "job-0", "What the batch needs"] {
        assert!(page.contains(said), "{said}");
    }
}
