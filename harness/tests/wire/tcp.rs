//! Over a socket, in real time.

use std::sync::Arc;
use std::time::Duration;

use bedload::client::policy::Timeouts;
use bedload::client::sdk::Way;
use bedload::client::wire::WireSettings;
use bedload::clock::{self, Clock};
use bedload::transport::network;
use bedload::transport::wire::Protocol;
use bedload_mocks::faults::{Fault, Kind, Reset, Throttle};
use bedload_reports::header::ClockKind;
use bedload_reports::record::{Call, CallEnd, FailureClass, Operation};
use tokio::task::JoinSet;

use super::support::{Ledger, ask, caller, cloud, front, settings, timeouts, wire};

const PROTOCOLS: [Protocol; 2] = [Protocol::Http1, Protocol::Http2 { connections: 2 }];

/// Calls at once, and what the cloud has noted of them.
fn calls(
    protocol: Protocol,
    operation: Operation,
    count: usize,
    faults: Vec<Fault>,
    before: Vec<Fault>,
) -> (Vec<Call>, Ledger) {
    clock::runtime(ClockKind::Real).unwrap().block_on(async {
        let clock = Clock::start(ClockKind::Real);
        let (cloud, ledger) = cloud(clock, faults);
        let served = network::serve(cloud).await.unwrap();
        let http = network::plain_http().behind(&front(clock, before));
        let way = Way::Mock { http, endpoint: served.url() };
        let client = wire(&way, clock, WireSettings { protocol, ..settings() }, &timeouts(), 7);
        let caller = Arc::new(caller(client, clock, operation));
        let mut under_way = JoinSet::new();
        for _ in 0..count {
            let caller = caller.clone();
            under_way.spawn(async move { caller.call(&ask(), None).await });
        }
        let calls = under_way.join_all().await;
        served.stop().await;
        (calls, ledger)
    })
}

#[test]
fn every_operation_is_answered_over_either_protocol() {
    for protocol in PROTOCOLS {
        for operation in Operation::AT_ONCE {
            let (calls, ledger) = calls(protocol, operation, 8, Vec::new(), Vec::new());
            for call in calls {
                assert!(matches!(call.end, CallEnd::Answered { .. }), "{protocol:?}: {call:?}");
                assert_eq!((call.tokens.output, call.attempts.len()), (12, 1));
                assert_eq!(call.gaps_us.len(), if operation.streams() { 11 } else { 0 });
                assert!(call.attempts[0].request_id.is_some());
            }
            assert_eq!(ledger.all().len(), 8);
        }
    }
}

#[test]
fn faults_in_the_cloud_and_before_it_are_met_over_a_socket() {
    let throttle = || {
        let fault = Fault::new("f", Kind::Throttle(Throttle::default()));
        vec![fault.first(1.try_into().unwrap())]
    };
    let reset = || vec![Fault::new("f", Kind::Reset(Reset::WithinBody { after: 3 }))];
    for protocol in PROTOCOLS {
        for (within, before, named) in [(throttle(), vec![], None), (vec![], throttle(), Some("f"))] {
            let (calls, ledger) = calls(protocol, Operation::Converse, 1, within, before);
            let attempts = &calls[0].attempts;
            assert_eq!(attempts.iter().map(|one| one.status).collect::<Vec<_>>(), [Some(429), Some(200)]);
            assert_eq!(attempts[0].fault.as_deref(), named);
            assert_eq!(
                ledger.all().len(),
                if named.is_some() { 1 } else { 2 },
                "a refused attempt costs nothing"
            );
        }
        let (calls, _) = calls(protocol, Operation::ConverseStream, 1, reset(), Vec::new());
        let CallEnd::Failed(failure) = &calls[0].end else { panic!("{calls:?}") };
        assert_eq!(failure.class, FailureClass::StreamBroken, "{failure:?}");
    }
}

#[test]
fn where_nobody_listens_each_attempt_is_a_failed_connection() {
    let call = clock::runtime(ClockKind::Real).unwrap().block_on(async {
        let clock = Clock::start(ClockKind::Real);
        let closed = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap().local_addr().unwrap();
        let way = Way::Mock { http: network::plain_http(), endpoint: format!("http://{closed}") };
        let limits = Timeouts { connect: Duration::from_millis(500), ..timeouts() };
        let client = wire(&way, clock, settings(), &limits, 7);
        caller(client, clock, Operation::Converse).call(&ask(), None).await
    });
    let words: Vec<_> = call.attempts.iter().map(|attempt| attempt.error.as_deref()).collect();
    assert_eq!(words, [Some("connection failed"); 3]);
    let CallEnd::Failed(failure) = &call.end else { panic!("{call:?}") };
    assert_eq!(failure.class, FailureClass::Connection);
}
