//! OTLP, over HTTP or gRPC.
//!
//! A unary gRPC call is an HTTP/2 POST with five bytes before its body and a status in its trailers; that is less to
//! keep than tonic and its tree would be, and both ways share one stack.

mod encode;
mod metrics;
pub mod settings;

use std::io::Write;

use bedload_reports::trace::metrics::Metrics;
use bytes::{BufMut, Bytes, BytesMut};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE, TE};
use http::{HeaderValue, Request};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use opentelemetry_proto::tonic::resource::v1::Resource;
use prost::Message;

use super::http::{Answer, Http};
use super::receiver::{Item, Reply, Room};
use super::sign::Signer;
use settings::{Protocol, Settings};

pub(super) use encode::{resource, spans};
pub(super) use metrics::Window;

/// The method of gRPC's service of traces.
const SPANS: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
/// The method of gRPC's service of metrics.
const METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";
/// The header before a gRPC message: compressed or not, and its length.
const PREFIX_BYTES: usize = 5;
/// gRPC's codes after which a client may come again (OTLP specification, "failures").
const COME_AGAIN: [&str; 7] = ["1", "4", "8", "10", "11", "14", "15"];

/// A receiver of OTLP.
#[derive(Debug)]
pub(super) struct Otlp {
    pub http: Http,
    /// For X-Ray's own endpoint.
    pub signer: Option<Signer>,
    pub resource: Resource,
    pub settings: Settings,
}

impl Otlp {
    /// The data points of all metrics of a run.
    pub(super) fn points(metrics: &Metrics) -> u64 {
        metrics::points(metrics)
    }

    pub(super) fn room(&self) -> Room {
        Room { items: usize::MAX, spans: self.settings.most_spans }
    }

    pub(super) async fn send(&self, batch: &[Item]) -> Reply {
        let spans = batch.iter().filter_map(|item| match item {
            Item::Trace(spans) => Some(spans.clone()),
            Item::Document(_) => None,
        });
        let message = encode::request(&self.resource, spans.flatten().collect()).encode_to_vec();
        self.post(&message, &self.settings.url, SPANS).await
    }

    /// Sends all metrics of a run. X-Ray's endpoint takes none.
    pub(super) async fn send_metrics(&self, metrics: &Metrics, window: Window) -> Option<Reply> {
        let url = self.settings.metrics_url.as_ref().filter(|_| self.signer.is_none())?;
        let message = metrics::request(&self.resource, metrics, window).encode_to_vec();
        Some(self.post(&message, url, METRICS).await)
    }

    async fn post(&self, message: &[u8], url: &str, method: &str) -> Reply {
        let request = match self.request(message, url, method) {
            Ok(request) => request,
            Err(why) => return Reply::Refused(why),
        };
        let request = match self.signed(request).await {
            Ok(request) => request,
            Err(why) => return Reply::NotNow { why, after: None, maybe_there: false },
        };
        match (self.http.send(request).await, self.settings.protocol) {
            (Err(reply), _) => reply,
            (Ok(answer), Protocol::Http) => answer.refusal().unwrap_or_else(|| took(&answer.body)),
            (Ok(answer), Protocol::Grpc) => grpc(&answer),
        }
    }

    fn request(&self, message: &[u8], url: &str, method: &str) -> Result<Request<Bytes>, String> {
        let gzip = self.settings.gzip;
        let packed =
            if gzip { gzipped(message).map_err(|error| error.to_string())? } else { message.to_vec() };
        let mut request = match self.settings.protocol {
            Protocol::Http => Request::post(url).header(CONTENT_TYPE, "application/x-protobuf"),
            Protocol::Grpc => Request::post(format!("{url}{method}"))
                .header(CONTENT_TYPE, "application/grpc")
                .header(TE, "trailers"),
        };
        for (name, value) in &self.settings.headers {
            request = request.header(name, value);
        }
        let body = match self.settings.protocol {
            Protocol::Http => Bytes::from(packed),
            Protocol::Grpc => framed(&packed, gzip),
        };
        let mut request = request.body(body).map_err(|error| error.to_string())?;
        if gzip {
            let name = match self.settings.protocol {
                Protocol::Http => CONTENT_ENCODING,
                Protocol::Grpc => http::HeaderName::from_static("grpc-encoding"),
            };
            request.headers_mut().insert(name, HeaderValue::from_static("gzip"));
        }
        Ok(request)
    }

    async fn signed(&self, mut request: Request<Bytes>) -> Result<Request<Bytes>, String> {
        if let Some(signer) = &self.signer {
            signer.sign(&mut request).await.map_err(|error| error.to_string())?;
        }
        Ok(request)
    }
}

fn gzipped(message: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut out = GzEncoder::new(Vec::new(), Compression::default());
    out.write_all(message)?;
    out.finish()
}

fn framed(message: &[u8], compressed: bool) -> Bytes {
    let mut framed = BytesMut::with_capacity(PREFIX_BYTES + message.len());
    framed.put_u8(compressed.into());
    framed.put_u32(u32::try_from(message.len()).unwrap_or(u32::MAX));
    framed.put_slice(message);
    framed.freeze()
}

/// What a receiver that took a batch says of what it did not take. The answers about spans and about metrics have the same
/// fields, so one type reads both.
fn took(body: &[u8]) -> Reply {
    match ExportTraceServiceResponse::decode(body) {
        Ok(response) => {
            let partial = response.partial_success.unwrap_or_default();
            let rejected = u64::try_from(partial.rejected_spans).unwrap_or(0);
            let said = Some(partial.error_message).filter(|message| !message.is_empty());
            Reply::Taken { rejected, trouble: said }
        }
        // It answered 200, so it has them; what it says beside that is its own affair.
        Err(error) => Reply::Taken { rejected: 0, trouble: Some(format!("the answer is no OTLP: {error}")) },
    }
}

/// gRPC answers 200 to everything; its own status stands in the trailers, or in the head where there is no body.
fn grpc(answer: &Answer) -> Reply {
    if let Some(refusal) = answer.refusal() {
        return refusal;
    }
    let text = |name: &str| {
        let value = answer.trailers.get(name).or_else(|| answer.headers.get(name));
        value.and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    };
    let (status, message) = (text("grpc-status"), text("grpc-message"));
    let why = || format!("gRPC status {status}: {message}");
    match &*status {
        "0" => took(answer.body.get(PREFIX_BYTES..).unwrap_or_default()),
        again if COME_AGAIN.contains(&again) => Reply::NotNow { why: why(), after: None, maybe_there: false },
        "" => Reply::NotNow { why: "no gRPC status".to_owned(), after: None, maybe_there: true },
        _ => Reply::Refused(why()),
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderName, StatusCode};
    use opentelemetry_proto::tonic::collector::trace::v1::ExportTracePartialSuccess;

    use super::*;

    fn partial(rejected_spans: i64, message: &str) -> Vec<u8> {
        let error_message = message.to_owned();
        let partial_success = Some(ExportTracePartialSuccess { rejected_spans, error_message });
        ExportTraceServiceResponse { partial_success }.encode_to_vec()
    }

    #[test]
    fn rejected_spans_are_counted() {
        assert_eq!(took(&[]), Reply::Taken { rejected: 0, trouble: None });
        let reply = took(&partial(3, "too old"));
        assert_eq!(reply, Reply::Taken { rejected: 3, trouble: Some("too old".to_owned()) });
    }

    #[test]
    fn a_grpc_status_is_read_from_the_trailers() {
        let answer = |status: Option<&'static str>| Answer {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            trailers: status
                .map(|code| (HeaderName::from_static("grpc-status"), HeaderValue::from_static(code)))
                .into_iter()
                .collect(),
            body: framed(&partial(1, ""), false),
        };
        assert_eq!(grpc(&answer(Some("0"))), Reply::Taken { rejected: 1, trouble: None });
        assert!(matches!(grpc(&answer(Some("14"))), Reply::NotNow { maybe_there: false, .. }));
        assert!(matches!(grpc(&answer(Some("3"))), Reply::Refused(_)));
        assert!(matches!(grpc(&answer(None)), Reply::NotNow { maybe_there: true, .. }));
    }
}
