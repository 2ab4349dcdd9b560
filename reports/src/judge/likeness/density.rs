//! How likely waits are under a policy, where the overhead on top is not known.

use crate::judge::gaps::Gap;
use crate::judge::policy::{Band, Policy};

/// Waits, with what all candidates need of them.
#[derive(Clone, Debug)]
pub(super) struct Sample<'a> {
    gaps: Vec<&'a Gap>,
    overheads: Vec<Overhead>,
}

/// An overhead that may lie on every wait, in seconds: a constant part and the mean of what varies.
#[derive(Clone, Copy, Debug)]
struct Overhead {
    constant: f64,
    mean: f64,
}

/// A band no wider than this, in seconds, is a point.
const POINT: f64 = 0.000_2;

/// Waits that hiccups lengthen, by up to `HICCUP` seconds, as a share.
const HICCUPS: f64 = 0.03;
const HICCUP: f64 = 0.1;

/// Waits that no model explains, as a share: anything from 1 ms to 100 s, evenly by its logarithm.
const STRAYS: f64 = 0.001;
const STRAY_RANGE: f64 = 11.513;

impl<'a> Sample<'a> {
    /// A sample of these waits.
    pub(super) fn of(gaps: Vec<&'a Gap>) -> Self {
        let least = gaps.iter().map(|gap| gap.secs()).fold(0.020, f64::min);
        let constants = [0.0, 0.45, 0.9].map(|share| share * least);
        let overheads = constants
            .into_iter()
            .flat_map(|constant| [0.000_5, 0.002, 0.008].map(|mean| Overhead { constant, mean }))
            .collect();
        Sample { gaps, overheads }
    }

    /// The waits.
    pub(super) fn gaps(&self) -> &[&'a Gap] {
        &self.gaps
    }

    /// The logarithm of the likelihood of the waits under a policy: the mean over the overheads. It is minus
    /// infinity where it would be below `floor`, which most policies show after a few waits.
    pub(super) fn ln_likelihood(&self, policy: Policy, floor: f64) -> f64 {
        let placed: Vec<(f64, Band)> = self.gaps.iter().map(|gap| (gap.secs(), band(policy, gap))).collect();
        let product = |&overhead: &Overhead| ln_product(&placed, overhead, floor);
        let sums: Vec<f64> = self.overheads.iter().map(product).collect();
        ln_sum_exp(&sums) - (sums.len() as f64).ln()
    }
}

fn band(policy: Policy, gap: &Gap) -> Band {
    policy.band(gap.ordinal, gap.before.map(|before| before.as_secs_f64()))
}

/// The sum of the logarithms of the densities, given up where the rest cannot lift it to `floor` any more.
///
/// A logarithm costs more than a product, so it is taken of eight at a time: a density lies between 1e-7
/// and 1e4.
fn ln_product(placed: &[(f64, Band)], overhead: Overhead, floor: f64) -> f64 {
    let densest = |&(_, band): &(f64, Band)| band.width().max(overhead.mean.min(POINT)).recip();
    let ln_densest = (placed.iter().map(densest).fold(0.0, f64::max) + 1.0).ln();
    let (mut sum, mut rest) = (0.0, placed.len());
    for waits in placed.chunks(8) {
        rest -= waits.len();
        sum += waits.iter().map(|&(wait, band)| density(wait, band, overhead)).product::<f64>().ln();
        if sum + rest as f64 * ln_densest < floor {
            return f64::NEG_INFINITY;
        }
    }
    sum
}

/// The density of a wait that is drawn evenly from a band, with an overhead on top.
fn density(wait: f64, band: Band, overhead: Overhead) -> f64 {
    let past_low = (wait - band.low - overhead.constant).max(0.0);
    let past_high = (wait - band.high - overhead.constant).max(0.0);
    let decay = |past: f64| if past <= 0.0 { 1.0 } else { decay(past / overhead.mean) };
    let core = if band.width() >= POINT {
        let ordinary = (1.0 - HICCUPS) * (decay(past_high) - decay(past_low));
        (ordinary + HICCUPS / HICCUP * (past_low.min(HICCUP) - past_high.min(HICCUP))) / band.width()
    } else if wait < band.low + overhead.constant {
        0.0
    } else {
        let hiccup = if past_low < HICCUP { HICCUPS / HICCUP } else { 0.0 };
        (1.0 - HICCUPS) * decay(past_low) / overhead.mean + hiccup
    };
    (1.0 - STRAYS) * core + STRAYS / (STRAY_RANGE * wait.max(0.001))
}

/// e^−x; nothing where it is too small to count.
fn decay(x: f64) -> f64 {
    if x > 30.0 { 0.0 } else { (-x).exp() }
}

/// The logarithm of a sum of exponentials.
pub(super) fn ln_sum_exp(terms: &[f64]) -> f64 {
    let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if largest == f64::NEG_INFINITY {
        return largest;
    }
    largest + terms.iter().map(|term| (term - largest).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn densities_agree_with_a_second_implementation() {
        let overhead = Overhead { constant: 0.0, mean: 0.002 };
        let ln = |low, high| format!("{:.5}", density(0.3, Band { low, high }, overhead).ln());
        assert_eq!([ln(0.0, 1.0), ln(0.3, 0.3), ln(0.25, 0.5)], ["-0.00071", "6.18377", "1.37025"]);
    }

    #[test]
    fn a_sum_of_exponentials_does_not_overflow() {
        assert!((ln_sum_exp(&[1000.0, 1000.0]) - 1000.0 - 2_f64.ln()).abs() < 1e-9);
        assert_eq!(ln_sum_exp(&[]), f64::NEG_INFINITY);
    }
}
