//! The attributes that spans carry, by a pinned version of OpenTelemetry's semantic conventions.
//!
//! Version 1.41.0 is the last whole release that holds the GenAI conventions, which have moved to a repository of
//! their own since and are being renamed there. All of them are in development, so the version is fixed and
//! said: spans carry [`SCHEMA_URL`].
//!
//! `rpc.system`, `rpc.service` and `rpc.method` are deprecated, but both of X-Ray's translators (the
//! Collector's `awsxray` exporter and `opentelemetry-aws`) know no other names. They stand on attempts alone:
//! on two levels they would count each call twice in X-Ray's map.
//!
//! Prompts and answers are never among the attributes: records do not hold them.

use super::span::Value;

/// The schema that the names are taken from.
pub const SCHEMA_URL: &str = "https://opentelemetry.io/schemas/1.41.0";

/// GenAI, `docs/gen-ai/gen-ai-spans.md`.
pub const GEN_AI_OPERATION: &str = "gen_ai.operation.name";
/// `aws.bedrock`.
pub const GEN_AI_PROVIDER: &str = "gen_ai.provider.name";
/// Bedrock's id of the model.
pub const GEN_AI_MODEL: &str = "gen_ai.request.model";
/// True where the answer is asked for as a stream, else absent.
pub const GEN_AI_STREAM: &str = "gen_ai.request.stream";
/// Why the model stopped; a list.
pub const GEN_AI_FINISH: &str = "gen_ai.response.finish_reasons";
/// In seconds, from the start of the call; streams only.
pub const GEN_AI_FIRST_CHUNK: &str = "gen_ai.response.time_to_first_chunk";
/// Tokens read.
pub const GEN_AI_INPUT: &str = "gen_ai.usage.input_tokens";
/// Tokens written.
pub const GEN_AI_OUTPUT: &str = "gen_ai.usage.output_tokens";

/// `input` or `output`; metrics only.
pub const GEN_AI_TOKEN_TYPE: &str = "gen_ai.token.type";

/// Whatever went wrong, in one word.
pub const ERROR_TYPE: &str = "error.type";
/// The host asked.
pub const SERVER_ADDRESS: &str = "server.address";

/// HTTP, `docs/http/http-spans.md`.
pub const HTTP_METHOD: &str = "http.request.method";
/// An integer: as a string, X-Ray's translators would read it as 0.
pub const HTTP_STATUS: &str = "http.response.status_code";
/// From 1 on the first retry; absent on the first attempt.
pub const HTTP_RESEND: &str = "http.request.resend_count";
/// The path with its variable part named.
pub const URL_TEMPLATE: &str = "url.template";
/// The whole address.
pub const URL_FULL: &str = "url.full";

/// AWS, `docs/cloud-providers/aws-sdk.md`: always `aws-api`.
pub const RPC_SYSTEM: &str = "rpc.system";
/// The SDK's name of the service.
pub const RPC_SERVICE: &str = "rpc.service";
/// The operation, without its service.
pub const RPC_METHOD: &str = "rpc.method";
/// The id that the service gave the exchange.
pub const AWS_REQUEST_ID: &str = "aws.request_id";
/// The region, as the conventions name it.
pub const CLOUD_REGION: &str = "cloud.region";
/// The region, as X-Ray's translators read it.
pub const AWS_REGION: &str = "aws.region";

/// Messaging, `docs/messaging/messaging-spans.md` and `sqs.md`: always `aws_sqs`.
pub const MESSAGING_SYSTEM: &str = "messaging.system";
/// What is done, in the service's words.
pub const MESSAGING_OPERATION: &str = "messaging.operation.name";
/// What is done, in the conventions' words: `send` or `process`.
pub const MESSAGING_TYPE: &str = "messaging.operation.type";
/// The queue. By its flow: the name of a queue that is made for a run differs from run to run.
pub const MESSAGING_DESTINATION: &str = "messaging.destination.name";

/// Event `exception`, `docs/exceptions/exceptions-spans.md`.
pub const EXCEPTION: &str = "exception";
/// The error's code or kind.
pub const EXCEPTION_TYPE: &str = "exception.type";
/// What was said.
pub const EXCEPTION_MESSAGE: &str = "exception.message";

/// The values that never change.
pub const PROVIDER: &str = "aws.bedrock";
/// Every operation is asked with a conversation.
pub const CHAT: &str = "chat";
/// The SDK's name of the service.
pub const SERVICE: &str = "Bedrock Runtime";
/// The SDK's name of the service that keeps queues.
pub const QUEUE_SERVICE: &str = "SQS";
/// The operation by which a producer sends.
pub const SEND_MESSAGES: &str = "SendMessageBatch";
/// What `messaging.system` says.
pub const SQS: &str = "aws_sqs";
/// Sending a message.
pub const SEND: &str = "send";
/// Working on a message.
pub const PROCESS: &str = "process";
/// What `rpc.system` says.
pub const AWS_API: &str = "aws-api";

/// Our own: the scenario.
pub const SCENARIO: &str = "bedload.scenario";
/// The flow.
pub const FLOW: &str = "bedload.flow";
/// The stage in which the request was due.
pub const STAGE: &str = "bedload.stage";
/// The request's number in the run.
pub const REQUEST: &str = "bedload.request";
/// The run's seed.
pub const SEED: &str = "bedload.seed";
/// How it ended.
pub const OUTCOME: &str = "bedload.outcome";
/// The scenario's name of the model.
pub const MODEL: &str = "bedload.model";
/// The region that answered, or was asked last.
pub const REGION: &str = "bedload.region";
/// The fault that struck.
pub const FAULT: &str = "bedload.fault";
/// The other model that answered.
pub const FALLBACK: &str = "bedload.fallback";
/// Why a call was made.
pub const REASON: &str = "bedload.call.reason";
/// The token counts are an estimate.
pub const ESTIMATED: &str = "bedload.usage.estimated";
/// The SDK did not retry because its quota was dry.
pub const RETRY_REFUSED: &str = "bedload.retry_refused";
/// The wait before an attempt.
pub const BACKOFF_MS: &str = "bedload.backoff_ms";
/// How late the harness was.
pub const SCHEDULE_DELAY_MS: &str = "bedload.schedule_delay_ms";
/// The job's name.
pub const JOB: &str = "bedload.job.name";
/// From the queue's having taken a job to its first receive.
pub const QUEUE_WAIT_MS: &str = "bedload.job.queue_wait_ms";
/// The how-manieth receive of the message it was, by the queue's count.
pub const RECEIVE: &str = "bedload.job.receive";
/// The worker that received it.
pub const WORKER: &str = "bedload.job.worker";
/// What the job store said when it was asked for the job.
pub const CLAIM: &str = "bedload.job.claim";
/// What became of the message.
pub const SETTLED: &str = "bedload.job.settled";
/// How long a policy held the request back.
pub const WAIT_MS: &str = "bedload.wait_ms";
/// The state that a breaker left.
pub const FROM: &str = "bedload.breaker.from";
/// The state that a breaker came to.
pub const TO: &str = "bedload.breaker.to";
/// Events of a stream that brought content.
pub const CONTENT_EVENTS: &str = "bedload.content_events";

/// What X-Ray makes searchable, and under which name. All else becomes metadata.
pub const ANNOTATED: [(&str, &str); 12] = [
    (SCENARIO, "scenario"),
    (FLOW, "flow"),
    (STAGE, "stage"),
    (REQUEST, "request"),
    (SEED, "seed"),
    (OUTCOME, "outcome"),
    (MODEL, "model"),
    (REGION, "region"),
    (FAULT, "fault"),
    (FALLBACK, "fallback"),
    (REASON, "reason"),
    (JOB, "job"),
];

/// An attribute whose value is a count. Beyond 2^63, which no count reaches, it stays there.
pub fn count(number: u64) -> Value<'static> {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
