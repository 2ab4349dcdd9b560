//! Latency over time as counts: how many answers of a flow lie in each window of time and band of latency.
//!
//! A line of percentiles hides what this shows: two bands where there are two kinds of answer, the bands of backoff
//! above them, and how they close after a fault.

use serde::{Deserialize, Serialize};

use crate::record::Name;
use crate::units::Nanos;

/// The answers of one flow, counted by time and latency; warm-up included.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Heatmap {
    /// Whose answers.
    pub flow: Name,
    /// The width of a column of time, a multiple of the timeline's bucket.
    pub column: Nanos,
    /// The edges of the bands from the lowest up, one more than there are bands; equal factors apart.
    pub edges: Vec<Nanos>,
    /// For each column from the epoch on, the answers in each band.
    pub columns: Vec<Vec<u64>>,
}

impl Heatmap {
    /// The most answers in one cell.
    pub fn most(&self) -> u64 {
        self.columns.iter().flatten().copied().max().unwrap_or(0)
    }
}
