//! The documents of both sides, span by span, with each value under its path.

use std::collections::BTreeMap;

use serde_json::Value;

use super::translator::Translator;
use crate::log::Line;
use crate::trace::Tracer;
use crate::trace::segments::Told;
use crate::trace::span::Role;
use crate::trace::xray::documents;

const RECORDS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/checks/translators/recorded/records.jsonl"));

/// The values of a document by their paths, as in `http/response/status`.
pub(super) type Fields = BTreeMap<String, Value>;

/// What we make of a span.
pub(super) struct Span {
    pub role: Role,
    pub fields: Fields,
}

/// What we make of the spans, by their ids.
pub(super) struct Ours {
    pub spans: BTreeMap<String, Span>,
}

/// What another makes of a span: a document of its own.
pub(super) struct Document {
    whole: Value,
    pub fields: Fields,
}

/// What another makes of the spans, by their ids.
pub(super) struct Theirs {
    pub by: Translator,
    pub spans: BTreeMap<String, Document>,
}

impl Ours {
    pub(super) fn made() -> Self {
        Ours::made_with(str::to_owned)
    }

    /// With each document changed by the test.
    pub(super) fn made_with(change: impl Fn(&str) -> String) -> Self {
        let mut lines = RECORDS.lines().map(|line| serde_json::from_str(line).unwrap());
        let Some(Line::Header(header)) = lines.next() else { unreachable!("a log begins with its header") };
        let tracer = Tracer::new(&header);
        let mut ours = Ours { spans: BTreeMap::new() };
        for told in lines.filter_map(told) {
            let tree = told.tree(&tracer);
            let roles = tree.spans.iter().map(|span| (span.id.to_string(), span.role)).collect();
            for document in documents(&tree) {
                let whole = serde_json::from_str(&change(&document.json)).unwrap();
                ours.add(whole, &document.id.to_string(), &roles);
            }
        }
        ours
    }

    /// Adds a segment or subsegment that stands in the document of this id, and all below it.
    fn add(&mut self, mut node: Value, document: &str, roles: &BTreeMap<String, Role>) {
        let below = node.as_object_mut().unwrap().remove("subsegments").unwrap_or_default();
        let id = text(&node, "id");
        for child in below.as_array().cloned().unwrap_or_default() {
            self.add(nested(child, &node), document, roles);
        }
        let mut fields = fields(&node);
        fields.insert("document".to_owned(), document.into());
        let role = roles[&id];
        assert!(self.spans.insert(id, Span { role, fields }).is_none());
    }
}

fn told(line: Line) -> Option<Told> {
    match line {
        Line::Record(record) => Some(Told::Request(record)),
        Line::Stray(stray) => Some(Told::Stray(stray)),
        Line::Header(_) | Line::Dropped(_) | Line::Queue(_) | Line::Generator(_) | Line::End(_) => None,
    }
}

/// What a subsegment says by where it stands, as one that stands alone says it.
fn nested(mut child: Value, parent: &Value) -> Value {
    child["trace_id"] = parent["trace_id"].clone();
    child["parent_id"] = parent["id"].clone();
    child["type"] = "subsegment".into();
    child
}

impl Theirs {
    pub(super) fn recorded(by: Translator) -> Self {
        let spans = by.recording().lines().map(|line| {
            let whole: Value = serde_json::from_str(line).unwrap();
            let lost = whole.get("lost").is_some();
            let id = text(&whole, if lost { "lost" } else { "id" });
            let mut fields = fields(&whole);
            fields.insert(if lost { "lost" } else { "document" }.to_owned(), id.clone().into());
            (id, Document { whole, fields })
        });
        Theirs { by, spans: spans.collect() }
    }

    /// The documents of each trace as they were sent.
    pub(super) fn traces(&self) -> BTreeMap<String, Vec<String>> {
        let mut traces: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for Document { whole, .. } in self.spans.values() {
            traces.entry(text(whole, "trace_id")).or_default().push(whole.to_string());
        }
        traces
    }
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap().to_owned()
}

fn fields(document: &Value) -> Fields {
    let mut fields = Fields::new();
    flatten("", document, &mut fields);
    fields
}

fn flatten(path: &str, value: &Value, fields: &mut Fields) {
    let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}/{key}") };
    match value {
        Value::Object(map) if !map.is_empty() => {
            map.iter().for_each(|(key, value)| flatten(&below(key), value, fields));
        }
        Value::Array(items) if !items.is_empty() => {
            let places = items.iter().enumerate();
            places.for_each(|(place, value)| flatten(&below(&place.to_string()), value, fields));
        }
        _ => {
            fields.insert(path.to_owned(), value.clone());
        }
    }
}
