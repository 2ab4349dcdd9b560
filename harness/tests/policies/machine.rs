//! A state machine around the call: its waits to the millisecond, its catchers, its jitter.

use std::time::Duration;

use bedload::resilience::policy::{Catcher, ErrorName, Policy, Retrier, StateMachine};
use bedload_mocks::faults::{ErrorAnswer, Fault, Kind};
use bedload_reports::record::{Operation, Outcome, Record};

use crate::support::{Bench, EAST, calls, decisions, ms, policy, throttle};

fn retrier(error: &str) -> Retrier {
    Retrier {
        error_equals: vec![ErrorName::Service(error.into())],
        interval: Duration::from_secs(1),
        backoff_rate: 2.0,
        max_attempts: 3,
        max_delay: None,
        full_jitter: false,
    }
}

fn bench(retry: Vec<Retrier>, catch: Vec<Catcher>, faults: Vec<Fault>) -> Bench {
    let state_machine = Some(StateMachine { retry, catch });
    Bench {
        policy: Policy { state_machine, ..policy(&[EAST], &[]) },
        faults,
        ..Bench::plain(Operation::Converse)
    }
}

fn always() -> Vec<Fault> {
    vec![Fault::new("f", throttle())]
}

fn sent_ms(record: &Record) -> Vec<u64> {
    record.calls.iter().map(|call| ms(call.sent)).collect()
}

#[test]
fn the_defaults_wait_one_two_and_four_seconds() {
    let record = bench(vec![retrier("Bedrock.ThrottlingException")], Vec::new(), always()).once();
    assert_eq!(sent_ms(&record), [0, 1000, 3000, 7000]);
    assert_eq!(decisions(&record), ["0 slept 1000", "1000 slept 2000", "3000 slept 4000"]);
    assert_eq!(record.outcome, Outcome::Failed);
}

#[test]
fn a_longest_delay_and_a_rate_shape_the_waits() {
    let capped = Retrier {
        interval: Duration::from_secs(3),
        backoff_rate: 1.5,
        max_attempts: 5,
        max_delay: Some(Duration::from_secs(6)),
        ..retrier("ThrottlingException")
    };
    let record = bench(vec![capped], Vec::new(), always()).once();
    assert_eq!(sent_ms(&record), [0, 3000, 7500, 13_500, 19_500, 25_500]);
}

#[test]
fn each_retrier_counts_its_own_attempts() {
    let model_error = ErrorAnswer::new(Some("ModelErrorException"), Some(424), None, &[]).unwrap();
    let third = Fault::new("third", Kind::Error(model_error)).every(3.try_into().unwrap());
    let throttled = Fault::new("others", throttle()).first(3.try_into().unwrap());
    let retriers = vec![
        Retrier { max_attempts: 2, ..retrier("ThrottlingException") },
        Retrier { interval: Duration::from_secs(5), ..retrier("ModelErrorException") },
    ];
    let caught = Catcher { error_equals: vec![ErrorName::All], next: Some("haiku".into()) };
    let record = bench(retriers, vec![caught], vec![third, throttled]).once();
    let met: Vec<_> = calls(&record);
    let expected = [
        "First sonnet@us-east-1: throttled",
        "Retry sonnet@us-east-1: throttled",
        "Retry sonnet@us-east-1: server error",
        "Retry sonnet@us-east-1: throttled",
        "Fallback haiku@us-east-1: answered",
    ];
    assert_eq!(met, expected, "throttled twice, one other error, and no attempt left for a third throttle");
    assert_eq!(sent_ms(&record), [0, 1000, 3000, 8000, 8000]);
    assert_eq!(record.outcome, Outcome::FellBack);
}

#[test]
fn a_retry_that_is_answered_counts_as_retried() {
    let twice = vec![Fault::new("f", throttle()).first(2.try_into().unwrap())];
    let record = bench(vec![retrier("ThrottlingException")], Vec::new(), twice).once();
    assert_eq!((record.calls.len(), record.outcome), (3, Outcome::Retried));
}

#[test]
fn full_jitter_waits_a_share_that_the_seed_decides() {
    let jittered = Retrier { full_jitter: true, ..retrier("ThrottlingException") };
    let waits = |seed| {
        let bench = Bench { seed, ..bench(vec![jittered.clone()], Vec::new(), always()) };
        bench.run(&[0, 0]).iter().map(sent_ms).collect::<Vec<_>>()
    };
    assert_eq!(waits(7), waits(7));
    assert_ne!(waits(7), waits(8));
    assert_ne!(waits(7)[0], waits(7)[1], "each request draws its own");
    for sent in waits(7) {
        assert!(sent[1] <= 1000 && sent[2] - sent[1] <= 2000 && sent[3] - sent[2] <= 4000, "{sent:?}");
    }
}

#[test]
fn the_whole_request_has_its_time_and_no_more() {
    let mut bench = bench(vec![retrier("ThrottlingException")], Vec::new(), always());
    bench.timeouts.total = Some(Duration::from_secs(2));
    let record = bench.once();
    assert_eq!((sent_ms(&record), ms(record.done)), (vec![0, 1000], 2000));
    assert_eq!(decisions(&record), ["0 slept 1000", "1000 slept 1000"]);
}
