//! Adaptive mode: a rate limit that the client sets itself once it is throttled.
//!
//! The rate follows from when attempts ended, so each row names the moment, and each client has the clock of the
//! vectors: theirs start at zero, which is 1970 to the SDK.

use std::time::{Duration, SystemTime};

use aws_smithy_async::time::TimeSource;
use aws_smithy_runtime::client::retries::ClientRateLimiter;
use bedload::clock::Clock;
use bedload_reports::units::Nanos;

use crate::probe::figure;
use crate::run::assert_waited;
use crate::setting::Setting;
use crate::subject::{Subject, in_virtual_time};
use crate::vector::Reply;

const THROTTLED: &str = "400/ThrottlingException";

/// A clock that began in 1970.
#[derive(Debug)]
struct SinceZero(Clock);

impl TimeSource for SinceZero {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from(Clock::now(&self.0))
    }
}

fn since_zero(subject: &Subject) -> Subject {
    subject.other(|config| config.time_source(SinceZero(subject.clock)))
}

/// The time at the end of each operation, in seconds. Each has a client of its own; the limiter is shared.
fn ends_s(setting: &Setting, operations: &[&[&str]]) -> Vec<f64> {
    in_virtual_time(async |clock| {
        let subject = since_zero(&Subject::new(clock, setting));
        let mut ends = Vec::new();
        for replies in operations {
            let replies: Vec<_> = replies.iter().map(|reply| Reply::read(reply)).collect();
            let told = subject.twin().call_meeting(&replies).await;
            assert_eq!(told.call.attempts.len(), replies.len(), "{replies:?}");
            ends.push(clock.now().as_secs_f64());
        }
        ends
    })
}

/// DynamoDB's base, at which the SDK's own test has its figures.
fn v2_1() -> Setting {
    Setting::v2_1().attempts(4).base_s(0.025).adaptive()
}

fn v2_0() -> Setting {
    Setting::v2_0().attempts(4).adaptive()
}

#[test]
fn unthrottled_it_waits_as_standard_mode_does() {
    let operations: [&[&str]; 3] = [&["500", "500", "200"], &["500", "200"], &["500", "500", "500", "500"]];
    assert_eq!(ends_s(&v2_0(), &operations), [3.0, 4.0, 11.0]);
    assert_eq!(ends_s(&v2_1(), &operations), [0.075, 0.1, 0.275]);
}

#[test]
fn throttled_it_waits_for_its_own_limit() {
    let operations: [&[&str]; 2] = [&[THROTTLED, THROTTLED, "200"], &["500", "200"]];
    let [first, second] = ends_s(&v2_0(), &operations)[..] else { panic!("two operations") };
    assert_eq!(first, 38.0, "ten tokens at 0.5 a second, capped at 20 s; then nine");
    assert!((47.0..49.0).contains(&second), "{second}");
    let [first, second] = ends_s(&v2_1(), &operations)[..] else { panic!("two operations") };
    assert_eq!(first, 4.0, "a token for each attempt, on top of 1 s and within 2 s");
    assert!((5.1..5.2).contains(&second), "{second}");
}

/// One attempt each 0.2 s, throttled at 2.0 and 3.2: the rate measured and the rate allowed after each.
#[test]
fn the_rate_follows_the_table() {
    let table = [
        (0.2, 0.0, 0.5),
        (0.4, 0.0, 0.5),
        (0.6, 4.8, 0.5),
        (0.8, 4.8, 0.5),
        (1.0, 4.16, 0.5),
        (1.2, 4.16, 0.6912),
        (1.4, 4.16, 1.0976),
        (1.6, 5.632, 1.6384),
        (1.8, 5.632, 2.3328),
        (2.0, 4.3264, 3.02848),
        (2.2, 4.3264, 3.48663917347026),
        (2.4, 4.3264, 3.821874416040255),
        (2.6, 5.66528, 4.053385727709987),
        (2.8, 5.66528, 4.200373108479454),
        (3.0, 4.333056, 4.282036558348658),
        (3.2, 4.333056, 2.99742559084406),
        (3.4, 4.333056, 3.4522263943863463),
    ];
    for setting in [Setting::v2_0(), Setting::v2_1()] {
        in_virtual_time(async |clock| {
            // The table is the rate's alone and asks for no token; a bucket that is full at first has one each time.
            let limiter = ClientRateLimiter::builder().current_bucket_capacity(1.0).build();
            let setting = setting.attempts(1).adaptive().limiter(limiter.clone());
            let subject = since_zero(&Subject::new(clock, &setting));
            for (at_s, measured, allowed) in table {
                let throttled = [2.0, 3.2].contains(&at_s);
                clock.sleep_until(Nanos::from(Duration::from_secs_f64(at_s))).await;
                subject.call_meeting(&[Reply::read(if throttled { THROTTLED } else { "200" })]).await;
                let said = format!("{limiter:?}");
                let found: [f64; 2] = ["measured_tx_rate: ", " fill_rate: "].map(|name| figure(&said, name));
                let near = |found: f64, expected: f64| (found - expected).abs() < 1e-6;
                assert!(near(found[0], measured) && near(found[1], allowed), "{at_s}: {found:?}");
            }
        });
    }
}

/// The first throttle leaves 0.5 a second; 0.1 s later a twentieth of a token is there, and 1.9 s are to be waited.
#[test]
fn a_first_attempt_waits_too() {
    let told = in_virtual_time(async |clock| {
        let subject = since_zero(&Subject::new(clock, &Setting::v2_1().attempts(1).adaptive()));
        subject.call_meeting(&[Reply::read(THROTTLED)]).await;
        clock.sleep(Duration::from_millis(100)).await;
        subject.call_meeting(&[]).await
    });
    let waited = told.call.attempts[0].sent.since(told.call.sent);
    assert_waited("a token", Duration::from(waited), Duration::from_millis(1900));
}
