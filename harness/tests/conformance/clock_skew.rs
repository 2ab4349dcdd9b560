//! A service whose clock is not the client's: what the SDK learns from `Date`, and signs with.
//!
//! The cases are those that ship with aws-runtime (`clock-skew-test-cases.json`), from the same midnight. What a client
//! has learnt shows in the signature of its next operation.

use std::time::Duration;

use bedload_mocks::Spread;
use bedload_mocks::faults::{Fault, Kind, Latency, WrongDate};

use crate::run::assert_waited;
use crate::setting::Setting;
use crate::subject::{Subject, Told, faults, in_virtual_time};
use crate::vector::Reply;

/// One operation: how long each answer takes, what its `Date` says beside the time at which it is sent, and what the
/// first attempt meets.
struct Operation {
    takes: Duration,
    date: WrongDate,
    meets: &'static str,
    /// The times of day that the attempts are signed for.
    signed_at: &'static [&'static str],
}

/// Answers take 2 s and are dated when they leave, so a clock that is right at their midpoint is 1 s behind.
const RIGHT: WrongDate = WrongDate::Behind(Duration::from_secs(1));
const AHEAD_5_MIN: WrongDate = WrongDate::Ahead(Duration::from_secs(299));
const AHEAD_2_MIN: WrongDate = WrongDate::Ahead(Duration::from_secs(119));
/// A date off the calendar cannot be written, and is left out.
const NO_DATE: WrongDate = WrongDate::Ahead(Duration::from_secs(1 << 40));

/// An operation that is answered in 2 s.
fn answered(date: WrongDate, signed_at: &'static [&'static str]) -> Operation {
    Operation { takes: Duration::from_secs(2), date, meets: "200", signed_at }
}

/// An operation whose first attempt is refused.
fn refused(meets: &'static str, date: WrongDate, signed_at: &'static [&'static str]) -> Operation {
    Operation { meets, ..answered(date, signed_at) }
}

async fn operate(subject: &Subject, operation: &Operation) -> Told {
    let mut met: Vec<Fault> = faults(&[Reply::read(operation.meets)]);
    let takes = Latency { added: Spread::constant(operation.takes) };
    // Delays speak before refusals, which end the questioning.
    met.insert(0, Fault::new("date", Kind::WrongDate(operation.date)));
    met.insert(0, Fault::new("takes", Kind::Latency(takes)));
    subject.meets(met);
    subject.call().await
}

fn check(name: &str, setting: &Setting, operations: &[Operation]) {
    in_virtual_time(async |clock| {
        let subject = Subject::new(clock, setting);
        for (number, operation) in (1..).zip(operations) {
            let told = operate(&subject, operation).await;
            let signed: Vec<_> = told.seen.signed_at.iter().map(|date| &date[9..15]).collect();
            assert_eq!(signed, operation.signed_at, "{name}, operation {number}");
        }
    });
}

fn v2_1(name: &str, operations: &[Operation]) {
    check(name, &Setting::v2_1(), operations);
}

#[test]
fn clocks_that_agree() {
    v2_1("agree", &[answered(RIGHT, &["000000"]), answered(RIGHT, &["000002"])]);
}

#[test]
fn a_request_too_skewed_is_signed_anew_and_what_was_learnt_stays() {
    for code in ["403/RequestTimeTooSkewed", "400/InvalidSignatureException", "403/SignatureDoesNotMatch"] {
        let skewed = refused(code, AHEAD_5_MIN, &["000000", "000502"]);
        v2_1(code, &[skewed, answered(AHEAD_5_MIN, &["000504"])]);
    }
    for code in ["403/AuthFailure", "403/AccessDeniedException"] {
        v2_1(code, &[refused(code, AHEAD_5_MIN, &["000000", "000502"])]);
    }
}

/// It is a server's error, at the price of one, and counts as an attempt.
#[test]
fn it_costs_what_other_errors_cost() {
    for (setting, price, wait_ms) in [(Setting::v2_0(), 5, 1000), (Setting::v2_1(), 14, 50)] {
        let told = in_virtual_time(async |clock| {
            let skewed = refused("403/RequestTimeTooSkewed", AHEAD_5_MIN, &[]);
            operate(&Subject::new(clock, &setting), &skewed).await
        });
        assert_eq!(told.seen.quota, [500 - price, 500]);
        let waited = Duration::from(told.call.attempts[1].backoff);
        assert_waited("skewed", waited, Duration::from_millis(wait_ms));
    }
}

#[test]
fn below_four_minutes_it_is_a_wrong_signature_but_learnt_from() {
    let skewed = refused("400/InvalidSignatureException", AHEAD_2_MIN, &["000000"]);
    v2_1("two minutes", &[skewed, answered(AHEAD_2_MIN, &["000202"])]);
}

#[test]
fn other_errors_are_not_retried_for_the_date() {
    v2_1("denied", &[refused("400/ValidationException", AHEAD_5_MIN, &["000000"])]);
}

#[test]
fn without_attempts_it_is_still_learnt_from() {
    let skewed = refused("403/RequestTimeTooSkewed", AHEAD_5_MIN, &["000000"]);
    check("one attempt", &Setting::v2_1().attempts(1), &[skewed, answered(RIGHT, &["000502"])]);
}

#[test]
fn what_was_learnt_is_corrected_without_an_error() {
    v2_1(
        "stale",
        &[answered(AHEAD_5_MIN, &["000000"]), answered(RIGHT, &["000502"]), answered(RIGHT, &["000004"])],
    );
}

#[test]
fn an_answer_under_way_for_16_minutes_teaches_nothing() {
    let slow = Operation { takes: Duration::from_secs(16 * 60), ..answered(AHEAD_5_MIN, &["000000"]) };
    v2_1("slow", &[slow, answered(AHEAD_5_MIN, &["001600"]), answered(AHEAD_5_MIN, &["002102"])]);
}

#[test]
fn without_a_date_there_is_nothing_to_learn_and_no_retry() {
    let skewed = refused("403/RequestTimeTooSkewed", NO_DATE, &["000000"]);
    v2_1("no date", &[skewed, answered(RIGHT, &["000002"])]);
}

/// AWS's case has the header on an answer; the mock can put it on errors alone.
#[test]
fn an_aged_answer_comes_from_a_cache_and_teaches_nothing() {
    let aged = refused("403/RequestTimeTooSkewed age=17280", AHEAD_5_MIN, &["000000"]);
    v2_1("aged", &[aged, answered(AHEAD_5_MIN, &["000002"]), answered(AHEAD_5_MIN, &["000504"])]);
}
