//! A breaker opens, refuses, half opens and closes; what it decides stands in the records.

use std::time::Duration;

use bedload::resilience::policy::{BreakerPolicy, Policy, SlidingWindow};
use bedload_mocks::faults::Fault;
use bedload_reports::record::{Operation, Outcome};

use crate::support::{Bench, EAST, WEST, calls, decisions, policy, regional, throttle};

fn breaker() -> BreakerPolicy {
    BreakerPolicy {
        failure_rate_threshold: 0.5,
        slow_call_rate_threshold: 1.0,
        slow_call_duration_threshold: Duration::from_secs(60),
        sliding_window: SlidingWindow::Count(4),
        minimum_number_of_calls: 2,
        wait_duration_in_open_state: Duration::from_secs(10),
        permitted_number_of_calls_in_half_open_state: 2,
        max_wait_duration_in_half_open_state: None,
    }
}

fn bench(faults: Vec<Fault>, regions: &[&str]) -> Bench {
    let policy = Policy { breaker: Some(breaker()), ..policy(regions, &[]) };
    Bench { policy, faults, ..Bench::plain(Operation::Converse) }
}

#[test]
fn it_opens_refuses_half_opens_and_closes() {
    let storm = vec![regional(throttle(), EAST, 0, 5)];
    let records = bench(storm, &[EAST]).run(&[0, 1000, 2000, 10_999, 11_000, 11_500, 12_000]);
    let outcomes: Vec<_> = records.iter().map(|record| record.outcome).collect();
    let (failed, well) = (Outcome::Failed, Outcome::FirstTry);
    assert_eq!(outcomes, [failed, failed, failed, failed, well, well, well]);
    let decided: Vec<_> = records.iter().map(decisions).collect();
    assert_eq!(decided[0], [""; 0]);
    assert_eq!(decided[1], ["1000 us-east-1 Closed to Open"]);
    assert_eq!(decided[2], ["2000 us-east-1 refused"]);
    assert_eq!(decided[3], ["10999 us-east-1 refused"]);
    assert_eq!(decided[4], ["11000 us-east-1 Open to HalfOpen"]);
    assert_eq!(decided[5], ["11710 us-east-1 HalfOpen to Closed"]);
    assert!(records[2].calls.is_empty(), "no call was made");
}

#[test]
fn it_opens_again_when_the_probes_fail() {
    let storm = vec![regional(throttle(), EAST, 0, 30)];
    let records = bench(storm, &[EAST]).run(&[0, 0, 10_000, 10_000, 10_000, 15_000, 20_000]);
    let decided: Vec<_> = records.iter().map(decisions).collect();
    assert_eq!(decided[2], ["10000 us-east-1 Open to HalfOpen"]);
    assert_eq!(decided[3], ["10000 us-east-1 HalfOpen to Open"], "two permits");
    assert_eq!(decided[4], ["10000 us-east-1 refused"]);
    assert_eq!(decided[5], ["15000 us-east-1 refused"]);
    assert_eq!(decided[6], ["20000 us-east-1 Open to HalfOpen"]);
}

#[test]
fn each_destination_has_its_own_and_an_open_one_leads_elsewhere() {
    let storm = vec![regional(throttle(), EAST, 0, 5)];
    let records = bench(storm, &[EAST, WEST]).run(&[0, 1000, 2000]);
    let moved = ["First sonnet@us-east-1: throttled", "Failover sonnet@us-west-2: answered"];
    assert_eq!([calls(&records[0]), calls(&records[1])], [moved, moved]);
    assert_eq!(calls(&records[2]), ["Failover sonnet@us-west-2: answered"]);
    assert_eq!(decisions(&records[2]), ["2000 us-east-1 refused"]);
    assert!(records.iter().all(|record| record.outcome == Outcome::FellBack));
}
