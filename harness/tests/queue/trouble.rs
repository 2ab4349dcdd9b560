//! What queues, stores and workers do to a batch, and what the check against the store is worth.

use bedload_reports::job::{Claim, DeliveryEnd, JobEnd, Point};

use crate::support::{Played, play, play_seeded};

const DIE_EVERYWHERE: &str = "faults={ \
    received: { inject: { crash: { share: 25%, at: received, restart_after: 5s } } }, \
    claimed: { inject: { crash: { share: 25%, at: claimed, restart_after: 5s } } }, \
    answered: { inject: { crash: { share: 25%, at: answered, restart_after: 5s } } }, \
    stored: { inject: { crash: { share: 25%, at: stored, restart_after: 5s } } }, \
    away: { during: 2s..8s, inject: { unavailable: {} } }, \
    twice: { where: { service: sqs }, inject: { duplicate_delivery: { share: 5% } } } }";
const NAIVE: &str = "flows.documents.load.queue.idempotency=off";

fn assert_once_each(played: &Played, seed: u64) {
    let jobs = played.jobs();
    assert_eq!((jobs.completed, jobs.lost, jobs.duplicate_effects), (60, 0, 0), "seed {seed}: {jobs:?}");
}

#[test]
fn whatever_dies_and_whatever_comes_twice_nothing_is_lost_and_nothing_takes_effect_twice() {
    let mut killed = [0; 4];
    for seed in 0..200 {
        let played = play_seeded(seed, &[DIE_EVERYWHERE]);
        assert_once_each(&played, seed);
        for delivery in played.each().flat_map(|job| &job.deliveries) {
            if let DeliveryEnd::Killed { at, .. } = delivery.end {
                killed[Point::ALL.iter().position(|point| *point == at).unwrap()] += 1;
            }
        }
    }
    assert!(killed.iter().all(|count| *count > 100), "workers died at every point: {killed:?}");
}

#[test]
fn without_the_check_jobs_take_effect_again_and_are_told_with_what_they_cost() {
    let mut twice = 0;
    for seed in 0..10 {
        let played = play_seeded(seed, &[DIE_EVERYWHERE, NAIVE]);
        assert_eq!(played.jobs().lost, 0);
        let queue = &played.summary.queues[0];
        assert_eq!(queue.ran_twice > 0, played.jobs().duplicate_effects > 0);
        for ran in &queue.twice {
            assert!(ran.stores > 1 && ran.answered_calls > 1 && ran.wasted_usd.unwrap() > 0.0, "{ran:?}");
        }
        twice += queue.ran_twice;
    }
    assert!(twice >= 10, "{twice}");
}

#[test]
fn a_message_that_is_deleted_before_the_work_is_lost_with_its_worker() {
    let crash = "faults={ die: { inject: { crash: { at: claimed, first: 2 } } } }";
    let early = "flows.documents.load.queue.acknowledge=on_receive";
    let played = play(&[crash, early]);
    assert_eq!((played.jobs().lost, played.jobs().completed), (2, 58));
    let lost = played.each().filter(|job| job.end == JobEnd::Lost);
    assert!(lost.flat_map(|job| &job.deliveries).all(|it| matches!(it.end, DeliveryEnd::Killed { .. })));
    assert_eq!(play(&[crash]).jobs().lost, 0);
}

#[test]
fn a_frozen_worker_finds_its_claim_taken_and_stores_nothing() {
    let freeze = "faults={ still: { inject: { freeze: { at: answered, for: 90s, first: 3 } } } }";
    let played = play(&[freeze]);
    assert_once_each(&played, 1);
    // Whoever took over asked the model again: the first answer was paid for nothing.
    assert_eq!(played.jobs().wasted_calls, 3);
    assert!(play(&[freeze, NAIVE]).jobs().duplicate_effects >= 3);
}

#[test]
fn a_clock_that_is_ahead_may_take_a_claim_over_and_still_stores_no_second_result() {
    let ahead = "faults={ ahead: { inject: { clock_jump: { by: 10m, every: 2 } } }, \
        twice: { where: { service: sqs }, inject: { duplicate_delivery: { share: 50% } } } }";
    assert_once_each(&play(&[ahead]), 1);
}

#[test]
fn a_store_that_throttles_and_a_queue_that_is_away_hold_the_batch_up_and_lose_nothing() {
    let trouble = "faults={ \
        slow: { during: 1s..20s, where: { service: dynamodb }, inject: { throttle: { share: 60% } } }, \
        gone: { during: 3s..12s, where: { service: sqs }, inject: { unavailable: {} } } }";
    let played = play(&[trouble]);
    let jobs = played.jobs();
    assert_eq!(
        (jobs.completed + jobs.dead_lettered + jobs.failed, jobs.lost, jobs.duplicate_effects),
        (jobs.enqueued, 0, 0)
    );
    assert!(jobs.enqueued > 0 && played.each().count() == 60);
}

#[test]
fn a_second_delivery_finds_the_job_in_other_hands_or_done() {
    let twice = "faults={ twice: { where: { service: sqs }, inject: { duplicate_delivery: {} } } }";
    let played = play(&[twice]);
    assert_once_each(&played, 1);
    assert_eq!(played.jobs().wasted_calls, 0);
    let claims: std::collections::BTreeSet<Claim> =
        played.each().flat_map(|job| &job.deliveries).map(|delivery| delivery.claim).collect();
    assert!(claims.contains(&Claim::Busy) || claims.contains(&Claim::AlreadyDone), "{claims:?}");
    assert!(played.jobs().no_ops > 0);
}
