//! A cloud with faults, in it or before it, and both kinds of client to ask it.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bedload::client::ask::{Ask, Message, Role};
use bedload::client::operation::Caller;
use bedload::client::policy::{Retry, RetryMode, RetryProfile, RetryQuota, Timeouts};
use bedload::client::sdk::{self, Way};
use bedload::client::stack::Stack;
use bedload::client::wire::{Wire, WireRetry, WireSettings};
use bedload::clock::{self, Clock};
use bedload::seed::Seed;
use bedload::transport::http::Http;
use bedload::transport::wire::Protocol;
use bedload_mocks::faults::{Fault, Front, Script};
use bedload_mocks::{Behaviour, Cloud, CloudSpec, Epoch, Exchange, LedgerSink, ModelSpec, Spread};
use bedload_reports::header::ClockKind;
use bedload_reports::record::{Call, Operation};

pub(crate) const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";
pub(crate) const REGION: &str = "us-east-1";

/// What the cloud has noted.
#[derive(Clone, Default)]
pub(crate) struct Ledger(Arc<Mutex<Vec<Exchange>>>);

impl LedgerSink for Ledger {
    fn note(&self, exchange: Exchange) {
        self.0.lock().unwrap().push(exchange);
    }
}

impl Ledger {
    pub(crate) fn all(&self) -> Vec<Exchange> {
        self.0.lock().unwrap().clone()
    }
}

fn models() -> Vec<ModelSpec> {
    let behaviour = Behaviour {
        ttft: Spread::constant(Duration::from_millis(20)),
        per_token: Spread::constant(Duration::from_millis(2)),
        output_tokens: Spread::constant(12),
        tokens_per_event: NonZeroU32::MIN,
    };
    vec![ModelSpec::new("haiku", MODEL, behaviour).unwrap()]
}

fn epoch(clock: Clock) -> Epoch {
    Epoch { instant: clock.epoch(), wall: clock.wall_epoch() }
}

/// The first token after 20 ms, then one each 2 ms, twelve in all.
pub(crate) fn cloud(clock: Clock, faults: Vec<Fault>) -> (Arc<Cloud>, Ledger) {
    let ledger = Ledger::default();
    let spec = CloudSpec::new(1, vec![REGION.into()], models(), Script::new(faults).unwrap()).unwrap();
    (Cloud::new(spec, epoch(clock), ledger.clone()), ledger)
}

/// Faults before a cloud that has none.
pub(crate) fn front(clock: Clock, faults: Vec<Fault>) -> Arc<Front> {
    Front::new(1, models(), Script::new(faults).unwrap(), epoch(clock))
}

pub(crate) fn way(http: Http) -> Way {
    Way::Mock { http, endpoint: "http://bedrock.in-memory".into() }
}

pub(crate) fn timeouts() -> Timeouts {
    Timeouts {
        connect: Duration::from_secs(3),
        read: None,
        attempt: None,
        operation: None,
        total: None,
        stream_idle: Some(Duration::from_secs(5)),
    }
}

pub(crate) fn settings() -> WireSettings {
    let (base, max) = (Duration::from_millis(100), Duration::from_secs(20));
    WireSettings { protocol: Protocol::Http1, retry: WireRetry { attempts: 3, base, max } }
}

pub(crate) fn sdk(way: &Way, clock: Clock, timeouts: &Timeouts) -> Stack {
    let retry = Retry {
        mode: RetryMode::Standard,
        profile: RetryProfile::V2_1,
        attempts: 3,
        max_backoff: Duration::from_secs(20),
        quota: RetryQuota::Own,
    };
    sdk::client(way, REGION, &retry, timeouts, clock).into()
}

pub(crate) fn wire(way: &Way, clock: Clock, settings: WireSettings, timeouts: &Timeouts, seed: u64) -> Stack {
    Wire::new(way, REGION, settings, timeouts, clock, (Seed::new(seed), "app")).unwrap().into()
}

pub(crate) fn caller(client: Stack, clock: Clock, operation: Operation) -> Caller {
    Caller {
        client,
        region: REGION.into(),
        model: "haiku".into(),
        model_id: MODEL.into(),
        operation,
        clock,
        flow_label: Some("ask".into()),
        max_attempts: 3,
        stream_idle: timeouts().stream_idle,
        polling: None,
    }
}

pub(crate) fn ask() -> Ask {
    Ask {
        messages: vec![Message { role: Role::User, text: "What is the weather?".into() }],
        system: Some("Be brief.".into()),
        max_tokens: Some(64),
        temperature: Some(0.5),
        stop_sequences: vec!["END".into()],
        ..Ask::default()
    }
}

pub(crate) fn in_virtual_time<T>(run: impl AsyncFnOnce(Clock) -> T) -> T {
    clock::runtime(ClockKind::Virtual)
        .unwrap()
        .block_on(async { run(Clock::start(ClockKind::Virtual)).await })
}

/// A call of the wire client to a cloud with these faults, in virtual time.
pub(crate) fn call(faults: Vec<Fault>, operation: Operation) -> Call {
    call_within(faults, operation, &timeouts(), 7)
}

pub(crate) fn call_within(faults: Vec<Fault>, operation: Operation, timeouts: &Timeouts, seed: u64) -> Call {
    in_virtual_time(async |clock| {
        let way = way(Http::memory(cloud(clock, faults).0));
        caller(wire(&way, clock, settings(), timeouts, seed), clock, operation).call(&ask(), None).await
    })
}
