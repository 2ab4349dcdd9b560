//! The catalogue: every figure that a gate can name, with its unit, formula and meaning.
//!
//! The peers disagree on what `ITL` or `TTFT` is, so each figure carries its own formula wherever it
//! is shown. The schema, the documentation, `explain` and the glossary of the page are made from this
//! one table; a metric that is not here cannot be gated on.

mod better;
mod entry;
mod figure;
mod timing;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::histogram::Quantile;

pub use better::Better;
pub use entry::{Entry, Needs, Unit};
pub use figure::Figure;
pub use timing::Timing;

/// A figure of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Metric {
    /// A statistic of a distribution of times: `latency.p95`.
    Timing(Timing, Statistic),
    /// A share, count, rate or sum: `success.ratio`.
    Figure(Figure),
}

/// What is asked of a distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Statistic {
    /// The value below which this share of the samples lies.
    Percentile(Quantile),
    /// The arithmetic mean.
    Mean,
    /// The exact smallest.
    Min,
    /// The exact largest.
    Max,
}

impl Metric {
    /// Its line of the catalogue.
    pub const fn entry(self) -> Entry {
        match self {
            Metric::Timing(timing, _) => timing.entry(),
            Metric::Figure(figure) => figure.entry(),
        }
    }

    /// Every line of the catalogue, timings first.
    pub fn catalogue() -> impl Iterator<Item = Entry> {
        Timing::ALL.into_iter().map(Timing::entry).chain(Figure::ALL.into_iter().map(Figure::entry))
    }

    /// Names to offer where one was not known: each figure, and the usual statistics of each timing.
    pub fn suggestions() -> impl Iterator<Item = String> {
        let statistics = ["p50", "p90", "p95", "p99", "p99.9", "mean", "min", "max"];
        let timings = Timing::ALL.into_iter().flat_map(move |timing| {
            statistics.map(|statistic| format!("{}.{statistic}", timing.entry().name))
        });
        timings.chain(Figure::ALL.into_iter().map(|figure| figure.entry().name.to_owned()))
    }
}

impl fmt::Display for Metric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Metric::Timing(timing, statistic) => write!(f, "{}.{statistic}", timing.entry().name),
            Metric::Figure(figure) => f.write_str(figure.entry().name),
        }
    }
}

impl fmt::Display for Statistic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // Rounded to a thousandth of a percent, so that 0.999 is written p99.9 and not p99.90000000000001.
            Statistic::Percentile(q) => write!(f, "p{}", (q.get() * 100_000.0).round() / 1000.0),
            Statistic::Mean => f.write_str("mean"),
            Statistic::Min => f.write_str("min"),
            Statistic::Max => f.write_str("max"),
        }
    }
}

/// A name that is not in the catalogue.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("there is no metric `{0}`")]
pub struct UnknownMetric(pub String);

impl FromStr for Metric {
    type Err = UnknownMetric;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let figure = Figure::ALL.into_iter().find(|figure| figure.entry().name == text).map(Metric::Figure);
        let timing = || {
            let statistic = |timing: Timing| text.strip_prefix(timing.entry().name)?.strip_prefix('.');
            let (timing, asked) =
                Timing::ALL.into_iter().find_map(|timing| Some((timing, statistic(timing)?)))?;
            Some(Metric::Timing(timing, asked.parse().ok()?))
        };
        figure.or_else(timing).ok_or_else(|| UnknownMetric(text.to_owned()))
    }
}

impl FromStr for Statistic {
    type Err = UnknownMetric;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "mean" => Ok(Statistic::Mean),
            "min" => Ok(Statistic::Min),
            "max" => Ok(Statistic::Max),
            _ => text
                .strip_prefix('p')
                .and_then(|percent| percent.parse().ok())
                .and_then(Quantile::from_percent)
                .map(Statistic::Percentile)
                .ok_or_else(|| UnknownMetric(text.to_owned())),
        }
    }
}

impl Serialize for Metric {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Metric {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_suggested_name_is_read_back_as_itself() {
        for name in Metric::suggestions() {
            let metric: Result<Metric, _> = name.parse();
            assert_eq!(metric.map(|metric| metric.to_string()), Ok(name));
        }
    }

    #[test]
    fn names_outside_the_catalogue_are_refused() {
        for name in [
            "latency",
            "limit.wait",
            "latency.p100",
            "latency.p0",
            "latency.p",
            "success.rate",
            "",
            "p95",
            "ttft.max.p5",
        ] {
            assert_eq!(name.parse::<Metric>(), Err(UnknownMetric(name.to_owned())), "{name}");
        }
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = Metric::catalogue().map(|entry| entry.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), Timing::ALL.len() + Figure::ALL.len());
    }
}
