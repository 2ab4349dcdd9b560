//! A small cloud to test with, requests for it, and a ledger that can be read.

use std::error::Error;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use bedload_mocks::faults::{Fault, Script};
use bedload_mocks::{Behaviour, Cloud, CloudBody, CloudSpec, Epoch, Exchange, LedgerSink, ModelSpec, Spread};
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use serde_json::{Value, json};

pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

pub(crate) const HAIKU: &str = "anthropic.claude-3-haiku-20240307-v1:0";

/// Keeps every exchange noted.
#[derive(Default)]
pub(crate) struct Book(Mutex<Vec<Exchange>>);

impl Book {
    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl LedgerSink for Book {
    fn note(&self, exchange: Exchange) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(exchange);
    }
}

/// First token after 400 ms, then one each 10 ms, three to an event, eight in all.
pub(crate) fn steady() -> Behaviour {
    Behaviour {
        ttft: Spread::constant(Duration::from_millis(400)),
        per_token: Spread::constant(Duration::from_millis(10)),
        output_tokens: Spread::constant(8),
        tokens_per_event: NonZeroU32::MIN.saturating_add(2),
    }
}

/// A cloud of two regions with one model, `haiku`, and its ledger.
pub(crate) fn cloud(seed: u64, behaviour: Behaviour, faults: Vec<Fault>) -> Outcome<(Arc<Cloud>, Arc<Book>)> {
    let regions = vec!["us-east-1".to_owned(), "us-west-2".to_owned()];
    let models = vec![ModelSpec::new("haiku", HAIKU, behaviour)?];
    let spec = CloudSpec::new(seed, regions, models, Script::new(faults)?)?;
    let book = Arc::new(Book::default());
    let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    Ok((Cloud::new(spec, Epoch::starting_at(wall), book.clone()), book))
}

/// A request for an operation, by its path segment, with a prompt that its dialect understands.
pub(crate) fn ask(operation: &str) -> Outcome<Request<Bytes>> {
    let prompt = if operation.starts_with("invoke") { messages_prompt() } else { converse_prompt() };
    request(&format!("/model/{HAIKU}/{operation}"), &prompt.to_string())
}

pub(crate) fn request(path: &str, body: &str) -> Outcome<Request<Bytes>> {
    Ok(Request::post(path)
        .header("host", "localhost")
        .header("x-bedload-flow", "chat")
        .header("amz-sdk-invocation-id", "e0c1")
        .header("amz-sdk-request", "attempt=2; max=3")
        .header("user-agent", "test/1")
        .body(Bytes::from(body.to_owned()))?)
}

fn converse_prompt() -> Value {
    json!({ "messages": [{ "role": "user", "content": [{ "text": "Say hello." }] }] })
}

fn messages_prompt() -> Value {
    json!({
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 64,
        "messages": [{ "role": "user", "content": "Say hello." }],
    })
}

/// The whole body of a response.
pub(crate) async fn read(response: Response<CloudBody>) -> Outcome<Bytes> {
    Ok(response.into_body().collect().await?.to_bytes())
}
