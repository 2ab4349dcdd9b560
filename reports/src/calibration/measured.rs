//! The law of a sample, as a staircase.

/// Values in order, each with the share of all that is no greater.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Measured {
    steps: Vec<(f64, f64)>,
    known: f64,
}

impl Measured {
    /// Of values that were seen whole.
    pub(super) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let all = values.len() as f64;
        let steps = (1..).zip(values).map(|(place, value)| (value, f64::from(place) / all)).collect();
        Measured { steps, known: 1.0 }
    }

    /// Of values with weights.
    pub(super) fn weighed(mut values: Vec<(f64, f64)>) -> Self {
        values.sort_by(|one, other| one.0.total_cmp(&other.0));
        let all: f64 = values.iter().map(|(_, weight)| weight).sum();
        let mut below = 0.0;
        for (_, weight) in &mut values {
            below += *weight;
            *weight = below / all;
        }
        Measured { steps: values, known: 1.0 }
    }

    /// Of values of which some were cut short and would have been greater: Kaplan and Meier's estimate. What lies beyond the
    /// longest that was cut is not known, and is taken to lie there.
    pub(super) fn of_cut(mut values: Vec<(f64, bool)>) -> Self {
        // Of equals, one that ended by itself comes before one that was cut.
        values.sort_by(|one, other| one.0.total_cmp(&other.0).then(one.1.cmp(&other.1)));
        let mut beyond = 1.0;
        let mut steps = Vec::with_capacity(values.len());
        for (place, &(value, cut)) in values.iter().enumerate() {
            if !cut {
                beyond *= 1.0 - 1.0 / (values.len() - place) as f64;
                steps.push((value, 1.0 - beyond));
            }
        }
        if let Some(&(longest, _)) = values.last() {
            steps.push((longest, 1.0));
        }
        Measured { steps, known: 1.0 - beyond }
    }

    /// Up to which percent it is known: beyond lies what was cut short.
    pub(super) fn known(&self) -> f64 {
        self.known * 100.0
    }

    /// The mean of what lies between two percentages of the sample.
    pub(super) fn mean_between(&self, low: f64, high: f64) -> f64 {
        let (mut from, mut sum) = (low / 100.0, 0.0);
        for &(value, share) in &self.steps {
            let to = share.min(high / 100.0);
            if to > from {
                sum += value * (to - from);
                from = to;
            }
        }
        sum / (high - low) * 100.0
    }

    /// The least value that so many percent are no greater than.
    pub(super) fn at(&self, percent: f64) -> f64 {
        let place = self.steps.partition_point(|(_, share)| share * 100.0 < percent - 1e-9);
        self.steps.get(place).or(self.steps.last()).map_or(0.0, |(value, _)| *value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_the_sample_is_no_greater_than_its_percentile() {
        let measured = Measured::of((1..=200).rev().map(f64::from).collect());
        for (percent, value) in [(0.0, 1.0), (0.5, 1.0), (50.0, 100.0), (99.0, 198.0), (100.0, 200.0)] {
            assert_eq!(measured.at(percent), value, "p{percent}");
        }
    }

    #[test]
    fn a_part_of_the_sample_has_its_own_mean() {
        let measured = Measured::of((1..=200).map(f64::from).collect());
        for (low, high, mean) in [(0.0, 100.0, 100.5), (99.0, 100.0, 199.5), (0.0, 1.0, 1.5)] {
            assert!((measured.mean_between(low, high) - mean).abs() < 1e-9, "p{low} to p{high}");
        }
    }

    #[test]
    fn a_heavy_value_counts_for_many() {
        let measured = Measured::weighed(vec![(3.0, 1.0), (1.0, 1.0), (2.0, 8.0)]);
        assert_eq!([5.0, 11.0, 89.0, 95.0].map(|percent| measured.at(percent)), [1.0, 2.0, 2.0, 3.0]);
    }

    #[test]
    fn what_was_cut_counts_as_longer() {
        // 1 ends (4 left: 3/4 beyond), 2 is cut, 3 ends (of 2: 3/8 beyond), 4 is cut: the rest lies there.
        let measured = Measured::of_cut(vec![(3.0, false), (1.0, false), (4.0, true), (2.0, true)]);
        assert_eq!(measured.steps, [(1.0, 0.25), (3.0, 0.625), (4.0, 1.0)]);
    }
}
