//! Trees and documents of many requests, held against X-Ray's rules.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use serde_json::Value as Json;

use super::Tracer;
use super::convention as key;
use super::span::{Role, Tree, Value};
use super::xray::{Document, documents, rules};
use crate::header::{Header, Tracing};
use crate::record::{
    Attempt, Call, CallEnd, Decision, Deed, Failure, FailureClass, Operation, Outcome, Reason, Record, Tokens,
};
use crate::testing;
use crate::units::Nanos;

fn header() -> Header {
    Header { epoch: Nanos::from_secs(1_767_225_600), trace: Tracing::default(), ..testing::header() }
}

fn made(record: &Record) -> Vec<Document> {
    let header = header();
    documents(&Tracer::new(&header).tree(record))
}

fn violations(documents: &[Document]) -> Vec<String> {
    let json: Vec<String> = documents.iter().map(|document| document.json.clone()).collect();
    rules::violations(&json)
}

fn with_tree<T>(record: &Record, look: impl FnOnce(&Tree<'_>) -> T) -> T {
    let header = header();
    look(&Tracer::new(&header).tree(record))
}

/// The whole document, for a test to look into.
fn segment(record: &Record) -> Json {
    serde_json::from_str(&made(record)[0].json).unwrap()
}

fn hour() -> Nanos {
    Nanos::from_secs(3600)
}

#[test]
fn a_retried_request_is_a_tree_of_calls_attempts_and_content() {
    let record = testing::retried(1, hour());
    let roles = with_tree(&record, |tree| tree.spans.iter().map(|span| span.role).collect::<Vec<_>>());
    assert_eq!(roles, [Role::Request, Role::Call, Role::Attempt, Role::Attempt, Role::Content]);
    with_tree(&record, |tree| {
        let [_, call, first, second, content] = &tree.spans[..] else { unreachable!("five spans") };
        assert_eq!(second.start.since(first.end), Nanos::new(600_000_000));
        assert_eq!(second.get(key::BACKOFF_MS), Some(&Value::Float(600.0)));
        assert_eq!(second.get(key::HTTP_RESEND), Some(&Value::Int(1)));
        assert_eq!(first.get(key::HTTP_STATUS), Some(&Value::Int(429)));
        assert_eq!(first.text(key::FAULT), Some("throttle"));
        assert_eq!(call.get(key::GEN_AI_FIRST_CHUNK), Some(&Value::Float(1.4)));
        assert_eq!(content.end.since(content.start), Nanos::from_secs(1));
    });
}

#[test]
fn the_document_of_a_retried_request_as_it_is_read() {
    insta::assert_snapshot!(format!("{:#}", segment(&testing::retried(1, hour()))));
}

#[test]
fn the_document_of_a_failed_request_as_it_is_read() {
    insta::assert_snapshot!(format!("{:#}", segment(&testing::failed(2, hour()))));
}

#[test]
fn flags_follow_the_status() {
    for (status, error, throttle, fault) in [
        (200, false, false, false),
        (400, true, false, false),
        (429, true, true, false),
        (500, false, false, true),
        (503, false, false, true),
    ] {
        let mut record = testing::answered(1, hour());
        record.calls[0].attempts[0].status = Some(status);
        let segment = segment(&record);
        let attempt = &segment["subsegments"][0]["subsegments"][0];
        let flag = |name: &str| attempt[name].as_bool().unwrap_or(false);
        assert_eq!((flag("error"), flag("throttle"), flag("fault")), (error, throttle, fault), "{status}");
        assert_eq!(attempt["http"]["response"]["status"], status);
    }
}

#[test]
fn attempts_alone_are_calls_to_aws_and_name_those_before_them() {
    let segment = segment(&testing::failed(1, hour()));
    let call = &segment["subsegments"][0];
    assert!(call.get("namespace").is_none());
    let attempts = call["subsegments"].as_array().unwrap();
    assert_eq!(attempts.len(), 3);
    for pair in attempts.windows(2) {
        assert_eq!(pair[1]["namespace"], "aws");
        assert_eq!(pair[1]["name"], "Bedrock Runtime");
        assert_eq!(pair[1]["precursor_ids"][0], pair[0]["id"]);
    }
    assert_eq!(segment["cause"], call["cause"]["exceptions"][0]["id"]);
    assert_eq!((&segment["error"], &segment["throttle"]), (&Json::Bool(true), &Json::Bool(true)));
}

#[test]
fn annotations_are_what_people_search_by() {
    let segment = segment(&testing::failed(2, hour()));
    for (name, value) in [
        ("scenario", "storm"),
        ("flow", "chat"),
        ("stage", "after"),
        ("outcome", "failed"),
        ("model", "sonnet"),
        ("region", "us-east-1"),
        ("fault", "throttle"),
    ] {
        assert_eq!(segment["annotations"][name], value);
    }
}

#[test]
fn a_thousand_attempts_become_many_documents_and_lose_nothing() {
    let mut record = testing::failed(1, hour());
    let attempt = record.calls[0].attempts[0].clone();
    record.calls[0].attempts = (0..1000u32)
        .map(|number| {
            let sent = hour().plus(Nanos::from_secs(number.into()));
            Attempt { number: number + 1, sent, done: sent.plus(Nanos::new(1000)), ..attempt.clone() }
        })
        .collect();
    let made = made(&record);
    assert!(made.len() > 10, "{} documents", made.len());
    assert_eq!(made.iter().map(|document| document.spans).sum::<u64>(), 1002);
    assert_eq!(violations(&made), [""; 0]);
}

#[test]
fn a_thousand_decisions_are_all_told() {
    let mut record = testing::failed(1, hour());
    record.decisions = (0..1000u64)
        .map(|second| Decision {
            at: hour().plus(Nanos::from_secs(second)),
            deed: Deed::Slept { wait: Nanos::from_secs(1) },
        })
        .collect();
    let made = made(&record);
    let told: usize = made.iter().map(|document| document.json.matches("\"slept\"").count()).sum();
    assert_eq!(told, 1000);
    assert_eq!(made.iter().map(|document| document.spans).sum::<u64>(), 5);
    assert_eq!(violations(&made), [""; 0]);
}

#[test]
fn on_aws_the_address_is_told() {
    let header = Header { real_aws: true, ..header() };
    let record = testing::answered(1, hour());
    let made = documents(&Tracer::new(&header).tree(&record));
    let url = "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-3-sonnet-20240229-v1%3A0/converse-stream";
    assert!(made[0].json.contains(url), "{}", made[0].json);
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-z-]{1,12}", "\\PC{0,40}", "[\\x00-\\x1f\"\\\\]{0,400}", "é{0,600}"]
}

fn time() -> impl Strategy<Value = Nanos> {
    (0u64..7_200_000_000_000).prop_map(Nanos::new)
}

prop_compose! {
    fn attempt()(
        number in 1u32..9,
        sent in time(),
        length in time(),
        status in prop::option::of(prop::sample::select(vec![200u16, 400, 403, 404, 424, 429, 500, 503])),
        error in prop::option::of(text()),
        request_id in prop::option::of(text()),
        fault in prop::option::of(text()),
    ) -> Attempt {
        Attempt {
            number,
            backoff: Nanos::new(length.get() / 3),
            sent,
            done: sent.plus(length),
            status,
            error: error.map(Into::into),
            request_id: request_id.map(Into::into),
            fault: fault.map(Into::into),
        }
    }
}

fn end() -> impl Strategy<Value = CallEnd> {
    let class = prop::sample::select(vec![
        FailureClass::Throttled,
        FailureClass::Unavailable,
        FailureClass::StreamBroken,
        FailureClass::Rejected,
        FailureClass::Unsendable,
    ]);
    prop_oneof![
        text().prop_map(|reason| CallEnd::Answered { stop_reason: reason.into() }),
        Just(CallEnd::Cancelled),
        (class, prop::option::of(text()), text(), any::<bool>()).prop_map(
            |(class, code, message, retry_refused)| CallEnd::Failed(Failure {
                class,
                code: code.map(Into::into),
                message,
                retry_refused
            })
        ),
    ]
}

prop_compose! {
    fn call()(
        reason in prop::sample::select(vec![Reason::First, Reason::Hedge, Reason::Failover, Reason::Retry]),
        model in text(),
        sent in time(),
        first_content in prop::option::of(time()),
        last_content in prop::option::of(time()),
        done in time(),
        end in end(),
        input in any::<u64>(),
        attempts in prop::collection::vec(attempt(), 0..12),
    ) -> Call {
        Call {
            reason,
            operation: Operation::InvokeStream,
            model: model.into(),
            region: "us-east-1".into(),
            sent,
            first_byte: first_content,
            first_content,
            last_content,
            done,
            end,
            tokens: Tokens { input, output: 3 },
            tokens_estimated: input % 2 == 0,
            gaps_us: Vec::new(),
            attempts,
        }
    }
}

prop_compose! {
    fn record()(
        id: u64,
        flow in text(),
        due in time(),
        done in time(),
        outcome in prop::sample::select(vec![
            Outcome::FirstTry, Outcome::Retried, Outcome::FellBack, Outcome::Failed, Outcome::Abandoned,
        ]),
        calls in prop::collection::vec(call(), 0..12),
        decisions in prop::collection::vec((time(), text()), 0..70),
    ) -> Record {
        let decision = |(at, code): (Nanos, String)| Decision {
            at,
            deed: Deed::GatewayRefused { status: 403, code: code.into() },
        };
        Record {
            id,
            flow: flow.into(),
            stage: "after".into(),
            due,
            sent: due,
            done,
            outcome,
            calls,
            routed: None,
            decisions: decisions.into_iter().map(decision).collect(),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn whatever_a_record_holds_x_ray_takes_its_documents(record in record()) {
        let made = made(&record);
        prop_assert_eq!(violations(&made), Vec::<String>::new());
    }

    #[test]
    fn every_span_is_counted_and_written_once(record in record()) {
        let header = header();
        let tracer = Tracer::new(&header);
        let tree = tracer.tree(&record);
        prop_assert_eq!(tracer.count(&record), tree.spans.len() as u64);
        prop_assert_eq!(documents(&tree).iter().map(|document| document.spans).sum::<u64>(), tree.spans.len() as u64);
    }

    #[test]
    fn the_same_record_gives_the_same_documents(record in record()) {
        prop_assert_eq!(made(&record), made(&record));
    }

    #[test]
    fn the_rules_see_what_is_broken(place in 0usize..8) {
        let whole = made(&testing::failed(1, hour())).remove(0).json;
        let (from, to) = [
            ("\"id\":\"", "\"id\":\"x"),
            ("1-6955c", "2-6955c"),
            ("\"throttle\":true", "\"throttle\":false"),
            ("\"namespace\":\"aws\"", "\"namespace\":\"bws\""),
            ("\"scenario\"", "\"scen ario\""),
            ("\"default\":{", "\"default\":7,\"x\":{"),
            ("Bedrock Runtime", "Bedrock{Runtime}"),
            ("\"status\":429", "\"status\":\"429\""),
        ][place];
        let broken = whole.replace(from, to);
        prop_assert_ne!(&whole, &broken);
        prop_assert_ne!(rules::violations(&[broken]), Vec::<String>::new());
    }
}
