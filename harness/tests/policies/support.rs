//! A client with its policy, a cloud with its faults, and requests that arrive at given times.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use bedload::client::ask::{Ask, Message, Role};
use bedload::client::operation::Caller;
use bedload::client::policy::{Retry, RetryMode, RetryProfile, RetryQuota, Timeouts};
use bedload::client::sdk::{Quotas, Way};
use bedload::clock::{self, Clock};
use bedload::flow::client_state::ClientState;
use bedload::flow::prompt::Prompts;
use bedload::flow::request::{Arrival, Requester, Setup};
use bedload::resilience::course::destinations;
use bedload::resilience::policy::{
    Fallback, FallbackModel, GatewayPolicy, Policy, Regions, Stick, StreamPolicy, Trigger,
};
use bedload::seed::Seed;
use bedload::transport::http::Http;
use bedload_mocks::faults::{Aim, Fault, Kind, Script, Throttle, Window};
use bedload_mocks::{Behaviour, Cloud, CloudSpec, Epoch, Exchange, LedgerSink, ModelSpec, Spread};
use bedload_reports::header::ClockKind;
use bedload_reports::record::{Call, CallEnd, Deed, Name, Operation, Record};
use bedload_reports::units::Nanos;

pub(crate) const EAST: &str = "us-east-1";
pub(crate) const WEST: &str = "us-west-2";

/// Models by the scenario's names and Bedrock's.
const MODELS: [(&str, &str); 3] = [
    ("sonnet", "anthropic.claude-3-sonnet-20240229-v1:0"),
    ("haiku", "anthropic.claude-3-haiku-20240307-v1:0"),
    ("lite", "amazon.nova-lite-v1:0"),
];

/// A run: one client, one flow, one cloud. Everything answers after 100 ms with twelve tokens, one each 10 ms.
#[derive(Clone)]
pub(crate) struct Bench {
    pub(crate) policy: Policy,
    pub(crate) retry: Retry,
    pub(crate) timeouts: Timeouts,
    pub(crate) gateway: Option<GatewayPolicy>,
    pub(crate) operation: Operation,
    pub(crate) ask: Ask,
    pub(crate) faults: Vec<Fault>,
    pub(crate) seed: u64,
}

impl Bench {
    /// A client that asks one region, once, and does nothing else.
    pub(crate) fn plain(operation: Operation) -> Self {
        Bench {
            policy: policy(&[EAST], &[]),
            retry: retry(RetryMode::Off, RetryQuota::Own),
            timeouts: timeouts(),
            gateway: None,
            operation,
            ask: ask("What is the weather?"),
            faults: Vec::new(),
            seed: 7,
        }
    }

    /// Makes a request at each of these times, in milliseconds, and tells what became of them, in this order.
    pub(crate) fn run(self, arrivals_ms: &[u64]) -> Vec<Record> {
        virtually(async |clock| {
            let seed = Seed::new(self.seed);
            let way = way(clock, self.faults.clone());
            let client = Arc::new(ClientState::new(self.policy.clone(), clock));
            let requester = requester(&self, "chat", client, &way, &Quotas::of_a_run(), clock, seed);
            requests(requester, arrivals_ms, clock).await
        })
    }

    /// Makes one request at the start.
    pub(crate) fn once(self) -> Record {
        self.run(&[0]).remove(0)
    }
}

/// Runs in virtual time, with the SDK's jitter pinned.
pub(crate) fn virtually<T>(act: impl AsyncFnOnce(Clock) -> T) -> T {
    clock::runtime(ClockKind::Virtual).unwrap().block_on(async {
        Seed::new(7).pin_sdk_jitter();
        act(Clock::start(ClockKind::Virtual)).await
    })
}

/// The way to a cloud with these faults.
pub(crate) fn way(clock: Clock, faults: Vec<Fault>) -> Way {
    let behaviour = Behaviour {
        ttft: Spread::constant(Duration::from_millis(100)),
        per_token: Spread::constant(Duration::from_millis(10)),
        output_tokens: Spread::constant(12),
        tokens_per_event: NonZeroU32::MIN,
    };
    let models = MODELS.map(|(name, id)| ModelSpec::new(name, id, behaviour).unwrap());
    let regions = vec![EAST.to_owned(), WEST.to_owned()];
    let spec = CloudSpec::new(1, regions, models.to_vec(), Script::new(faults).unwrap()).unwrap();
    let cloud = Cloud::new(spec, Epoch { instant: clock.epoch(), wall: clock.wall_epoch() }, Forget);
    Way::Mock { http: Http::memory(cloud), endpoint: "http://bedrock.in-memory".into() }
}

struct Forget;

impl LedgerSink for Forget {
    fn note(&self, _: Exchange) {}
}

/// What makes the requests of a flow whose client is shared.
pub(crate) fn requester(
    bench: &Bench,
    flow: &str,
    client: Arc<ClientState>,
    way: &Way,
    quotas: &Quotas,
    clock: Clock,
    seed: Seed,
) -> Arc<Requester> {
    let model: Name = "sonnet".into();
    let mut sdks = std::collections::BTreeMap::new();
    for region in &bench.policy.regions.order {
        let sdk = quotas.client(way, region, &bench.retry, &bench.timeouts, clock);
        sdks.insert(region.clone(), sdk);
    }
    let caller = |model: &Name, region: &Name| Caller {
        client: sdks[region].clone().into(),
        region: region.clone(),
        model: model.clone(),
        model_id: MODELS.iter().find(|(name, _)| *name == &**model).unwrap().1.into(),
        operation: bench.operation,
        clock,
        flow_label: Some(flow.into()),
        max_attempts: bench.retry.attempts,
        stream_idle: bench.timeouts.stream_idle,
        polling: None,
    };
    let callers = destinations(&bench.policy, &model);
    let callers = callers.into_iter().map(|to| (to.clone(), caller(&to.model, &to.region))).collect();
    let setup = Setup {
        propagate: true,
        flow: flow.into(),
        prompts: Prompts::fixed(bench.ask.clone(), seed),
        model,
        operation: bench.operation,
        client,
        callers,
        total: bench.timeouts.total,
        gateway: bench.gateway,
    };
    Arc::new(Requester::new(setup, clock, seed))
}

/// Makes a request at each of these times and waits for all of them.
pub(crate) async fn requests(requester: Arc<Requester>, arrivals_ms: &[u64], clock: Clock) -> Vec<Record> {
    let mut tasks = Vec::new();
    for (id, ms) in (0..).zip(arrivals_ms) {
        let due = Nanos::new(ms * 1_000_000);
        let (requester, arrival) = (requester.clone(), Arrival::new(id, "all".into(), due));
        tasks.push(tokio::spawn(async move {
            clock.sleep_until(due).await;
            requester.perform(arrival, std::future::pending(), || {}).await
        }));
    }
    let mut records = Vec::new();
    for task in tasks {
        records.push(task.await.unwrap());
    }
    records
}

pub(crate) fn policy(regions: &[&str], fallback: &[&str]) -> Policy {
    let model = |model: &&str| FallbackModel { model: (*model).into(), max_tokens: None, operation: None };
    Policy {
        regions: Regions {
            order: regions.iter().map(|region| (*region).into()).collect(),
            stick: Stick::PerRequest,
        },
        fallback: Fallback {
            models: fallback.iter().map(model).collect(),
            on: BTreeSet::from(Trigger::DEFAULT),
            calls: None,
            within: None,
        },
        stream: StreamPolicy::Fail,
        breaker: None,
        limit: None,
        routing: None,
        hedge: None,
        state_machine: None,
    }
}

pub(crate) fn retry(mode: RetryMode, quota: RetryQuota) -> Retry {
    let attempts = if mode == RetryMode::Off { 1 } else { 3 };
    Retry { mode, profile: RetryProfile::V2_1, attempts, max_backoff: Duration::from_secs(20), quota }
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

pub(crate) fn ask(text: &str) -> Ask {
    Ask {
        messages: vec![Message { role: Role::User, text: text.into() }],
        system: None,
        max_tokens: Some(64),
        temperature: None,
        top_p: None,
        stop_sequences: Vec::new(),
        tools: Vec::new(),
        ..Ask::default()
    }
}

/// A fault that strikes one region, from one second to another.
pub(crate) fn regional(kind: Kind, region: &str, from_s: u64, to_s: u64) -> Fault {
    let aim = Aim { regions: vec![region.into()], ..Aim::default() };
    Fault::new(format!("{region}-{from_s}"), kind).aimed_at(aim).during(between(from_s, to_s))
}

pub(crate) fn between(from_s: u64, to_s: u64) -> Window {
    Window::between(Duration::from_secs(from_s), Duration::from_secs(to_s)).unwrap()
}

pub(crate) fn throttle() -> Kind {
    Kind::Throttle(Throttle::default())
}

/// A call in a word: why, where, and how it ended.
pub(crate) fn told(call: &Call) -> String {
    let end = match &call.end {
        CallEnd::Answered { .. } => "answered".to_owned(),
        CallEnd::Failed(failure) => failure.class.name().to_owned(),
        CallEnd::Cancelled => "cancelled".to_owned(),
    };
    format!("{:?} {}@{}: {end}", call.reason, call.model, call.region)
}

/// The calls of a record, each in a word.
pub(crate) fn calls(record: &Record) -> Vec<String> {
    record.calls.iter().map(told).collect()
}

/// The decisions of a record, each with its time in milliseconds.
pub(crate) fn decisions(record: &Record) -> Vec<String> {
    let word = |deed: &Deed| match deed {
        Deed::BreakerMoved { region, from, to, .. } => format!("{region} {from:?} to {to:?}"),
        Deed::BreakerRefused { region, .. } => format!("{region} refused"),
        Deed::Slept { wait } => format!("slept {}", ms(*wait)),
        Deed::Paced { wait } => format!("paced {}", ms(*wait)),
        Deed::GatewayRefused { status, code } => format!("{status} {code}"),
        Deed::ReturnTried { region } => format!("{region} tried again"),
        Deed::GatewayTimedOut | Deed::Shed | Deed::Hedged | Deed::BudgetSpent => format!("{deed:?}"),
    };
    record.decisions.iter().map(|decision| format!("{} {}", ms(decision.at), word(&decision.deed))).collect()
}

pub(crate) fn ms(at: Nanos) -> u64 {
    at.get() / 1_000_000
}
