//! The times of one block, in little memory.
//!
//! A comparison keeps hundreds of these, so they hold only the buckets that were hit. The buckets are those of
//! [`Histogram`](crate::histogram::Histogram): a percentile of all blocks together is the figure that every other output
//! shows.

use std::collections::BTreeMap;

use crate::metric::Statistic;
use crate::units::Nanos;

/// Bits of a value that are kept: three significant digits, as the histograms do.
const BITS: u32 = 11;
/// The largest value told apart, in microseconds: one day.
const HIGHEST_US: u64 = 24 * 3600 * 1_000_000;

/// How often each time was seen.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Times {
    /// By the largest value of its bucket, in microseconds.
    buckets: BTreeMap<u64, u64>,
    count: u64,
    sum_s: f64,
}

impl Times {
    /// Adds one time.
    pub(crate) fn record(&mut self, time: Nanos) {
        *self.buckets.entry(bucket(time.as_micros().min(HIGHEST_US))).or_default() += 1;
        self.count += 1;
        self.sum_s += time.as_secs_f64();
    }

    /// Adds all that `other` holds.
    pub(crate) fn merge(&mut self, other: &Times) {
        for (micros, count) in &other.buckets {
            *self.buckets.entry(*micros).or_default() += count;
        }
        self.count += other.count;
        self.sum_s += other.sum_s;
    }

    /// A statistic of them in seconds, to three digits; none when empty.
    pub(crate) fn statistic(&self, statistic: Statistic) -> Option<f64> {
        let seconds = |(micros, _): (&u64, &u64)| *micros as f64 / 1e6;
        match statistic {
            Statistic::Min => self.buckets.first_key_value().map(seconds),
            Statistic::Max => self.buckets.last_key_value().map(seconds),
            Statistic::Mean => (self.count > 0).then(|| self.sum_s / self.count as f64),
            Statistic::Percentile(quantile) => {
                let rank = ((quantile.get() * self.count as f64).ceil() as u64).max(1);
                let mut up_to = 0;
                let reached = |(_, count): &(&u64, &u64)| {
                    up_to += **count;
                    up_to >= rank
                };
                self.buckets.iter().find(reached).map(seconds)
            }
        }
    }

    /// The buckets with their counts, smallest first: the largest value of each in microseconds.
    pub(super) fn buckets(&self) -> impl Iterator<Item = (u64, u64)> {
        self.buckets.iter().map(|(micros, count)| (*micros, *count))
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// Their sum in seconds.
    pub(super) fn sum_s(&self) -> f64 {
        self.sum_s
    }
}

/// The largest value that shares the bucket of `micros`.
fn bucket(micros: u64) -> u64 {
    let shift = (u64::BITS - micros.leading_zeros()).saturating_sub(BITS);
    micros | ((1 << shift) - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::histogram::{Histogram, Quantile};

    proptest! {
        #[test]
        fn the_buckets_are_those_of_the_histograms(micros in 0u64..=HIGHEST_US) {
            // A larger value keeps the histogram from answering with its exact maximum.
            let mut histogram = Histogram::new();
            (0..99).for_each(|_| histogram.record(Nanos::new(micros * 1000)));
            histogram.record(Nanos::new(u64::MAX));
            prop_assert_eq!(histogram.at(Quantile::P50), Some(Nanos::new(bucket(micros) * 1000)));
        }
    }
}
