//! bedload: loads, breaks and judges clients of Amazon Bedrock before production does.
//!
//! ```text
//! scenario file ─▶ scenario::Plan ─▶ engine ─▶ record log ─▶ (bedload-reports) ─▶ page, verdicts
//!                                      │
//!                             flow ─▶ client: the real AWS SDK
//!                                      │
//!                                  transport: in memory │ TCP │ AWS ─▶ (bedload-mocks)
//! ```
//!
//! Inside this crate imports point one way; `tests/layers.rs` keeps it so:
//! `main → {cli, verbs, exit} → engine → {flow, scenario, sink} → {client, queue, resilience, transport} →
//! {pace, classify} → {clock, seed}`.

pub mod classify;
pub mod cli;
pub mod client;
pub mod clock;
pub mod diagnostics;
pub mod engine;
pub mod exit;
pub mod export;
pub mod flow;
pub mod live;
pub mod machine;
pub mod pace;
pub mod planning;
pub mod progress;
pub mod queue;
pub mod resilience;
pub mod scenario;
pub mod seed;
pub mod sink;
pub mod terminal;
pub mod transport;
pub mod verbs;
