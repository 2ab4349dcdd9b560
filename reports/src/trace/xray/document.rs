//! The shape of a document, as X-Ray reads it. Fields that do not apply are absent.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use crate::trace::ids::SpanId;
use crate::trace::span::Value;
use crate::units::Nanos;

/// A segment or a subsegment, with all below it.
#[derive(Debug, Serialize)]
pub(super) struct Node<'a> {
    pub name: Cow<'a, str>,
    #[serde(serialize_with = "shown")]
    pub id: SpanId,
    /// On documents of their own alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "shown_if_some")]
    pub parent_id: Option<SpanId>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<&'static str>,
    #[serde(serialize_with = "seconds")]
    pub start_time: Nanos,
    #[serde(serialize_with = "seconds")]
    pub end_time: Nanos,
    #[serde(skip_serializing_if = "is_false")]
    pub error: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub throttle: bool,
    #[serde(skip_serializing_if = "is_false")]
    pub fault: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http: Option<Http<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aws: Option<Aws<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub annotations: BTreeMap<&'static str, Plain<'a>>,
    #[serde(skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata<'a>,
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "all_shown")]
    pub precursor_ids: Vec<SpanId>,
    /// As the Collector writes them; the developer guide does not tell of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Link>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub subsegments: Vec<Node<'a>>,
    /// Whether it stands for a span, and not for what a span could not hold.
    #[serde(skip)]
    pub is_span: bool,
}

/// A span that caused another without being above it.
#[derive(Debug, Serialize)]
pub(super) struct Link {
    pub trace_id: String,
    #[serde(serialize_with = "shown")]
    pub id: SpanId,
}

#[derive(Debug, Serialize)]
pub(super) struct Http<'a> {
    pub request: HttpRequest<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub response: Option<HttpResponse>,
}

#[derive(Debug, Serialize)]
pub(super) struct HttpRequest<'a> {
    pub method: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Cow<'a, str>>,
}

#[derive(Debug, Serialize)]
pub(super) struct HttpResponse {
    pub status: i64,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Aws<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<Cow<'a, str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retries: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub xray: Option<Sdk>,
}

#[derive(Debug, Serialize)]
pub(super) struct Sdk {
    pub sdk: &'static str,
}

/// An exception, or the id of one below that is passed on.
#[derive(Debug)]
pub(super) enum Cause<'a> {
    Below(SpanId),
    Here { id: SpanId, message: Cow<'a, str>, kind: Cow<'a, str>, remote: bool },
}

/// Metadata in the namespace that X-Ray's own tools take where none is named.
#[derive(Debug, Default)]
pub(super) struct Metadata<'a> {
    pub attributes: Vec<(&'a str, Plain<'a>)>,
    pub events: Vec<Happened<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Happened<'a> {
    #[serde(serialize_with = "seconds")]
    pub at: Nanos,
    pub name: &'static str,
    #[serde(flatten)]
    pub attributes: BTreeMap<&'static str, Plain<'a>>,
}

/// A value as JSON says it.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Plain<'a> {
    Text(Cow<'a, str>),
    Int(i64),
    Float(f64),
    Flag(bool),
    Texts(Vec<Cow<'a, str>>),
}

impl Metadata<'_> {
    fn is_empty(&self) -> bool {
        self.attributes.is_empty() && self.events.is_empty()
    }
}

impl Serialize for Metadata<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map([("default", Content(self))])
    }
}

/// The content of the namespace `default`.
struct Content<'m, 'a>(&'m Metadata<'a>);

impl Serialize for Content<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeMap;
        let Metadata { attributes, events } = self.0;
        let mut map = serializer.serialize_map(None)?;
        for (key, value) in attributes {
            map.serialize_entry(key, value)?;
        }
        if !events.is_empty() {
            map.serialize_entry("events", events)?;
        }
        map.end()
    }
}

impl Serialize for Cause<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Exceptions<'e> {
            exceptions: [Exception<'e>; 1],
        }
        #[derive(Serialize)]
        struct Exception<'e> {
            id: String,
            message: &'e str,
            #[serde(rename = "type")]
            kind: &'e str,
            remote: bool,
        }
        match self {
            Cause::Below(id) => serializer.collect_str(id),
            Cause::Here { id, message, kind, remote } => {
                Exceptions { exceptions: [Exception { id: id.to_string(), message, kind, remote: *remote }] }
                    .serialize(serializer)
            }
        }
    }
}

impl<'a> Plain<'a> {
    /// A value with its texts cut.
    pub(super) fn of(value: &'a Value<'_>, cut: impl Fn(&'a str) -> Cow<'a, str>) -> Self {
        match value {
            Value::Text(text) => Plain::Text(cut(text)),
            Value::Int(number) => Plain::Int(*number),
            Value::Float(number) => Plain::Float(*number),
            Value::Flag(truth) => Plain::Flag(*truth),
            Value::Texts(texts) => Plain::Texts(texts.iter().map(|text| cut(text)).collect()),
        }
    }
}

/// Seconds with six decimals, which a double holds exactly enough until the year 2255.
fn seconds<S: Serializer>(time: &Nanos, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(time.as_micros() as f64 / 1e6)
}

fn shown<S: Serializer>(id: &SpanId, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(id)
}

#[expect(clippy::ref_option, reason = "serde hands fields on as references")]
fn shown_if_some<S: Serializer>(id: &Option<SpanId>, serializer: S) -> Result<S::Ok, S::Error> {
    match id {
        Some(id) => serializer.collect_str(id),
        None => serializer.serialize_none(),
    }
}

fn all_shown<S: Serializer>(ids: &[SpanId], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(ids.iter().map(ToString::to_string))
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands fields on as references")]
fn is_false(flag: &bool) -> bool {
    !flag
}
