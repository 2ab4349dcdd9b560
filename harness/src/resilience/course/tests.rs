use std::collections::BTreeSet;

use bedload_reports::record::FailureClass;
use proptest::prelude::*;

use super::*;
use crate::resilience::policy::{Catcher, ErrorName, FallbackModel, Regions, Retrier, StateMachine, Stick};

fn policy(fallback: &[&str]) -> Policy {
    let model = |model: &&str| FallbackModel { model: (*model).into(), max_tokens: None, operation: None };
    Policy {
        regions: Regions { order: names(&["east", "west"]), stick: Stick::PerRequest },
        fallback: Fallback {
            models: fallback.iter().map(model).collect(),
            on: BTreeSet::from(Trigger::DEFAULT),
            calls: None,
            within: None,
        },
        stream: StreamPolicy::Fail,
        breaker: None,
        limit: None,
        routing: None,
        hedge: None,
        state_machine: None,
    }
}

fn names(names: &[&str]) -> Vec<Name> {
    names.iter().map(|name| Name::from(*name)).collect()
}

fn failure(class: FailureClass) -> Failure {
    Failure { class, code: None, message: String::new(), retry_refused: false }
}

/// The calls of a request that meets one failure after another, each as reason, model and region.
fn told(policy: &Policy, met: &[(FailureClass, bool)]) -> Vec<String> {
    let mut course = Course::new(policy, &"sonnet".into(), Operation::ConverseStream, &policy.regions.order);
    let mut calls = Vec::new();
    let mut next = Next::Call { reason: Reason::First, wait: Duration::ZERO };
    let mut met = met.iter();
    loop {
        match next {
            Next::Call { reason, .. } => {
                course.call();
                let Leg { to, .. } = course.leg();
                calls.push(format!("{reason:?} {}@{}", to.model, to.region));
            }
            end => {
                calls.push(format!("{end:?}"));
                return calls;
            }
        }
        let Some((class, begun)) = met.next() else { return calls };
        let failure = failure(*class);
        next = course.after(Met::Failure { failure: &failure, begun: *begun }, Duration::ZERO, 0.5);
    }
}

const THROTTLED: (FailureClass, bool) = (FailureClass::Throttled, false);
const BROKEN: (FailureClass, bool) = (FailureClass::StreamBroken, true);
const STALLED: (FailureClass, bool) = (FailureClass::Timeout, true);

#[test]
fn regions_come_before_lesser_models() {
    let expected =
        ["First sonnet@east", "Failover sonnet@west", "Fallback haiku@east", "Failover haiku@west", "Stop"];
    assert_eq!(told(&policy(&["haiku", "sonnet"]), &[THROTTLED; 4]), expected);
}

#[test]
fn what_was_refused_as_such_goes_nowhere_else() {
    for class in
        [FailureClass::Rejected, FailureClass::Denied, FailureClass::Unparsable, FailureClass::Unsendable]
    {
        assert_eq!(told(&policy(&["haiku"]), &[(class, false)]), ["First sonnet@east", "Stop"], "{class:?}");
    }
}

#[test]
fn only_the_triggers_move_it() {
    let mut only = policy(&["haiku"]);
    only.fallback.on = BTreeSet::from([Trigger::Unavailable]);
    assert_eq!(told(&only, &[THROTTLED]), ["First sonnet@east", "Stop"]);
    let moved = told(&only, &[(FailureClass::Unavailable, false), THROTTLED]);
    assert_eq!(moved, ["First sonnet@east", "Failover sonnet@west", "Stop"]);
}

#[test]
fn a_stream_that_had_begun_follows_the_policy_of_streams() {
    let with = |stream| Policy { stream, ..policy(&["haiku"]) };
    for failed in [BROKEN, STALLED] {
        assert_eq!(told(&with(StreamPolicy::Fail), &[failed]), ["First sonnet@east", "Stop"]);
        let restarted = told(&with(StreamPolicy::Restart { times: 2 }), &[failed; 3]);
        assert_eq!(restarted, ["First sonnet@east", "Restart sonnet@east", "Restart sonnet@east", "Stop"]);
        let moved = told(&with(StreamPolicy::FallBack), &[failed, failed]);
        assert_eq!(moved, ["First sonnet@east", "Failover sonnet@west", "Fallback haiku@east"]);
    }
    let before = told(&with(StreamPolicy::Fail), &[(FailureClass::Timeout, false)]);
    assert_eq!(before, ["First sonnet@east", "Failover sonnet@west"], "it had not begun");
    let rejected = told(&with(StreamPolicy::Restart { times: 2 }), &[(FailureClass::Unparsable, true)]);
    assert_eq!(rejected, ["First sonnet@east", "Stop"]);
}

#[test]
fn a_restart_may_be_followed_by_a_move_and_counts_for_the_whole_request() {
    let restarts = Policy { stream: StreamPolicy::Restart { times: 1 }, ..policy(&[]) };
    let expected = ["First sonnet@east", "Restart sonnet@east", "Failover sonnet@west", "Stop"];
    assert_eq!(told(&restarts, &[BROKEN, THROTTLED, BROKEN]), expected);
}

#[test]
fn budgets_of_calls_and_of_time_end_it() {
    let mut short = policy(&["haiku"]);
    short.fallback.calls = Some(2);
    assert_eq!(told(&short, &[THROTTLED; 2]), ["First sonnet@east", "Failover sonnet@west", "BudgetSpent"]);

    let mut quick = policy(&["haiku"]);
    quick.fallback.within = Some(Duration::from_secs(10));
    let mut course = Course::new(&quick, &"sonnet".into(), Operation::Converse, &quick.regions.order);
    assert!(course.may_call(Duration::from_secs(60)), "the first call is no fallback");
    course.call();
    let throttled = failure(FailureClass::Throttled);
    let met = Met::Failure { failure: &throttled, begun: false };
    assert!(matches!(course.after(met, Duration::from_secs(10), 0.5), Next::Call { .. }));
    course.call();
    assert_eq!(course.after(met, Duration::from_millis(10_001), 0.5), Next::BudgetSpent);
}

#[test]
fn an_open_breaker_costs_no_call() {
    let mut tight = policy(&[]);
    tight.fallback.calls = Some(1);
    let mut course = Course::new(&tight, &"sonnet".into(), Operation::Converse, &tight.regions.order);
    let next = course.after(Met::OpenBreaker, Duration::ZERO, 0.5);
    assert_eq!(next, Next::Call { reason: Reason::Failover, wait: Duration::ZERO });
    assert_eq!(&*course.leg().to.region, "west");
    course.call();
    assert_eq!(course.after(Met::OpenBreaker, Duration::ZERO, 0.5), Next::Stop);
}

fn machine(max_attempts: u32, catch: Vec<Catcher>) -> StateMachine {
    let retrier = Retrier {
        error_equals: vec![ErrorName::All],
        interval: Duration::from_secs(2),
        backoff_rate: 2.0,
        max_attempts,
        max_delay: None,
        full_jitter: false,
    };
    StateMachine { retry: vec![retrier], catch }
}

#[test]
fn a_state_machine_retries_in_place_and_then_catches() {
    let catcher =
        |next: Option<&str>| Catcher { error_equals: vec![ErrorName::All], next: next.map(Name::from) };
    let with = |catch| Policy { state_machine: Some(machine(2, catch)), ..policy(&["haiku"]) };
    let retried = ["First sonnet@east", "Retry sonnet@east", "Retry sonnet@east"];
    let caught = told(&with(vec![catcher(Some("titan"))]), &[THROTTLED; 4]);
    assert_eq!(caught, [&retried[..], &["Fallback titan@east", "Stop"]].concat());
    let failed = told(&with(vec![catcher(None)]), &[THROTTLED; 3]);
    assert_eq!(failed, [&retried[..], &["Stop"]].concat());
    let uncaught = told(&with(Vec::new()), &[THROTTLED; 4]);
    assert_eq!(uncaught, [&retried[..], &["Failover sonnet@west", "Fallback haiku@east"]].concat());
}

#[test]
fn a_retriers_wait_counts_against_the_budget_of_time() {
    let mut quick = Policy { state_machine: Some(machine(5, Vec::new())), ..policy(&[]) };
    quick.fallback.within = Some(Duration::from_secs(5));
    let mut course = Course::new(&quick, &"sonnet".into(), Operation::Converse, &quick.regions.order);
    let throttled = failure(FailureClass::Throttled);
    let met = Met::Failure { failure: &throttled, begun: false };
    course.call();
    let first = course.after(met, Duration::from_secs(1), 0.5);
    assert_eq!(first, Next::Call { reason: Reason::Retry, wait: Duration::from_secs(2) });
    course.call();
    assert_eq!(course.after(met, Duration::from_secs(4), 0.5), Next::BudgetSpent, "4 s to wait, 1 s left");
}

#[test]
fn models_are_asked_in_their_own_way() {
    let mut own = policy(&["titan"]);
    own.fallback.models[0].max_tokens = Some(256);
    own.fallback.models[0].operation = Some(Operation::InvokeStream);
    let course = Course::new(&own, &"sonnet".into(), Operation::ConverseStream, &names(&["east"]));
    let asked: Vec<_> = course.legs.iter().map(|leg| (leg.operation, leg.max_tokens)).collect();
    assert_eq!(asked, [(Operation::ConverseStream, None), (Operation::InvokeStream, Some(256))]);
}

#[test]
fn a_rival_asks_the_same_destination_or_the_next_region() {
    let policy = policy(&["haiku"]);
    let mut course = Course::new(&policy, &"sonnet".into(), Operation::Converse, &policy.regions.order);
    course.call();
    assert_eq!((course.rival(false), course.rival(true)), (Some(0), Some(1)));
    course.call_rival(1);
    assert_eq!(course.rival(true), None, "the other region has been asked");
    course.settle_on(1);
    let throttled = failure(FailureClass::Throttled);
    let next = course.after(Met::Failure { failure: &throttled, begun: false }, Duration::ZERO, 0.5);
    assert_eq!(next, Next::Call { reason: Reason::Fallback, wait: Duration::ZERO });
}

fn class() -> impl Strategy<Value = (FailureClass, bool)> {
    let class = prop::sample::select(vec![
        FailureClass::Throttled,
        FailureClass::Unavailable,
        FailureClass::ServerError,
        FailureClass::Timeout,
        FailureClass::Connection,
        FailureClass::StreamBroken,
        FailureClass::StreamIncomplete,
        FailureClass::Rejected,
    ]);
    (class, any::<bool>())
}

proptest! {
    #[test]
    fn no_course_exceeds_its_budget_or_asks_a_destination_anew_without_a_reason(
        met in prop::collection::vec(class(), 60),
        models in 0..3usize,
        calls in prop::option::of(1..6u32),
        stream in prop_oneof![
            Just(StreamPolicy::Fail),
            (0..4u32).prop_map(|times| StreamPolicy::Restart { times }),
            Just(StreamPolicy::FallBack),
        ],
        retries in prop::option::of(0..4u32),
    ) {
        let mut policy = policy(&["haiku", "titan", "nova"][..models]);
        policy.stream = stream;
        policy.fallback.calls = calls;
        policy.state_machine = retries.map(|most| machine(most, Vec::new()));
        let told = told(&policy, &met);
        let (end, calls_made) = told.split_last().map_or(("", &[][..]), |(end, calls)| (end.as_str(), calls));
        prop_assert!(["Stop", "BudgetSpent"].contains(&end), "{:?}", told);
        prop_assert!(calls.is_none_or(|most| calls_made.len() <= most as usize));
        let moved = |call: &&String| !call.starts_with("Restart") && !call.starts_with("Retry");
        let moves: Vec<_> = calls_made.iter().filter(moved).filter_map(|call| call.split(' ').nth(1)).collect();
        let distinct: BTreeSet<_> = moves.iter().collect();
        prop_assert_eq!(moves.len(), distinct.len());
        let restarts = calls_made.iter().filter(|call| call.starts_with("Restart")).count();
        let most = if let StreamPolicy::Restart { times } = stream { times as usize } else { 0 };
        prop_assert!(restarts <= most);
    }
}
