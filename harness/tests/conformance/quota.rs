//! The retry quota: who shares it, what a retry costs, and what a success gives back.
//!
//! The rule of every SDK is that a success after a retry gives back what its last retry cost, and a success at the first
//! attempt gives one. The Rust SDK keeps the cost of the last retry in one place for each client, whichever call it was
//! of (aws-smithy-runtime 1.16, `strategy/standard.rs`, `retry_permit`), and so departs from the rule twice.

use aws_smithy_runtime::client::retries::TokenBucket;

use crate::run;
use crate::setting::Setting;
use crate::subject::{Subject, in_virtual_time};
use crate::vector::{Reply, Vector};

const THROTTLED: &str = "429/ThrottlingException";

#[test]
fn a_success_gives_back_the_last_retry_alone() {
    run::all(&[Vector {
        name: "a throttle, then an error that costs more",
        setting: Setting::v2_1(),
        calls: "
            429/ThrottlingException -> retry   495 1
            500                     -> retry   481 0.1
            200                     -> success 495
            --
            200                     -> success 496
            --
            200                     -> success 497
        ",
    }]);
}

#[test]
fn a_full_quota_grows_no_further() {
    run::all(&[Vector { name: "full", setting: Setting::v2_1(), calls: "200 -> success 500" }]);
}

/// Differs from the rule: the permit of a failed call stays behind, and the next success gives it back for its own.
#[test]
fn a_success_gives_back_the_last_retry_of_a_call_that_failed() {
    run::all(&[Vector {
        name: "a call that failed, and two that had no trouble",
        setting: Setting::v2_1(),
        calls: "
            500 -> retry                 486 0.05
            500 -> retry                 472 0.1
            500 -> max_attempts_exceeded 472
            --
            200 -> success 486
            --
            200 -> success 487
        ",
    }]);
}

/// Two calls at once, both throttled at first and both answered then; what is left of the quota of 500.
fn left_after_two_at_once(one_client: bool) -> usize {
    in_virtual_time(async |clock| {
        let one = Subject::new(clock, &Setting::v2_1());
        let other = if one_client { one.clone() } else { one.twin() };
        let throttled = [Reply::read(THROTTLED)];
        tokio::join!(one.call_meeting(&throttled), other.call_meeting(&throttled));
        one.quota_left().await
    })
}

#[test]
fn calls_of_several_clients_each_get_theirs_back() {
    assert_eq!(left_after_two_at_once(false), 500);
}

/// Differs from the rule: the second permit takes the place of the first, which is lost. The call that finds the place
/// empty counts as a success at the first attempt.
#[test]
fn calls_at_once_of_one_client_lose_each_others_permits() {
    assert_eq!(left_after_two_at_once(true), 500 - 2 * 5 + 5 + 1);
}

/// A client with these settings on the quota of another one.
fn on_the_quota_of(first: &Subject, setting: &Setting) -> Subject {
    let partition = first.client.config().retry_partition().cloned().unwrap();
    Subject::new(first.clock, setting).other(|config| config.retry_partition(partition))
}

/// A quota belongs to the process: all clients of a partition draw on it, at the prices of the first that did.
#[test]
fn the_first_client_of_a_partition_sets_the_prices() {
    let failure = [Reply::read("500")];
    for (first, second, price) in
        [(Setting::v2_0(), Setting::v2_1(), 10), (Setting::v2_1(), Setting::v2_0(), 14)]
    {
        in_virtual_time(async |clock| {
            let first = Subject::new(clock, &first);
            assert_eq!(first.call_meeting(&failure).await.seen.quota, [500 - price, 500]);
            let second = on_the_quota_of(&first, &second);
            assert_eq!(second.call_meeting(&failure).await.seen.quota, [500 - price, 500]);
        });
    }
}

#[test]
fn clients_of_the_product_have_quotas_of_their_own() {
    in_virtual_time(async |clock| {
        let failures = ["500", "500", "500"].map(Reply::read);
        let (one, other) = (Subject::new(clock, &Setting::v2_1()), Subject::new(clock, &Setting::v2_1()));
        assert_eq!(one.call_meeting(&failures).await.seen.quota, [486, 472, 472]);
        assert_eq!(other.call_meeting(&failures).await.seen.quota, [486, 472, 472]);
    });
}

/// A bucket that names no prices has those of profile 2.0, whatever the client's.
#[test]
fn a_bucket_of_ones_own_has_the_old_prices() {
    run::all(&[Vector {
        name: "a bucket of the SDK's size",
        setting: Setting::v2_1().bucket(TokenBucket::new(500)),
        calls: "
            500 -> retry   490 0.05
            200 -> success 500
        ",
    }]);
}
