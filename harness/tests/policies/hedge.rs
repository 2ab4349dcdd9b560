//! A second call that races the first: it wins, it loses, it is not made; what it costs is told.

use std::time::Duration;

use bedload::resilience::policy::{HedgeAfter, HedgePolicy, Policy};
use bedload_mocks::Spread;
use bedload_mocks::faults::{Fault, Kind, Latency};
use bedload_reports::record::{Operation, Outcome, Reason, Tokens};

use crate::support::{Bench, EAST, WEST, between, calls, decisions, ms, policy, throttle};

fn slow(added_ms: u64) -> Kind {
    Kind::Latency(Latency { added: Spread::constant(Duration::from_millis(added_ms)) })
}

fn first(kind: Kind) -> Fault {
    Fault::new("f", kind).first(1.try_into().unwrap())
}

fn bench(operation: Operation, elsewhere: bool, faults: Vec<Fault>) -> Bench {
    let after = HedgeAfter::Fixed(Duration::from_millis(300));
    let hedge = Some(HedgePolicy { after, at_most: 1.0, elsewhere });
    Bench { policy: Policy { hedge, ..policy(&[EAST, WEST], &[]) }, faults, ..Bench::plain(operation) }
}

#[test]
fn it_wins_and_the_first_is_told_with_what_it_cost() {
    let record = bench(Operation::Converse, false, vec![first(slow(5000))]).once();
    assert_eq!(calls(&record), ["First sonnet@us-east-1: cancelled", "Hedge sonnet@us-east-1: answered"]);
    assert_eq!(decisions(&record), ["300 Hedged"]);
    assert_eq!((ms(record.done), record.outcome), (510, Outcome::FirstTry));
    let given_up = &record.calls[0];
    assert_eq!((ms(given_up.sent), ms(given_up.done)), (0, 510));
    assert_eq!(given_up.attempts.len(), 1);
    assert_eq!(given_up.attempts[0].error.as_deref(), Some("given up for a faster call"));
    assert_eq!((given_up.tokens, given_up.tokens_estimated), (Tokens { input: 5, output: 0 }, true));
}

#[test]
fn it_loses() {
    let record = bench(Operation::Converse, false, vec![first(slow(200))]).once();
    assert_eq!(calls(&record), ["First sonnet@us-east-1: answered", "Hedge sonnet@us-east-1: cancelled"]);
    assert_eq!((ms(record.done), record.outcome), (410, Outcome::FirstTry));
}

#[test]
fn it_is_not_made_where_the_first_is_quick() {
    let record = bench(Operation::Converse, false, Vec::new()).once();
    assert_eq!(calls(&record), ["First sonnet@us-east-1: answered"]);
    assert!(record.decisions.is_empty());
}

#[test]
fn the_first_content_of_a_stream_decides() {
    let hedged = bench(Operation::ConverseStream, false, vec![first(slow(5000))]).once();
    assert_eq!(calls(&hedged), ["First sonnet@us-east-1: cancelled", "Hedge sonnet@us-east-1: answered"]);
    assert_eq!(ms(hedged.calls[0].done), 400, "given up at the first content of the other");
    assert_eq!(hedged.first_content().map(ms), Some(400));
    assert_eq!(ms(hedged.done), 510);

    let begun = bench(Operation::ConverseStream, false, vec![first(slow(250))]).once();
    assert_eq!(calls(&begun), ["First sonnet@us-east-1: answered", "Hedge sonnet@us-east-1: cancelled"]);
    assert_eq!(ms(begun.calls[1].done), 350);

    let in_time = bench(Operation::ConverseStream, false, vec![first(slow(150))]).once();
    assert_eq!(in_time.calls.len(), 1, "its first content came at 250 ms, its end at 360");
}

#[test]
fn it_asks_the_next_region_where_the_policy_says_so() {
    let record = bench(Operation::Converse, true, vec![first(slow(5000))]).once();
    assert_eq!(calls(&record), ["First sonnet@us-east-1: cancelled", "Hedge sonnet@us-west-2: answered"]);
    assert_eq!(record.outcome, Outcome::FirstTry, "nothing had failed");
}

#[test]
fn when_one_fails_the_other_is_waited_for_and_when_both_do_the_course_goes_on() {
    let upto = |name: &str, count: u64, kind| Fault::new(name, kind).first(count.try_into().unwrap());
    let refused = vec![upto("slow", 1, slow(400)), upto("refused", 1, throttle())];
    let record = bench(Operation::Converse, false, refused).once();
    assert_eq!(calls(&record), ["First sonnet@us-east-1: throttled", "Hedge sonnet@us-east-1: answered"]);
    assert_eq!(record.outcome, Outcome::Retried);

    let both = vec![upto("slow", 2, slow(400)), upto("refused", 2, throttle())];
    let record = bench(Operation::Converse, false, both).once();
    let expected = [
        "First sonnet@us-east-1: throttled",
        "Hedge sonnet@us-east-1: throttled",
        "Failover sonnet@us-west-2: answered",
    ];
    assert_eq!(calls(&record), expected);
    assert_eq!(record.outcome, Outcome::FellBack);
}

#[test]
fn a_percentile_waits_for_its_sample_and_the_share_is_kept() {
    let spell = Fault::new("f", slow(2000)).during(between(30, 60));
    let hedge = HedgePolicy { after: HedgeAfter::Percentile(0.95), at_most: 0.05, elsewhere: false };
    let mut bench = bench(Operation::Converse, false, vec![spell]);
    bench.policy.hedge = Some(hedge);
    let arrivals: Vec<u64> = (0..20).map(|second| second * 1000).chain([30_000, 40_000]).collect();
    let records = bench.clone().run(&arrivals);
    let hedged: Vec<_> = records.iter().filter(|record| !record.decisions.is_empty()).collect();
    let [hedged] = hedged.as_slice() else { panic!("{} were hedged", hedged.len()) };
    assert_eq!((hedged.id, decisions(hedged)), (20, vec!["30210 Hedged".to_owned()]));

    let early = bench.run(&[0, 30_000]);
    assert!(early[1].calls.iter().all(|call| call.reason != Reason::Hedge), "two answers are no sample");
}
