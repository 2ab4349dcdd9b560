//! One document where it fits, else a document for each part.

use std::borrow::Cow;

use super::document::Node;
use super::{Document, MAX_BYTES};

/// Writes a segment down, and in further documents what does not fit beside it.
pub(super) fn split(segment: Node<'_>, trace: &str, documents: &mut Vec<Document>) {
    place(Node { trace_id: Some(Cow::Borrowed(trace)), ..segment }, trace, documents);
}

fn place(mut node: Node<'_>, trace: &str, documents: &mut Vec<Document>) {
    let whole = json(&node);
    if whole.len() <= MAX_BYTES || node.subsegments.is_empty() {
        documents.push(Document { id: node.id, json: whole, spans: spans(&node) });
        return;
    }
    let parent = node.id;
    let below = std::mem::take(&mut node.subsegments);
    documents.push(Document { id: node.id, json: json(&node), spans: spans(&node) });
    for child in below {
        let trace_id = Some(Cow::Borrowed(trace));
        let child = Node { trace_id, parent_id: Some(parent), kind: Some("subsegment"), ..child };
        place(child, trace, documents);
    }
}

fn spans(node: &Node<'_>) -> u64 {
    u64::from(node.is_span) + node.subsegments.iter().map(spans).sum::<u64>()
}

/// A node holds nothing that JSON cannot: no map with other keys than texts, and numbers that are finite.
fn json(node: &Node<'_>) -> String {
    serde_json::to_string(node).unwrap_or_default()
}
