//! Distributions of time: the only file that names hdrhistogram.
//!
//! Three significant digits from a microsecond to a day, in memory that grows with the largest value
//! seen. The extremes are kept exactly beside it: a maximum that is rounded up to the next bucket is
//! a number that never happened.

use hdrhistogram::serialization::V2DeflateSerializer;
use hdrhistogram::serialization::interval_log::{IntervalLogWriterBuilder, Tag};
use serde::{Deserialize, Serialize};
use std::io;
use std::time::{Duration, SystemTime};

use crate::units::Nanos;

/// The largest value told apart, in microseconds: one day.
const HIGHEST_US: u64 = 24 * 3600 * 1_000_000;
/// Significant decimal digits kept.
const DIGITS: u8 = 3;

/// A quantile in 0 ≤ q ≤ 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantile(f64);

impl Quantile {
    /// The median.
    pub const P50: Quantile = Quantile(0.5);
    /// The 90th percentile.
    pub const P90: Quantile = Quantile(0.9);
    /// The 95th percentile.
    pub const P95: Quantile = Quantile(0.95);
    /// The 99th percentile.
    pub const P99: Quantile = Quantile(0.99);
    /// The 99.9th percentile.
    pub const P999: Quantile = Quantile(0.999);

    /// A percentile strictly between 0 and 100, or nothing.
    pub fn from_percent(percent: f64) -> Option<Self> {
        (percent > 0.0 && percent < 100.0).then_some(Quantile(percent / 100.0))
    }

    /// The quantile itself, in 0..=1.
    pub fn get(self) -> f64 {
        self.0
    }

    /// The fewest samples that bound this percentile at 95 % confidence: with `n` samples nothing lies
    /// beyond it with probability `q^n`, which must stay under 5 % (59 for p95, 299 for p99).
    pub fn sample_floor(self) -> u64 {
        (0.05f64.ln() / self.0.ln()).ceil() as u64
    }
}

/// A distribution of times.
#[derive(Clone, Debug)]
pub struct Histogram {
    inner: hdrhistogram::Histogram<u64>,
    min: Nanos,
    max: Nanos,
    sum_ns: u128,
}

impl Default for Histogram {
    fn default() -> Self {
        Histogram::new()
    }
}

impl Histogram {
    /// An empty distribution.
    #[expect(clippy::expect_used, reason = "creation fails only beyond five digits, and DIGITS is three")]
    pub fn new() -> Self {
        let inner = hdrhistogram::Histogram::new(DIGITS).expect("three digits are allowed");
        Histogram { inner, min: Nanos::new(u64::MAX), max: Nanos::ZERO, sum_ns: 0 }
    }

    /// Adds one time. Times over a day count as a day; the maximum stays exact.
    pub fn record(&mut self, time: Nanos) {
        self.add(time.as_micros().min(HIGHEST_US), 1);
        self.min = self.min.min(time);
        self.max = self.max.max(time);
        self.sum_ns += u128::from(time.get());
    }

    /// Adds all that `other` holds, without loss.
    pub fn merge(&mut self, other: &Histogram) {
        for bucket in other.inner.iter_recorded() {
            self.add(bucket.value_iterated_to(), bucket.count_at_value());
        }
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
        self.sum_ns += other.sum_ns;
    }

    fn add(&mut self, micros: u64, count: u64) {
        if self.inner.record_n(micros, count).is_err() {
            // Growth to a day always succeeds; were it ever refused, the largest bucket takes the value.
            self.inner.saturating_record_n(micros, count);
        }
    }

    /// How many times were recorded.
    pub fn count(&self) -> u64 {
        self.inner.len()
    }

    /// The exact smallest time; none when empty.
    pub fn min(&self) -> Option<Nanos> {
        (self.count() > 0).then_some(self.min)
    }

    /// The exact largest time; none when empty.
    pub fn max(&self) -> Option<Nanos> {
        (self.count() > 0).then_some(self.max)
    }

    /// The exact arithmetic mean; none when empty.
    pub fn mean(&self) -> Option<Nanos> {
        let count = u128::from(self.count());
        (count > 0).then(|| Nanos::new((self.sum_ns / count) as u64))
    }

    /// The value at a quantile, within three significant digits and never beyond the exact extremes.
    pub fn at(&self, quantile: Quantile) -> Option<Nanos> {
        (self.count() > 0).then(|| self.clamp(self.inner.value_at_quantile(quantile.0)))
    }

    /// The value at a quantile, where enough samples were recorded to bound it.
    pub fn bounded(&self, quantile: Quantile) -> Option<Nanos> {
        self.at(quantile).filter(|_| self.count() >= quantile.sample_floor())
    }

    /// The order statistics that hold the quantile with 95 % confidence, whatever the distribution
    /// (normal approximation of the binomial ranks; Joshi, arXiv 2402.19109).
    pub fn interval(&self, quantile: Quantile) -> Option<(Nanos, Nanos)> {
        let n = self.count() as f64;
        let half = 1.96 * (n * quantile.0 * (1.0 - quantile.0)).sqrt();
        let rank = |rank: f64| {
            let q = (rank / n).clamp(0.0, 1.0);
            self.clamp(self.inner.value_at_quantile(q))
        };
        (self.count() > 0).then(|| (rank(n * quantile.0 - half), rank((n * quantile.0 + half).ceil())))
    }

    /// Points of the percentile curve, evenly spaced on the axis of log 1/(1−q), up to where fewer
    /// than ten samples remain beyond it.
    pub fn curve(&self, points: usize) -> Vec<CurvePoint> {
        let nines = (self.count() as f64 / 10.0).log10();
        if nines <= 0.0 {
            return Vec::new();
        }
        (0..=points)
            .map(|step| 1.0 - 10f64.powf(-nines * step as f64 / points as f64))
            .map(|q| CurvePoint { quantile: Quantile(q), value: self.clamp(self.inner.value_at_quantile(q)) })
            .collect()
    }

    fn clamp(&self, micros: u64) -> Nanos {
        Nanos::new(micros.saturating_mul(1000)).clamp(self.min, self.max)
    }
}

/// A point of a percentile curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Where on the axis.
    pub quantile: Quantile,
    /// The time there.
    pub value: Nanos,
}

/// One line of an interval log: what one tag saw in one window.
#[derive(Clone, Debug)]
pub struct Interval<'a> {
    /// `flow.stage.metric`, or none for the total. Commas and white space become `_`.
    pub tag: Option<String>,
    /// Its start, from the epoch.
    pub from: Nanos,
    /// Its length.
    pub length: Nanos,
    /// What was seen.
    pub histogram: &'a Histogram,
}

/// Writes intervals as an HdrHistogram log, version 1.3, V2 compressed, values in microseconds.
pub fn write_interval_log(
    out: &mut dyn io::Write,
    comments: &[String],
    epoch: SystemTime,
    intervals: &[Interval<'_>],
) -> io::Result<()> {
    let mut out = out;
    let mut serializer = V2DeflateSerializer::new();
    let mut builder = IntervalLogWriterBuilder::new();
    builder.add_comment("[Histogram log format version 1.3]");
    for comment in comments {
        builder.add_comment(comment);
    }
    // The legend's maximum is in milliseconds, as other tools print it.
    builder.with_start_time(epoch).with_base_time(epoch).with_max_value_divisor(1000.0);
    let mut log = builder.begin_log_with(&mut out, &mut serializer)?;
    for interval in intervals {
        let tag = interval.tag.as_deref().map(tag_text);
        let tag = tag.as_deref().and_then(Tag::new);
        log.write_histogram(
            &interval.histogram.inner,
            Duration::from(interval.from),
            Duration::from(interval.length),
            tag,
        )
        .map_err(|error| io::Error::other(format!("{error:?}")))?;
    }
    Ok(())
}

fn tag_text(tag: &str) -> String {
    tag.chars().map(|c| if c == ',' || c.is_whitespace() || c.is_control() { '_' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All that a distribution holds: buckets with their counts, extremes and sum.
    type Held = (Vec<(u64, u64)>, [Option<Nanos>; 2], u128);

    fn held(histogram: &Histogram) -> Held {
        let buckets = histogram.inner.iter_recorded();
        let buckets = buckets.map(|bucket| (bucket.value_iterated_to(), bucket.count_at_value()));
        (buckets.collect(), [histogram.min(), histogram.max()], histogram.sum_ns)
    }

    fn merged(parts: &[&Histogram]) -> Histogram {
        let mut all = Histogram::new();
        parts.iter().for_each(|part| all.merge(part));
        all
    }

    /// Up to a day and beyond, densest where latencies are.
    fn times() -> impl Strategy<Value = Vec<Nanos>> {
        let time = prop_oneof![0u64..2_000_000, 0u64..60_000_000_000, 0u64..200_000_000_000_000];
        prop::collection::vec(time.prop_map(Nanos::new), 0..60)
    }

    fn recorded(times: &[Nanos]) -> Histogram {
        let mut histogram = Histogram::new();
        times.iter().for_each(|time| histogram.record(*time));
        histogram
    }

    proptest! {
        #[test]
        fn merging_loses_nothing_in_any_order_or_grouping(a in times(), b in times(), c in times()) {
            let all = [a.clone(), b.clone(), c.clone()].concat();
            let (a, b, c) = (recorded(&a), recorded(&b), recorded(&c));
            let together = held(&recorded(&all));
            prop_assert_eq!(&held(&merged(&[&a, &b, &c])), &together);
            prop_assert_eq!(&held(&merged(&[&c, &a, &b])), &together);
            prop_assert_eq!(&held(&merged(&[&merged(&[&a, &b]), &c])), &together);
            prop_assert_eq!(&held(&merged(&[&a, &merged(&[&b, &c])])), &together);
        }

        #[test]
        fn three_digits_are_kept_from_a_microsecond_to_a_day(micros in 1u64..=HIGHEST_US) {
            let time = Nanos::new(micros * 1000);
            // A second, larger value keeps the first from being clamped to the exact extremes.
            let mut histogram = recorded(&[time; 99]);
            histogram.record(Nanos::new(u64::MAX));
            let at = histogram.at(Quantile::P50).unwrap_or_default().as_secs_f64();
            prop_assert!((at / time.as_secs_f64() - 1.0).abs() < 1e-3, "{} for {}", at, time.as_secs_f64());
            prop_assert_eq!(histogram.min(), Some(time));
            prop_assert_eq!(histogram.max(), Some(Nanos::new(u64::MAX)));
        }
    }

    fn of(micros: impl IntoIterator<Item = u64>) -> Histogram {
        let mut histogram = Histogram::new();
        micros.into_iter().for_each(|us| histogram.record(Nanos::new(us * 1000)));
        histogram
    }

    #[test]
    fn an_empty_distribution_has_no_figures() {
        let empty = Histogram::new();
        assert_eq!(
            (empty.min(), empty.max(), empty.mean(), empty.at(Quantile::P50)),
            (None, None, None, None)
        );
        assert_eq!(empty.interval(Quantile::P99), None);
        assert!(empty.curve(10).is_empty());
    }

    #[test]
    fn extremes_and_mean_are_exact_and_percentiles_within_three_digits() {
        let histogram = of(1..=10_000);
        assert_eq!(histogram.min(), Some(Nanos::new(1000)));
        assert_eq!(histogram.max(), Some(Nanos::new(10_000_000)));
        assert_eq!(histogram.mean(), Some(Nanos::new(5_000_500)));
        let p99 = histogram.at(Quantile::P99).unwrap_or_default().as_secs_f64();
        assert!((p99 / 9.9e-3 - 1.0).abs() < 1e-3, "{p99}");
    }

    #[test]
    fn the_interval_holds_the_quantile_and_narrows_with_samples() {
        let width = |n: u64| {
            let histogram = of((1..=n).map(|i| i * 1_000_000 / n));
            let (low, high) = histogram.interval(Quantile::P95).unwrap_or_default();
            let at = histogram.at(Quantile::P95).unwrap_or_default();
            assert!(low <= at && at <= high);
            high.since(low)
        };
        assert!(width(10_000) < width(300));
    }

    #[test]
    fn sample_floors_follow_the_rule_of_five_percent() {
        let floors =
            [Quantile::P50, Quantile::P95, Quantile::P99, Quantile::P999].map(Quantile::sample_floor);
        assert_eq!(floors, [5, 59, 299, 2995]);
    }

    #[test]
    fn a_curve_stops_where_fewer_than_ten_samples_remain() {
        let last = of(1..=1000).curve(50).last().map(|point| point.quantile.get());
        assert!((last.unwrap_or_default() - 0.99).abs() < 1e-9);
    }
}
