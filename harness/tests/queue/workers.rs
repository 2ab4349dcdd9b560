//! Workers in quiet: every job once, and no more of them under way than there is room for.

use bedload_reports::job::{Claim, DeliveryEnd, JobEnd};
use bedload_reports::record::Outcome;
use bedload_reports::units::Nanos;

use crate::support::play;

#[test]
fn each_job_is_received_claimed_stored_and_deleted_once() {
    let played = play(&[]);
    let jobs = played.jobs();
    assert_eq!((jobs.enqueued, jobs.completed, jobs.deliveries), (60, 60, 60));
    assert_eq!((jobs.redeliveries, jobs.wasted_calls, jobs.duplicate_effects, jobs.lost), (0, 0, 0, 0));
    for job in played.each() {
        let [delivery] = &job.deliveries[..] else { panic!("{job:?}") };
        assert_eq!((job.end, delivery.claim, delivery.receive), (JobEnd::Completed, Claim::Won, 1));
        assert_eq!((delivery.calls, &delivery.end), (1, &DeliveryEnd::Deleted));
        assert!(delivery.received < delivery.stored.unwrap() && delivery.stored <= Some(delivery.over));
    }
    assert!(played.records.iter().all(|record| record.outcome == Outcome::FirstTry));
}

#[test]
fn the_batch_takes_as_long_as_its_workers_need() {
    // Sixty jobs of two seconds on eight workers: eight rounds, the last of four jobs.
    let played = play(&[]);
    let queue = &played.summary.queues[0];
    let took = queue.drain_time().unwrap().as_secs_f64();
    assert!((15.0..20.0).contains(&took), "{took}");
    assert_eq!(queue.sizing.least_slots, Some(1));
    let sequential = queue.sequential.unwrap().as_secs_f64();
    assert!((118.0..122.0).contains(&sequential), "{sequential}");
    let utilisation = queue.utilisation.unwrap();
    assert!((0.85..=1.0).contains(&utilisation), "{utilisation}");
}

#[test]
fn a_worker_holds_as_many_as_it_has_room_for() {
    let room = |changes: &[&str]| {
        let played = play(changes);
        let holds = |at: Nanos| {
            let deliveries = played.each().flat_map(|job| &job.deliveries);
            deliveries.filter(|held| (held.received..held.over).contains(&at)).count()
        };
        (0..60).map(|tick| holds(Nanos::new(tick * 250_000_000))).max().unwrap()
    };
    let workers = "flows.documents.load.queue.workers=";
    assert_eq!(room(&[&format!("{workers}{{ count: 2 }}")]), 2);
    assert_eq!(room(&[&format!("{workers}{{ count: 2, in_flight: 5, batch: 5 }}")]), 10);
}

#[test]
fn a_heartbeat_keeps_a_long_job_with_its_worker() {
    let short = ["flows.documents.load.queue.visibility=1s", "flows.documents.load.queue.jobs=6"];
    let alone = play(&short);
    assert!(alone.jobs().redeliveries > 0, "a visibility of 1 s is over before the answer of 2 s");
    assert_eq!(alone.jobs().duplicate_effects, 0);
    let beating = [short[0], short[1], "flows.documents.load.queue.heartbeat=500ms"];
    // SQS counts whole seconds, so that each beat hides the message for one more.
    assert_eq!(play(&beating).jobs().redeliveries, 0);
}

#[test]
fn a_fifo_queue_works_on_one_job_of_a_group_at_a_time() {
    let played = play(&["flows.documents.load.queue.groups=3", "flows.documents.load.queue.jobs=12"]);
    assert_eq!(played.jobs().completed, 12);
    let group = |place: usize| played.each().skip(place).step_by(3).map(|job| &job.deliveries[0]);
    for place in 0..3 {
        let spans: Vec<(Nanos, Nanos)> =
            group(place).map(|delivery| (delivery.received, delivery.over)).collect();
        assert!(spans.windows(2).all(|pair| pair[0].1 <= pair[1].0), "{spans:?}");
    }
}

#[test]
fn what_is_not_done_at_the_end_of_the_timeline_is_told() {
    let played = play(&["stages=[{ name: all, for: 10s }]"]);
    let jobs = played.jobs();
    assert!(jobs.unfinished > 0 && jobs.completed > 0, "{jobs:?}");
    assert_eq!(jobs.unfinished + jobs.completed, 60);
    assert_eq!(played.summary.queues[0].drain_time(), None);
}

#[test]
fn the_same_seed_is_the_same_run() {
    let crash = "faults={ die: { inject: { crash: { share: 50% } } } }";
    let (one, two) = (play(&[crash]), play(&[crash]));
    assert_eq!(one.records, two.records);
    assert_ne!(crate::support::play_seeded(2, &[crash]).records, one.records);
}
