//! X-Ray's segment documents, made from a tree of spans.
//!
//! A request becomes a segment, and so does each delivery of a job; all below them subsegments. What X-Ray would refuse cannot be made: names are
//! cleaned, texts cut, annotations counted, and what does not fit into one document is split into several, each
//! under the size that X-Ray and its daemon take. Nothing is left out to make room.
//!
//! The rules are those of the developer guide's page on segment documents and of AWS's JSON Schema of them. A
//! validator that says them again, in its own words, watches over this in the tests.

mod document;
mod fit;
mod name;
#[cfg(test)]
mod others;
#[cfg(test)]
pub(crate) mod rules;
mod translate;

use super::ids::SpanId;
use super::span::Tree;

/// The most bytes of a document: the 64 kB that X-Ray takes, read as the smaller of the two kilobytes. An IPv4
/// datagram to its daemon would hold a little more, header included.
pub const MAX_BYTES: usize = 64_000;
/// The most annotations that X-Ray indexes of one trace; what is beyond becomes metadata.
pub const MAX_ANNOTATIONS: usize = 50;

/// A document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// The id of its outermost segment or subsegment, by which X-Ray answers.
    pub id: SpanId,
    /// JSON.
    pub json: String,
    /// The spans in it.
    pub spans: u64,
}

/// Makes the documents of a tree, each segment before what did not fit beside it.
pub fn documents(tree: &Tree<'_>) -> Vec<Document> {
    let mut documents = Vec::new();
    for segment in translate::segments(tree) {
        fit::split(segment, &tree.trace.xray(), &mut documents);
    }
    documents
}
