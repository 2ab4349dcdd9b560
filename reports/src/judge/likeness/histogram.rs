//! "Unknown": waits that follow no policy, told by nothing but how often they were seen.

use std::collections::BTreeMap;

use crate::judge::gaps::Gap;

/// Eight bins a decade from 1 ms to 100 s.
const BINS: usize = 40;
const BINS_A_DECADE: f64 = 8.0;

/// The logarithm of the likelihood of waits where each is expected as often as such waits were before, with
/// half a wait in each bin to begin with. Each ordinal is counted by itself.
pub(super) fn ln_likelihood(gaps: &[&Gap]) -> f64 {
    let mut counts: BTreeMap<u32, [f64; BINS]> = BTreeMap::new();
    let mut sum = 0.0;
    for gap in gaps {
        let counts = counts.entry(gap.ordinal).or_insert([0.5; BINS]);
        let bin = bin(gap.secs());
        sum += (counts[bin] / counts.iter().sum::<f64>() / width(bin)).ln();
        counts[bin] += 1.0;
    }
    sum
}

fn bin(wait: f64) -> usize {
    let place = (wait.max(0.001) / 0.001).log10() * BINS_A_DECADE;
    (place as usize).min(BINS - 1)
}

fn width(bin: usize) -> f64 {
    let edge = |bin: usize| 0.001 * 10f64.powf(bin as f64 / BINS_A_DECADE);
    edge(bin + 1) - edge(bin)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::judge::testing::transient;

    #[test]
    fn bins_are_even_by_logarithm_and_hold_everything() {
        assert_eq!([0.0, 0.001, 0.01, 1.0, 99.0, 1e6].map(bin), [0, 0, 8, 24, 39, 39]);
        assert!((width(8) - 0.01 * (10f64.powf(0.125) - 1.0)).abs() < 1e-12);
    }

    #[test]
    fn waits_seen_before_are_expected_again() {
        let likelihood = |cell: &[f64]| ln_likelihood(&transient(&[cell]).gaps().collect::<Vec<_>>());
        assert!(likelihood(&[100.0; 20]) > likelihood(&[100.0, 200.0].repeat(10)));
    }
}
