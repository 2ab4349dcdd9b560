//! What a quota of one's own making can do beyond the SDK's: other prices, rewards, and a refill by time.
//!
//! Rewards and refills add up in fractions, and become whole permits when the next retry asks for some.

use std::time::Duration;

use aws_smithy_runtime::client::retries::{TokenBucket, TokenBucketBuilder};

use crate::setting::Setting;
use crate::subject::{Subject, in_virtual_time};
use crate::vector::Reply;

/// What a bucket had been given back when the next retry asked, after it was drained.
struct Refill {
    name: &'static str,
    bucket: TokenBucketBuilder,
    successes: usize,
    wait_s: u64,
    /// The permits that the retries of the next call find, one after another, until they are refused.
    retries: usize,
    left: usize,
}

fn bucket(capacity: usize, price: u32) -> TokenBucketBuilder {
    TokenBucket::builder()
        .capacity(capacity)
        .retry_cost(price)
        .throttling_retry_cost(price)
        .timeout_retry_cost(price)
}

fn check(refill: Refill) {
    let failures = vec![Reply::read("500"); 30];
    in_virtual_time(async |clock| {
        let setting = Setting::v2_1().attempts(30).max_backoff_s(0.0).bucket(refill.bucket.build());
        let subject = Subject::new(clock, &setting);
        subject.call_meeting(&failures).await;
        // Another client of the same bucket: this one holds a permit that its next success would give back.
        let other = subject.twin();
        for _ in 0..refill.successes {
            other.call_meeting(&[]).await;
        }
        clock.sleep(Duration::from_secs(refill.wait_s)).await;
        let told = other.call_meeting(&failures).await;
        let retries = told.call.attempts.len() - 1;
        assert_eq!(
            (retries, *told.seen.quota.last().unwrap()),
            (refill.retries, refill.left),
            "{}",
            refill.name
        );
    });
}

#[test]
fn ten_permits_are_two_retries_at_five() {
    let failures = vec![Reply::read("500"); 5];
    let told = in_virtual_time(async |clock| {
        let setting = Setting::v2_1().attempts(5).bucket(bucket(10, 5).build());
        Subject::new(clock, &setting).call_meeting(&failures).await
    });
    assert_eq!(told.seen.quota, [5, 0, 0]);
}

#[test]
fn rewards_and_refills_add_up_in_fractions() {
    let refills = [
        Refill {
            name: "nothing comes of waiting alone",
            bucket: bucket(20, 1),
            successes: 0,
            wait_s: 1000,
            retries: 0,
            left: 0,
        },
        Refill {
            name: "three rewards of 0.4 are one permit",
            bucket: bucket(20, 1).success_reward(0.4),
            successes: 3,
            wait_s: 0,
            retries: 1,
            left: 0,
        },
        Refill {
            name: "two rewards of 0.4 are none",
            bucket: bucket(20, 1).success_reward(0.4),
            successes: 2,
            wait_s: 0,
            retries: 0,
            left: 0,
        },
        Refill {
            name: "10 a second for 2 s",
            bucket: bucket(20, 7).refill_rate(10.0),
            successes: 0,
            wait_s: 2,
            retries: 2,
            left: 6,
        },
        Refill {
            name: "0.001 a second for 1,100 s",
            bucket: bucket(20, 1).refill_rate(0.001),
            successes: 0,
            wait_s: 1100,
            retries: 1,
            left: 0,
        },
        Refill {
            name: "0.001 a second for 900 s",
            bucket: bucket(20, 1).refill_rate(0.001),
            successes: 0,
            wait_s: 900,
            retries: 0,
            left: 0,
        },
        Refill {
            name: "two rewards of 0.5 and 1 a second for 2 s",
            bucket: bucket(20, 1).success_reward(0.5).refill_rate(1.0),
            successes: 2,
            wait_s: 2,
            retries: 3,
            left: 0,
        },
    ];
    refills.into_iter().for_each(check);
}
