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
    /// The time that it signed with, by its own clock.
    pub signed_at: Option<SystemTime>,
}

const FLOW: HeaderName = HeaderName::from_static(Exchange::FLOW_HEADER);
const INVOCATION_ID: HeaderName = HeaderName::from_static("amz-sdk-invocation-id");
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
            signed_at: text(auth::DATE).and_then(auth::signed_at),
        }
    }
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
}
