//! The ledger has two sides that do not know each other: the cloud writes it, the judge reads it. Only here
//! are both at hand, so here they are held together.

use std::collections::BTreeMap;
use std::fs::File;
use std::num::NonZeroU32;
use std::path::Path;

use bedload_mocks::BodyDigest;
use bedload_mocks::ledger::Protocol;
use bedload_reports::exchange::{self, Exchange};
use serde_json::Value;

use crate::support::{Desk, shipped};

fn read(run: &Path) -> Vec<Exchange> {
    let file = File::open(run.join("ledger.jsonl.zst")).expect("a ledger");
    exchange::read(file).expect("zstd").map(|exchange| exchange.expect("an exchange")).collect()
}

#[test]
fn every_line_of_a_run_s_ledger_can_be_read_back() {
    let desk = Desk::new();
    let storm = shipped("storm.yaml");
    let said = desk.bedload(["run", storm.to_str().expect("UTF-8"), "--out=run"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    let exchanges = read(&desk.path("run"));
    assert!(exchanges.len() > 1000, "{}", exchanges.len());
    for exchange in &exchanges {
        let said = format!("{exchange:?}");
        assert_eq!(&*exchange.protocol, "memory", "{said}");
        assert!(exchange.invocation_id.is_some() && exchange.attempt.is_some(), "{said}");
        assert!(exchange.body_digest.is_some() && exchange.max_tokens.is_some(), "{said}");
        // The SDK signs by the run's own clock, but corrects it by each `Date`, which has whole seconds and is
        // written when a long answer ends and not in the middle of it, where the SDK takes it to be from.
        assert!(exchange.skew_ms.is_some_and(|skew_ms| skew_ms.abs() < 30_000), "{said}");
        assert_eq!(exchange.head.is_some(), exchange.status.is_some(), "{said}");
        assert!(exchange.head.is_none_or(|head| exchange.at <= head && head <= exchange.done), "{said}");
        assert_eq!(exchange.last_event.is_some(), exchange.stream_events > 0, "{said}");
    }
    let mut bodies = BTreeMap::new();
    for exchange in &exchanges {
        let first = bodies.entry(&exchange.invocation_id).or_insert(&exchange.body_digest);
        assert_eq!(*first, &exchange.body_digest, "all attempts of a call send the same");
    }
    assert!(bodies.len() < exchanges.len(), "some call was tried again");
    assert!(exchanges.iter().any(Exchange::throttled));
}

/// An exchange of which everything is known.
fn told_whole() -> bedload_mocks::Exchange {
    bedload_mocks::Exchange {
        number: 7,
        at_ns: 1,
        head_ns: Some(2),
        last_event_ns: Some(3),
        done_ns: 4,
        protocol: Protocol::H2,
        connection: Some(5),
        peer: Some("127.0.0.1".into()),
        service: Some("bedrock"),
        operation: Some("ConverseStream"),
        region: Some("us-east-1".into()),
        inference_region: Some("us-west-2".into()),
        model: Some("model".into()),
        flow: Some("chat".into()),
        invocation_id: Some("e0c1".into()),
        attempt: Some(2),
        max_attempts: Some(3),
        user_agent: Some("test/1".into()),
        trace: Some("Root=1-58406520-a006649127e371903a2de979".into()),
        client_token: Some("token".into()),
        skew_ms: Some(-6),
        request_bytes: 8,
        body_digest: Some(BodyDigest::of(b"")),
        max_tokens: Some(NonZeroU32::MIN),
        fault: Some("storm".into()),
        faults: vec!["storm".into()],
        status: Some(200),
        error_type: Some("ThrottlingException".into()),
        retry_after_ms: Some(9),
        service_tier: Some("flex"),
        latency_mode: Some("optimized"),
        input_tokens: Some(10),
        output_tokens: Some(11),
        cache_read_tokens: Some(12),
        cache_write_tokens: Some(13),
        stream_events: 14,
        response_bytes: 15,
        hung_up: true,
        ..bedload_mocks::Exchange::default()
    }
}

#[test]
fn the_judge_finds_all_that_it_looks_for() {
    let written = serde_json::to_value(told_whole()).expect("JSON");
    let read: Exchange = serde_json::from_value(written.clone()).expect("an exchange");
    let Value::Object(found) = serde_json::to_value(&read).expect("JSON") else {
        panic!("an exchange is an object")
    };
    for (field, value) in found {
        assert_eq!(value, written[&field], "{field}");
    }
}
