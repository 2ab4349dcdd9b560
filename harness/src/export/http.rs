//! One HTTP request with its answer, over the stack that the SDK uses too.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::ClientConfig;

use super::receiver::Reply;
use crate::clock::Clock;

/// The longest answer that is read.
const ANSWER_BYTES: usize = 1024 * 1024;
/// Characters of an answer that are kept to tell of it.
const TOLD: usize = 200;

/// An HTTP client.
#[derive(Clone, Debug)]
pub(super) struct Http {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    clock: Clock,
    timeout: Duration,
}

/// A whole answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub trailers: HeaderMap,
    pub body: Bytes,
}

impl Http {
    /// A client that waits for an answer so long; `h2` speaks HTTP/2 without being asked to, as gRPC does.
    pub(super) fn new(clock: Clock, timeout: Duration, tls: ClientConfig, h2: bool) -> Self {
        let builder = HttpsConnectorBuilder::new().with_tls_config(tls).https_or_http();
        let connector = if h2 { builder.enable_http2().build() } else { builder.enable_http1().build() };
        let client = Client::builder(TokioExecutor::new()).http2_only(h2).build(connector);
        Http { client, clock, timeout }
    }

    /// Sends a request; what comes back is an answer, or why there is none as a reply.
    pub(super) async fn send(&self, request: Request<Bytes>) -> Result<Answer, Reply> {
        match self.clock.within(Some(self.timeout), self.exchange(request.map(Full::new))).await {
            Some(answered) => answered,
            None => Err(gone(format!("no answer within {} ms", self.timeout.as_millis()), true)),
        }
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Answer, Reply> {
        let response = self.client.request(request).await.map_err(|error| {
            let why = std::iter::successors(Some(&error as &dyn std::error::Error), |error| error.source());
            let why = why.map(ToString::to_string).collect::<Vec<_>>().join(": ");
            gone(why, !error.is_connect())
        })?;
        let (head, body) = response.into_parts();
        let whole = Limited::new(body, ANSWER_BYTES).collect().await;
        let whole = whole.map_err(|error| gone(format!("the answer broke off: {error}"), true))?;
        let trailers = whole.trailers().cloned().unwrap_or_default();
        Ok(Answer { status: head.status, headers: head.headers, trailers, body: whole.to_bytes() })
    }
}

fn gone(why: String, maybe_there: bool) -> Reply {
    Reply::NotNow { why, after: None, maybe_there }
}

impl Answer {
    /// What a status that is no success says: to come again (429, 502, 503 and 504, as OTLP lists them), or not to.
    pub(super) fn refusal(&self) -> Option<Reply> {
        if self.status.is_success() {
            return None;
        }
        let why = format!("{}: {}", self.status, self.told());
        Some(match self.status.as_u16() {
            429 | 502 | 503 | 504 => Reply::NotNow { why, after: self.asked(), maybe_there: false },
            _ => Reply::Refused(why),
        })
    }

    /// The wait that the receiver asks for, in seconds; the form with a date is not read.
    fn asked(&self) -> Option<Duration> {
        let seconds = self.headers.get(http::header::RETRY_AFTER)?.to_str().ok()?.parse().ok()?;
        Some(Duration::from_secs(seconds))
    }

    fn told(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(TOLD).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, retry_after: Option<&'static str>) -> Answer {
        let headers =
            retry_after.map(|wait| (http::header::RETRY_AFTER, http::HeaderValue::from_static(wait)));
        Answer {
            status: StatusCode::from_u16(status).unwrap_or_default(),
            headers: headers.into_iter().collect(),
            trailers: HeaderMap::new(),
            body: Bytes::from_static(b"no\nroom"),
        }
    }

    #[test]
    fn a_status_says_whether_to_come_again() {
        assert_eq!(answer(200, None).refusal(), None);
        for status in [429, 502, 503, 504] {
            let refusal = answer(status, Some("7")).refusal();
            let Some(Reply::NotNow { after, maybe_there, .. }) = refusal else { unreachable!("{refusal:?}") };
            assert_eq!((after, maybe_there), (Some(Duration::from_secs(7)), false));
        }
        for status in [400, 401, 404, 413, 500] {
            assert!(matches!(answer(status, None).refusal(), Some(Reply::Refused(_))), "{status}");
        }
    }
}
