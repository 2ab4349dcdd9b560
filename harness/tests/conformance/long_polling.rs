//! Vector 12: a client that polls must slow down even where its quota forbids another attempt.
//!
//! Bedrock Runtime has no operation that polls. The rule is the runtime's, though, and follows a mark in the client's
//! settings, which SQS's ReceiveMessage puts there; here the test does.

use std::time::Duration;

use bedload_reports::units::Nanos;

use crate::run::{self, assert_waited};
use crate::setting::Setting;
use crate::subject::{Subject, in_virtual_time};
use crate::vector::Vector;

/// What one call of a client with this quota takes, from its start to its answer.
fn takes(setting: Setting, calls: &'static str) -> Duration {
    let vector = Vector { name: calls, setting, calls };
    run::all(std::slice::from_ref(&vector));
    let [steps] = &vector.calls()[..] else { panic!("one call at a time") };
    let taken = in_virtual_time(async |clock| {
        let subject = Subject::new(clock, &vector.setting);
        subject.call_meeting(steps.iter().map(|step| &step.reply)).await;
        clock.now()
    });
    Duration::from(taken.since(Nanos::ZERO))
}

#[test]
fn without_quota_a_poll_waits_before_it_gives_up() {
    let polling = || Setting::v2_1().capacity(0).long_polling();
    let cases = [
        ("500 -> retry_quota_exceeded 0", 0.05),
        ("400/Throttling -> retry_quota_exceeded 0", 1.0),
        ("500 x-amz-retry-after=1500 -> retry_quota_exceeded 0", 1.5),
        ("400/ValidationException -> not_retried 0", 0.0),
        ("200 -> success 0", 0.0),
    ];
    for (calls, waited_s) in cases {
        assert_waited(calls, takes(polling(), calls), Duration::from_secs_f64(waited_s));
    }
}

#[test]
fn out_of_attempts_a_poll_gives_up_at_once() {
    let polling = Setting::v2_1().attempts(1).long_polling();
    assert_eq!(takes(polling, "500 -> max_attempts_exceeded 500"), Duration::ZERO);
}

#[test]
fn other_operations_give_up_at_once() {
    for calls in ["500 -> retry_quota_exceeded 0", "400/Throttling -> retry_quota_exceeded 0"] {
        assert_eq!(takes(Setting::v2_1().capacity(0), calls), Duration::ZERO, "{calls}");
    }
}
