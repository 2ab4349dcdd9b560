//! The client's own rate limit: it waits or turns away, and puts its estimates right.

use std::time::Duration;

use bedload::resilience::policy::{LimitPolicy, Policy, WhenEmpty};
use bedload_reports::record::{Operation, Outcome, Record};

use crate::support::{Bench, EAST, WEST, calls, decisions, ms, policy, regional, throttle};

/// One request at once, and one more each second.
fn bench(when_empty: WhenEmpty) -> Bench {
    let limit = LimitPolicy {
        in_flight: None,
        requests_per_minute: Some(60.0),
        tokens_per_minute: None,
        burst: 1.0 / 60.0,
        when_empty,
    };
    Bench {
        policy: Policy { limit: Some(limit), ..policy(&[EAST], &[]) },
        ..Bench::plain(Operation::Converse)
    }
}

fn sent_ms(records: &[Record]) -> Vec<Option<u64>> {
    records.iter().map(|record| record.calls.first().map(|call| ms(call.sent))).collect()
}

#[test]
fn whoever_finds_it_empty_waits_in_line() {
    let records = bench(WhenEmpty::Wait { at_most: None }).run(&[0, 0, 0, 500]);
    assert_eq!(sent_ms(&records), [Some(0), Some(1000), Some(2000), Some(3000)]);
    assert_eq!(decisions(&records[1]), ["0 paced 1000"]);
    assert_eq!(decisions(&records[3]), ["500 paced 2500"]);
    assert!(records.iter().all(|record| record.outcome == Outcome::FirstTry));
}

#[test]
fn nobody_waits_for_longer_than_the_policy_says_or_the_request_may_take() {
    let at_most = Some(Duration::from_millis(1500));
    let records = bench(WhenEmpty::Wait { at_most }).run(&[0, 0, 0, 1000]);
    assert_eq!(sent_ms(&records), [Some(0), Some(1000), None, Some(2000)], "who gave up holds nobody up");
    assert_eq!(decisions(&records[2]), ["0 paced 1500", "1500 Shed"]);
    assert_eq!(records[2].outcome, Outcome::Failed);

    let mut hurried = bench(WhenEmpty::Wait { at_most: None });
    hurried.timeouts.total = Some(Duration::from_millis(800));
    let records = hurried.run(&[0, 0]);
    assert_eq!(decisions(&records[1]), ["0 paced 800", "800 Shed"]);
}

#[test]
fn a_client_that_sheds_turns_away_at_once() {
    let records = bench(WhenEmpty::Shed).run(&[0, 0, 1000]);
    assert_eq!(sent_ms(&records), [Some(0), None, Some(1000)]);
    assert_eq!(decisions(&records[1]), ["0 Shed"]);
}

#[test]
fn an_estimate_that_was_too_high_is_given_back_to_who_waits() {
    let mut bench = bench(WhenEmpty::Wait { at_most: None });
    // 5 tokens to read and up to 64 to write; of these the answer takes 12.
    let tokens = LimitPolicy {
        in_flight: None,
        requests_per_minute: None,
        tokens_per_minute: Some(6000.0),
        burst: 69.0 / 6000.0,
        when_empty: WhenEmpty::Wait { at_most: None },
    };
    bench.policy.limit = Some(tokens);
    let records = bench.run(&[0, 0]);
    assert_eq!(sent_ms(&records), [Some(0), Some(210)], "by the estimate alone it would be 690");
}

#[test]
fn every_call_takes_its_own() {
    let mut bench = bench(WhenEmpty::Wait { at_most: None });
    bench.policy.regions.order = vec![EAST.into(), WEST.into()];
    bench.faults = vec![regional(throttle(), EAST, 0, 60)];
    let record = bench.once();
    assert_eq!(calls(&record), ["First sonnet@us-east-1: throttled", "Failover sonnet@us-west-2: answered"]);
    assert_eq!(decisions(&record), ["0 paced 1000"]);
}

#[test]
fn a_client_with_room_for_one_call_makes_the_others_wait_and_times_none_of_them() {
    let narrow = |when_empty| {
        let mut bench = bench(when_empty);
        bench.policy.limit = Some(LimitPolicy {
            in_flight: Some(1),
            requests_per_minute: None,
            tokens_per_minute: None,
            burst: 1.0,
            when_empty,
        });
        bench
    };
    let records = narrow(WhenEmpty::Wait { at_most: None }).run(&[0, 100, 200]);
    let took = ms(records[0].done);
    assert_eq!(sent_ms(&records), [Some(0), Some(took), Some(2 * took)]);
    let stopwatch: Vec<_> = records.iter().map(|record| ms(record.service_time())).collect();
    assert_eq!(stopwatch, [took; 3]);
    assert_eq!(ms(records[2].latency()), 3 * took - 200);

    assert_eq!(sent_ms(&narrow(WhenEmpty::Shed).run(&[0, 100])), [Some(0), None]);
}
