//! Asynchronous invocations: started once, followed with growing waits, begun no second time by a second delivery.

use bedload_reports::record::{CallEnd, FailureClass, Operation};

use crate::support::play;

const CALL: &str = "flows.documents.call={ async_invoke: { model: haiku, max_tokens: 200, \
    prompt: { input_tokens: 100 }, output: 's3://results/here', poll: { every: 1s, most: 5s, deadline: 1m } } }";

#[test]
fn each_is_started_once_and_asked_after_until_it_is_over() {
    let played = play(&[CALL]);
    assert_eq!((played.jobs().completed, played.jobs().wasted_calls), (60, 0));
    for call in played.records.iter().flat_map(|record| &record.calls) {
        assert_eq!((call.operation, call.attempts.len()), (Operation::AsyncInvoke, 1));
        // Two seconds of work: asked after one second, and after another one and a half.
        assert_eq!(call.polls, 2, "{call:?}");
        let took = call.done.since(call.sent).as_secs_f64();
        assert!((2.5..2.6).contains(&took), "{took}");
    }
}

#[test]
fn an_invocation_that_fails_fails_its_job() {
    let failing = "target={ mock: { regions: [us-east-1], async: { fails: 100% } } }";
    let played = play(&[CALL, failing, "flows.documents.load.queue.on_failure=give_up"]);
    assert_eq!((played.jobs().failed, played.jobs().completed), (60, 0));
}

#[test]
fn one_that_takes_too_long_is_given_up_at_its_deadline() {
    let slow = CALL.replace("deadline: 1m", "deadline: 1500ms");
    let played = play(&[&slow, "flows.documents.load.queue.on_failure=give_up"]);
    let ends = played.records.iter().flat_map(|record| &record.calls).map(|call| &call.end);
    for end in ends {
        let CallEnd::Failed(failure) = end else { panic!("{end:?}") };
        assert_eq!(failure.class, FailureClass::Timeout);
    }
}

#[test]
fn questions_that_are_refused_are_asked_again() {
    let refused = "faults={ busy: { during: 0s..20s, where: { operation: get_async_invoke }, inject: { throttle: { share: 80% } } } }";
    let played = play(&[CALL, refused]);
    assert_eq!((played.jobs().completed, played.jobs().lost), (60, 0));
}

#[test]
fn an_open_load_may_call_it_too() {
    let open = "flows.documents.load={ open: { arrivals: constant, rate: { all: 2/s } } }";
    let played = play(&[
        CALL,
        open,
        "stages=[{ name: all, for: 10s }]",
        "gates={ ok: { metric: success.ratio, min: 100% } }",
    ]);
    assert_eq!(played.records.len(), 20);
    assert!(played.records.iter().all(|record| record.outcome.answered()));
}
