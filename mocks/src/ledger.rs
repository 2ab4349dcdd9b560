//! The cloud's own account of what arrived and how it was answered.
//!
//! It is the ground truth that a client's story is compared with: whatever an SDK in any language
//! retries, hides or gives up on, each HTTP exchange stands here by itself.

mod book;
mod journal;
mod protocol;
mod queue_work;
mod ring;
mod verdict;

use std::borrow::Cow;
use std::num::NonZeroU32;
use std::sync::Arc;

use serde::Serialize;

use crate::digest::BodyDigest;
use crate::request_id::RequestId;
pub use book::Ledger;
pub use journal::{Journal, Writing, Written};
pub use protocol::Protocol;
pub use queue_work::{QueueDepth, QueueWork};
pub use ring::{Extract, Ring};
pub use verdict::Verdict;

/// One HTTP request and its answer, as the cloud saw them.
///
/// Times are nanoseconds since the epoch. What the request did not say, or the cloud did not come to
/// decide, is `None` and left out of the JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Exchange {
    /// Its place in the order of arrival, from 0.
    pub number: u64,
    /// When the whole request had arrived.
    pub at_ns: u64,
    /// When the answer's head was handed out; none where a cut or a client that left came before it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub head_ns: Option<u64>,
    /// When the last whole frame of an event stream was handed out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_event_ns: Option<u64>,
    /// When the answer was over: handed out whole, its last frame handed out, or given up by the client, which
    /// is when it shut its side of the connection. It is read before the last byte is written, so that no wait
    /// between attempts looks shorter than it was.
    pub done_ns: u64,
    /// How it came in.
    pub protocol: Protocol,
    /// The connection that it came by, counted from 0 by the door; none in memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection: Option<u64>,
    /// The address of the client's host, without the port; none in memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub peer: Option<Arc<str>>,
    /// The service's signing name: `bedrock`, `sqs`, `dynamodb`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<&'static str>,
    /// AWS's name of the operation: `ConverseStream`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<&'static str>,
    /// The region asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Arc<str>>,
    /// The region that served it, as CloudTrail's `inferenceRegion` tells it. No response does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inference_region: Option<Arc<str>>,
    /// The model id as asked for, decoded: an id, a profile or an ARN.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<Arc<str>>,
    /// The table that DynamoDB was asked about, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// The key of the item that it was asked about, if it is one: its values with slashes between, 128
    /// characters at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item_key: Option<String>,
    /// The flow, from [`Exchange::FLOW_HEADER`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
    /// One for all attempts of an SDK call, from `amz-sdk-invocation-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub invocation_id: Option<String>,
    /// The attempt in its call, from 1, as `amz-sdk-request` counts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attempt: Option<u32>,
    /// The most attempts that the client would make, from `amz-sdk-request`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_attempts: Option<u32>,
    /// The client's `user-agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<Arc<str>>,
    /// The trace that the request belongs to, as it says: `X-Amzn-Trace-Id`, or else `traceparent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace: Option<String>,
    /// What makes a repeated StartAsyncInvoke harmless, from `clientRequestToken`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_token: Option<String>,
    /// How far the client's clock is ahead of the cloud's, in milliseconds, by `x-amz-date`. That has whole
    /// seconds, and SDKs correct their clocks by our `Date`, so a few seconds either way mean nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skew_ms: Option<i64>,
    /// The length of the request's body; zero for one that was over the limit and not read.
    pub request_bytes: u64,
    /// The first 16 hex digits of the SHA-256 of the request's body, if it was read; of a body of the AWS JSON
    /// protocol, with its members sorted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body_digest: Option<BodyDigest>,
    /// The most tokens that the request lets the model write, in whatever dialect; none if it does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_tokens: Option<NonZeroU32>,
    /// The fault that refused, cut or ended it, or else the first one that struck it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<Arc<str>>,
    /// What became of it.
    pub verdict: Verdict,
    /// All faults that struck it, in the order in which they did. One that could change nothing did not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Arc<str>>,
    /// The HTTP status; none if the client hung up before there was an answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The code of the error answered; with a status of 200, of the one that broke the stream off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_type: Option<Cow<'static, str>>,
    /// What the answer's `x-amz-retry-after` asks for, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// The id in the answer's `x-amzn-requestid`.
    pub request_id: RequestId,
    /// The service tier that served it, if it asked for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_tier: Option<&'static str>,
    /// The latency mode that it was served with, if it asked for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_mode: Option<&'static str>,
    /// Tokens of the prompt, without those that a prompt cache read or wrote.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_tokens: Option<u32>,
    /// Tokens of the whole answer, of which a client that hung up may have seen fewer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub output_tokens: Option<u32>,
    /// Tokens of the prompt that were read from a prompt cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_read_tokens: Option<u32>,
    /// Tokens of the prompt that were written into a prompt cache.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_write_tokens: Option<u32>,
    /// What it did to a queue, if it was one of SQS's operations on one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<Box<QueueWork>>,
    /// Event-stream frames handed out.
    pub stream_events: u64,
    /// Bytes of the answer's body handed out.
    pub response_bytes: u64,
    /// Whether the client went away before the answer was over.
    pub hung_up: bool,
}

impl Exchange {
    /// The request header that names the flow an exchange belongs to.
    pub const FLOW_HEADER: &'static str = "x-bedload-flow";
    /// The request header that says how many tokens the answer is to have, in place of what the model would draw. No client
    /// of a real model can ask for that; who replays a trace must, or its answers would not be those of the trace.
    pub const ANSWER_TOKENS_HEADER: &'static str = "x-bedload-answer-tokens";
}

/// Where finished exchanges go. It is called on the path of every answer, so it must not block.
pub trait LedgerSink: Send + Sync + 'static {
    /// Takes note of an exchange, once, when it is over.
    fn note(&self, exchange: Exchange);
}

impl<T: LedgerSink + ?Sized> LedgerSink for Arc<T> {
    fn note(&self, exchange: Exchange) {
        (**self).note(exchange);
    }
}

/// The name of the fault that struck an exchange.
///
/// It stands in the response's extensions, where the in-memory door finds it; no header tells a client
/// that its trouble is not real.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultHit(pub Arc<str>);
