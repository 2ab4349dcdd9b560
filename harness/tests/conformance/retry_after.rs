//! `x-amz-retry-after`: the wait that a service asks for, in milliseconds.

use crate::run;
use crate::setting::Setting;
use crate::vector::Vector;

/// Vector 11: at least the wait that the SDK would have drawn, at most five seconds more, and no jitter on top.
/// What is no number of milliseconds is as if it were not there.
#[test]
fn profile_2_1_bounds_what_is_asked() {
    let waits = [
        ("1500", "1.5"),
        ("0", "0.05"),
        ("10000", "5.05"),
        ("invalid", "0.05"),
        ("-100", "0.05"),
        ("3000", "3"),
        ("10", "0.05"),
    ];
    for (asked, waited) in waits {
        let calls = format!("500 x-amz-retry-after={asked} -> retry 486 {waited}\n200 -> success 500");
        run::all(&[Vector { name: asked, setting: Setting::v2_1(), calls: &calls }]);
    }
}

/// Profile 2.0: what is asked takes the place of the wait, up to the cap.
#[test]
fn profile_2_0_takes_what_is_asked_up_to_the_cap() {
    for (asked, waited) in [("1000", "1"), ("30000", "20"), ("10", "0.01"), ("invalid", "1")] {
        let calls = format!("500 x-amz-retry-after={asked} -> retry 490 {waited}\n200 -> success 500");
        run::all(&[Vector { name: asked, setting: Setting::v2_0(), calls: &calls }]);
    }
}

#[test]
fn it_is_read_beside_a_code_and_counts_from_the_wait_of_that_attempt() {
    run::all(&[Vector {
        name: "throttles that ask for little, and for much",
        setting: Setting::v2_1().attempts(4),
        calls: "
            429/ThrottlingException x-amz-retry-after=200   -> retry   495 1
            429/ThrottlingException x-amz-retry-after=90000 -> retry   490 7
            429/ThrottlingException x-amz-retry-after=6000  -> retry   485 6
            200                                             -> success 490
        ",
    }]);
}

#[test]
fn it_makes_nothing_retryable() {
    for setting in [Setting::v2_0(), Setting::v2_1()] {
        run::all(&[Vector {
            name: "an error that is not to be retried",
            setting,
            calls: "400/ValidationException x-amz-retry-after=100 -> not_retried 500",
        }]);
    }
}

/// HTTP's own header, in seconds, is not AWS's: the Rust SDK does not read it, as botocore does not; JavaScript's does.
#[test]
fn the_standard_retry_after_is_not_read() {
    run::all(&[
        Vector {
            name: "2.0",
            setting: Setting::v2_0(),
            calls: "
                503 retry-after=7 -> retry   490 1
                200               -> success 500
            ",
        },
        Vector {
            name: "2.1",
            setting: Setting::v2_1(),
            calls: "
                503 retry-after=7 -> retry   486 0.05
                200               -> success 500
            ",
        },
    ]);
}
