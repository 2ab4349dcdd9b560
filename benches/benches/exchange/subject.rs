//! What is measured: a client of the SDK before the in-memory cloud, and what it asks.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::types::{ContentBlock, ConversationRole, InferenceConfiguration, Message};
use bedload::client::ask::{self, Ask, Role};
use bedload::client::operation::Caller;
use bedload::client::policy::{Retry, RetryMode, RetryProfile, RetryQuota, Timeouts};
use bedload::client::sdk::{self, Way};
use bedload::client::stack::Stack;
use bedload::clock::Clock;
use bedload::transport::http::Http;
use bedload_mocks::faults::Script;
use bedload_mocks::{Behaviour, Cloud, CloudSpec, Epoch, Exchange, LedgerSink, ModelSpec, Spread};
use bedload_reports::record::Operation;

pub(crate) const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";

struct Forget;

impl LedgerSink for Forget {
    fn note(&self, _: Exchange) {}
}

/// A cloud that is reached without sockets.
pub(crate) fn in_memory(spec: CloudSpec, clock: Clock) -> Way {
    let http = Http::memory(cloud(spec, clock));
    Way::Mock { http, endpoint: "http://bedrock.in-memory".to_owned() }
}

/// A cloud with one model, whose answers have sixty tokens and begin after `ttft`.
pub(crate) fn spec(ttft: Duration, per_token: Duration) -> CloudSpec {
    let behaviour = Behaviour {
        ttft: Spread::constant(ttft),
        per_token: Spread::constant(per_token),
        output_tokens: Spread::constant(60),
        tokens_per_event: NonZeroU32::MIN,
    };
    let model = ModelSpec::new("haiku", MODEL, behaviour).expect("a model");
    CloudSpec::new(1, vec!["us-east-1".to_owned()], vec![model], Script::default()).expect("a cloud")
}

/// The cloud itself, with nobody to read its ledger.
pub(crate) fn cloud(spec: CloudSpec, clock: Clock) -> Arc<Cloud> {
    Cloud::new(spec, Epoch { instant: clock.epoch(), wall: clock.wall_epoch() }, Forget)
}

/// Time for what.
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

/// A client of the SDK's that goes this way.
pub(crate) fn sdk(way: &Way, clock: Clock) -> Client {
    let retry = Retry {
        mode: RetryMode::Standard,
        profile: RetryProfile::V2_0,
        attempts: 3,
        max_backoff: Duration::from_secs(20),
        quota: RetryQuota::Own,
    };
    sdk::client(way, "us-east-1", &retry, &timeouts(), clock)
}

/// A caller with this client.
pub(crate) fn caller(client: Stack, clock: Clock) -> Caller {
    Caller {
        client,
        region: "us-east-1".into(),
        model: "haiku".into(),
        model_id: MODEL.into(),
        operation: Operation::Converse,
        clock,
        flow_label: Some("ask".into()),
        max_attempts: 3,
        stream_idle: None,
        polling: None,
    }
}

pub(crate) fn ask() -> Ask {
    Ask {
        messages: vec![ask::Message { role: Role::User, text: "river ".repeat(130) }],
        system: None,
        max_tokens: Some(128),
        temperature: None,
        top_p: None,
        stop_sequences: Vec::new(),
        tools: Vec::new(),
        ..Ask::default()
    }
}

pub(crate) async fn bare(client: &Client, text: &str) {
    let message = Message::builder()
        .role(ConversationRole::User)
        .content(ContentBlock::Text(text.to_owned()))
        .build()
        .expect("a message");
    let request = client.converse().model_id(MODEL).messages(message);
    let limits = InferenceConfiguration::builder().max_tokens(128).build();
    request.inference_config(limits).send().await.expect("an answer");
}
