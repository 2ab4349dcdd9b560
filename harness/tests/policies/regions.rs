//! Regions per request or sticky, and the way back to the first.

use std::time::Duration;

use bedload::resilience::policy::{Policy, Regions, Stick};
use bedload_reports::record::{Operation, Outcome, Record};

use crate::support::{Bench, EAST, WEST, calls, decisions, policy, regional, throttle};

fn bench(stick: Stick) -> Bench {
    let policy = policy(&[EAST, WEST], &[]);
    let policy = Policy { regions: Regions { stick, ..policy.regions.clone() }, ..policy };
    Bench { policy, faults: vec![regional(throttle(), EAST, 0, 12)], ..Bench::plain(Operation::Converse) }
}

fn asked(records: &[Record]) -> Vec<Vec<&str>> {
    records.iter().map(|record| record.calls.iter().map(|call| &*call.region).collect()).collect()
}

#[test]
fn per_request_every_request_begins_at_the_first() {
    let records = bench(Stick::PerRequest).run(&[0, 1000, 13_000]);
    assert_eq!(asked(&records), [vec![EAST, WEST], vec![EAST, WEST], vec![EAST]]);
}

#[test]
fn sticky_moves_once_tries_one_request_at_a_time_and_returns() {
    let sticky = Stick::Sticky { return_after: Duration::from_secs(10) };
    let records = bench(sticky).run(&[0, 1000, 5000, 11_000, 11_010, 15_000, 22_000, 22_010, 23_000]);
    let expected = [
        vec![EAST, WEST],
        vec![WEST],
        vec![WEST],
        vec![EAST, WEST],
        vec![WEST],
        vec![WEST],
        vec![EAST],
        vec![WEST],
        vec![EAST],
    ];
    assert_eq!(asked(&records), expected);
    let tried: Vec<_> = records.iter().map(decisions).collect();
    assert_eq!(tried[3], ["11000 us-east-1 tried again"]);
    assert_eq!(tried[6], ["22000 us-east-1 tried again"]);
    assert_eq!(tried.concat().len(), 2);
    assert_eq!(calls(&records[1]), ["First sonnet@us-west-2: answered"]);
    assert_eq!(records[1].outcome, Outcome::FirstTry, "it was answered where it set out");
    assert_eq!(records[3].outcome, Outcome::FellBack);
}

#[test]
fn a_sticky_client_in_trouble_where_it_stands_moves_back_as_after_any_other_failure() {
    let sticky = Stick::Sticky { return_after: Duration::from_secs(600) };
    let mut bench = bench(sticky);
    bench.faults.push(regional(throttle(), WEST, 20, 30));
    let records = bench.run(&[0, 21_000, 22_000]);
    assert_eq!(asked(&records), [vec![EAST, WEST], vec![WEST, EAST], vec![EAST]]);
}
