//! From spans to nodes of a document.
//!
//! Only attempts and the sending of jobs are namespace `aws`: X-Ray infers a node of its map from each such subsegment, and on two
//! levels it would count each call twice. A retry names the attempt before it as its precursor. A delivery is a segment: in
//! X-Ray's map a worker is a service of its own, behind the queue.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::document::{
    Aws, Cause, Happened, Http, HttpRequest, HttpResponse, Link, Metadata, Node, Plain, Sdk,
};
use super::{MAX_ANNOTATIONS, name};
use crate::trace::convention as key;
use crate::trace::ids::SpanId;
use crate::trace::span::{Blame, Event, Role, Span, Tree, Value, Wrong};

/// Attributes that have a field of their own in a document.
const CONSUMED: [&str; 11] = [
    key::HTTP_METHOD,
    key::HTTP_STATUS,
    key::HTTP_RESEND,
    key::URL_FULL,
    key::RPC_SYSTEM,
    key::RPC_SERVICE,
    key::RPC_METHOD,
    key::AWS_REQUEST_ID,
    key::AWS_REGION,
    key::CLOUD_REGION,
    key::SERVER_ADDRESS,
];
/// Events in one node: with texts at their longest they leave room for all else that a document holds.
const EVENTS: usize = 30;

/// The segments of a tree, each with all its subsegments; the outermost first.
pub(super) fn segments<'a>(tree: &'a Tree<'_>) -> Vec<Node<'a>> {
    let mut annotated = 0;
    let mut segments: Vec<Node<'a>> = Vec::new();
    for span in &tree.spans {
        let node = node(span, tree, &mut annotated);
        match segments.last_mut() {
            Some(segment) if !is_segment(span) => place(segment, span, node),
            _ => segments.push(node),
        }
    }
    segments
}

fn is_segment(span: &Span<'_>) -> bool {
    matches!(span.role, Role::Request | Role::Delivery)
}

/// Puts a node below its parent, which is the segment or the subsegment that came last.
fn place<'a>(segment: &mut Node<'a>, span: &Span<'_>, node: Node<'a>) {
    match segment.subsegments.last_mut() {
        Some(call) if span.parent == Some(call.id) => call.subsegments.push(node),
        _ => segment.subsegments.push(node),
    }
}

fn node<'a>(span: &'a Span<'_>, tree: &'a Tree<'_>, annotated: &mut usize) -> Node<'a> {
    let (annotations, metadata) = filed(span, annotated);
    let blame = span.failure.as_ref().map(|wrong| wrong.blame);
    let (first, rest) = span.events.split_at(span.events.len().min(EVENTS));
    let mut node = Node {
        error: matches!(blame, Some(Blame::Quota | Blame::Caller)),
        throttle: blame == Some(Blame::Quota),
        fault: blame == Some(Blame::Service),
        parent_id: span.parent.filter(|_| is_segment(span)),
        namespace: reaches_aws(span).then_some("aws"),
        http: http(span),
        aws: aws(span),
        cause: span.failure.as_ref().map(|wrong| cause(span, wrong, tree)),
        annotations,
        metadata: Metadata { attributes: metadata, events: happened(first) },
        precursor_ids: span.precursor.filter(|_| !is_segment(span)).into_iter().collect(),
        links: span.link.map(|id| Link { trace_id: tree.trace.xray(), id }).into_iter().collect(),
        ..bare(named(span), span.id, span)
    };
    let chunks = rest.chunks(EVENTS).enumerate();
    node.subsegments = chunks.map(|(number, events)| overflow(span, number, events)).collect();
    node
}

/// A node that holds events which did not find room in the one above it.
fn overflow<'a>(span: &'a Span<'_>, number: usize, events: &'a [Event<'_>]) -> Node<'a> {
    let mut node = bare(Cow::Borrowed("events"), span.id.overflow(number), span);
    node.is_span = false;
    node.metadata.events = happened(events);
    if let (Some(first), Some(last)) = (events.first(), events.last()) {
        (node.start_time, node.end_time) = (first.at, last.at.max(first.at));
    }
    node
}

fn bare<'a>(name: Cow<'a, str>, id: SpanId, span: &Span<'_>) -> Node<'a> {
    Node {
        name,
        id,
        trace_id: None,
        parent_id: None,
        kind: None,
        start_time: span.start,
        end_time: span.end,
        error: false,
        throttle: false,
        fault: false,
        namespace: None,
        http: None,
        aws: None,
        cause: None,
        annotations: BTreeMap::new(),
        metadata: Metadata::default(),
        precursor_ids: Vec::new(),
        links: Vec::new(),
        subsegments: Vec::new(),
        is_span: true,
    }
}

/// Whether it stands for a request to a service of AWS.
fn reaches_aws(span: &Span<'_>) -> bool {
    matches!(span.role, Role::Attempt | Role::Send)
}

/// X-Ray names what an `aws` subsegment reached; others are named by their span.
fn named<'a>(span: &'a Span<'_>) -> Cow<'a, str> {
    name::name(span.text(key::RPC_SERVICE).unwrap_or(&span.name))
}

fn http<'a>(span: &'a Span<'_>) -> Option<Http<'a>> {
    let method = name::text(span.text(key::HTTP_METHOD)?);
    let response = match span.get(key::HTTP_STATUS) {
        Some(Value::Int(status)) => Some(HttpResponse { status: *status }),
        _ => None,
    };
    Some(Http { request: HttpRequest { method, url: span.text(key::URL_FULL).map(name::text) }, response })
}

fn aws<'a>(span: &'a Span<'_>) -> Option<Aws<'a>> {
    match span.role {
        Role::Request | Role::Delivery => Some(Aws { xray: Some(Sdk { sdk: "bedload" }), ..Aws::default() }),
        Role::Attempt | Role::Send => Some(Aws {
            operation: span.text(key::RPC_METHOD).map(name::text),
            region: span.text(key::AWS_REGION).map(name::text),
            request_id: span.text(key::AWS_REQUEST_ID).map(name::text),
            retries: match span.get(key::HTTP_RESEND) {
                Some(Value::Int(resent)) => Some(*resent),
                _ => None,
            },
            xray: None,
        }),
        Role::Call | Role::Content | Role::Wait => None,
    }
}

/// An error that is only passed on is told where it happened, and by its id here. X-Ray looks for the id in one segment alone.
fn cause<'a>(span: &Span<'_>, wrong: &'a Wrong<'_>, tree: &Tree<'_>) -> Cause<'a> {
    let here = segment_of(tree, span.id);
    match wrong.from.filter(|from| here.is_some() && segment_of(tree, *from) == here) {
        Some(below) => Cause::Below(below.exception()),
        None => Cause::Here {
            id: span.id.exception(),
            message: name::text(&wrong.message),
            kind: name::text(&wrong.kind),
            remote: reaches_aws(span) || span.role == Role::Call,
        },
    }
}

/// The segment that a span of the tree belongs to.
fn segment_of(tree: &Tree<'_>, id: SpanId) -> Option<SpanId> {
    let span = tree.spans.iter().find(|span| span.id == id)?;
    if is_segment(span) { Some(id) } else { segment_of(tree, span.parent?) }
}

type Filed<'a> = (BTreeMap<&'static str, Plain<'a>>, Vec<(&'a str, Plain<'a>)>);

/// What has no field of its own: searchable where X-Ray has room for it in this trace, else beside the rest.
fn filed<'a>(span: &'a Span<'_>, annotated: &mut usize) -> Filed<'a> {
    let (mut annotations, mut metadata) = (BTreeMap::new(), Vec::new());
    for (key, value) in &span.attributes {
        if reaches_aws(span) && CONSUMED.contains(key) {
            continue;
        }
        let plain = Plain::of(value, name::text);
        let wanted = key::ANNOTATED.iter().find(|(known, _)| known == key);
        match wanted.filter(|_| *annotated < MAX_ANNOTATIONS) {
            Some((_, name)) => {
                *annotated += 1;
                annotations.insert(*name, plain);
            }
            None => metadata.push((*key, plain)),
        }
    }
    (annotations, metadata)
}

fn happened<'a>(events: &'a [Event<'_>]) -> Vec<Happened<'a>> {
    let attributes = |event: &'a Event<'_>| {
        event.attributes.iter().map(|(key, value)| (*key, Plain::of(value, name::text))).collect()
    };
    // What went wrong stands in `cause`.
    let told = events.iter().filter(|event| event.name != key::EXCEPTION);
    told.map(|event| Happened { at: event.at, name: event.name, attributes: attributes(event) }).collect()
}
