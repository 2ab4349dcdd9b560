//! Models to fall back to: triggers, budgets, other dialects, and what is never fallen back from.

use std::collections::BTreeSet;
use std::time::Duration;

use bedload::client::policy::Timeouts;
use bedload::resilience::policy::Trigger;
use bedload_mocks::Spread;
use bedload_mocks::faults::{Aim, ErrorAnswer, Fault, Kind, Latency, Unavailable};
use bedload_reports::record::{CallEnd, Operation, Outcome};

use crate::support::{Bench, EAST, WEST, calls, decisions, policy, throttle, timeouts};

fn bench(operation: Operation, kind: Kind) -> Bench {
    let sonnet = Aim { models: vec!["sonnet".into()], ..Aim::default() };
    Bench {
        policy: policy(&[EAST, WEST], &["haiku"]),
        faults: vec![Fault::new("f", kind).aimed_at(sonnet)],
        ..Bench::plain(operation)
    }
}

#[test]
fn every_region_is_asked_before_a_lesser_model() {
    let record = bench(Operation::Converse, throttle()).once();
    let expected = [
        "First sonnet@us-east-1: throttled",
        "Failover sonnet@us-west-2: throttled",
        "Fallback haiku@us-east-1: answered",
    ];
    assert_eq!(calls(&record), expected);
    assert_eq!(record.outcome, Outcome::FellBack);
    assert!(record.calls[..2].iter().all(|call| call.tokens.is_none() && !call.tokens_estimated));
}

#[test]
fn only_what_is_listed_triggers_it() {
    let unavailable = || Kind::Unavailable(Unavailable::default());
    for (kind, moves) in [(throttle(), false), (unavailable(), true)] {
        let mut bench = bench(Operation::Converse, kind);
        bench.policy.fallback.on = BTreeSet::from([Trigger::Unavailable]);
        assert_eq!(bench.once().outcome == Outcome::FellBack, moves);
    }
}

#[test]
fn validation_never_falls_back() {
    let invalid = ErrorAnswer::new(Some("ValidationException"), Some(400), None, &[]).unwrap();
    for operation in Operation::AT_ONCE {
        let record = bench(operation, Kind::Error(invalid.clone())).once();
        assert_eq!(calls(&record), ["First sonnet@us-east-1: rejected"], "{operation:?}");
        assert_eq!(record.outcome, Outcome::Failed);
    }
}

#[test]
fn the_budget_of_calls_ends_it_and_says_so() {
    let mut bench = bench(Operation::Converse, throttle());
    bench.policy.fallback.calls = Some(2);
    let record = bench.once();
    assert_eq!(record.calls.len(), 2);
    assert_eq!(record.outcome, Outcome::Failed);
    assert_eq!(decisions(&record), ["0 BudgetSpent"]);
}

#[test]
fn the_budget_of_time_ends_it_and_says_so() {
    let slow = Kind::Latency(Latency { added: Spread::constant(Duration::from_secs(60)) });
    let mut bench = bench(Operation::Converse, slow);
    bench.timeouts = Timeouts { operation: Some(Duration::from_secs(4)), ..timeouts() };
    bench.policy.fallback.within = Some(Duration::from_secs(7));
    let record = bench.once();
    assert_eq!(calls(&record), ["First sonnet@us-east-1: timeout", "Failover sonnet@us-west-2: timeout"]);
    assert_eq!(decisions(&record), ["8000 BudgetSpent"]);
}

#[test]
fn the_total_time_holds_for_all_calls_together() {
    let slow = Kind::Latency(Latency { added: Spread::constant(Duration::from_secs(60)) });
    let mut bench = bench(Operation::Converse, slow);
    bench.timeouts = Timeouts {
        operation: Some(Duration::from_secs(4)),
        total: Some(Duration::from_secs(6)),
        ..timeouts()
    };
    let record = bench.once();
    assert_eq!(calls(&record), ["First sonnet@us-east-1: timeout", "Failover sonnet@us-west-2: timeout"]);
    assert_eq!((record.outcome, record.done.as_secs_f64()), (Outcome::Failed, 6.0));
    let CallEnd::Failed(failure) = &record.calls[1].end else { panic!("{record:?}") };
    assert!(failure.message.starts_with("not over within 2.00"), "what was left: {}", failure.message);
}

#[test]
fn another_family_is_asked_in_its_own_words_and_way() {
    for operation in [Operation::Invoke, Operation::InvokeStream] {
        let mut bench = bench(operation, throttle());
        bench.policy.fallback.models[0].model = "lite".into();
        bench.policy.fallback.models[0].max_tokens = Some(5);
        let record = bench.once();
        let answer = record.answer().unwrap();
        assert_eq!((&*answer.model, answer.operation), ("lite", operation));
        assert_eq!(answer.tokens.output, 5, "its own limit holds");
        assert!(!answer.tokens_estimated);
    }
    let mut bench = bench(Operation::Invoke, throttle());
    bench.policy.fallback.models[0].operation = Some(Operation::ConverseStream);
    let record = bench.once();
    assert_eq!(record.answer().unwrap().operation, Operation::ConverseStream);
}
