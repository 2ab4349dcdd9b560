//! Poison: jobs that no worker can work on.

use bedload_reports::job::{DeliveryEnd, JobEnd};

use crate::support::play;

const POISON: &str = "faults={ bad: { inject: { poison: { every: 10 } } } }";

#[test]
fn a_poison_message_is_dead_after_exactly_the_receives_that_its_queue_allows() {
    for most in [1, 3, 8] {
        let most_receives = format!("flows.documents.load.queue.max_receives={most}");
        let played = play(&[POISON, &most_receives]);
        let dead: Vec<_> = played.each().filter(|job| job.end == JobEnd::DeadLettered).collect();
        assert_eq!(dead.len(), 6, "one in ten of sixty");
        for job in dead {
            let receives: Vec<u32> = job.deliveries.iter().map(|delivery| delivery.receive).collect();
            assert_eq!(receives, (1..=most).collect::<Vec<u32>>());
            assert!(job.deliveries.iter().all(|delivery| delivery.calls == 0));
        }
        assert_eq!((played.jobs().completed, played.jobs().dead_lettered, played.jobs().lost), (54, 6, 0));
    }
}

#[test]
fn a_job_that_is_given_up_is_failed_and_not_dead() {
    let played = play(&[POISON, "flows.documents.load.queue.on_failure=give_up"]);
    assert_eq!((played.jobs().failed, played.jobs().dead_lettered), (6, 0));
    let failed = played.each().filter(|job| job.end == JobEnd::Failed);
    assert!(failed.flat_map(|job| &job.deliveries).all(|delivery| delivery.end == DeliveryEnd::Deleted));
}

#[test]
fn a_released_message_comes_back_without_waiting_for_its_visibility() {
    let released = play(&[POISON, "flows.documents.load.queue.on_failure={ release: {} }"]);
    let left = play(&[POISON]);
    let drained = |played: &crate::support::Played| played.summary.queues[0].drain_time().unwrap();
    assert_eq!(released.jobs().dead_lettered, 6);
    assert!(drained(&released) < drained(&left));
}
