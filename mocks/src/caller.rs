//! What a request says about who sent it, and in which attempt.
//!
//! Every current AWS SDK sends `amz-sdk-invocation-id`, the same for all attempts of a call, and
//! `amz-sdk-request: ttl=…; attempt=2; max=3`. Both are hints: other clients send neither, and some
//! SDKs leave out `max`.

use std::sync::Arc;
use std::time::SystemTime;

use http::HeaderName;
use http::header::USER_AGENT;
use http::request::Parts;

use crate::auth;
use crate::ledger::{Exchange, Protocol};

/// The connection that a request came by; the door leaves it in the request's extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Connection {
    /// Its place among the door's connections, from 0.
    pub number: u64,
    /// The address at its other end, without the port.
    pub host: Arc<str>,
}

/// The caller's own account of an attempt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Caller {
    /// How it reached the cloud, as the door says.
    pub protocol: Protocol,
    /// The connection that carried it; none in memory.
    pub connection: Option<Connection>,
    /// The flow that the harness names.
    pub flow: Option<String>,
    /// One for all attempts of a call.
    pub invocation_id: Option<String>,
    /// The attempt, from 1.
    pub attempt: Option<u32>,
    /// The most attempts that the client would make.
    pub max_attempts: Option<u32>,
    /// The client's name for itself.
    pub user_agent: Option<String>,
    /// The trace that it belongs to, in X-Ray's notation or W3C's.
    pub trace: Option<String>,
    /// The time that it signed with, by its own clock.
    pub signed_at: Option<SystemTime>,
}

const FLOW: HeaderName = HeaderName::from_static(Exchange::FLOW_HEADER);
const INVOCATION_ID: HeaderName = HeaderName::from_static("amz-sdk-invocation-id");
const XRAY_TRACE: HeaderName = HeaderName::from_static("x-amzn-trace-id");
const W3C_TRACE: HeaderName = HeaderName::from_static("traceparent");
/// The most characters of a trace header that are kept: X-Ray's with every key that AWS's services add has some 150.
const TRACE_CHARS: usize = 256;
const ATTEMPTS: HeaderName = HeaderName::from_static("amz-sdk-request");

impl Caller {
    /// What this head says.
    pub(crate) fn of(head: &Parts) -> Self {
        let text = |name: HeaderName| head.headers.get(name).and_then(|value| value.to_str().ok());
        let attempts = text(ATTEMPTS).unwrap_or_default();
        Caller {
            protocol: head.extensions.get().copied().unwrap_or_default(),
            connection: head.extensions.get().cloned(),
            flow: text(FLOW).map(str::to_owned),
            invocation_id: text(INVOCATION_ID).map(str::to_owned),
            attempt: field(attempts, "attempt"),
            max_attempts: field(attempts, "max"),
            user_agent: text(USER_AGENT).map(str::to_owned),
            trace: text(XRAY_TRACE).or_else(|| text(W3C_TRACE)).map(cut),
            signed_at: text(auth::DATE).and_then(auth::signed_at),
        }
    }
}

fn cut(text: &str) -> String {
    text.chars().take(TRACE_CHARS).collect()
}

fn field(list: &str, name: &str) -> Option<u32> {
    list.split(';')
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then(|| value.parse().ok())?)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn attempts_as_sdks_write_them() {
        let cases = [
            ("attempt=1; max=3", (Some(1), Some(3))),
            ("ttl=20260101T000000Z; attempt=2; max=3", (Some(2), Some(3))),
            ("attempt=1", (Some(1), None)),
            ("attempt=many;max=-1", (None, None)),
            ("", (None, None)),
        ];
        for (header, expected) in cases {
            let request = Request::builder().header("amz-sdk-request", header).body(()).unwrap();
            let caller = Caller::of(&request.into_parts().0);
            assert_eq!((caller.attempt, caller.max_attempts), expected, "{header}");
        }
    }

    #[test]
    fn a_trace_is_kept_in_the_notation_that_it_came_in() {
        let xray = "Root=1-58406520-a006649127e371903a2de979;Parent=53995c3f42cd8ad8;Sampled=1";
        let w3c = "00-58406520a006649127e371903a2de979-53995c3f42cd8ad8-01";
        for (headers, expected) in [
            (&[("x-amzn-trace-id", xray), ("traceparent", w3c)][..], Some(xray)),
            (&[("traceparent", w3c)], Some(w3c)),
            (&[], None),
        ] {
            let request = headers
                .iter()
                .fold(Request::builder(), |request, (name, value)| request.header(*name, *value));
            let caller = Caller::of(&request.body(()).unwrap().into_parts().0);
            assert_eq!(caller.trace.as_deref(), expected);
        }
    }
}
