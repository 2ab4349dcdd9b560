//! What went wrong: the errors that attempts met, and why nothing answered a request.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::record::{FailureClass, Name};
use crate::units::Nanos;

/// Attempts that ended in the same error for the same reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ErrorRow {
    /// HTTP status; none where no answer came.
    pub status: Option<u16>,
    /// The error code.
    pub error: Name,
    /// How many attempts.
    pub attempts: u64,
    /// How many in each region.
    pub regions: BTreeMap<Name, u64>,
    /// How many by the injected fault, if one caused them: it has a row of its own.
    pub faults: BTreeMap<Name, u64>,
    /// How many at each destination, by model, then region.
    #[serde(default)]
    pub destinations: BTreeMap<Name, BTreeMap<Name, u64>>,
    /// How many ended in each [`ERROR_PARTS`]th of the planned run; the last holds what ended later.
    #[serde(default)]
    pub times: Vec<u64>,
    /// How the requests ended that met it at least once.
    #[serde(default)]
    pub met: Met,
    /// When the first of them ended.
    pub first: Nanos,
    /// When the last of them ended.
    pub last: Nanos,
}

/// Equal parts of the planned run in which errors are counted.
pub const ERROR_PARTS: usize = 60;

/// How the requests ended that met an error. One that met two counts with both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    /// Answered by a later attempt.
    pub retried: u64,
    /// Answered by a later call.
    pub fell_back: u64,
    /// Not answered.
    pub failed: u64,
    /// Answered by the first attempt of another call, or cut off.
    pub other: u64,
}

impl Met {
    /// All of them.
    pub fn requests(self) -> u64 {
        self.retried + self.fell_back + self.failed + self.other
    }
}

/// Requests that failed in the same way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FailureRow {
    /// The kind.
    pub class: Cause,
    /// How many requests.
    pub requests: u64,
    /// What the first of them was told. Untrusted text.
    pub message: String,
    /// The first of them.
    pub example: u64,
}

/// Why nothing answered a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cause {
    /// Its calls failed, the last of them like this.
    Call(FailureClass),
    /// A policy ended it.
    Refusal(Refusal),
}

/// How a policy of the client, or the gateway in front of it, ends a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// The gateway answered it, before any call.
    GatewayRefused,
    /// The gateway gave its caller up while the client still tried.
    GatewayTimedOut,
    /// The client's own rate limit turned it away.
    Shed,
    /// Every destination that was left was shut out by a circuit breaker.
    BreakerOpen,
    /// Its message was moved to the dead-letter queue, though no call had failed.
    DeadLettered,
    /// No queue holds the job any more, and no result is stored.
    Lost,
    /// Its queue still held the job when the run was over.
    Unfinished,
    /// The queue never took the job.
    NotEnqueued,
    /// No call was made, and no policy says why.
    NotSent,
}

impl Cause {
    /// The word for it in tables.
    pub fn name(self) -> &'static str {
        match self {
            Cause::Call(class) => class.name(),
            Cause::Refusal(Refusal::GatewayRefused) => "gateway refused",
            Cause::Refusal(Refusal::GatewayTimedOut) => "gateway timed out",
            Cause::Refusal(Refusal::Shed) => "shed",
            Cause::Refusal(Refusal::BreakerOpen) => "breaker open",
            Cause::Refusal(Refusal::DeadLettered) => "dead-lettered",
            Cause::Refusal(Refusal::Lost) => "lost",
            Cause::Refusal(Refusal::Unfinished) => "unfinished",
            Cause::Refusal(Refusal::NotEnqueued) => "not enqueued",
            Cause::Refusal(Refusal::NotSent) => "not sent",
        }
    }
}
