//! Writes spans as lines of OTLP/JSON, a whole request in each.

use std::io::{self, Write};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::trace::SpanData;

/// The most spans of a line: as many as an exporter sends at once by OpenTelemetry's specification.
const LINE: usize = 512;
/// How long a line waits for its next span, so that a killed run leaves all but its last moment.
const PATIENCE: Duration = Duration::from_millis(100);

/// What became of the spans.
#[derive(Debug, Default)]
pub(super) struct Written {
    /// Spans in the file.
    pub spans: u64,
    /// Events that their spans had no room for.
    pub events_beyond: u64,
    /// Why not all spans are in the file.
    pub trouble: Option<String>,
}

impl Written {
    pub(super) fn none(trouble: &str) -> Self {
        Written { trouble: Some(trouble.to_owned()), ..Written::default() }
    }
}

/// Writes until no more spans can come. Once the file takes no more they are only taken from the queue: nobody must wait for them.
pub(super) fn write(
    spans: &Receiver<SpanData>,
    mut file: impl Write,
    resource: &ResourceAttributesWithSchema,
) -> Written {
    let mut written = Written::default();
    while let Ok(first) = spans.recv() {
        let mut line = vec![first];
        while line.len() < LINE
            && let Ok(next) = spans.recv_timeout(PATIENCE)
        {
            line.push(next);
        }
        if written.trouble.is_some() {
            continue;
        }
        let count = line.len() as u64;
        written.events_beyond += line.iter().map(|span| u64::from(span.events.dropped_count)).sum::<u64>();
        match write_line(&mut file, line, resource) {
            Ok(()) => written.spans += count,
            Err(error) => written.trouble = Some(error.to_string()),
        }
    }
    written
}

fn write_line(
    file: &mut impl Write,
    spans: Vec<SpanData>,
    resource: &ResourceAttributesWithSchema,
) -> io::Result<()> {
    let resource_spans = group_spans_by_resource_and_scope(spans, resource);
    let mut line = serde_json::to_vec(&ExportTraceServiceRequest { resource_spans })?;
    line.push(b'\n');
    file.write_all(&line)
}
