//! A law given by its percentiles, for what no log-normal describes: two humps, a floor, a short tail.

use rand::{Rng, RngExt};

use super::SpreadError;

/// A law that runs straight from each given percentile to the next, from the least value to the greatest.
///
/// The percentiles are those of [`Quantiles::PERCENTS`], so that the law is a small value without a heap and
/// spreads stay `Copy`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantiles {
    percents: [u8; MOST],
    amounts: [f64; MOST],
    count: u8,
}

const MOST: usize = Quantiles::PERCENTS.len();

impl Quantiles {
    /// The percentiles that can be given: dense where people look, and at both ends.
    pub const PERCENTS: [u8; 18] = [0, 1, 5, 10, 20, 25, 30, 40, 50, 60, 70, 75, 80, 90, 95, 98, 99, 100];

    /// The law through these percentiles, in order: percent, and amount in seconds or things counted.
    ///
    /// # Errors
    /// Without the least (0) and the greatest (100), with a percentile that cannot be given, or with one that lies under
    /// the one before.
    pub fn new(points: &[(u8, f64)]) -> Result<Self, SpreadError> {
        let ends = (points.first().map(|point| point.0), points.last().map(|point| point.0));
        if ends != (Some(0), Some(100)) || points.iter().any(|(percent, _)| !Self::PERCENTS.contains(percent))
        {
            return Err(SpreadError::Ends);
        }
        if !points.is_sorted_by(|low, high| low.0 < high.0 && low.1 <= high.1) {
            return Err(SpreadError::Reversed);
        }
        let mut law =
            Quantiles { percents: [0; MOST], amounts: [0.0; MOST], count: points.len().min(MOST) as u8 };
        for (place, &(percent, amount)) in points.iter().enumerate().take(MOST) {
            (law.percents[place], law.amounts[place]) = (percent, amount);
        }
        Ok(law)
    }

    /// What was given: percents and amounts.
    pub fn points(&self) -> impl Iterator<Item = (u8, f64)> + '_ {
        self.percents.iter().copied().zip(self.amounts).take(usize::from(self.count))
    }

    /// The value that so many percent lie under, from 0 to 100.
    pub fn at(&self, percent: f64) -> f64 {
        let mut low = (0.0, self.amounts[0]);
        for (high_percent, high) in self.points() {
            let high_percent = f64::from(high_percent);
            if percent <= high_percent {
                let width = high_percent - low.0;
                let share = if width > 0.0 { (percent - low.0) / width } else { 1.0 };
                return low.1 + (high - low.1) * share;
            }
            low = (high_percent, high);
        }
        low.1
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        let pairs = self.points().zip(self.points().skip(1));
        pairs.map(|(low, high)| f64::from(high.0 - low.0) / 100.0 * f64::midpoint(low.1, high.1)).sum()
    }

    /// One draw.
    pub(super) fn draw(&self, rng: &mut impl Rng) -> f64 {
        self.at(rng.random_range(0.0..100.0))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    /// Four in five between 1 and 2, the fifth between 10 and 12.
    fn humps() -> Quantiles {
        Quantiles::new(&[(0, 1.0), (80, 2.0), (90, 10.0), (100, 12.0)]).unwrap()
    }

    #[test]
    fn it_runs_straight_from_point_to_point() {
        for (percent, expected) in
            [(0.0, 1.0), (40.0, 1.5), (80.0, 2.0), (85.0, 6.0), (90.0, 10.0), (95.0, 11.0), (100.0, 12.0)]
        {
            assert!((humps().at(percent) - expected).abs() < 1e-9, "p{percent}");
        }
        // 0.8 × 1.5 + 0.1 × 6 + 0.1 × 11
        assert!((humps().mean() - 2.9).abs() < 1e-9);
    }

    #[test]
    fn draws_meet_its_percentiles() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut draws: Vec<f64> = (0..100_000).map(|_| humps().draw(&mut rng)).collect();
        draws.sort_by(f64::total_cmp);
        for percent in [10, 50, 79, 95, 99] {
            let (drawn, expected) = (draws[percent * 1000], humps().at(percent as f64));
            assert!((drawn / expected - 1.0).abs() < 0.02, "p{percent}: {drawn}, {expected}");
        }
    }

    #[test]
    fn it_needs_both_ends_in_order_and_known_percentiles() {
        let refused = |points: &[(u8, f64)]| Quantiles::new(points).unwrap_err();
        assert_eq!(refused(&[]), SpreadError::Ends);
        assert_eq!(refused(&[(0, 1.0), (50, 2.0)]), SpreadError::Ends);
        assert_eq!(refused(&[(0, 1.0), (51, 2.0), (100, 3.0)]), SpreadError::Ends);
        assert_eq!(refused(&[(0, 1.0), (50, 3.0), (100, 2.0)]), SpreadError::Reversed);
        assert_eq!(refused(&[(0, 1.0), (50, 1.0), (50, 2.0), (100, 2.0)]), SpreadError::Reversed);
    }
}
