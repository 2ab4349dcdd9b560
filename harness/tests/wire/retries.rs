//! When a wire client tries again, in virtual time.

use std::num::NonZeroU64;
use std::time::Duration;

use bedload::client::policy::Timeouts;
use bedload::transport::http::Http;
use bedload_mocks::faults::{Drip, ExceptionFrame, Fault, Kind, Reset, Throttle, Unavailable};
use bedload_reports::record::{Call, CallEnd, FailureClass, Operation};

use super::support::{ask, call, call_within, caller, cloud, in_virtual_time, settings, timeouts, way, wire};

fn class(call: &Call) -> FailureClass {
    let CallEnd::Failed(failure) = &call.end else { panic!("{call:?}") };
    assert!(!failure.retry_refused, "a wire client has no quota to run dry");
    failure.class
}

fn statuses(call: &Call) -> Vec<Option<u16>> {
    call.attempts.iter().map(|attempt| attempt.status).collect()
}

#[test]
fn a_throttled_request_is_answered_at_the_second_attempt() {
    let once = Fault::new("throttle", Kind::Throttle(Throttle::default())).first(1.try_into().unwrap());
    let call = call(vec![once], Operation::Converse);
    assert_eq!(statuses(&call), [Some(429), Some(200)]);
    assert_eq!(call.attempts[0].error.as_deref(), Some("ThrottlingException"));
    assert_eq!(call.attempts[0].fault.as_deref(), Some("throttle"));
    assert!(call.attempts[1].backoff.as_secs_f64() <= 0.101, "a draw under the base: {call:?}");
    assert!(matches!(call.end, CallEnd::Answered { .. }));
}

#[test]
fn an_outage_uses_up_all_attempts_with_longer_and_longer_waits() {
    let unavailable = || vec![Fault::new("out", Kind::Unavailable(Unavailable::default()))];
    for seed in 0..20 {
        let call = call_within(unavailable(), Operation::Invoke, &timeouts(), seed);
        assert_eq!(statuses(&call), [Some(503); 3]);
        assert_eq!(class(&call), FailureClass::Unavailable);
        let waits: Vec<_> = call.attempts.iter().map(|attempt| attempt.backoff.as_secs_f64()).collect();
        // The clock's timers are whole milliseconds.
        assert!(waits[1] <= 0.101 && waits[2] <= 0.201, "{waits:?}");
    }
}

#[test]
fn a_wait_that_the_service_asks_for_is_obeyed() {
    let asked = Throttle { retry_after_ms: Some(750), ..Throttle::default() };
    let once = Fault::new("throttle", Kind::Throttle(asked)).first(1.try_into().unwrap());
    let call = call(vec![once], Operation::Converse);
    assert_eq!(call.attempts[1].backoff.as_secs_f64(), 0.75);
}

#[test]
fn a_stream_that_breaks_off_is_not_tried_again() {
    let exception = ExceptionFrame::new("ThrottlingException", Some("Slow down."), 4).unwrap();
    for kind in [Kind::Reset(Reset::WithinBody { after: 4 }), Kind::ExceptionFrame(exception)] {
        for operation in [Operation::ConverseStream, Operation::InvokeStream] {
            let call = call(vec![Fault::new("broken", kind.clone())], operation);
            assert_eq!((call.attempts.len(), class(&call)), (1, FailureClass::StreamBroken));
            assert_eq!(call.attempts[0].fault.as_deref(), Some("broken"));
            assert!(call.first_content.is_some() && call.tokens_estimated);
        }
    }
}

#[test]
fn a_stream_that_comes_drop_by_drop_is_put_together() {
    let drip = Drip { bytes_per_s: NonZeroU64::new(997).unwrap() };
    for operation in [Operation::ConverseStream, Operation::InvokeStream] {
        let call = call(vec![Fault::new("drip", Kind::Drip(drip))], operation);
        assert!(matches!(call.end, CallEnd::Answered { .. }), "{call:?}");
        assert_eq!((call.tokens.output, call.gaps_us.len()), (12, 11));
        assert!(call.done.as_secs_f64() > 1.0);
    }
}

#[test]
fn an_attempt_that_takes_too_long_is_tried_again_and_a_call_is_cut_off() {
    let fault = || {
        let kind = Kind::Latency(bedload_mocks::faults::Latency {
            added: bedload_mocks::Spread::constant(Duration::from_secs(2)),
        });
        vec![Fault::new("late", kind).first(1.try_into().unwrap())]
    };
    let limit = Some(Duration::from_millis(400));
    for limits in [Timeouts { attempt: limit, ..timeouts() }, Timeouts { read: limit, ..timeouts() }] {
        let call = call_within(fault(), Operation::Converse, &limits, 7);
        assert_eq!(statuses(&call), [None, Some(200)]);
        assert_eq!(call.attempts[0].error.as_deref(), Some("attempt timed out"));
    }
    let limits = Timeouts { operation: Some(Duration::from_millis(900)), ..timeouts() };
    let call = call_within(fault(), Operation::Converse, &limits, 7);
    assert_eq!(class(&call), FailureClass::Timeout);
    assert_eq!(call.attempts[0].error.as_deref(), Some("attempt timed out"));
    assert_eq!(call.done.as_secs_f64(), 0.9);
}

#[test]
fn one_seed_draws_one_run_and_another_another() {
    let run = |seed| {
        in_virtual_time(async |clock| {
            let always = vec![Fault::new("throttle", Kind::Throttle(Throttle::default()))];
            let (cloud, ledger) = cloud(clock, always);
            let way = way(Http::memory(cloud));
            let caller = caller(wire(&way, clock, settings(), &timeouts(), seed), clock, Operation::Converse);
            let mut calls = Vec::new();
            for _ in 0..5 {
                calls.push(caller.call(&ask(), None).await);
            }
            (format!("{calls:?}"), format!("{:?}", ledger.all()))
        })
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}

#[test]
fn the_cloud_can_tell_which_attempts_belong_together_and_who_asks() {
    let exchanges = in_virtual_time(async |clock| {
        let always = vec![Fault::new("throttle", Kind::Throttle(Throttle::default()))];
        let (cloud, ledger) = cloud(clock, always);
        let way = way(Http::memory(cloud));
        let caller = caller(wire(&way, clock, settings(), &timeouts(), 7), clock, Operation::Converse);
        for _ in 0..2 {
            caller.call(&ask(), None).await;
        }
        ledger.all()
    });
    let ids: Vec<_> = exchanges.iter().map(|exchange| exchange.invocation_id.as_deref().unwrap()).collect();
    assert!(ids[..3].iter().all(|id| *id == ids[0]) && ids[3..].iter().all(|id| *id == ids[3]), "{ids:?}");
    assert_ne!(ids[0], ids[3]);
    let attempts: Vec<_> = exchanges.iter().map(|exchange| exchange.attempt).collect();
    assert_eq!(attempts, [Some(1), Some(2), Some(3)].repeat(2));
    for exchange in &exchanges {
        assert_eq!(exchange.flow.as_deref(), Some("ask"));
        assert!(exchange.user_agent.as_deref().unwrap().ends_with("(wire client, not an SDK)"));
    }
}
