//! Standard mode, profile 2.1: AWS's specification tests, by their own numbers.

use crate::run;
use crate::setting::Setting;
use crate::subject::{Subject, in_virtual_time};
use crate::vector::{Reply, Vector};

#[test]
fn the_vectors_hold() {
    run::all(&vectors());
}

fn vectors() -> Vec<Vector<'static>> {
    let v2_1 = Setting::v2_1;
    vec![
        Vector {
            name: "1: succeeds in the end",
            setting: v2_1(),
            calls: "
                500 -> retry   486 0.05
                500 -> retry   472 0.1
                200 -> success 486
            ",
        },
        Vector {
            name: "2: uses its attempts up",
            setting: v2_1(),
            calls: "
                502 -> retry                 486 0.05
                502 -> retry                 472 0.1
                502 -> max_attempts_exceeded 472
            ",
        },
        Vector {
            name: "3: a quota for one retry",
            setting: v2_1().capacity(14),
            calls: "
                500 -> retry                0 0.05
                500 -> retry_quota_exceeded 0
            ",
        },
        Vector {
            name: "4: no quota at all",
            setting: v2_1().capacity(0),
            calls: "500 -> retry_quota_exceeded 0",
        },
        Vector {
            name: "5: waits double",
            setting: v2_1().attempts(5),
            calls: "
                500 -> retry                 486 0.05
                500 -> retry                 472 0.1
                500 -> retry                 458 0.2
                500 -> retry                 444 0.4
                500 -> max_attempts_exceeded 444
            ",
        },
        Vector {
            name: "6: a quota that runs out under way",
            setting: v2_1().attempts(5).capacity(20),
            calls: "
                500 -> retry                6 0.05
                502 -> retry_quota_exceeded 6
            ",
        },
        Vector {
            name: "7: a quota that recovers",
            setting: v2_1().attempts(5).capacity(30),
            calls: "
                500 -> retry   16 0.05
                502 -> retry    2 0.1
                200 -> success 16
                --
                500 -> retry    2 0.05
                200 -> success 16
            ",
        },
        Vector {
            name: "8: a throttle is cheaper and waits longer",
            setting: v2_1(),
            calls: "
                400/Throttling -> retry   495 1.0
                200            -> success 500
            ",
        },
        Vector {
            name: "9: a cap of 0.2 s",
            setting: v2_1().attempts(5).max_backoff_s(0.2),
            calls: "
                500 -> retry                 486 0.05
                500 -> retry                 472 0.1
                500 -> retry                 458 0.2
                500 -> retry                 444 0.2
                500 -> max_attempts_exceeded 444
            ",
        },
        Vector {
            name: "10: DynamoDB's base and attempts, set by hand",
            setting: v2_1().attempts(4).base_s(0.025),
            calls: "
                500 -> retry                 486 0.025
                500 -> retry                 472 0.05
                500 -> retry                 458 0.1
                500 -> max_attempts_exceeded 458
            ",
        },
        Vector {
            name: "13: the ladder up to the cap of 20 s",
            setting: v2_1().attempts(12),
            calls: "
                500 -> retry                 486 0.05
                500 -> retry                 472 0.1
                500 -> retry                 458 0.2
                500 -> retry                 444 0.4
                500 -> retry                 430 0.8
                500 -> retry                 416 1.6
                500 -> retry                 402 3.2
                500 -> retry                 388 6.4
                500 -> retry                 374 12.8
                500 -> retry                 360 20
                500 -> retry                 346 20
                500 -> max_attempts_exceeded 346
            ",
        },
        Vector {
            name: "14: throttles and other errors in turn",
            setting: v2_1().attempts(8),
            calls: "
                429/ThrottlingException -> retry                 495 1
                429/ThrottlingException -> retry                 490 2
                500                     -> retry                 476 0.2
                500                     -> retry                 462 0.4
                500                     -> retry                 448 0.8
                500                     -> retry                 434 1.6
                429/ThrottlingException -> retry                 429 20
                500                     -> max_attempts_exceeded 429
            ",
        },
    ]
}

#[test]
fn vector_15_each_attempt_says_which_it_is() {
    let told = in_virtual_time(async |clock| {
        let replies = ["500", "500"].map(Reply::read);
        Subject::new(clock, &Setting::v2_1()).call_meeting(&replies).await
    });
    assert_eq!(told.seen.sdk_request, ["attempt=1; max=3", "attempt=2; max=3", "attempt=3; max=3"]);
}
