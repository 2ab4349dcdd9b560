//! How a quantity varies: not at all, log-normally, or through given percentiles.
//!
//! Latencies and lengths of answers are skewed to the right, and people know them by a median and a
//! 99th percentile; a log-normal is the simplest law that those two numbers fix. What was measured may have any
//! shape, and is given by as many percentiles as it takes.

mod quantiles;

use std::time::Duration;

use rand::Rng;
use rand_distr::{Distribution, StandardNormal};
use thiserror::Error;

pub use quantiles::Quantiles;

/// The 99th percentile of the standard normal distribution.
const NORMAL_P99: f64 = 2.326_347_874_040_840_8;

/// A quantity that varies as a log-normal with a given median and 99th percentile, or through given
/// percentiles, or is constant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread<T>(Law<T>);

#[derive(Clone, Copy, Debug, PartialEq)]
enum Law<T> {
    LogNormal {
        median: T,
        /// The standard deviation of the logarithm; zero for a constant.
        sigma: f64,
    },
    Through(Quantiles),
}

impl<T: Quantity> Spread<T> {
    /// Always `value`.
    pub const fn constant(value: T) -> Self {
        Spread(Law::LogNormal { median: value, sigma: 0.0 })
    }

    /// The log-normal whose median is `p50` and whose 99th percentile is `p99`.
    ///
    /// # Errors
    /// A median of zero has no logarithm; a 99th percentile cannot lie under the median.
    pub fn from_p50_p99(p50: T, p99: T) -> Result<Self, SpreadError> {
        let (low, high) = (p50.magnitude(), p99.magnitude());
        if high < low {
            return Err(SpreadError::Reversed);
        }
        if low == 0.0 {
            return Err(SpreadError::ZeroMedian);
        }
        Ok(Spread(Law::LogNormal { median: p50, sigma: (high / low).ln() / NORMAL_P99 }))
    }

    /// Through these percentiles.
    pub fn through(quantiles: Quantiles) -> Self {
        Spread(Law::Through(quantiles))
    }

    /// One draw. A constant draws nothing from `rng`.
    pub fn sample(&self, rng: &mut impl Rng) -> T {
        match &self.0 {
            Law::LogNormal { median, sigma: 0.0 } => *median,
            Law::LogNormal { median, sigma } => {
                let z: f64 = StandardNormal.sample(rng);
                T::from_magnitude(median.magnitude() * (sigma * z).exp())
            }
            Law::Through(quantiles) => T::from_magnitude(quantiles.draw(rng)),
        }
    }
}

/// What can be spread: a length of time, or a count.
pub trait Quantity: Copy + sealed::Sealed {
    /// The quantity as a number of its unit: seconds, or things counted.
    fn magnitude(self) -> f64;
    /// The quantity nearest to a number of its unit, at most the type's largest.
    fn from_magnitude(magnitude: f64) -> Self;
}

impl Quantity for Duration {
    fn magnitude(self) -> f64 {
        self.as_secs_f64()
    }

    fn from_magnitude(magnitude: f64) -> Self {
        Duration::try_from_secs_f64(magnitude).unwrap_or(Duration::MAX)
    }
}

impl Quantity for u32 {
    fn magnitude(self) -> f64 {
        f64::from(self)
    }

    fn from_magnitude(magnitude: f64) -> Self {
        magnitude.round() as u32
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for std::time::Duration {}
    impl Sealed for u32 {}
}

/// Why percentiles make no spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SpreadError {
    /// The median is zero.
    #[error("a median of zero cannot vary; give a constant instead of two percentiles")]
    ZeroMedian,
    /// A percentile lies under a lower one.
    #[error("a percentile lies under a lower one; put them in order")]
    Reversed,
    /// The ends are missing, or there is a percentile that cannot be given.
    #[error("percentiles of a spread begin with 0 and end with 100")]
    Ends,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn millis(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn many_draws_meet_both_percentiles() {
        let spread = Spread::from_p50_p99(millis(400), millis(1500)).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut draws: Vec<f64> = (0..100_000).map(|_| spread.sample(&mut rng).as_secs_f64()).collect();
        draws.sort_by(f64::total_cmp);
        assert!((draws[50_000] / 0.4 - 1.0).abs() < 0.02, "median {}", draws[50_000]);
        assert!((draws[99_000] / 1.5 - 1.0).abs() < 0.05, "p99 {}", draws[99_000]);
    }

    #[test]
    fn equal_percentiles_are_a_constant() {
        let spread = Spread::from_p50_p99(150_u32, 150).unwrap();
        assert_eq!(spread, Spread::constant(150));
        assert_eq!(spread.sample(&mut ChaCha8Rng::seed_from_u64(2)), 150);
    }

    #[test]
    fn impossible_percentiles_are_refused() {
        assert_eq!(Spread::from_p50_p99(0_u32, 9), Err(SpreadError::ZeroMedian));
        assert_eq!(Spread::from_p50_p99(millis(9), millis(8)), Err(SpreadError::Reversed));
    }

    #[test]
    fn the_widest_spread_stays_within_its_type() {
        let spread = Spread::from_p50_p99(Duration::from_nanos(1), Duration::MAX).unwrap();
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        assert!((0..1000).map(|_| spread.sample(&mut rng)).any(|draw| draw == Duration::MAX));
    }
}
