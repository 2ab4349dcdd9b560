//! Which errors are retried, and as what: by status, by code, and by what breaks on the way.
//!
//! The kind of an error cannot be seen, but its price and its wait can, and under the two profiles together they tell
//! the kinds apart. With no quota at all a retry is refused; that the product tells so of just the errors that the SDK
//! would have retried is held here too, since the SDK itself says nothing of it.

use std::time::Duration;

use bedload_mocks::Spread;
use bedload_mocks::faults::{
    Fault, FirstByte, Kind as Break, Latency, MalformedJson, Refuse, Reset, Truncate,
};
use bedload_reports::record::Call;

use crate::crowd::was_refused;
use crate::run::assert_waited;
use crate::setting::Setting;
use crate::subject::{Subject, Told, faults, in_virtual_time, on_attempt};
use crate::vector::Reply;

/// What the SDK takes an error for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Throttling,
    Transient,
    /// A client's or a server's error that is marked as retryable.
    Marked,
    /// Not to be retried.
    Final,
}

impl Kind {
    /// The price and the first wait under 2.0 and under 2.1.
    fn price_and_wait(self) -> Option<[(usize, Duration); 2]> {
        let (one, fifty) = (Duration::from_secs(1), Duration::from_millis(50));
        match self {
            Kind::Throttling => Some([(5, one), (5, one)]),
            Kind::Transient => Some([(10, one), (14, fifty)]),
            Kind::Marked => Some([(5, one), (14, fifty)]),
            Kind::Final => None,
        }
    }
}

/// The throttling codes that AWS's SDKs have in common (aws-runtime 1.10, `THROTTLING_ERRORS`).
const THROTTLING_CODES: [&str; 14] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
];

/// One call whose first attempt meets a fault and whose second would be answered.
fn first_meets(setting: &Setting, met: &[Fault]) -> Told {
    in_virtual_time(async |clock| {
        let subject = Subject::new(clock, setting);
        subject.meets(met.to_vec());
        subject.call().await
    })
}

fn is(kind: Kind, what: &str, met: &[Fault]) {
    let attempt_timeout = Some(Duration::from_secs(2));
    let settings = [Setting::v2_0(), Setting::v2_1()].map(|setting| Setting { attempt_timeout, ..setting });
    for (profile, setting) in settings.iter().enumerate() {
        let told = first_meets(setting, met);
        let refused = first_meets(&setting.clone().capacity(0), met).call;
        assert_eq!(was_refused(&refused), kind != Kind::Final, "{what}: a retry refused");
        match kind.price_and_wait() {
            None => assert_eq!((told.call.attempts.len(), told.seen.quota), (1, vec![500]), "{what}"),
            Some(expected) => {
                let (price, wait) = expected[profile];
                assert_eq!(told.seen.quota, [500 - price, 500], "{what}: the quota, and after the success");
                assert_waited(what, waited(&told.call), wait);
            }
        }
    }
}

fn waited(call: &Call) -> Duration {
    Duration::from(call.attempts[1].backoff)
}

fn reply_is(kind: Kind, reply: &str) {
    is(kind, reply, &faults(&[Reply::read(reply)]));
}

#[test]
fn every_throttling_code_is_one_at_any_status() {
    for code in THROTTLING_CODES {
        reply_is(Kind::Throttling, &format!("400/{code}"));
    }
    let elsewhere = [
        "503/RequestLimitExceeded",
        "509/BandwidthLimitExceeded",
        "403/RequestThrottled",
        "503/SlowDown",
        "502/EC2ThrottledException",
        "429/ThrottlingException",
    ];
    elsewhere.iter().for_each(|reply| reply_is(Kind::Throttling, reply));
}

#[test]
fn request_timeouts_and_four_statuses_are_transient() {
    let replies = ["400/RequestTimeout", "400/RequestTimeoutException", "500", "502", "503", "504"];
    replies.iter().for_each(|reply| reply_is(Kind::Transient, reply));
    for status in [500, 502, 503, 504] {
        reply_is(Kind::Transient, &format!("{status}/NobodyModelledThis"));
    }
}

#[test]
fn nothing_else_is_retried() {
    let replies = ["400/NotAThrottlingError", "400", "408", "429", "501", "505", "509"];
    replies.iter().for_each(|reply| reply_is(Kind::Final, reply));
}

/// Bedrock Runtime's own exceptions (service model 2023-09-30), as the mock says them.
#[test]
fn bedrocks_own_exceptions() {
    let table = [
        ("429/ThrottlingException", Kind::Throttling),
        ("429/ModelNotReadyException", Kind::Marked),
        ("503/ServiceUnavailableException", Kind::Transient),
        ("500/InternalServerException", Kind::Transient),
        ("408/ModelTimeoutException", Kind::Final),
        ("424/ModelErrorException", Kind::Final),
        ("424/ModelStreamErrorException", Kind::Final),
        ("400/ServiceQuotaExceededException", Kind::Final),
        ("400/ValidationException", Kind::Final),
        ("403/AccessDeniedException", Kind::Final),
        ("404/ResourceNotFoundException", Kind::Final),
        ("400/ConflictException", Kind::Final),
    ];
    for (reply, kind) in table {
        reply_is(kind, reply);
    }
}

#[test]
fn what_breaks_before_the_answer_is_transient() {
    let late = Latency { added: Spread::constant(Duration::from_secs(9)) };
    let breaks = [
        ("refused", Break::Refuse(Refuse)),
        ("reset before the head", Break::Reset(Reset::BeforeHead)),
        ("reset within the head", Break::Reset(Reset::WithinHead)),
        ("over the attempt's time limit", Break::Latency(late)),
    ];
    for (what, fault) in breaks {
        is(Kind::Transient, what, &[on_attempt(1, fault)]);
    }
}

/// A body that cannot be read to its end is transient; one that can, and is not understood, is not.
#[test]
fn what_breaks_within_the_answer() {
    let late = FirstByte { added: Spread::constant(Duration::from_secs(9)) };
    let table = [
        ("reset within the body", Break::Reset(Reset::WithinBody { after: 0 }), Kind::Transient),
        ("a body over the attempt's time limit", Break::FirstByte(late), Kind::Transient),
        ("half a body", Break::Truncate(Truncate { after: 0 }), Kind::Final),
        ("no JSON", Break::MalformedJson(MalformedJson), Kind::Final),
    ];
    for (what, fault, kind) in table {
        is(kind, what, &[on_attempt(1, fault)]);
    }
}
