//! Two hundred calls that every retry would save, and a quota that does not last for them.
//!
//! The first two attempts of each call are throttled and the third is answered, ten calls at a time: measured with boto3,
//! 91 of 200 are answered, and a hundred fail without a single retry. A call that is answered takes two permits of five
//! out of the quota and brings one back; one that is refused its second retry takes one. So by the published rule
//! 5 × (answered + refused at the second) is what the quota of 500 has lost, whatever the order: a hundred calls, and
//! the rest fail at once. Nothing brings a quota back but success, so none of this passes when the storm does.

use std::time::Duration;

use bedload::seed::Seed;
use bedload_mocks::Spread;
use bedload_mocks::faults::{Aim, Fault, Kind, Latency, Throttle};
use bedload_reports::record::{Call, CallEnd};

use crate::crowd::{self, was_refused};
use crate::setting::Setting;
use crate::subject::{Subject, in_virtual_time};

const CALLS: usize = 200;
const AT_ONCE: usize = 10;

/// What became of the calls, and what was left of the quota.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Outcome {
    answered: usize,
    refused_at_second: usize,
    refused_at_first: usize,
    left: usize,
    /// The number of calls begun before the first that was refused.
    before_refusal: usize,
}

impl Outcome {
    fn of(calls: &[Call], left: usize) -> Self {
        let count = |attempts, answered| {
            let matches = |call: &&Call| {
                call.attempts.len() == attempts
                    && matches!(call.end, CallEnd::Answered { .. }) == answered
                    && was_refused(call) != answered
            };
            calls.iter().filter(matches).count()
        };
        Outcome {
            answered: count(3, true),
            refused_at_second: count(2, false),
            refused_at_first: count(1, false),
            left,
            before_refusal: calls.iter().position(was_refused).unwrap(),
        }
    }

    fn calls(&self) -> usize {
        self.answered + self.refused_at_second + self.refused_at_first
    }

    /// The answers that brought one permit back and not five. That the number is whole is part of the arithmetic.
    fn poor_answers(&self) -> usize {
        let missing = 500 - self.left - 5 * (self.answered + self.refused_at_second);
        assert_eq!(missing % 4, 0, "{self:?}");
        missing / 4
    }
}

/// Plays it with clients of these settings, each attempt of which takes so long. One client for all, or one for each of
/// the ten that shares the quota alone.
fn storm(setting: &Setting, seed: u64, takes_ms: u64, one_client: bool) -> Outcome {
    in_virtual_time(async |clock| {
        Seed::new(seed).pin_sdk_jitter();
        let subject = Subject::new(clock, setting);
        let takes = Latency { added: Spread::constant(Duration::from_millis(takes_ms)) };
        let first_two = Aim { attempts: vec![1, 2], ..Aim::default() };
        subject.meets(vec![
            Fault::new("takes", Kind::Latency(takes)),
            Fault::new("storm", Kind::Throttle(Throttle::default())).aimed_at(first_two),
        ]);
        let worker = || if one_client { subject.clone() } else { subject.twin() };
        let workers: Vec<_> = (0..AT_ONCE).map(|_| worker()).collect();
        // A client that goes gives back the permit that it holds, so none goes before the quota is read.
        let calls = crowd::call(workers.clone(), CALLS).await;
        Outcome::of(&calls, subject.quota_left().await)
    })
}

fn profiles() -> [Setting; 2] {
    [Setting::v2_0(), Setting::v2_1()]
}

#[test]
fn by_the_published_rule_a_hundred_calls_use_it_up() {
    for setting in profiles() {
        for (seed, takes_ms) in [(1, 0), (2, 0), (3, 100), (4, 100), (5, 1000)] {
            let outcome = storm(&setting.clone().jitter_drawn(), seed, takes_ms, false);
            assert_eq!((outcome.calls(), outcome.poor_answers()), (CALLS, 0), "{outcome:?}");
            assert!(
                outcome.left < 5 + 5 * AT_ONCE,
                "what came back last found nobody to use it: {outcome:?}"
            );
            // Ten calls under way hold at most ten permits of ten, so the first refusal has 80 answers before it; and
            // each answer needs ten and loses five, so the 99th is the last.
            assert!((80..=99).contains(&outcome.answered), "{outcome:?}");
            assert!(outcome.before_refusal >= 80, "{outcome:?}");
            if takes_ms > 0 {
                assert_eq!(
                    (outcome.refused_at_first, outcome.left),
                    (100, 0),
                    "boto3's hundred: {outcome:?}"
                );
            }
        }
    }
}

/// An answer that comes at once is followed at once by the next call's first retry, whose permit the next answer brings
/// back: permits change hands, and the figures are boto3's.
#[test]
fn one_client_without_latency_does_as_boto3_does() {
    for setting in profiles() {
        let outcome = storm(&setting.jitter_drawn(), 1, 0, true);
        assert!((88..=92).contains(&outcome.answered), "{outcome:?}");
        assert!(outcome.refused_at_first >= 100, "{outcome:?}");
    }
}

/// Ten calls in step take a hundred permits, and hold them in the one place that a client has: the first answer brings
/// five back, and nine bring one. 500, 414, 328, 242, 156, 70: of the sixth ten, all get their first retry and four
/// their second; the eight permits that those bring back are one retry more.
#[test]
fn one_client_in_step_is_used_up_by_sixty() {
    for setting in profiles() {
        let outcome = storm(&setting, 1, 100, true);
        let expected = Outcome {
            answered: 54,
            refused_at_second: 6 + 1,
            refused_at_first: 139,
            left: 3,
            before_refusal: 54,
        };
        assert_eq!(outcome, expected);
        assert_eq!(outcome.poor_answers(), 5 * 9 + 3);
    }
}

/// With jitter it lies between: this is what a scenario's client does, which is one for all that is under way.
#[test]
fn one_client_with_latency_is_used_up_sooner_than_the_rule_says() {
    for seed in 1..=5 {
        let setting = Setting::v2_1().jitter_drawn();
        let (one, ten) = (storm(&setting, seed, 100, true), storm(&setting, seed, 100, false));
        assert!(one.poor_answers() > 0 && ten.poor_answers() == 0, "{one:?} {ten:?}");
        assert!((54..ten.answered - 5).contains(&one.answered), "{one:?} {ten:?}");
    }
}
