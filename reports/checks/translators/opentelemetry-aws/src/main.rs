//! Makes X-Ray documents of an OTLP request on stdin by way of `opentelemetry-aws`, a line for each span: its document, or
//! why it is lost. It keeps what attributes have no field of their own as metadata, which it drops unless told to, and
//! takes ids of any age, which it refuses unless told to.

mod logged;
mod span;

use std::error::Error;
use std::io::{Read, Write, stdin, stdout};
use std::slice;

use opentelemetry_aws::xray_exporter::SegmentTranslator;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_sdk::trace::SpanData;
use prost::Message;
use serde_json::{Value, json};

use logged::Logged;

fn main() -> Result<(), Box<dyn Error>> {
    let mut bytes = Vec::new();
    stdin().read_to_end(&mut bytes)?;
    let request = ExportTraceServiceRequest::decode(&*bytes)?;
    let logged = Logged::begin()?;
    let (mut out, mut exceptions) = (stdout().lock(), 0);
    for resource in request.resource_spans {
        let mut translator = SegmentTranslator::new().metadata_all_attrs().skip_timestamp_validation();
        translator.set_resource(&span::resource(resource.resource.unwrap_or_default()));
        for span in resource.scope_spans.into_iter().flat_map(|scope| scope.spans) {
            let span = span::data(span)?;
            let mut line = told(&translator, &span, &logged)?;
            count_exceptions(&mut line, &mut exceptions);
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

fn told(translator: &SegmentTranslator, span: &SpanData, logged: &Logged) -> Result<Value, Box<dyn Error>> {
    let documents = translator.translate_spans(slice::from_ref(span));
    let why = logged.take();
    match &documents[..] {
        [document] => Ok(serde_json::from_str(&document.to_string())?),
        _ => Ok(json!({ "lost": span.span_context.span_id().to_string(), "why": why })),
    }
}

/// Numbers exceptions where their ids are drawn, so that the same spans give the same bytes.
fn count_exceptions(document: &mut Value, given: &mut u64) {
    let exceptions = document.pointer_mut("/cause/exceptions").and_then(Value::as_array_mut);
    for exception in exceptions.into_iter().flatten() {
        *given += 1;
        exception["id"] = format!("{given:016x}").into();
    }
}
