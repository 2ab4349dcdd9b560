//! X-Ray's rules for documents, said again from the developer guide and AWS's schema, for the tests to hold ours against.
//!
//! It reads JSON and knows nothing of the types that made it, so a mistake there cannot hide here.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

/// Everything that X-Ray would refuse or misread about the documents of one trace.
pub(crate) fn violations(documents: &[String]) -> Vec<String> {
    let mut seen = Seen::default();
    for text in documents {
        seen.rule(text.len() <= 64_000, || format!("{} bytes are too many", text.len()));
        match serde_json::from_str(text) {
            Ok(Value::Object(document)) => seen.document(&document),
            _ => seen.rule(false, || format!("no JSON object: {text}")),
        }
    }
    seen.finish()
}

#[derive(Default)]
struct Seen {
    wrong: Vec<String>,
    traces: BTreeSet<String>,
    /// Parents and times of all nodes, by id.
    nodes: BTreeMap<String, (Option<String>, f64, f64)>,
    precursors: Vec<(String, String)>,
    exceptions: BTreeSet<String>,
    passed_on: Vec<String>,
    annotations: usize,
    roots: usize,
    links: Vec<(String, String)>,
}

impl Seen {
    fn rule(&mut self, holds: bool, why: impl FnOnce() -> String) {
        if !holds {
            self.wrong.push(why());
        }
    }

    fn document(&mut self, document: &Map<String, Value>) {
        let trace = text(document, "trace_id");
        let parts: Vec<&str> = trace.split('-').collect();
        let form = matches!(parts[..], ["1", time, chance] if is_hex(time, 8) && is_hex(chance, 24));
        self.rule(form, || format!("trace_id `{trace}`"));
        self.traces.insert(trace.to_owned());
        match document.get("type").and_then(Value::as_str) {
            Some("subsegment") => {
                let parent = text(document, "parent_id").to_owned();
                self.rule(is_hex(&parent, 16), || "an independent subsegment without parent".to_owned());
                self.node(document, Some(parent), true, false);
            }
            None => {
                let parent = document.get("parent_id").map(|_| text(document, "parent_id").to_owned());
                self.roots += usize::from(parent.is_none());
                let named = parent.as_ref().is_none_or(|parent| is_hex(parent, 16));
                self.rule(named, || format!("parent `{parent:?}` of a segment"));
                let name = text(document, "name");
                self.rule(name.chars().count() <= 200, || "a long segment name".to_owned());
                let bare =
                    ["namespace", "precursor_ids", "sql"].iter().all(|key| !document.contains_key(*key));
                self.rule(bare, || "a subsegment's field on a segment".to_owned());
                self.node(document, parent, false, false);
            }
            other => self.rule(false, || format!("type {other:?}")),
        }
    }

    fn node(&mut self, node: &Map<String, Value>, parent: Option<String>, sub: bool, in_aws: bool) {
        const KNOWN: [&str; 21] = [
            "name",
            "id",
            "trace_id",
            "parent_id",
            "type",
            "start_time",
            "end_time",
            "error",
            "throttle",
            "fault",
            "namespace",
            "http",
            "aws",
            "cause",
            "annotations",
            "metadata",
            "precursor_ids",
            "links",
            "subsegments",
            "origin",
            "service",
        ];
        for key in node.keys() {
            self.rule(KNOWN.contains(&key.as_str()), || format!("unknown field `{key}`"));
        }
        let (name, id) = (text(node, "name"), text(node, "id").to_owned());
        self.rule((1..=250).contains(&name.chars().count()), || format!("name of {} characters", name.len()));
        let signs = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_.:/%&#=+\\-@".contains(c);
        self.rule(name.chars().all(signs), || format!("name `{name}`"));
        self.rule(is_hex(&id, 16), || format!("id `{id}`"));
        self.rule(!self.nodes.contains_key(&id), || format!("id `{id}` twice"));
        let time = |key| node.get(key).and_then(Value::as_f64).unwrap_or(f64::NAN);
        let (start, end) = (time("start_time"), time("end_time"));
        self.rule(start <= end && start >= 0.0, || format!("from {start} to {end}"));
        self.nodes.insert(id.clone(), (parent, start, end));

        let flag = |key| node.get(key).and_then(Value::as_bool) == Some(true);
        self.rule(!flag("throttle") || flag("error"), || "throttle without error".to_owned());
        self.http(node, flag("error"), flag("throttle"), flag("fault"));
        let aws = match node.get("namespace").map(Value::as_str) {
            None => false,
            Some(Some("aws")) => true,
            Some(Some("remote")) => false,
            other => {
                self.rule(false, || format!("namespace {other:?}"));
                false
            }
        };
        self.rule(!(aws && in_aws), || "namespace aws on two levels".to_owned());
        self.rule(sub || !aws, || "namespace on a segment".to_owned());
        self.annotations(node);
        self.metadata(node);
        self.cause(node);
        for precursor in node.get("precursor_ids").and_then(Value::as_array).into_iter().flatten() {
            let precursor = precursor.as_str().unwrap_or_default().to_owned();
            self.precursors.push((id.clone(), precursor));
        }
        for link in node.get("links").and_then(Value::as_array).into_iter().flatten() {
            let part = |key: &str| link[key].as_str().unwrap_or_default().to_owned();
            self.links.push((part("trace_id"), part("id")));
        }
        for below in node.get("subsegments").and_then(Value::as_array).into_iter().flatten() {
            match below.as_object() {
                Some(below) => {
                    let nested =
                        ["trace_id", "parent_id", "type"].iter().all(|key| !below.contains_key(*key));
                    self.rule(nested, || "a document's field on a nested subsegment".to_owned());
                    self.node(below, Some(id.clone()), true, aws || in_aws);
                }
                None => self.rule(false, || "a subsegment that is no object".to_owned()),
            }
        }
    }

    fn http(&mut self, node: &Map<String, Value>, error: bool, throttle: bool, fault: bool) {
        let Some(http) = node.get("http") else { return };
        for key in ["method", "url", "user_agent"] {
            let text = http["request"][key].as_str().unwrap_or_default();
            self.rule(text.chars().count() <= 250, || format!("a long http {key}"));
        }
        let status = &http["response"]["status"];
        self.rule(status.is_null() || status.is_i64(), || format!("status {status}"));
        match status.as_i64() {
            Some(429) => self.rule(error && throttle, || "429 is error and throttle".to_owned()),
            Some(400..=499) => self.rule(error, || format!("{status} is an error")),
            Some(500..=599) => self.rule(fault || throttle, || format!("{status} is a fault")),
            _ => {}
        }
    }

    fn annotations(&mut self, node: &Map<String, Value>) {
        for (key, value) in node.get("annotations").and_then(Value::as_object).into_iter().flatten() {
            self.annotations += 1;
            let word = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            self.rule(word && (1..=500).contains(&key.len()), || format!("annotation `{key}`"));
            let plain = match value {
                Value::String(text) => text.chars().count() <= 1000,
                Value::Number(_) | Value::Bool(_) => true,
                _ => false,
            };
            self.rule(plain, || format!("annotation {key}: {value}"));
        }
    }

    fn metadata(&mut self, node: &Map<String, Value>) {
        for (space, value) in node.get("metadata").and_then(Value::as_object).into_iter().flatten() {
            self.rule(value.is_object(), || format!("metadata `{space}` is no object"));
            self.rule(!space.starts_with("AWS."), || format!("metadata `{space}` is reserved"));
        }
    }

    fn cause(&mut self, node: &Map<String, Value>) {
        let flag = |key| node.get(key).and_then(Value::as_bool) == Some(true);
        let trouble = flag("error") || flag("fault");
        match node.get("cause") {
            None => self.rule(!trouble, || "trouble without cause".to_owned()),
            Some(Value::String(id)) => self.passed_on.push(id.clone()),
            Some(cause) => {
                let exceptions = cause["exceptions"].as_array().cloned().unwrap_or_default();
                self.rule(!exceptions.is_empty(), || "a cause without exceptions".to_owned());
                for exception in exceptions {
                    let id = exception["id"].as_str().unwrap_or_default().to_owned();
                    self.rule(is_hex(&id, 16), || format!("exception id `{id}`"));
                    for key in ["message", "type"] {
                        let text = exception[key].as_str();
                        self.rule(text.is_some_and(|text| text.chars().count() <= 250), || key.to_owned());
                    }
                    self.exceptions.insert(id);
                }
            }
        }
    }

    fn finish(mut self) -> Vec<String> {
        let (traces, roots, annotations) = (self.traces.len(), self.roots, self.annotations);
        self.rule(traces == 1, || format!("{traces} traces"));
        self.rule(roots == 1, || format!("{roots} outermost segments"));
        self.rule(annotations <= 50, || format!("{annotations} annotations"));
        let parents: Vec<String> = self.nodes.values().filter_map(|(parent, ..)| parent.clone()).collect();
        for parent in parents {
            self.rule(self.nodes.contains_key(&parent), || format!("no parent `{parent}`"));
        }
        for (trace, id) in std::mem::take(&mut self.links) {
            let there = self.traces.contains(&trace) && self.nodes.contains_key(&id);
            self.rule(there, || format!("no link to `{id}` of `{trace}`"));
        }
        for (id, before) in std::mem::take(&mut self.precursors) {
            let holds = match (self.nodes.get(&id), self.nodes.get(&before)) {
                (Some((parent, start, _)), Some((other, _, end))) => parent == other && end <= start,
                _ => false,
            };
            self.rule(holds, || format!("`{before}` is no precursor of `{id}`"));
        }
        for id in std::mem::take(&mut self.passed_on) {
            self.rule(self.exceptions.contains(&id), || format!("no exception `{id}`"));
        }
        self.wrong
    }
}

fn text<'a>(node: &'a Map<String, Value>, key: &str) -> &'a str {
    node.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
