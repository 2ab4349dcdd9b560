//! What a request says about who sent it, and in which attempt.
//!
//! Every current AWS SDK sends `amz-sdk-invocation-id`, the same for all attempts of a call, and
//! `amz-sdk-request: ttl=…; attempt=2; max=3`. Both are hints: other clients send neither, and some
//! SDKs leave out `max`.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::SystemTime;

use http::request::Parts;
use tokio::time::Instant;

use crate::auth;
use crate::ledger::{Exchange, Protocol};

/// The connection that a request came by; the door leaves it in the request's extensions.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    /// Its place among the door's connections, from 0.
    pub number: u64,
    /// The address at its other end, without the port.
    pub host: Arc<str>,
    /// What is spoken on it.
    pub protocol: Protocol,
    /// Who is at its other end.
    pub client: Arc<Client>,
}

/// What is known of the client at the other end of a connection.
#[derive(Debug, Default)]
pub(crate) struct Client {
    /// What it has last called itself.
    ///
    /// It says so in every request, and mostly the same; a ledger of thousands of exchanges need not hold
    /// as many copies. Only requests of the same connection meet at this lock.
    name: Mutex<Option<Arc<str>>>,
    /// When it shut its side, and with it perhaps the whole connection.
    left: OnceLock<Instant>,
}

impl Client {
    /// Takes note that it has shut its side, unless that is known.
    pub(crate) fn leave(&self, at: Instant) {
        self.left.get_or_init(|| at);
    }

    /// When it shut its side, if it has.
    pub(crate) fn left(&self) -> Option<Instant> {
        self.left.get().copied()
    }

    fn named(&self, user_agent: &str) -> Arc<str> {
        let mut last = self.name.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some(name) if **name == *user_agent => name.clone(),
            _ => last.insert(user_agent.into()).clone(),
        }
    }
}

impl Connection {
    /// The connection with this number, from this host; what is spoken on it is yet to be heard.
    pub(crate) fn new(number: u64, host: impl Into<Arc<str>>) -> Self {
        Connection { number, host: host.into(), protocol: Protocol::H1, client: Arc::default() }
    }

    /// The same connection, on which this is spoken.
    pub(crate) fn speaking(self, protocol: Protocol) -> Self {
        Connection { protocol, ..self }
    }
}

/// The caller's own account of an attempt.
#[derive(Clone, Debug, Default)]
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
    pub user_agent: Option<Arc<str>>,
    /// The trace that it belongs to, in X-Ray's notation or W3C's.
    pub trace: Option<String>,
    /// The time that it signed with, by its own clock.
    pub signed_at: Option<SystemTime>,
}

/// The most characters of a trace header that are kept: X-Ray's with every key that AWS's services add has some 150.
const TRACE_CHARS: usize = 256;

impl Caller {
    /// What this head says.
    ///
    /// Its headers are few and gone through once, which is less than to look each of these up.
    pub(crate) fn of(head: &Parts) -> Self {
        let connection = head.extensions.get::<Connection>();
        let mut caller = Caller {
            protocol: connection.map_or(Protocol::Memory, |connection| connection.protocol),
            connection: connection.cloned(),
            ..Caller::default()
        };
        for (name, value) in &head.headers {
            caller.read(name.as_str(), || str::from_utf8(value.as_bytes()).ok());
        }
        caller
    }

    /// Takes a header in whose text is only looked at if it is one of these.
    fn read<'a>(&mut self, name: &str, text: impl Fn() -> Option<&'a str>) {
        match name {
            Exchange::FLOW_HEADER => self.flow = text().map(str::to_owned),
            "amz-sdk-invocation-id" => self.invocation_id = text().map(str::to_owned),
            "amz-sdk-request" => (self.attempt, self.max_attempts) = text().map(attempts).unwrap_or_default(),
            "user-agent" => {
                let connection = self.connection.as_ref();
                let shared = |name: &str| {
                    connection.map_or_else(|| name.into(), |connection| connection.client.named(name))
                };
                self.user_agent = text().map(shared);
            }
            auth::DATE => self.signed_at = text().and_then(auth::signed_at),
            // X-Ray's word counts before W3C's, wherever it stands.
            "x-amzn-trace-id" => self.trace = text().map(cut).or_else(|| self.trace.take()),
            "traceparent" => self.trace = self.trace.take().or_else(|| text().map(cut)),
            _ => {}
        }
    }
}

/// The attempt and the most attempts in `attempt=1; max=3`.
fn attempts(list: &str) -> (Option<u32>, Option<u32>) {
    let (mut attempt, mut most) = (None, None);
    for pair in list.as_bytes().split(|byte| *byte == b';') {
        let pair = pair.trim_ascii();
        if let Some(value) = pair.strip_prefix(b"attempt=") {
            attempt = number(value);
        } else if let Some(value) = pair.strip_prefix(b"max=") {
            most = number(value);
        }
    }
    (attempt, most)
}

fn number(digits: &[u8]) -> Option<u32> {
    str::from_utf8(digits).ok()?.parse().ok()
}

fn cut(text: &str) -> String {
    text.chars().take(TRACE_CHARS).collect()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn a_client_is_named_once_for_each_name_that_it_has() {
        let client = Client::default();
        let [one, again, other] = ["one", "one", "other"].map(|name| client.named(name));
        assert!(Arc::ptr_eq(&one, &again));
        assert_eq!((&*one, &*other), ("one", "other"));
    }

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
