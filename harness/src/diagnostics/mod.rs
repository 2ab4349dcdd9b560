//! Diagnostics: what bedload and the AWS SDK did, seen from inside, as spans in the run folder.
//!
//! ```text
//! spans and events ─tracing─▶ filter ─▶ OpenTelemetry's layer ─▶ spool ═bounded═▶ one thread ─▶ diagnostics.jsonl
//! ```
//!
//! They are for whoever doubts the tool or its client: how the SDK came to give up, which layer of it took the time, what
//! bedload decided for request 4711, how long the page took to make. What was measured stands in the record alone, and
//! traces for other eyes are made from that; no figure is ever read from here. Four things follow.
//!
//! **Off, they cost a relaxed load.** Nobody subscribes unless `--diagnostics` asks, and a call site of `tracing` that nobody
//! has subscribed to looks at one number and goes on. There is no call site for the single event of a stream.
//!
//! **Their times are the wall's, and their ids the system's chance**, also in virtual time: they tell of this process, in
//! which a virtual hour may take two seconds, and two runs of one seed are two processes, which must not share a trace in
//! anybody's backend. Both are drawn inside of OpenTelemetry's crates, at this one place, and come to no other file. Where a
//! request's own time is of use it is an attribute (`at_s`), and `trace_id` names the trace that its attempts carry.
//!
//! **The run does not notice.** The SDK draws a number for each call's span from the generator that its backoff is drawn
//! from, so to listen would be to move every backoff after it: `jitter` puts the generator back.
//!
//! **Nothing is dropped.** The batch processor of `opentelemetry_sdk` drops what its queue has no room for and says so
//! nowhere; here whoever ends a span waits for room. In real time such a wait can bend the run, and so the account tells of it, as
//! of all that is missing.
//!
//! A request is the root of a trace of its own, as backends have little joy of one with a million spans; what the run does
//! beside its requests is one more. `--otlp` does not send them: it is for what was measured, with an account that must balance,
//! and an application's backend has no use for ten spans of the SDK's insides for each of its own. Each line is a whole
//! request of OTLP/JSON, as the Collector's file exporter writes it: what reads such files takes it as it is, and so does
//! any receiver's `/v1/traces`, line by line.

mod account;
mod error;
pub mod filter;
mod jitter;
mod outside;
mod spool;
mod writer;

use std::fs::File;
use std::path::Path;

use opentelemetry::KeyValue;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracerProvider, SpanLimits};
use tracing_subscriber::layer::SubscriberExt;

pub use account::Account;
pub use error::DiagnosticsError;
pub use spool::Recording;

use filter::Filter;
use jitter::StillJitter;
use outside::Outside;
use spool::Spool;

/// The file in a run folder.
pub const DIAGNOSTICS: &str = "diagnostics.jsonl";
/// Events that a span may have; what comes after them is counted. Some thousand arrivals that are dropped are told by then.
const EVENTS_PER_SPAN: u32 = 10_000;

/// Listens to everything in this process that the filter lets through.
#[derive(Debug)]
pub struct Diagnostics {
    spool: Spool,
    filter: Filter,
}

impl Diagnostics {
    /// Listens from here on, to the end of the process.
    ///
    /// # Errors
    /// Somebody listens already.
    pub fn listen(filter: &Filter) -> Result<Self, DiagnosticsError> {
        let spool = Spool::default();
        // All of it is said here, so that no `OTEL_*` variable can leave anything out.
        let limits = SpanLimits { max_events_per_span: EVENTS_PER_SPAN, ..SpanLimits::default() };
        let provider = SdkTracerProvider::builder()
            .with_sampler(Sampler::AlwaysOn)
            .with_span_limits(limits)
            .with_resource(Resource::builder_empty().build())
            .with_span_processor(spool.clone())
            .build();
        let layer = tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("bedload"))
            .with_location(false)
            .with_threads(false);
        // The innermost is asked last, so that what it is asked about will be.
        let subscriber = tracing_subscriber::registry()
            .with(StillJitter)
            .with(Outside(spool.clone()))
            .with(layer)
            .with(filter.targets().clone());
        tracing::subscriber::set_global_default(subscriber).map_err(|_| DiagnosticsError::Listening)?;
        Ok(Diagnostics { spool, filter: filter.clone() })
    }

    /// Writes what is told from here on into a folder, with a few words about the run that it tells of.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn record(
        &self,
        folder: &Path,
        about: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<Recording, DiagnosticsError> {
        let path = folder.join(DIAGNOSTICS);
        let about = about.into_iter().map(|(key, value)| KeyValue::new(key, value));
        let resource = Resource::builder_empty()
            .with_service_name("bedload")
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .with_attributes(about)
            .build();
        let file = File::create(&path);
        let recording = file.and_then(|file| self.spool.open(file, &resource, self.filter.clone()));
        recording.map_err(|source| DiagnosticsError::File { path, source })
    }
}
