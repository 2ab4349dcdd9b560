//! Trees and documents of many requests, held against X-Ray's rules.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use serde_json::Value as Json;

use super::Tracer;
use super::convention as key;
use super::span::{Role, Tree, Value};
use super::xray::{Document, documents, rules};
use crate::header::{Header, Tracing};
use crate::job::{Claim, Delivery, DeliveryEnd, Job, JobEnd, Point, Stray};
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

fn delivery(number: u64, received: Nanos, calls: u32, end: DeliveryEnd) -> Delivery {
    Delivery {
        number,
        receive: u32::try_from(number).unwrap() + 1,
        worker: 3,
        received,
        claim: Claim::Won,
        calls,
        stored: (end == DeliveryEnd::Deleted).then(|| received.plus(Nanos::from_secs(2))),
        over: received.plus(Nanos::from_secs(3)),
        end,
    }
}

/// A job whose first worker dies with an answer in its hands, and whose second one stores a result.
fn job() -> Record {
    let (first, second) = (hour().plus(Nanos::from_secs(5)), hour().plus(Nanos::from_secs(95)));
    let killed = DeliveryEnd::Killed { fault: "mayhem".into(), at: Point::Answered };
    let mut record = testing::retried(7, hour());
    record.calls =
        vec![testing::answered(7, first).calls.remove(0), testing::retried(7, second).calls.remove(0)];
    record.done = second.plus(Nanos::from_secs(2));
    record.job = Some(Box::new(Job {
        name: "documents-000007".into(),
        enqueued: Some(hour().plus(Nanos::from_secs(1))),
        end: JobEnd::Completed,
        deliveries: vec![delivery(40, first, 1, killed), delivery(55, second, 1, DeliveryEnd::Deleted)],
    }));
    record
}

#[test]
fn a_job_is_a_tree_of_its_sending_its_wait_and_its_deliveries_with_their_calls() {
    let record = job();
    let trunk = [Role::Request, Role::Send, Role::Wait];
    let first = [Role::Delivery, Role::Call, Role::Attempt, Role::Content];
    let second = [Role::Delivery, Role::Call, Role::Attempt, Role::Attempt, Role::Content];
    with_tree(&record, |tree| {
        let roles: Vec<Role> = tree.spans.iter().map(|span| span.role).collect();
        assert_eq!(roles, [&trunk[..], &first, &second].concat());
        let of = |role| tree.spans.iter().filter(move |span| span.role == role).collect::<Vec<_>>();
        let (send, deliveries) = (of(Role::Send)[0], of(Role::Delivery));
        for (delivery, call) in deliveries.iter().zip(of(Role::Call)) {
            assert_eq!((delivery.parent, delivery.link), (Some(send.id), Some(send.id)));
            assert_eq!(call.parent, Some(delivery.id));
        }
        assert_eq!(deliveries[1].precursor, Some(deliveries[0].id));
        assert_eq!(deliveries[0].failure.as_ref().unwrap().kind, "worker_killed");
        assert_eq!(deliveries[1].failure, None);
        assert_eq!(tree.spans[0].get(key::QUEUE_WAIT_MS), Some(&Value::Float(4000.0)));
    });
}

#[test]
fn the_documents_of_a_job_as_they_are_read() {
    let made = made(&job());
    assert_eq!(violations(&made), [""; 0]);
    let json = |document: &Document| serde_json::from_str::<Json>(&document.json).unwrap();
    let all: Vec<String> = made.iter().map(|document| format!("{:#}", json(document))).collect();
    insta::assert_snapshot!(all.join("\n"));
}

#[test]
fn attempts_of_a_delivery_carry_the_ids_that_its_spans_have() {
    let record = job();
    with_tree(&record, |tree| {
        let ids = super::propagation::of_message(&super::propagation::message_header(
            Tracer::new(&header()).ids(&record),
        ));
        let within = super::propagation::CallIds::new(ids.unwrap().within(55), 0);
        let [_, (_, w3c)] = within.headers(1);
        let attempt = tree.spans.iter().rfind(|span| span.role == Role::Attempt).unwrap();
        assert!(w3c.contains(&attempt.id.to_string()), "{w3c}");
    });
}

#[test]
fn a_job_that_failed_tells_its_error_where_x_ray_looks_for_it() {
    let mut record = job();
    record.calls[1] = testing::failed(7, hour().plus(Nanos::from_secs(95))).calls.remove(0);
    record.outcome = Outcome::Failed;
    if let Some(job) = &mut record.job {
        job.end = JobEnd::DeadLettered;
        job.deliveries[1].stored = None;
        job.deliveries[1].end = DeliveryEnd::Left;
    }
    let made = made(&record);
    assert_eq!(violations(&made), [""; 0]);
    let last: Json = serde_json::from_str(&made[2].json).unwrap();
    assert_eq!(last["cause"], last["subsegments"][0]["cause"]["exceptions"][0]["id"]);
}

#[test]
fn a_late_delivery_is_a_segment_of_its_own_in_the_trace_of_its_job() {
    let record = job();
    let late = hour().plus(Nanos::from_secs(400));
    let stray = Stray {
        flow: record.flow.clone(),
        stage: record.stage.clone(),
        job: "documents-000007".into(),
        request: record.id,
        due: record.due,
        delivery: delivery(90, late, 1, DeliveryEnd::Deleted),
        calls: testing::answered(7, late).calls,
    };
    let header = header();
    let tracer = Tracer::new(&header);
    let tree = tracer.stray_tree(&stray);
    assert_eq!(tracer.count_stray(&stray), tree.spans.len() as u64);
    let both: Vec<Document> = made(&record).into_iter().chain(documents(&tree)).collect();
    assert_eq!(violations(&both), [""; 0]);
    assert_eq!(both.last().unwrap().id, tree.spans[0].id);
}

#[test]
fn an_attempt_that_another_outran_is_nobodys_fault() {
    let mut record = testing::hedged(1, hour(), true);
    let slow = &mut record.calls[0];
    let [attempt] = &mut slow.attempts[..] else { unreachable!("one attempt") };
    (attempt.status, attempt.error) = (None, Some("given up for a faster call".into()));
    let trouble = |record: &Record| {
        let attempt = &segment(record)["subsegments"][0]["subsegments"][0];
        (attempt["fault"].as_bool(), attempt.get("cause").is_some())
    };
    attempt.done = slow.done;
    assert_eq!(trouble(&record), (None, false));
    // One that failed before, with a backoff under way, is the service's all the same.
    record.calls[0].attempts[0].done = hour();
    assert_eq!(trouble(&record), (Some(true), true));
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
            polls: 0,
        }
    }
}

fn delivery_end() -> impl Strategy<Value = DeliveryEnd> {
    prop_oneof![
        Just(DeliveryEnd::Deleted),
        Just(DeliveryEnd::Left),
        Just(DeliveryEnd::Released),
        Just(DeliveryEnd::NotDeleted),
        Just(DeliveryEnd::Abandoned),
        text().prop_map(|fault| DeliveryEnd::Killed { fault: fault.into(), at: Point::Claimed }),
    ]
}

prop_compose! {
    /// A job that shares out so many calls among deliveries.
    fn job_of(calls: usize)(
        name in text(),
        enqueued in prop::option::of(time()),
        end in prop::sample::select(vec![
            JobEnd::Completed, JobEnd::Failed, JobEnd::DeadLettered, JobEnd::Unfinished, JobEnd::NotEnqueued,
        ]),
        received in prop::collection::btree_set(time(), if calls == 0 { 0..3 } else { 1..4 }),
        ends in prop::collection::vec((delivery_end(), prop::option::of(time()), any::<bool>()), 3),
        cuts in prop::collection::vec(0..=calls, 2),
    ) -> Job {
        let cuts: std::collections::BTreeSet<usize> = cuts.into_iter().collect();
        let mut before = 0;
        let last = received.len().saturating_sub(1);
        let deliveries = received.into_iter().zip(ends).enumerate().map(|(place, (received, (end, stored, won)))| {
            let upto = if place == last { calls } else { cuts.iter().nth(place).map_or(before, |cut| *cut).max(before) };
            let share = upto - before;
            before = upto;
            Delivery {
                claim: if won { Claim::Won } else { Claim::Unanswered },
                stored,
                calls: u32::try_from(share).unwrap(),
                ..delivery(place as u64 * 7, received, 0, end)
            }
        });
        Job { name: name.into(), enqueued, end, deliveries: deliveries.collect() }
    }
}

fn record() -> impl Strategy<Value = Record> {
    (plain_record(), any::<bool>()).prop_flat_map(|(record, is_job)| {
        let job = match is_job {
            true => job_of(record.calls.len()).prop_map(|job| Some(Box::new(job))).boxed(),
            false => Just(None).boxed(),
        };
        (Just(record), job).prop_map(|(record, job)| Record { job, ..record })
    })
}

prop_compose! {
    fn plain_record()(
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
            job: None,
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
