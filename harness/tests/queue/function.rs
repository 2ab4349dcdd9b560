//! A function behind an event source mapping.

use bedload_reports::job::DeliveryEnd;

use crate::support::play;

fn played(settings: &str, more: &[&str]) -> crate::support::Played {
    let queue = "jobs: 60, enqueue: 20/s, visibility: 30s, max_receives: 8";
    let load = format!("flows.documents.load={{ queue: {{ {queue}, function: {settings} }} }}");
    let changes: Vec<&str> = [&*load].into_iter().chain(more.iter().copied()).collect();
    play(&changes)
}

const POISON: &str = "faults={ bad: { inject: { poison: { every: 10 } } } }";

#[test]
fn batches_are_worked_on_one_message_after_the_other() {
    let played = played("{ batch: 5, max_concurrency: 4 }", &[]);
    assert_eq!((played.jobs().completed, played.jobs().redeliveries), (60, 0));
    let workers: std::collections::BTreeSet<u32> =
        played.each().flat_map(|job| &job.deliveries).map(|delivery| delivery.worker).collect();
    assert!(workers.len() <= 4, "{workers:?}");
}

#[test]
fn with_item_failures_only_the_bad_message_comes_back() {
    let partial = played("{ batch: 10 }", &[POISON]);
    assert_eq!((partial.jobs().completed, partial.jobs().dead_lettered), (54, 6));
    assert_eq!(partial.jobs().no_ops, 0);
}

#[test]
fn without_item_failures_the_whole_batch_comes_back_and_the_store_spares_a_second_run() {
    let whole = played("{ batch: 10, partial: false }", &[POISON]);
    let jobs = whole.jobs();
    assert_eq!((jobs.completed, jobs.duplicate_effects, jobs.wasted_calls, jobs.lost), (54, 0, 0, 0));
    assert!(jobs.no_ops > 0, "{jobs:?}");
    let naive =
        played("{ batch: 10, partial: false }", &[POISON, "flows.documents.load.queue.idempotency=off"]);
    assert!(naive.jobs().duplicate_effects > 0, "{:?}", naive.jobs());
}

#[test]
fn a_function_that_takes_too_long_loses_its_batch_to_a_later_delivery() {
    // Five documents of two seconds, one after the other, in a function that may take seven.
    let slow = played("{ batch: 5, timeout: 7s }", &[]);
    let killed = slow.each().flat_map(|job| &job.deliveries);
    let killed = killed.filter(|delivery| matches!(delivery.end, DeliveryEnd::Killed { .. })).count();
    assert!(killed > 0);
    assert_eq!((slow.jobs().completed, slow.jobs().duplicate_effects, slow.jobs().lost), (60, 0, 0));
}

#[test]
fn reserved_concurrency_throttles_and_nothing_is_lost() {
    let throttled = played("{ batch: 1, reserved: 2 }", &["flows.documents.load.queue.max_receives=20"]);
    assert_eq!((throttled.jobs().completed, throttled.jobs().lost), (60, 0));
    let at_once = |at: u64| {
        let at = bedload_reports::units::Nanos::new(at * 500_000_000);
        let calls = throttled.records.iter().flat_map(|record| &record.calls);
        calls.filter(|call| (call.sent..call.done).contains(&at)).count()
    };
    assert_eq!((0..200).map(at_once).max(), Some(2));
}
