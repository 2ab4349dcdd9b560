//! What a Converse call costs the wire client, held against the bare SDK in the same run.
//!
//! `cargo bench -p bedload-benches --bench wire` prints two ratios of processor time, each the median of many pairs of
//! batches in turns, and fails if the one over TCP is over its bar of 35 %:
//!
//! - **in memory**, in virtual time: client and cloud share a thread, so the cloud's own time is measured too, and told
//!   apart.
//! - **over TCP**: the mock serves in a thread of its own, and the client's thread alone is counted.
//!
//! The wire client writes its record here; the bare SDK writes none.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a bench may panic, and prints its figures")]

#[path = "../exchange/subject.rs"]
mod subject;

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use aws_sdk_bedrockruntime::Client;
use bedload::client::operation::Caller;
use bedload::client::sdk::Way;
use bedload::client::wire::{Wire, WireRetry, WireSettings};
use bedload::clock::{self, Clock};
use bedload::engine::process::cpu_of_thread;
use bedload::seed::Seed;
use bedload::transport::network;
use bedload::transport::wire::Protocol;
use bedload_mocks::Cloud;
use bedload_reports::header::ClockKind;
use bedload_reports::record::CallEnd;
use bytes::Bytes;
use http_body_util::BodyExt;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use subject::{MODEL, ask, bare, caller, cloud, in_memory, sdk, spec, timeouts};

/// Calls to a batch.
const CALLS: usize = 200;
/// Calls in flight.
const AT_ONCE: usize = 8;
/// Pairs of batches.
const PAIRS: usize = 61;
/// The most that the wire client may cost over TCP, as a share of the bare SDK.
const BAR: f64 = 0.35;

fn main() -> ExitCode {
    let tried_out = std::env::args().any(|given| given == "--test");
    let pairs = if tried_out { 1 } else { PAIRS };
    memory(pairs);
    let share = tcp(pairs);
    if tried_out || share <= BAR { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Both clients before the same cloud.
struct Subjects {
    sdk: Client,
    wire: Arc<Caller>,
}

impl Subjects {
    fn new(way: &Way, clock: Clock) -> Self {
        let (base, max) = (Duration::from_millis(100), Duration::from_secs(20));
        let settings =
            WireSettings { protocol: Protocol::Http1, retry: WireRetry { attempts: 3, base, max } };
        let seed = (Seed::new(7), "app");
        let wire = Wire::new(way, "us-east-1", settings, &timeouts(), clock, seed).expect("a client");
        Subjects { sdk: sdk(way, clock), wire: Arc::new(caller(wire.into(), clock)) }
    }

    /// The processor time of one call of the SDK's, in nanoseconds.
    fn bare(&self, runtime: &Runtime) -> f64 {
        let text = Arc::new(ask().messages[0].text.clone());
        batch(runtime, || {
            let (client, text) = (self.sdk.clone(), text.clone());
            async move { bare(&client, &text).await }
        })
    }

    /// The processor time of one call of the wire client's, in nanoseconds.
    fn wire(&self, runtime: &Runtime) -> f64 {
        let ask = Arc::new(ask());
        batch(runtime, || {
            let (caller, ask) = (self.wire.clone(), ask.clone());
            async move {
                let call = caller.call(&ask, None).await;
                assert!(matches!(call.end, CallEnd::Answered { .. }), "{call:?}");
            }
        })
    }
}

fn memory(pairs: usize) {
    let runtime = clock::runtime(ClockKind::Virtual).expect("a runtime");
    let (subjects, alone) = runtime.block_on(async {
        let clock = Clock::start(ClockKind::Virtual);
        let spec = || spec(Duration::from_millis(200), Duration::from_millis(6));
        (Subjects::new(&in_memory(spec(), clock), clock), cloud(spec(), clock))
    });
    let paid = measure(pairs, || subjects.bare(&runtime), || subjects.wire(&runtime));
    let mut own: Vec<f64> = (0..pairs).map(|_| served(&runtime, &alone)).collect();
    let own = median(&mut own);
    println!(
        "in memory: bare SDK {:.1} µs, wire {:.1} µs a call: {:.0} %; without the cloud's own {:.1} µs: {:.0} %",
        paid.bare / 1e3,
        paid.wire / 1e3,
        paid.share * 100.0,
        own / 1e3,
        (paid.wire - own) / (paid.bare - own) * 100.0,
    );
}

fn tcp(pairs: usize) -> f64 {
    let (tell, told) = channel();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let cloud = cloud(spec(Duration::ZERO, Duration::ZERO), Clock::start(ClockKind::Real));
            let served = network::serve(cloud).await.expect("a server");
            tell.send(served.url()).expect("to be awaited");
            // A sender that is gone stops it as well.
            let _ = stopped.await;
            served.stop().await;
        });
    });
    let endpoint = told.recv().expect("an address");
    let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime");
    let subjects = runtime.block_on(async {
        let way = Way::Mock { http: network::plain_http(), endpoint };
        Subjects::new(&way, Clock::start(ClockKind::Real))
    });
    let paid = measure(pairs, || subjects.bare(&runtime), || subjects.wire(&runtime));
    drop(runtime);
    let _ = stop.send(());
    server.join().expect("the server's thread");
    println!(
        "over TCP: bare SDK {:.1} µs, wire {:.1} µs a call: {:.0} % (middle half {:.0} to {:.0} %; bar {:.0} %)",
        paid.bare / 1e3,
        paid.wire / 1e3,
        paid.share * 100.0,
        paid.middle.0 * 100.0,
        paid.middle.1 * 100.0,
        BAR * 100.0
    );
    paid.share
}

/// Medians of many pairs.
struct Paid {
    bare: f64,
    wire: f64,
    share: f64,
    middle: (f64, f64),
}

fn measure(pairs: usize, bare: impl Fn() -> f64, wire: impl Fn() -> f64) -> Paid {
    bare();
    wire();
    let (mut bares, mut wires, mut shares) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..pairs {
        // Whoever comes second finds warmer caches, so the order turns.
        let (paid_bare, paid_wire) = if pair % 2 == 0 {
            let first = bare();
            (first, wire())
        } else {
            let first = wire();
            (bare(), first)
        };
        bares.push(paid_bare);
        wires.push(paid_wire);
        shares.push(paid_wire / paid_bare);
    }
    let share = median(&mut shares);
    let at = |part: f64| shares[((pairs - 1) as f64 * part) as usize];
    Paid { bare: median(&mut bares), wire: median(&mut wires), share, middle: (at(0.25), at(0.75)) }
}

fn median(figures: &mut [f64]) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// Makes a batch of calls, some at once, and tells the processor time of one in nanoseconds.
fn batch<F: Future<Output = ()> + Send + 'static>(runtime: &Runtime, call: impl Fn() -> F) -> f64 {
    let before = processor_ns();
    runtime.block_on(async {
        let mut under_way = JoinSet::new();
        for number in 0..CALLS {
            if number >= AT_ONCE {
                under_way.join_next().await.expect("a call").expect("no panic");
            }
            under_way.spawn(call());
        }
        under_way.join_all().await;
    });
    (processor_ns() - before) / CALLS as f64
}

/// The processor time that the cloud takes for one call.
fn served(runtime: &Runtime, cloud: &Arc<Cloud>) -> f64 {
    let text = ask().messages[0].text.clone();
    let body = format!(
        r#"{{"messages":[{{"role":"user","content":[{{"text":"{text}"}}]}}],"inferenceConfig":{{"maxTokens":128}}}}"#
    );
    let body = Bytes::from(body);
    let scope = "AWS4-HMAC-SHA256 Credential=AKIDBEDLOAD/20260101/us-east-1/bedrock/aws4_request, \
                 SignedHeaders=content-type;host;x-amz-date, Signature=0";
    batch(runtime, || {
        let request = http::Request::post(format!("http://bedrock.in-memory/model/{MODEL}/converse"))
            .header("content-type", "application/json")
            .header("amz-sdk-invocation-id", "00000000-0000-4000-8000-000000000000")
            .header("amz-sdk-request", "attempt=1; max=3")
            .header("x-amz-date", "20260101T000000Z")
            .header("authorization", scope)
            .body(body.clone())
            .expect("a request");
        let cloud = cloud.clone();
        async move {
            let response = cloud.handle(request).await;
            assert_eq!(response.status(), 200);
            response.into_body().collect().await.expect("a body");
        }
    })
}

fn processor_ns() -> f64 {
    cpu_of_thread().get() as f64
}
