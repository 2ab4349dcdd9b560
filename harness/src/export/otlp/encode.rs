//! Our spans as OTLP's.

use bedload_reports::header::Header;
use bedload_reports::trace::convention::SCHEMA_URL;
use bedload_reports::trace::ids::SpanId;
use bedload_reports::trace::span::{Event, Role, Span, Tree, Value};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, InstrumentationScope, KeyValue, any_value,
};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::{self as proto, SpanKind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{self as otlp, ResourceSpans, ScopeSpans, Status};

use super::settings::Settings;

/// The bit of W3C's trace flags that says that a trace is kept.
const SAMPLED: u32 = 1;

/// The spans of a trace.
pub(in crate::export) fn spans(tree: &Tree<'_>) -> Vec<otlp::Span> {
    tree.spans.iter().map(|span| encoded(tree, span)).collect()
}

/// Where spans come from.
pub(in crate::export) fn resource(settings: &Settings, run: &Header) -> Resource {
    let mut attributes = vec![
        text("service.name", &settings.service),
        text("telemetry.sdk.name", "bedload"),
        text("telemetry.sdk.language", "rust"),
        text("telemetry.sdk.version", env!("CARGO_PKG_VERSION")),
        text("bedload.scenario", &run.scenario),
        text("bedload.digest", &run.digest),
    ];
    attributes.extend(settings.resource.iter().map(|(key, value)| text(key, value)));
    Resource { attributes, ..Resource::default() }
}

/// A request with these spans.
pub(super) fn request(resource: &Resource, spans: Vec<otlp::Span>) -> ExportTraceServiceRequest {
    let schema_url = SCHEMA_URL.to_owned();
    let scope_spans = vec![ScopeSpans { scope: Some(scope()), spans, schema_url: schema_url.clone() }];
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans { resource: Some(resource.clone()), scope_spans, schema_url }],
    }
}

/// Who made them.
pub(super) fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: "bedload".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..InstrumentationScope::default()
    }
}

fn encoded(tree: &Tree<'_>, span: &Span<'_>) -> otlp::Span {
    let kind = match span.role {
        // A root of any kind becomes a segment in X-Ray; nobody was served, so it is none of a server.
        Role::Request | Role::Content | Role::Wait => SpanKind::Internal,
        Role::Call | Role::Attempt => SpanKind::Client,
        Role::Send => SpanKind::Producer,
        Role::Delivery => SpanKind::Consumer,
    };
    let status = span
        .failure
        .as_ref()
        .map(|wrong| Status { message: wrong.message.clone().into_owned(), code: StatusCode::Error.into() });
    otlp::Span {
        trace_id: tree.trace.to_bytes().to_vec(),
        span_id: span.id.to_bytes().to_vec(),
        parent_span_id: span.parent.map(|parent| parent.to_bytes().to_vec()).unwrap_or_default(),
        flags: SAMPLED,
        name: span.name.clone().into_owned(),
        kind: kind.into(),
        start_time_unix_nano: span.start.get(),
        end_time_unix_nano: span.end.get(),
        attributes: attributes(&span.attributes),
        events: span.events.iter().map(event).collect(),
        links: span.link.map(|id| link(tree, id)).into_iter().collect(),
        status,
        ..otlp::Span::default()
    }
}

fn link(tree: &Tree<'_>, to: SpanId) -> proto::Link {
    proto::Link {
        trace_id: tree.trace.to_bytes().to_vec(),
        span_id: to.to_bytes().to_vec(),
        flags: SAMPLED,
        ..proto::Link::default()
    }
}

fn event(event: &Event<'_>) -> proto::Event {
    proto::Event {
        time_unix_nano: event.at.get(),
        name: event.name.to_owned(),
        attributes: attributes(&event.attributes),
        ..proto::Event::default()
    }
}

fn attributes(attributes: &[(&'static str, Value<'_>)]) -> Vec<KeyValue> {
    attributes.iter().map(|(key, value)| pair(key, any(value))).collect()
}

fn any(value: &Value<'_>) -> any_value::Value {
    match value {
        Value::Text(text) => any_value::Value::StringValue(text.clone().into_owned()),
        Value::Int(number) => any_value::Value::IntValue(*number),
        Value::Float(number) => any_value::Value::DoubleValue(*number),
        Value::Flag(truth) => any_value::Value::BoolValue(*truth),
        Value::Texts(texts) => {
            let one = |text: &std::borrow::Cow<'_, str>| AnyValue {
                value: Some(any_value::Value::StringValue(text.clone().into_owned())),
            };
            any_value::Value::ArrayValue(ArrayValue { values: texts.iter().map(one).collect() })
        }
    }
}

pub(super) fn text(key: &str, value: &str) -> KeyValue {
    pair(key, any_value::Value::StringValue(value.to_owned()))
}

fn pair(key: &str, value: any_value::Value) -> KeyValue {
    KeyValue { key: key.to_owned(), value: Some(AnyValue { value: Some(value) }), ..KeyValue::default() }
}
