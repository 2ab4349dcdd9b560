//! Several runs a side: an exact permutation test on one value a run.
//!
//! If nothing had changed, any choice of the runs could have been the head's. The test counts the choices whose mean lies
//! at least as far out; with five runs a side there are 252. It needs no law of the values and sees what a single run
//! cannot, how runs differ among themselves. Where both sides share their seeds it errs on the side of no change.

use super::bounds::Pairing;
use super::interval::t;

/// What the runs of two sides tell of a change.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Told {
    /// The mean of each side.
    pub(super) means: (f64, f64),
    /// The chance of a difference as far up as this, if nothing had changed.
    pub(super) p_up: f64,
    /// The same, as far down.
    pub(super) p_down: f64,
    /// The 95 % interval of the difference, by Student; of runs with seeds of their own, by Welch.
    pub(super) interval: (f64, f64),
}

/// The number of ways to choose the runs of one side among all.
pub fn splits(base: usize, head: usize) -> u64 {
    let all = (base + head) as u64;
    (1..=base as u64).fold(1, |ways, i| ways.saturating_mul(all - base as u64 + i) / i)
}

/// The fewest runs a side that can tell so many figures apart from chance, after Holm's correction at 5 %.
pub fn runs_needed(figures: usize) -> usize {
    (2..).find(|runs| (figures.max(1) as f64) / (splits(*runs, *runs) as f64) < LEVEL).unwrap_or(usize::MAX)
}

/// The chance of a false alarm among all figures together.
pub(super) const LEVEL: f64 = 0.05;

/// Holds the values of some runs against those of others; at least two a side, twenty in all. Runs of the same seeds, one of
/// each side, are pairs: what a seed does to both is no part of how their difference varies.
pub(super) fn test(base: &[f64], head: &[f64], pairing: Pairing) -> Told {
    let all: Vec<f64> = base.iter().chain(head).copied().collect();
    let seen: f64 = head.iter().sum();
    let slack = all.iter().map(|value| value.abs()).sum::<f64>() * 1e-12;
    let (mut up, mut down, mut ways) = (0u64, 0u64, 0u64);
    for chosen in choices(all.len(), head.len()) {
        let sum: f64 = all
            .iter()
            .enumerate()
            .filter(|(place, _)| chosen >> place & 1 == 1)
            .map(|(_, value)| value)
            .sum();
        up += u64::from(sum >= seen - slack);
        down += u64::from(sum <= seen + slack);
        ways += 1;
    }
    let means = (mean(base), mean(head));
    let interval = match pairing {
        Pairing::SameSeed => paired(base, head),
        Pairing::Apart => welch(base, head),
    };
    Told { means, p_up: up as f64 / ways as f64, p_down: down as f64 / ways as f64, interval }
}

/// Every choice of `count` out of `of`, as bits.
fn choices(of: usize, count: usize) -> impl Iterator<Item = u64> {
    let first = (1u64 << count) - 1;
    std::iter::successors(Some(first), move |chosen| {
        // The next larger number with as many bits (Gosper).
        let lowest = chosen & chosen.wrapping_neg();
        let ripple = chosen + lowest;
        let next = (((chosen ^ ripple) >> 2) / lowest) | ripple;
        (next < 1 << of).then_some(next)
    })
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

fn paired(base: &[f64], head: &[f64]) -> (f64, f64) {
    let differences: Vec<f64> = head.iter().zip(base).map(|(head, base)| head - base).collect();
    let (count, at) = (differences.len() as f64, mean(&differences));
    let squares: f64 = differences.iter().map(|difference| (difference - at).powi(2)).sum();
    let half = t(differences.len() - 1) * (squares / (count - 1.0) / count).sqrt();
    (at - half, at + half)
}

fn welch(base: &[f64], head: &[f64]) -> (f64, f64) {
    // The variance of each mean, with its degrees of freedom.
    let [(v, n), (w, m)] = [base, head].map(|values| {
        let (count, mean) = (values.len() as f64, mean(values));
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        (squares / (count - 1.0) / count, count - 1.0)
    });
    let at = mean(head) - mean(base);
    let variance = v + w;
    if variance == 0.0 {
        return (at, at);
    }
    let freedom = variance.powi(2) / (v * v / n + w * w / m);
    let half = t(freedom as usize) * variance.sqrt();
    (at - half, at + half)
}

/// Holm's correction: the chance that each would be taken for a change by mistake, all others considered.
pub(super) fn holm(chances: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..chances.len()).collect();
    order.sort_by(|one, other| chances[*one].total_cmp(&chances[*other]));
    let mut corrected = vec![1.0; chances.len()];
    let mut least: f64 = 0.0;
    for (rank, place) in order.into_iter().enumerate() {
        least = least.max(chances[place] * (chances.len() - rank) as f64).min(1.0);
        corrected[place] = least;
    }
    corrected
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_a_side_have_252_choices() {
        assert_eq!((splits(5, 5), splits(6, 6), splits(2, 3)), (252, 924, 10));
        assert_eq!(choices(10, 5).count(), 252);
        assert!(choices(10, 5).all(|chosen| chosen.count_ones() == 5));
    }

    #[test]
    fn five_a_side_can_tell_twelve_figures_apart() {
        assert_eq!([1, 3, 4, 12, 13, 46, 47].map(runs_needed), [4, 4, 5, 5, 6, 6, 7]);
    }

    #[test]
    fn complete_separation_is_the_least_likely_choice() {
        let told = test(&[1.0, 1.1, 0.9, 1.05, 0.95], &[2.0, 2.1, 1.9, 2.05, 1.95], Pairing::Apart);
        assert!((told.p_up - 1.0 / 252.0).abs() < 1e-12 && told.p_down == 1.0, "{told:?}");
        assert!(told.interval.0 > 0.8 && told.interval.1 < 1.2, "{told:?}");
    }

    #[test]
    fn pairs_differ_by_what_their_seeds_do_not_explain() {
        let (base, head) = ([1.0, 2.0, 4.0, 8.0], [1.1, 2.1, 4.1, 8.1]);
        let [apart, paired] = [Pairing::Apart, Pairing::SameSeed].map(|it| test(&base, &head, it).interval);
        assert!(apart.0 < -4.0 && apart.1 > 4.0, "{apart:?}");
        assert!(paired.0 > 0.0999 && paired.1 < 0.1001, "{paired:?}");
    }

    #[test]
    fn runs_that_are_all_alike_tell_nothing() {
        let told = test(&[3.0; 5], &[3.0; 5], Pairing::Apart);
        assert_eq!((told.p_up, told.p_down, told.interval), (1.0, 1.0, (0.0, 0.0)));
    }

    #[test]
    fn holm_corrects_the_least_likely_the_most() {
        // Holm 1979 by hand.
        let corrected = holm(&[0.01, 0.04, 0.03, 0.005]);
        let expected = [0.03, 0.06, 0.06, 0.02];
        assert!(
            corrected.iter().zip(expected).all(|(one, other)| (one - other).abs() < 1e-12),
            "{corrected:?}"
        );
    }
}
