//! Traces of finished requests: a tree of spans from a record, and X-Ray's documents from the tree.
//!
//! Spans are made from the record and not while it happens: with explicit times they are right in virtual
//! time, they cost the load nothing, none can be lost in a queue, and which to keep is decided when the end
//! of the request is known. Ids are no draws but a function of the seed and the request's number, so what is
//! sent along with an attempt before the record exists is what the tree says afterwards.
//!
//! ```text
//! record ──▶ Tree (request ─▶ calls ─▶ attempts, content)  ──▶ xray::documents ──▶ segments.jsonl
//!                (job ─▶ send, wait; send ─▶ deliveries ─▶ calls …) └─▶ OTLP, in the harness
//! ```

pub mod account;
mod attempt;
mod call;
pub mod convention;
mod event;
pub mod ids;
mod job;
pub mod metrics;
pub mod propagation;
mod request;
pub mod sample;
pub mod segments;
pub mod span;
#[cfg(test)]
mod tests;
mod tracer;
pub mod xray;

pub use tracer::Tracer;
