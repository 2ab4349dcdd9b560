//! The error that a fault asks a service for.

use std::borrow::Cow;

use http::{HeaderName, HeaderValue, StatusCode};

/// An error, before it is in a service's words.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Refusal {
    /// Why the service will not answer.
    pub reason: Reason,
    /// What the error says.
    pub message: Cow<'static, str>,
    /// Whether these are the scenario's words. The others are Bedrock's, for which another service has its own.
    pub own_words: bool,
    /// How long the client is asked to wait before its next attempt, in milliseconds.
    pub retry_after_ms: Option<u64>,
    /// What else stands in its head.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl Refusal {
    /// A refusal that asks for no wait.
    pub(crate) fn new(reason: Reason, message: impl Into<Cow<'static, str>>) -> Self {
        let (message, headers) = (message.into(), Vec::new());
        Refusal { reason, message, own_words: false, retry_after_ms: None, headers }
    }
}

/// Why a service will not answer. Each service has its own status and code for the first three.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    /// The caller asks for more than its quota.
    Throttled,
    /// The service has no room at present.
    Unavailable,
    /// The service broke.
    Internal,
    /// What the fault says, word for word.
    Said {
        /// The HTTP status.
        status: StatusCode,
        /// The error's code; an empty one is not named.
        code: Cow<'static, str>,
    },
}
