//! An API Gateway in front of a flow: what it refuses never reaches the client, and what it gives up on goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bedload::client::sdk::Quotas;
use bedload::flow::client_state::ClientState;
use bedload::flow::request::Arrival;
use bedload::resilience::policy::{GatewayPolicy, UsageQuota};
use bedload::seed::Seed;
use bedload_mocks::Spread;
use bedload_mocks::faults::{Fault, Kind, Latency};
use bedload_reports::record::{Operation, Outcome};
use bedload_reports::units::Nanos;

use crate::support::{Bench, ask, calls, decisions, ms, requester, virtually, way};

fn bench() -> Bench {
    let gateway = GatewayPolicy {
        rate: 10.0,
        burst: 2.0,
        quota: None,
        timeout: Duration::from_secs(29),
        max_body_bytes: 10 * 1024 * 1024,
    };
    Bench { gateway: Some(gateway), ..Bench::plain(Operation::Converse) }
}

fn with(change: impl FnOnce(&mut GatewayPolicy)) -> Bench {
    let mut bench = bench();
    change(bench.gateway.as_mut().unwrap());
    bench
}

#[test]
fn the_token_bucket_turns_away_beyond_its_burst() {
    let records = bench().run(&[0, 0, 0, 99, 100]);
    let decided: Vec<_> = records.iter().map(decisions).collect();
    assert_eq!(decided[2], ["0 429 TooManyRequestsException"]);
    assert_eq!(decided[3], ["99 429 TooManyRequestsException"]);
    let outcomes: Vec<_> = records.iter().map(|record| record.outcome).collect();
    let (failed, well) = (Outcome::Failed, Outcome::FirstTry);
    assert_eq!(outcomes, [well, well, failed, failed, well]);
    assert!(records[2].calls.is_empty());
    assert_eq!(records[2].done, records[2].sent);
}

#[test]
fn the_quota_of_a_usage_plan_runs_out_and_comes_again() {
    let quota = Some(UsageQuota { limit: 2, period: Duration::from_secs(60) });
    let records = with(|gateway| gateway.quota = quota).run(&[0, 1000, 2000, 60_000]);
    assert_eq!(decisions(&records[2]), ["2000 429 LimitExceededException"]);
    assert_eq!(records[3].outcome, Outcome::FirstTry);
}

#[test]
fn bodies_are_held_against_the_gateways_limits() {
    let large = Bench { ask: ask(&"long ".repeat(100)), ..with(|gateway| gateway.max_body_bytes = 400) };
    assert_eq!(decisions(&large.once()), ["0 413 REQUEST_TOO_LARGE"]);
    let empty = Bench { ask: ask(""), ..bench() };
    assert_eq!(decisions(&empty.once()), ["0 400 BadRequestException"]);
}

#[test]
fn its_caller_is_gone_after_29_seconds_and_the_client_goes_on() {
    let slow = Kind::Latency(Latency { added: Spread::constant(Duration::from_secs(60)) });
    let bench = Bench { faults: vec![Fault::new("f", slow)], ..bench() };
    let (record, free_ms, over_ms) = virtually(async |clock| {
        let seed = Seed::new(7);
        let client = Arc::new(ClientState::new(bench.policy.clone(), clock));
        let way = way(clock, bench.faults.clone());
        let requester = requester(&bench, "chat", client, &way, &Quotas::of_a_run(), clock, seed);
        let arrival = Arrival::new(0, "all".into(), Nanos::ZERO);
        let free_ms = AtomicU64::new(0);
        let free = || free_ms.store(ms(clock.now()), Ordering::Relaxed);
        let record = requester.perform(arrival, std::future::pending(), free).await;
        (record, free_ms.into_inner(), ms(clock.now()))
    });
    assert_eq!((free_ms, over_ms), (29_000, 60_210));
    assert_eq!((ms(record.done), record.outcome), (29_000, Outcome::Failed));
    assert_eq!(decisions(&record), ["29000 GatewayTimedOut"]);
    assert_eq!(calls(&record), ["First sonnet@us-east-1: answered"], "its tokens are paid for");
    assert_eq!(record.calls[0].tokens.output, 12);
}
