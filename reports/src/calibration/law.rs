//! The laws that a mock can draw from, and which of them describes a sample.

use serde::Serialize;

use super::measured::Measured;

/// The percentiles that a spread can be given by.
pub const PERCENTS: [u8; 18] = [0, 1, 5, 10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 95, 98, 99, 100];

/// Those that a law must meet, with their places in the standard normal distribution.
const MET: [(f64, f64); 11] = [
    (5.0, -1.644_854),
    (10.0, -1.281_552),
    (25.0, -0.674_490),
    (40.0, -0.253_347),
    (50.0, 0.0),
    (60.0, 0.253_347),
    (75.0, 0.674_490),
    (90.0, 1.281_552),
    (95.0, 1.644_854),
    (98.0, 2.053_749),
    (99.0, 2.326_348),
];

/// A log-normal stays if it is this near at all of them: half of the error that a plan may have, so that the other half is left
/// for chance.
const NEAR: f64 = 0.05;

/// Percent that must be known for a tail to be drawn on beyond.
const LEAST_KNOWN: f64 = 75.0;

/// Values that differ by less than this are one constant.
const STEADY: f64 = 0.005;

/// How a quantity varies, in seconds or things counted.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Law {
    /// Not at all.
    Constant(f64),
    /// Log-normally.
    LogNormal {
        /// The median.
        p50: f64,
        /// The 99th percentile.
        p99: f64,
    },
    /// Straight from each percentile to the next, of those in [`PERCENTS`].
    Through(Vec<(u8, f64)>),
}

impl Law {
    /// The simplest law that describes a sample.
    pub(super) fn of(measured: &Measured) -> Self {
        let (low, middle, high) = (measured.at(1.0), measured.at(50.0), measured.at(99.0));
        if high - low <= middle * STEADY {
            return Law::Constant(middle);
        }
        log_normal(measured).unwrap_or_else(|| through(measured))
    }

    /// The percentile at a place of [`MET`], or of [`PERCENTS`] where the law goes through those.
    pub(super) fn at(&self, percent: f64) -> f64 {
        match self {
            Law::Constant(value) => *value,
            Law::LogNormal { p50, p99 } => {
                let z = MET.iter().find(|(met, _)| *met == percent).map_or(0.0, |(_, z)| *z);
                p50 * (p99 / p50).powf(z / NORMAL_P99)
            }
            Law::Through(points) => straight(points, percent),
        }
    }

    /// A draw from three numbers between 0 and 1.
    pub(super) fn draw(&self, first: f64, second: f64) -> f64 {
        match self {
            Law::Constant(value) => *value,
            Law::LogNormal { p50, p99 } => {
                // Box and Muller's way to a normal number.
                let z = (-2.0 * first.max(f64::MIN_POSITIVE).ln()).sqrt()
                    * (std::f64::consts::TAU * second).cos();
                p50 * (p99 / p50).powf(z / NORMAL_P99)
            }
            Law::Through(points) => straight(points, first * 100.0),
        }
    }
}

const NORMAL_P99: f64 = 2.326_348;

/// The log-normal of this median whose width agrees best, if it is near wherever the sample is known.
fn log_normal(measured: &Measured) -> Option<Law> {
    let p50 = measured.at(50.0);
    let met = || MET.into_iter().filter(|(percent, _)| *percent < measured.known());
    if measured.at(5.0) <= 0.0 || measured.known() < LEAST_KNOWN {
        return None;
    }
    let (mut product, mut square) = (0.0, 0.0);
    for (percent, z) in met() {
        product += z * (measured.at(percent) / p50).ln();
        square += z * z;
    }
    let law = Law::LogNormal { p50, p99: p50 * (product / square * NORMAL_P99).exp() };
    let near = |(percent, _): (f64, f64)| (law.at(percent) / measured.at(percent) - 1.0).abs() <= NEAR;
    met().all(near).then_some(law)
}

/// Through the sample's own percentiles. At the ends it aims where the hundredth beyond the last percentile has the mean that it
/// had, since one outlier is no end of anything: a straight line to it would make hundreds of its like.
fn through(measured: &Measured) -> Law {
    let (p1, p99) = (measured.at(1.0), measured.at(99.0));
    let least = (2.0 * measured.mean_between(0.0, 1.0) - p1).clamp(measured.at(0.0), p1);
    let greatest = (2.0 * measured.mean_between(99.0, 100.0) - p99).clamp(p99, measured.at(100.0));
    let point = |percent: u8| match percent {
        0 => least,
        100 => greatest,
        _ => measured.at(f64::from(percent)),
    };
    Law::Through(PERCENTS.iter().map(|&percent| (percent, point(percent))).collect())
}

fn straight(points: &[(u8, f64)], percent: f64) -> f64 {
    let above = points.partition_point(|(at, _)| f64::from(*at) < percent);
    let below = above.saturating_sub(1);
    match (points.get(below), points.get(above)) {
        (Some(&(low, from)), Some(&(high, to))) if high > low => {
            from + (to - from) * (percent - f64::from(low)) / f64::from(high - low)
        }
        (_, Some(&(_, value))) | (Some(&(_, value)), None) => value,
        (None, None) => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Many draws from a law, evenly spread.
    fn sample(law: &Law) -> Measured {
        let places = (0..20_000).map(|place| f64::from(place) / 20_000.0);
        Measured::of(places.map(|place| law.draw(place, (place * 7919.0).fract())).collect())
    }

    #[test]
    fn a_log_normal_is_found_again() {
        let truth = Law::LogNormal { p50: 0.4, p99: 1.5 };
        let Law::LogNormal { p50, p99 } = Law::of(&sample(&truth)) else { unreachable!("no log-normal") };
        assert!((p50 / 0.4 - 1.0).abs() < 0.01 && (p99 / 1.5 - 1.0).abs() < 0.02, "{p50} {p99}");
    }

    #[test]
    fn a_constant_is_one() {
        assert_eq!(Law::of(&Measured::of(vec![0.25; 100])), Law::Constant(0.25));
        assert_eq!(Law::of(&Measured::of(vec![0.0; 100])), Law::Constant(0.0));
    }

    #[test]
    fn one_outlier_is_no_end() {
        let mut values: Vec<f64> = (0..1000).map(|place| f64::from(place % 100)).collect();
        values.push(1e6);
        let Law::Through(points) = Law::of(&Measured::of(values)) else { unreachable!("not by percentiles") };
        assert!(points[17].1 > 1e5 && points[17].1 < 2.5e5, "{points:?}");
    }

    #[test]
    fn two_humps_are_met_where_a_log_normal_is_not() {
        let truth = Law::Through(vec![(0, 0.2), (80, 0.4), (90, 2.0), (100, 3.0)]);
        let measured = sample(&truth);
        let law = Law::of(&measured);
        assert!(matches!(law, Law::Through(_)), "{law:?}");
        for percent in [5.0, 50.0, 75.0, 95.0, 99.0] {
            assert!((law.at(percent) / truth.at(percent) - 1.0).abs() < 0.01, "p{percent}");
        }
    }
}
