//! Makes one call with the AWS SDK for Rust and prints as a line of JSON what the SDK reported.
//!
//! usage: `probe URL converse|converse-stream|invoke|invoke-stream`
//!
//! Retries are the SDK's default. `read_timeout` is four seconds; there is none by default. It ends with the head of a
//! response, and nothing in the SDK limits the time between two events of a stream.

use std::error::Error;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_sdk_bedrockruntime::Client;
use aws_sdk_bedrockruntime::config::timeout::TimeoutConfig;
use aws_sdk_bedrockruntime::config::{BehaviorVersion, Config, Region};
use aws_sdk_bedrockruntime::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_bedrockruntime::meta::PKG_VERSION;
use aws_sdk_bedrockruntime::primitives::Blob;
use aws_sdk_bedrockruntime::types::{
    ContentBlock, ConversationRole, ConverseStreamOutput, Message, PerformanceConfigLatency,
    PerformanceConfiguration, ResponseStream, ServiceTier, ServiceTierType,
};
use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use bedload::clock::{self, Clock};
use bedload::transport::network;
use bedload_reports::header::ClockKind;
use serde::Serialize;

const READ_TIMEOUT: Duration = Duration::from_secs(4);
const MODEL: &str = "anthropic.claude-3-haiku-20240307-v1:0";
const JSON: &str = "application/json";
const ANTHROPIC: &str = r#"{"anthropic_version":"bedrock-2023-05-31","max_tokens":64,"messages":[{"role":"user","content":"Say hello."}]}"#;

/// What the SDK reported.
#[derive(Debug, Default, Serialize)]
struct Report {
    sdk: String,
    ok: bool,
    #[serde(flatten)]
    failure: Option<Failure>,
    attempts: u32,
    events: u32,
    text: String,
    stop: bool,
    metadata: bool,
    tier: Option<String>,
    latency: Option<String>,
    elapsed_ms: u64,
}

#[derive(Debug, Serialize)]
struct Failure {
    class: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    message: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(url), Some(operation)) = (arguments.next(), arguments.next()) else {
        return Err("usage: probe URL converse|converse-stream|invoke|invoke-stream".into());
    };
    let report = clock::runtime(ClockKind::Real)?.block_on(probe(&url, &operation));
    writeln!(io::stdout(), "{}", serde_json::to_string(&report)?)?;
    Ok(())
}

async fn probe(url: &str, operation: &str) -> Report {
    let attempts = Attempts::default();
    let client = client(url, attempts.clone());
    let clock = Clock::start(ClockKind::Real);
    let mut report =
        Report { sdk: format!("Rust, aws-sdk-bedrockruntime {PKG_VERSION}"), ..Report::default() };
    let begin = clock.now();
    report.failure = call(&client, operation, &mut report).await.err();
    report.elapsed_ms = clock.now().since(begin).as_micros() / 1_000;
    report.ok = report.failure.is_none();
    report.attempts = attempts.0.load(Ordering::Relaxed);
    report
}

fn client(url: &str, attempts: Attempts) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .credentials_provider(Credentials::from_keys("AKIDEXAMPLE", "dummy", None))
        .http_client(network::plain_http().sdk().clone())
        .endpoint_url(url)
        .region(Region::new("us-east-1"))
        .timeout_config(TimeoutConfig::builder().read_timeout(READ_TIMEOUT).build())
        .interceptor(attempts)
        .build();
    Client::from_conf(config)
}

async fn call(client: &Client, operation: &str, report: &mut Report) -> Result<(), Failure> {
    let said = Message::builder()
        .role(ConversationRole::User)
        .content(ContentBlock::Text("Say hello.".to_owned()))
        .build()
        .map_err(|error| local(&error))?;
    match operation {
        "converse" => {
            let tier = ServiceTier::builder().r#type(ServiceTierType::Priority).build();
            let speed = PerformanceConfiguration::builder().latency(PerformanceConfigLatency::Optimized);
            let request = client.converse().model_id(MODEL).messages(said).performance_config(speed.build());
            let request = request.service_tier(tier.map_err(|error| local(&error))?);
            let answer = request.send().await.map_err(|error| of_call(&error))?;
            (report.stop, report.metadata) = (true, answer.usage().is_some());
            report.tier = answer.service_tier().map(|tier| tier.r#type().as_str().to_owned());
            report.latency = answer.performance_config().map(|config| config.latency().as_str().to_owned());
        }
        "invoke" => {
            let body = Blob::new(ANTHROPIC);
            let answer = client
                .invoke_model()
                .model_id(MODEL)
                .content_type(JSON)
                .body(body)
                .send()
                .await
                .map_err(|error| of_call(&error))?;
            let text = String::from_utf8_lossy(answer.body().as_ref()).into_owned();
            (report.stop, report.metadata) = (text.contains(r#""stop_reason""#), text.contains(r#""usage""#));
        }
        "converse-stream" => {
            let request = client.converse_stream().model_id(MODEL).messages(said);
            let mut stream = request.send().await.map_err(|error| of_call(&error))?.stream;
            while let Some(event) = stream.recv().await.map_err(|error| failure(&error, None))? {
                report.events += 1;
                report.text += text_of(&event);
                report.stop |= matches!(event, ConverseStreamOutput::MessageStop(_));
                report.metadata |= matches!(event, ConverseStreamOutput::Metadata(_));
            }
        }
        "invoke-stream" => {
            let request = client
                .invoke_model_with_response_stream()
                .model_id(MODEL)
                .content_type(JSON)
                .body(Blob::new(ANTHROPIC));
            let mut stream = request.send().await.map_err(|error| of_call(&error))?.body;
            while let Some(event) = stream.recv().await.map_err(|error| failure(&error, None))? {
                report.events += 1;
                if let ResponseStream::Chunk(chunk) = event {
                    let text = String::from_utf8_lossy(chunk.bytes().map_or(&[], Blob::as_ref)).into_owned();
                    report.stop |= text.contains(r#""message_stop""#);
                    report.metadata |= text.contains("amazon-bedrock-invocationMetrics");
                }
            }
        }
        unknown => return Err(local(&format!("no operation {unknown}"))),
    }
    Ok(())
}

/// The text that an event adds to the answer.
fn text_of(event: &ConverseStreamOutput) -> &str {
    let ConverseStreamOutput::ContentBlockDelta(delta) = event else {
        return "";
    };
    let text = delta.delta().and_then(|delta| delta.as_text().ok());
    text.map_or("", String::as_str)
}

/// The failure of a call, which may have come with a status.
fn of_call<E>(error: &SdkError<E, HttpResponse>) -> Failure
where
    E: Error + ProvideErrorMetadata + 'static,
{
    failure(error, error.raw_response().map(|response| response.status().as_u16()))
}

/// What is known of a failure, be it of a call or of a stream under way.
fn failure<E, R>(error: &SdkError<E, R>, status: Option<u16>) -> Failure
where
    E: Error + ProvideErrorMetadata + 'static,
    R: std::fmt::Debug,
{
    let class = match error {
        SdkError::ConstructionFailure(_) => "SdkError::ConstructionFailure",
        SdkError::TimeoutError(_) => "SdkError::TimeoutError",
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "SdkError::DispatchFailure (timeout)",
        SdkError::DispatchFailure(failure) if failure.is_io() => "SdkError::DispatchFailure (io)",
        SdkError::DispatchFailure(_) => "SdkError::DispatchFailure",
        SdkError::ResponseError(_) => "SdkError::ResponseError",
        SdkError::ServiceError(_) => "SdkError::ServiceError",
        _ => "SdkError",
    };
    let message = error.message().map_or_else(|| DisplayErrorContext(error).to_string(), str::to_owned);
    let code = error.code().map(str::to_owned).or_else(|| error.as_service_error().map(variant));
    Failure { class: class.to_owned(), code, status, message }
}

/// The name of an error's variant: the errors of a stream have no code.
fn variant(error: &impl std::fmt::Debug) -> String {
    let text = format!("{error:?}");
    text.split(['(', ' ']).next().unwrap_or_default().to_owned()
}

fn local(error: &impl ToString) -> Failure {
    Failure { class: "probe".to_owned(), code: None, status: None, message: error.to_string() }
}

/// Counts what the SDK's retry loop sends.
#[derive(Clone, Debug, Default)]
struct Attempts(Arc<AtomicU32>);

#[dyn_dispatch_hint]
impl Intercept for Attempts {
    fn name(&self) -> &'static str {
        "attempts"
    }

    fn read_before_attempt(
        &self,
        _context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }
}
