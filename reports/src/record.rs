//! What one request did: the hinge of the house.
//!
//! The load side writes a [`Record`] for each request as it finishes; figures, gates, traces and
//! pages only ever read them. So a record holds times and facts, never a conclusion that a reader
//! could draw for itself, and names rather than table indices, so that `zstdcat | jq` is a reader too.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::job::Job;
use crate::units::Nanos;

/// A short text shared by many records: a flow, a stage, a model, a region, an error code.
pub type Name = Arc<str>;

/// One thing that a caller wanted, from the time it was due to the last byte of its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Place in the order of the schedule, from 0. Unique in a run.
    pub id: u64,
    /// The flow that wanted it.
    pub flow: Name,
    /// The stage in which it was due.
    pub stage: Name,
    /// When the schedule wanted it sent.
    pub due: Nanos,
    /// When the harness handed it to the client.
    pub sent: Nanos,
    /// When it was over, for better or worse.
    pub done: Nanos,
    /// How it ended.
    pub outcome: Outcome,
    /// One SDK operation each; more than one after a restart, a hedge or a fallback.
    pub calls: Vec<Call>,
    /// The model that the client's routing chose, where that is not the flow's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub routed: Option<Name>,
    /// What the client's policies decided on the way, in order of time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decision>,
    /// What it did in its queue, if it is a job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<Box<Job>>,
}

/// Something that a policy of the client decided about a request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// When.
    pub at: Nanos,
    /// What.
    #[serde(flatten)]
    pub deed: Deed,
}

/// What a policy can decide. Moves to another destination stand in the calls themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "deed")]
pub enum Deed {
    /// The gateway in front of the flow refused the request; it has no calls.
    GatewayRefused {
        /// The status that the gateway answered with.
        status: u16,
        /// The gateway's error type.
        code: Name,
    },
    /// The gateway's integration limit was over before the client was: its caller got a 504.
    GatewayTimedOut,
    /// The client's own rate limit held the request, or one call of it, back.
    Paced {
        /// For how long.
        wait: Nanos,
    },
    /// The client's own rate limit turned the request away.
    Shed,
    /// A circuit breaker let no call through to a destination.
    BreakerRefused {
        /// The destination's model.
        model: Name,
        /// The destination's region.
        region: Name,
    },
    /// A circuit breaker went from one state to another.
    BreakerMoved {
        /// The destination's model.
        model: Name,
        /// The destination's region.
        region: Name,
        /// From this state.
        from: BreakerState,
        /// To this one.
        to: BreakerState,
    },
    /// A client that had moved to another region asked its first one again.
    ReturnTried {
        /// The first region.
        region: Name,
    },
    /// A second call was made while the first had given nothing yet.
    Hedged,
    /// A state machine waited before it retried.
    Slept {
        /// For how long.
        wait: Nanos,
    },
    /// A fallback was due, but its budget of calls or of time was spent.
    BudgetSpent,
}

/// The states of a circuit breaker, as resilience4j names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BreakerState {
    /// Calls pass.
    Closed,
    /// No call passes.
    Open,
    /// A few calls pass, to find out whether all may.
    HalfOpen,
}

/// How a request ended, in the four words of every chart and table, and one for the interrupted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The first attempt of the first call answered.
    FirstTry,
    /// A later attempt of the first call answered.
    Retried,
    /// A later call, in another region or to another model, answered.
    FellBack,
    /// Nothing answered.
    Failed,
    /// The run was interrupted before it was over; counted, but judged by no gate.
    Abandoned,
}

impl Outcome {
    /// Whether the caller got a whole answer.
    pub fn answered(self) -> bool {
        matches!(self, Outcome::FirstTry | Outcome::Retried | Outcome::FellBack)
    }

    /// Whether anything went wrong on the way: it failed, was retried or fell back.
    pub fn in_trouble(self) -> bool {
        matches!(self, Outcome::Retried | Outcome::FellBack | Outcome::Failed)
    }
}

/// One SDK operation at one destination, with the attempts that the SDK's retry loop made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Call {
    /// Why it was made.
    #[serde(default, skip_serializing_if = "Reason::is_first")]
    pub reason: Reason,
    /// Which of Bedrock's operations.
    pub operation: Operation,
    /// The scenario's name of the model.
    pub model: Name,
    /// The region that was asked.
    pub region: Name,
    /// When the SDK was called.
    pub sent: Nanos,
    /// When the SDK had the first byte of an answer (the headers, for a stream).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_byte: Option<Nanos>,
    /// The first non-empty content: text, reasoning or tool input; streams only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_content: Option<Nanos>,
    /// The last non-empty content; streams only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_content: Option<Nanos>,
    /// When the call was over.
    pub done: Nanos,
    /// How it ended.
    pub end: CallEnd,
    /// The service's own count of tokens.
    #[serde(default, skip_serializing_if = "Tokens::is_none")]
    pub tokens: Tokens,
    /// The service did not come to tell, and `tokens` is the client's estimate from what it had sent and received.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub tokens_estimated: bool,
    /// Gaps between content events in microseconds; streams only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gaps_us: Vec<u32>,
    /// HTTP exchanges, in order; of an asynchronous invocation, those that started it.
    pub attempts: Vec<Attempt>,
    /// How often the client asked whether it was over; asynchronous invocations only.
    #[serde(default, skip_serializing_if = "is_none_at_all")]
    pub polls: u32,
}

/// Why a call was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// It is the request's first.
    #[default]
    First,
    /// The call before failed, and this one asks another region for the same model.
    Failover,
    /// The call before failed, and this one asks another model.
    Fallback,
    /// The stream before broke, and this one asks the same destination again.
    Restart,
    /// A state machine's retrier sent the request again.
    Retry,
    /// The call before was slow, and this one races it.
    Hedge,
}

impl Reason {
    /// Whether nothing had gone before.
    pub fn is_first(&self) -> bool {
        *self == Reason::First
    }
}

/// The ways to ask a Bedrock model.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// `Converse`
    Converse,
    /// `ConverseStream`
    ConverseStream,
    /// `InvokeModel`
    Invoke,
    /// `InvokeModelWithResponseStream`
    InvokeStream,
    /// `StartAsyncInvoke`, and `GetAsyncInvoke` until it is over
    AsyncInvoke,
}

impl Operation {
    /// All of them, in the order of the documentation.
    pub const ALL: [Operation; 5] = [
        Operation::Converse,
        Operation::ConverseStream,
        Operation::Invoke,
        Operation::InvokeStream,
        Operation::AsyncInvoke,
    ];

    /// Those that answer in the exchange that asks.
    pub const AT_ONCE: [Operation; 4] =
        [Operation::Converse, Operation::ConverseStream, Operation::Invoke, Operation::InvokeStream];

    /// Whether the answer arrives as a stream of events, and so has a time to first token.
    pub fn streams(self) -> bool {
        matches!(self, Operation::ConverseStream | Operation::InvokeStream)
    }

    /// The word for it in scenarios and records.
    pub fn name(self) -> &'static str {
        match self {
            Operation::Converse => "converse",
            Operation::ConverseStream => "converse_stream",
            Operation::Invoke => "invoke",
            Operation::InvokeStream => "invoke_stream",
            Operation::AsyncInvoke => "async_invoke",
        }
    }

    /// The service's own name of the operation.
    pub fn aws_name(self) -> &'static str {
        match self {
            Operation::Converse => "Converse",
            Operation::ConverseStream => "ConverseStream",
            Operation::Invoke => "InvokeModel",
            Operation::InvokeStream => "InvokeModelWithResponseStream",
            Operation::AsyncInvoke => "StartAsyncInvoke",
        }
    }
}

/// How a call ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CallEnd {
    /// A whole answer, with the reason why the model stopped.
    Answered {
        /// The service's word: `end_turn`, `max_tokens`, …
        stop_reason: Name,
    },
    /// No whole answer.
    Failed(Failure),
    /// Given up by the client, because another call of the request had answered.
    Cancelled,
}

/// Why a call gave no whole answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// The kind, told apart as a caller would act on it.
    pub class: FailureClass,
    /// The service's error code, where it gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<Name>,
    /// What was said, cut to 300 characters. Untrusted text.
    pub message: String,
    /// The error was one that the SDK retries and attempts were left, but its retry quota was dry.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retry_refused: bool,
}

/// The kinds of failure, told apart as a caller would act on them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// Over a quota (429 and its relatives): wait, or spill over.
    Throttled,
    /// No capacity (503): another region or model may have some.
    Unavailable,
    /// The service broke (500, 502, 504, 424).
    ServerError,
    /// A time limit of the client, or `ModelTimeoutException`.
    Timeout,
    /// No connection, or it was cut.
    Connection,
    /// An error inside the event stream, or a frame that could not be read.
    StreamBroken,
    /// The stream ended cleanly but without its closing event.
    StreamIncomplete,
    /// The request itself was refused (400, 404): retrying cannot help.
    Rejected,
    /// Credentials or permissions (401, 403).
    Denied,
    /// An answer that could not be understood.
    Unparsable,
    /// The request could not even be made from the scenario's values.
    Unsendable,
}

impl FailureClass {
    /// The word for it in tables.
    pub fn name(self) -> &'static str {
        match self {
            FailureClass::Throttled => "throttled",
            FailureClass::Unavailable => "unavailable",
            FailureClass::ServerError => "server error",
            FailureClass::Timeout => "timeout",
            FailureClass::Connection => "connection",
            FailureClass::StreamBroken => "stream broken",
            FailureClass::StreamIncomplete => "stream incomplete",
            FailureClass::Rejected => "rejected",
            FailureClass::Denied => "denied",
            FailureClass::Unparsable => "unparsable",
            FailureClass::Unsendable => "unsendable",
        }
    }
}

/// Tokens as the service counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    /// Read by the model.
    pub input: u64,
    /// Written by the model.
    pub output: u64,
}

impl Tokens {
    /// Whether the service counted none, as when it refused the request.
    pub fn is_none(&self) -> bool {
        *self == Tokens::default()
    }
}

/// One HTTP exchange inside a call, made by the SDK's own retry loop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attempt {
    /// From 1, as in `amz-sdk-request`.
    pub number: u32,
    /// The wait before it, from the end of the attempt before; zero for the first.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub backoff: Nanos,
    /// When the SDK began it.
    pub sent: Nanos,
    /// When the SDK was done with it: the end of the answer, or of the headers of a stream.
    pub done: Nanos,
    /// The HTTP status; none where no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The service's error code, or the kind of a connection error; none on success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Name>,
    /// The service's id of the exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Name>,
    /// The scenario's name of the fault that struck it, where the cloud was ours to ask.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<Name>,
}

impl Attempt {
    /// Whether the service said that it was over a quota.
    pub fn throttled(&self) -> bool {
        self.status == Some(429) || self.error.as_deref().is_some_and(is_throttling_code)
    }

    /// Whether the service took it up: a stream that breaks later was accepted all the same.
    pub fn accepted(&self) -> bool {
        self.status.is_some_and(|status| (200..300).contains(&status))
    }

    /// The time that the exchange itself took.
    pub fn length(&self) -> Nanos {
        self.done.since(self.sent)
    }
}

impl Record {
    /// From due to done: what the caller felt, so that coordinated omission cannot hide in it.
    pub fn latency(&self) -> Nanos {
        self.done.since(self.due)
    }

    /// From the first call to done: what a stopwatch around the call would show, and no wait before it. Of a job, from
    /// when a worker first had it.
    pub fn service_time(&self) -> Nanos {
        self.done.since(self.called())
    }

    /// When the first call was made. A job counts from when a worker first had it: what it waits for between two deliveries
    /// is no queue of the caller's own.
    pub fn called(&self) -> Nanos {
        self.calls.first().filter(|_| self.job.is_none()).map_or(self.sent, |call| call.sent)
    }

    /// When nothing of it was under way any more. A gateway answers before that, when its patience is over.
    pub fn over(&self) -> Nanos {
        self.calls.iter().map(|call| call.done).fold(self.done, Nanos::max)
    }

    /// How late the harness itself was.
    pub fn schedule_delay(&self) -> Nanos {
        self.sent.since(self.due)
    }

    /// The first content of the call that answered.
    pub fn first_content(&self) -> Option<Nanos> {
        self.answer().and_then(|call| call.first_content)
    }

    /// The call that gave the whole answer, if one did. Of a job, the one whose result was stored first.
    pub fn answer(&self) -> Option<&Call> {
        let calls = self.job.as_ref().map_or(&self.calls[..], |job| job.answering(&self.calls));
        calls.iter().rev().find(|call| matches!(call.end, CallEnd::Answered { .. }))
    }

    /// Why the last call failed, if it did. A call that was given up for another is not the last.
    pub fn failure(&self) -> Option<&Failure> {
        let end = self.calls.iter().rev().map(|call| &call.end).find(|end| **end != CallEnd::Cancelled)?;
        match end {
            CallEnd::Failed(failure) => Some(failure),
            CallEnd::Answered { .. } | CallEnd::Cancelled => None,
        }
    }

    /// Every attempt of every call, in order.
    pub fn attempts(&self) -> impl Iterator<Item = &Attempt> {
        self.calls.iter().flat_map(|call| &call.attempts)
    }
}

/// The error codes that every AWS SDK treats as throttling (aws-runtime 1.10, `retries/classifiers.rs`).
pub const THROTTLING_CODES: [&str; 14] = [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottledException",
    "TooManyRequestsException",
    "ProvisionedThroughputExceededException",
    "TransactionInProgressException",
    "RequestLimitExceeded",
    "BandwidthLimitExceeded",
    "LimitExceededException",
    "RequestThrottled",
    "SlowDown",
    "PriorRequestNotComplete",
    "EC2ThrottledException",
];

/// Whether an error code means throttling to every AWS SDK.
pub fn is_throttling_code(code: &str) -> bool {
    THROTTLING_CODES.contains(&code)
}

fn is_none_at_all(count: &u32) -> bool {
    *count == 0
}

fn is_zero(nanos: &Nanos) -> bool {
    *nanos == Nanos::ZERO
}
