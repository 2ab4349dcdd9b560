//! How a quantity varies.

use std::time::Duration;

use bedload_mocks::Quantiles;

use crate::scenario::leaf::Time;

/// A quantity that is constant, varies log-normally around a median, or goes through given percentiles. In seconds, or in things counted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spread {
    /// Always this.
    Constant(f64),
    /// The log-normal that has this median and this 99th percentile. `p99 ≥ p50 > 0`.
    LogNormal {
        /// The median.
        p50: f64,
        /// The 99th percentile.
        p99: f64,
    },
    /// Straight from each of these percentiles to the next.
    Through(Quantiles),
}

impl Spread {
    /// As JSON for the schema, in durations.
    pub(crate) fn written_as_times(self) -> serde_json::Value {
        self.written(|secs| time(secs).into())
    }

    /// As JSON for the schema, in plain numbers.
    pub(crate) fn written_as_counts(self) -> serde_json::Value {
        self.written(|count| (count.round() as u64).into())
    }

    fn written(self, number: impl Fn(f64) -> serde_json::Value) -> serde_json::Value {
        match self {
            Spread::Constant(constant) => number(constant),
            Spread::LogNormal { p50, p99 } => serde_json::json!({ "p50": number(p50), "p99": number(p99) }),
            Spread::Through(quantiles) => {
                quantiles.points().map(|(percent, amount)| (format!("p{percent}"), number(amount))).collect()
            }
        }
    }
}

/// Seconds as a scenario writes them, to the nanosecond.
pub(crate) fn time(secs: f64) -> String {
    Time::written(Duration::from_nanos((secs * 1e9).round() as u64))
}
