//! Everything after the load: records in, figures, verdicts and pages out.
//!
//! ```text
//! record log ──▶ Tally ──finish──▶ Summary ──▶ render::{html, json, junit, markdown, text, hlog}
//!  (header,                          │
//!   records, end)                    └─ gates judged, validity weighed
//! ```
//!
//! Pure and synchronous: no clock, no network, no runtime. Any output can be made again from the log.

#![forbid(unsafe_code)]

pub mod calibration;
pub mod capacity;
mod chart;
pub mod compare;
pub mod exchange;
pub mod gate;
pub mod generator;
pub mod header;
pub mod histogram;
pub mod job;
pub mod judge;
pub mod log;
pub mod machine;
pub mod metric;
pub mod number;
pub mod record;
pub mod render;
pub mod run_note;
pub mod sizing;
pub mod stop;
pub mod summary;
pub mod tally;
pub mod trace;
pub mod units;
pub mod validity;
pub mod witness;

#[cfg(test)]
mod testing;
