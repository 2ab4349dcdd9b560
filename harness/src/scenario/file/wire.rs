//! `wire:` of a client

use schemars::JsonSchema;

use crate::scenario::decode::{Optional, choice, record};
use crate::scenario::defaults;
use crate::scenario::leaf::{Positive, Time, Whole};

/// A client of bedload's own in the place of the SDK, for when the load itself is the point: the same operations, signed
/// and read at a fraction of the processor time. What it does about failures says nothing of any SDK. Asynchronous
/// invocations need the SDK.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Wire {
    /// The version of HTTP.
    #[schemars(extend("default" = "http1"))]
    pub http: Optional<WireHttp>,
    /// How it retries what the SDK would retry. It has no retry quota.
    pub retry: Optional<WireRetry>,
}

record!(Wire { http, retry });

/// The version of HTTP that a wire client speaks.
#[derive(Debug, JsonSchema)]
#[schemars(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum WireHttp {
    /// HTTP/1.1: a connection for each request in flight.
    Http1,
    /// HTTP/2; at `http://` addresses with prior knowledge.
    Http2(Http2),
}

choice!(WireHttp: "a version of HTTP" { http1: Http1; http2: Http2 });

/// HTTP/2.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct Http2 {
    /// The connections that requests are spread over, in each region.
    #[schemars(extend("default" = defaults::HTTP2_CONNECTIONS))]
    pub connections: Optional<Whole<1, 1000>>,
}

record!(Http2 { connections });

/// Exponential backoff with full jitter. A wait that the service asks for in `x-amz-retry-after` is kept, up to `max`.
#[derive(Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub(crate) struct WireRetry {
    /// The most attempts of one call, the first included; one is no retry.
    #[schemars(extend("default" = defaults::ATTEMPTS))]
    pub attempts: Optional<Whole<1, 20>>,
    /// The longest wait after the first attempt; it doubles with each further one.
    #[schemars(extend("default" = Time::written(defaults::WIRE_BASE)))]
    pub base: Optional<Positive<Time>>,
    /// The longest wait of all.
    #[schemars(extend("default" = Time::written(defaults::MAX_BACKOFF)))]
    pub max: Optional<Positive<Time>>,
}

record!(WireRetry { attempts, base, max });
