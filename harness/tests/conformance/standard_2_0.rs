//! Standard mode, profile 2.0: what the Rust SDK does unless told otherwise, by the tests of aws-smithy-runtime.
//!
//! Those tests name the kind of an error; a service can only send one. A `ServerError` at the price of 5 has no status
//! of its own, since every 500 is a `TransientError` at 10, so ModelNotReadyException stands for it: the one error that
//! Bedrock's model marks as retryable, a `ClientError` that waits and costs the same.

use aws_smithy_types::retry::RetryConfig;

use crate::run;
use crate::setting::Setting;
use crate::subject::{Subject, in_virtual_time};
use crate::vector::{Reply, Vector};

#[test]
fn the_vectors_hold() {
    run::all(&vectors());
}

fn vectors() -> Vec<Vector<'static>> {
    let v2_0 = Setting::v2_0;
    vec![
        Vector {
            name: "succeeds in the end",
            setting: v2_0().attempts(5),
            calls: "
                429/ModelNotReadyException -> retry   495 1
                429/ModelNotReadyException -> retry   490 2
                200                        -> success 495
            ",
        },
        Vector {
            name: "uses its attempts up",
            setting: v2_0(),
            calls: "
                429/ModelNotReadyException -> retry                 495 1
                429/ModelNotReadyException -> retry                 490 2
                429/ModelNotReadyException -> max_attempts_exceeded 490
            ",
        },
        Vector {
            name: "waits double",
            setting: v2_0().attempts(5),
            calls: "
                429/ModelNotReadyException -> retry                 495 1
                429/ModelNotReadyException -> retry                 490 2
                429/ModelNotReadyException -> retry                 485 4
                429/ModelNotReadyException -> retry                 480 8
                429/ModelNotReadyException -> max_attempts_exceeded 480
            ",
        },
        Vector {
            name: "a cap of 3 s",
            setting: v2_0().attempts(5).max_backoff_s(3.0),
            calls: "
                429/ModelNotReadyException -> retry                 495 1
                429/ModelNotReadyException -> retry                 490 2
                429/ModelNotReadyException -> retry                 485 3
                429/ModelNotReadyException -> retry                 480 3
                429/ModelNotReadyException -> max_attempts_exceeded 480
            ",
        },
        Vector {
            name: "a base of 3 s",
            setting: v2_0().attempts(4).base_s(3.0),
            calls: "
                500 -> retry                 490 3
                500 -> retry                 480 6
                500 -> retry                 470 12
                500 -> max_attempts_exceeded 470
            ",
        },
        Vector {
            name: "a base of 30 ms",
            setting: v2_0().attempts(4).base_s(0.03),
            calls: "
                500 -> retry                 490 0.03
                500 -> retry                 480 0.06
                500 -> retry                 470 0.12
                500 -> max_attempts_exceeded 470
            ",
        },
        Vector {
            name: "a quota for one retry",
            setting: v2_0().attempts(5).capacity(5),
            calls: "
                429/ModelNotReadyException -> retry                0 1
                429/ModelNotReadyException -> retry_quota_exceeded 0
            ",
        },
        Vector {
            name: "a transient error costs 10",
            setting: v2_0().attempts(5).capacity(100),
            calls: "
                500 -> retry   90 1
                503 -> retry   80 2
                200 -> success 90
            ",
        },
        Vector {
            name: "a throttle costs 5",
            setting: v2_0(),
            calls: "
                429/ThrottlingException -> retry   495 1
                429/ThrottlingException -> retry   490 2
                200                     -> success 495
            ",
        },
    ]
}

/// 2^32 overflows; the wait is then the cap, as it has been since the sixth.
#[test]
fn the_33rd_wait_is_the_cap() {
    let (attempts, cap) = (34, 20);
    let failures = vec![Reply::read("500"); attempts];
    let told = in_virtual_time(async |clock| {
        let setting = Setting::v2_0().attempts(attempts as u32);
        Subject::new(clock, &setting).call_meeting(&failures).await
    });
    assert_eq!(told.call.attempts.len(), attempts);
    let waits = told.call.attempts[1..].iter().map(|attempt| attempt.backoff.as_secs_f64().round() as u32);
    let expected = [1, 2, 4, 8, 16].into_iter().chain(std::iter::repeat_n(cap, attempts - 6));
    assert_eq!(waits.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

#[test]
fn a_drained_quota_comes_back_one_success_at_a_time() {
    let failures = ["500", "500", "500"].map(Reply::read);
    in_virtual_time(async |clock| {
        let subject = Subject::new(clock, &Setting::v2_0().attempts(5).capacity(20));
        let drained = subject.call_meeting(&failures).await;
        assert_eq!(drained.seen.quota, [10, 0, 0], "two retries at 10, and none is left for a third");
        // Another client of the same quota: this one still holds a permit, which its next success would give back.
        let other = subject.twin();
        for left in (1..=20).chain([20]) {
            assert_eq!(other.call_meeting(&[]).await.seen.quota, [left]);
        }
    });
}

/// Setting a retry config, as `bedload` and most applications do, leaves no trace of the environment's wishes.
#[test]
fn a_client_that_names_no_profile_runs_this_one() {
    let failures = ["500", "500", "500"].map(Reply::read);
    let told = in_virtual_time(async |clock| {
        let subject = Subject::new(clock, &Setting::v2_1());
        let silent = RetryConfig::standard().with_use_static_exponential_base(true);
        subject.other(|config| config.retry_config(silent)).call_meeting(&failures).await
    });
    let waits: Vec<_> = told.call.attempts.iter().map(|attempt| attempt.backoff.as_secs_f64()).collect();
    assert_eq!((waits, told.seen.quota), (vec![0.0, 1.0, 2.0], vec![490, 480, 480]));
}
