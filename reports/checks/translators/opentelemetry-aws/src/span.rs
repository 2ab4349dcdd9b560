//! Spans of OTLP as those of the OpenTelemetry SDK, which has a way there and none back.

use std::error::Error;
use std::time::{Duration, SystemTime};

use opentelemetry::trace::{
    Event, Link, SpanContext, SpanId, SpanKind, Status, TraceFlags, TraceId, TraceState,
};
use opentelemetry::{Array, InstrumentationScope, Key, KeyValue, StringValue, Value};
use opentelemetry_proto::tonic::common::v1::{self as otlp, any_value};
use opentelemetry_proto::tonic::resource;
use opentelemetry_proto::tonic::trace::v1::span::{self as proto, SpanKind as Kind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span, Status as Ended};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{SpanData, SpanEvents, SpanLinks};

type Wrong = Box<dyn Error>;

pub fn resource(resource: resource::v1::Resource) -> Resource {
    Resource::builder_empty().with_attributes(attributes(resource.attributes)).build()
}

pub fn data(span: Span) -> Result<SpanData, Wrong> {
    let kind = span.kind();
    let mut events = SpanEvents::default();
    events.events = span.events.into_iter().map(event).collect();
    let mut links = SpanLinks::default();
    links.links = span.links.into_iter().map(link).collect::<Result<_, _>>()?;
    Ok(SpanData {
        span_context: context(&span.trace_id, &span.span_id)?,
        parent_span_id: match &span.parent_span_id[..] {
            [] => SpanId::INVALID,
            id => SpanId::from_bytes(id.try_into()?),
        },
        parent_span_is_remote: false,
        span_kind: match kind {
            Kind::Unspecified | Kind::Internal => SpanKind::Internal,
            Kind::Server => SpanKind::Server,
            Kind::Client => SpanKind::Client,
            Kind::Producer => SpanKind::Producer,
            Kind::Consumer => SpanKind::Consumer,
        },
        name: span.name.into(),
        start_time: time(span.start_time_unix_nano),
        end_time: time(span.end_time_unix_nano),
        attributes: attributes(span.attributes),
        dropped_attributes_count: 0,
        events,
        links,
        status: status(span.status),
        instrumentation_scope: InstrumentationScope::default(),
    })
}

fn context(trace: &[u8], span: &[u8]) -> Result<SpanContext, Wrong> {
    let (trace, span) = (TraceId::from_bytes(trace.try_into()?), SpanId::from_bytes(span.try_into()?));
    Ok(SpanContext::new(trace, span, TraceFlags::SAMPLED, false, TraceState::NONE))
}

fn event(event: proto::Event) -> Event {
    Event::new(event.name, time(event.time_unix_nano), attributes(event.attributes), 0)
}

fn link(link: proto::Link) -> Result<Link, Wrong> {
    Ok(Link::new(context(&link.trace_id, &link.span_id)?, attributes(link.attributes), 0))
}

fn status(ended: Option<Ended>) -> Status {
    match ended {
        Some(ended) if ended.code() == StatusCode::Error => Status::error(ended.message),
        Some(ended) if ended.code() == StatusCode::Ok => Status::Ok,
        _ => Status::Unset,
    }
}

fn time(nanos: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_nanos(nanos)
}

fn attributes(attributes: Vec<otlp::KeyValue>) -> Vec<KeyValue> {
    let pair = |pair: otlp::KeyValue| {
        let value = value(pair.value?.value?)?;
        Some(KeyValue::new(Key::from(pair.key), value))
    };
    attributes.into_iter().filter_map(pair).collect()
}

/// None for what the SDK has no value for, and bedload never sends.
fn value(value: any_value::Value) -> Option<Value> {
    match value {
        any_value::Value::StringValue(text) => Some(text.into()),
        any_value::Value::BoolValue(truth) => Some(truth.into()),
        any_value::Value::IntValue(number) => Some(number.into()),
        any_value::Value::DoubleValue(number) => Some(number.into()),
        any_value::Value::ArrayValue(array) => {
            let text = |item: otlp::AnyValue| match item.value? {
                any_value::Value::StringValue(text) => Some(StringValue::from(text)),
                _ => None,
            };
            let texts: Option<Vec<_>> = array.values.into_iter().map(text).collect();
            texts.map(|texts| Value::Array(Array::String(texts)))
        }
        _ => None,
    }
}
