//! What a fault may decide about a request.

use std::borrow::Cow;
use std::time::Duration;

/// One fault's decision about one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The fault lets it be.
    Pass,
    /// The service takes this much longer to begin; later faults still speak.
    Delay(Duration),
    /// The service answers with an error; later faults are not asked.
    Refuse(Refusal),
}

/// An error that a fault asks the service for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// Why the service will not answer.
    pub reason: Reason,
    /// What the error says.
    pub message: Cow<'static, str>,
    /// How long the client is asked to wait before its next attempt, in milliseconds.
    pub retry_after_ms: Option<u64>,
}

/// Why a service will not answer. Each service has its own status and code for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The caller asks for more than its quota.
    Throttled,
    /// The service has no room at present.
    Unavailable,
    /// The service broke.
    Internal,
}
