//! The client under test before a cloud that answers as it is told.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::Builder;
use bedload::client::ask::{Ask, Message, Role};
use bedload::client::operation::Caller;
use bedload::client::sdk::{self, Way};
use bedload::clock::{self, Clock};
use bedload::transport::http::Http;
use bedload_mocks::faults::{Aim, ErrorAnswer, Fault, Kind, Script};
use bedload_mocks::{Behaviour, Cloud, CloudSpec, Epoch, Exchange, LedgerSink, ModelSpec, Spread};
use bedload_reports::header::ClockKind;
use bedload_reports::record::{Call, Operation};

use crate::probe::{Probe, Seen};
use crate::setting::Setting;
use crate::vector::Reply;

const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";
const REGION: &str = "us-east-1";

/// A client, the cloud before it, and what was seen of both.
#[derive(Clone)]
pub(crate) struct Subject {
    pub(crate) clock: Clock,
    pub(crate) cloud: Arc<Cloud>,
    pub(crate) client: Client,
    pub(crate) caller: Caller,
    probe: Probe,
    ledger: Notes,
}

/// One call, as the client's side and the cloud's tell it.
pub(crate) struct Told {
    pub(crate) call: Call,
    pub(crate) seen: Seen,
    pub(crate) exchanges: Vec<Exchange>,
}

#[derive(Clone, Default)]
struct Notes(Arc<Mutex<Vec<Exchange>>>);

impl LedgerSink for Notes {
    fn note(&self, exchange: Exchange) {
        self.0.lock().unwrap().push(exchange);
    }
}

/// Runs a test in virtual time.
pub(crate) fn in_virtual_time<T>(run: impl AsyncFnOnce(Clock) -> T) -> T {
    clock::runtime(ClockKind::Virtual)
        .unwrap()
        .block_on(async { run(Clock::start(ClockKind::Virtual)).await })
}

impl Subject {
    /// The product's client, set like this, before a cloud that answers at once unless it is told otherwise.
    pub(crate) fn new(clock: Clock, setting: &Setting) -> Self {
        let (ledger, probe) = (Notes::default(), Probe::default());
        let cloud = cloud(clock, ledger.clone());
        let http = Http::memory(cloud.clone());
        let way = Way::Mock { http, endpoint: "http://bedrock.in-memory".into() };
        let made = sdk::client(&way, REGION, &setting.retry(), &setting.timeouts(), clock);
        let refined = setting.refine(made.config().retry_config().cloned().unwrap());
        let mut config = made.config().to_builder().retry_config(refined).interceptor(probe.clone());
        config.set_retry_partition(setting.partition().or(made.config().retry_partition().cloned()));
        let client = Client::from_conf(config.build());
        let caller = Caller {
            client: client.clone().into(),
            region: REGION.into(),
            model: "haiku".into(),
            model_id: MODEL.into(),
            operation: Operation::Converse,
            clock,
            flow_label: None,
            max_attempts: setting.attempts,
            stream_idle: None,
            polling: None,
        };
        Subject { clock, cloud, client, caller, probe, ledger }
    }

    /// Another client before the same cloud, of the same settings but for this change. Unless that is the change, it
    /// shares the quota and the rate limiter with this one.
    pub(crate) fn other(&self, change: impl FnOnce(Builder) -> Builder) -> Self {
        let client = Client::from_conf(change(self.client.config().to_builder()).build());
        Subject {
            client: client.clone(),
            caller: Caller { client: client.into(), ..self.caller.clone() },
            ..self.clone()
        }
    }

    /// Another client of the very same settings.
    pub(crate) fn twin(&self) -> Self {
        self.other(|config| config)
    }

    /// Sets what goes wrong from now on, in the place of what did.
    pub(crate) fn meets(&self, faults: Vec<Fault>) {
        self.cloud.clear_faults();
        self.cloud.add_faults(faults).unwrap();
    }

    /// Makes a call.
    pub(crate) async fn call(&self) -> Told {
        let call = self.caller.call(&ask(), None).await;
        let exchanges = std::mem::take(&mut *self.ledger.0.lock().unwrap());
        Told { call, seen: self.probe.take(), exchanges }
    }

    /// What is left of the quota. It shows at the end of a call only, so this makes one, of a kind that costs nothing.
    pub(crate) async fn quota_left(&self) -> usize {
        self.probe.take();
        self.call_meeting(&[Reply::read("400/ValidationException")]).await.seen.quota[0]
    }

    /// Makes a call whose attempts meet these replies, one after another.
    pub(crate) async fn call_meeting(&self, replies: impl IntoIterator<Item = &Reply>) -> Told {
        self.meets(faults(replies));
        self.call().await
    }
}

/// A fault for each attempt that is not answered.
pub(crate) fn faults<'a>(replies: impl IntoIterator<Item = &'a Reply>) -> Vec<Fault> {
    let fault = |(number, reply): (u32, &Reply)| {
        (reply.status != 200).then(|| {
            let error = ErrorAnswer::new(reply.code.as_deref(), Some(reply.status), None, &reply.headers);
            on_attempt(number, Kind::Error(error.unwrap()))
        })
    };
    (1..).zip(replies).filter_map(fault).collect()
}

/// A fault that strikes one attempt of each call.
pub(crate) fn on_attempt(number: u32, kind: Kind) -> Fault {
    Fault::new(format!("attempt-{number}"), kind).aimed_at(Aim { attempts: vec![number], ..Aim::default() })
}

fn cloud(clock: Clock, ledger: Notes) -> Arc<Cloud> {
    let at_once = Behaviour {
        ttft: Spread::constant(Duration::ZERO),
        per_token: Spread::constant(Duration::ZERO),
        output_tokens: Spread::constant(4),
        tokens_per_event: NonZeroU32::MIN,
    };
    let model = ModelSpec::new("haiku", MODEL, at_once).unwrap();
    let spec = CloudSpec::new(1, vec![REGION.into()], vec![model], Script::default()).unwrap();
    Cloud::new(spec, Epoch { instant: clock.epoch(), wall: clock.wall_epoch() }, ledger)
}

fn ask() -> Ask {
    Ask {
        messages: vec![Message { role: Role::User, text: "What is the weather?".into() }],
        system: None,
        max_tokens: Some(64),
        temperature: None,
        top_p: None,
        stop_sequences: Vec::new(),
        tools: Vec::new(),
        ..Ask::default()
    }
}
