//! Everything at once, twice: the same seed gives the same records, and another seed gives others.

use std::time::Duration;

use bedload::client::policy::{Retry, RetryMode, RetryQuota};
use bedload::resilience::policy::{
    BreakerPolicy, ErrorName, FallbackModel, HedgeAfter, HedgePolicy, LimitPolicy, Policy, Regions, Retrier,
    Routing, SlidingWindow, StateMachine, Stick, StreamPolicy, WhenEmpty,
};
use bedload_mocks::Spread;
use bedload_mocks::faults::{EarlyEnd, Fault, Kind, Latency, Share};
use bedload_reports::record::{Deed, Operation, Reason, Record};

use crate::support::{Bench, EAST, WEST, policy, retry, throttle};

fn everything(seed: u64) -> Vec<Record> {
    let share = |name: &str, kind, share| Fault::new(name, kind).share(Share::new(share).unwrap());
    let slow = Latency { added: Spread::constant(Duration::from_secs(2)) };
    let retrier = Retrier {
        error_equals: vec![ErrorName::All],
        interval: Duration::from_secs(1),
        backoff_rate: 2.0,
        max_attempts: 1,
        max_delay: None,
        full_jitter: true,
    };
    let plain = policy(&[EAST, WEST], &["haiku"]);
    let lite =
        FallbackModel { model: "lite".into(), max_tokens: Some(8), operation: Some(Operation::InvokeStream) };
    let mut fallback = plain.fallback.clone();
    fallback.models.push(lite);
    let policy = Policy {
        regions: Regions {
            stick: Stick::Sticky { return_after: Duration::from_secs(5) },
            ..plain.regions.clone()
        },
        fallback,
        stream: StreamPolicy::Restart { times: 1 },
        breaker: Some(BreakerPolicy {
            failure_rate_threshold: 0.5,
            slow_call_rate_threshold: 0.9,
            slow_call_duration_threshold: Duration::from_secs(3),
            sliding_window: SlidingWindow::Time(10),
            minimum_number_of_calls: 4,
            wait_duration_in_open_state: Duration::from_secs(2),
            permitted_number_of_calls_in_half_open_state: 2,
            max_wait_duration_in_half_open_state: Some(Duration::from_secs(1)),
        }),
        limit: Some(LimitPolicy {
            in_flight: None,
            requests_per_minute: Some(600.0),
            tokens_per_minute: None,
            burst: 0.02,
            when_empty: WhenEmpty::Wait { at_most: Some(Duration::from_millis(150)) },
        }),
        routing: Some(Routing::Canary { model: "haiku".into(), share: 0.2 }),
        hedge: Some(HedgePolicy {
            after: HedgeAfter::Fixed(Duration::from_millis(400)),
            at_most: 0.5,
            elsewhere: true,
        }),
        state_machine: Some(StateMachine { retry: vec![retrier], catch: Vec::new() }),
    };
    let bench = Bench {
        policy,
        retry: Retry { attempts: 2, ..retry(RetryMode::Standard, RetryQuota::Own) },
        faults: vec![
            share("throttle", throttle(), 0.5),
            share("slow", Kind::Latency(slow), 0.3),
            share("early", Kind::EarlyEnd(EarlyEnd { after: 3 }), 0.2),
        ],
        seed,
        ..Bench::plain(Operation::ConverseStream)
    };
    let arrivals: Vec<u64> = (0..200).map(|place| place * 100 + place % 3).collect();
    bench.run(&arrivals)
}

#[test]
fn the_same_seed_gives_the_same_records_and_every_pattern_is_in_them() {
    let records = everything(7);
    assert_eq!(records, everything(7));
    assert_ne!(records, everything(8));
    let reasons =
        [Reason::First, Reason::Failover, Reason::Fallback, Reason::Restart, Reason::Retry, Reason::Hedge];
    for reason in reasons {
        assert!(
            records.iter().any(|record| record.calls.iter().any(|call| call.reason == reason)),
            "{reason:?}"
        );
    }
    let decided = |is: fn(&Deed) -> bool| {
        records.iter().any(|record| record.decisions.iter().any(|decision| is(&decision.deed)))
    };
    assert!(decided(|deed| matches!(deed, Deed::BreakerMoved { .. })));
    assert!(decided(|deed| matches!(deed, Deed::BreakerRefused { .. })));
    assert!(decided(|deed| matches!(deed, Deed::Paced { .. })));
    assert!(decided(|deed| matches!(deed, Deed::Slept { .. })));
    assert!(decided(|deed| matches!(deed, Deed::Hedged)));
    assert!(decided(|deed| matches!(deed, Deed::ReturnTried { .. })));
    for record in &records {
        assert!(record.decisions.is_sorted_by_key(|decision| decision.at));
        assert!(record.calls.is_sorted_by_key(|call| call.sent));
    }
}
