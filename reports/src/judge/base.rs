//! From which base a policy's waits grow, as an interval that holds it in 99 of 100 runs.
//!
//! Overhead decides below 100 ms: more waits do not narrow it there.

use super::gaps::{Cell, Gap};
use super::policy::{Growth, Jitter};

/// What ordinary overhead adds at most, in seconds.
const OVERHEAD: f64 = 0.020;

/// What overhead and a hiccup add at most, in seconds.
const HICCUP: f64 = 0.120;

/// The base of full jitter, by its longest waits: the bound of the first wait, in seconds.
pub(super) fn full_jitter<'a>(gaps: impl Iterator<Item = &'a Gap>, growth: Growth) -> Option<(f64, f64)> {
    let scaled: Vec<(f64, f64)> = gaps.map(|gap| (gap.secs(), growth.factor(gap.ordinal))).collect();
    let n = scaled.len();
    let largest = scaled.iter().map(|(wait, factor)| wait / factor).reduce(f64::max)?;
    let high = largest * 0.005_f64.powf(-1.0 / n as f64);
    // Eight in a hundred may be hiccups; the largest may be one, but not more than one.
    let mut less_overhead: Vec<f64> =
        scaled.iter().map(|(wait, factor)| (wait - OVERHEAD) / factor).collect();
    less_overhead.sort_by(|a, b| b.total_cmp(a));
    let ordinary = less_overhead.get((0.08 * n as f64).ceil() as usize).copied().unwrap_or(0.0);
    let less_hiccup = scaled.iter().map(|(wait, factor)| (wait - HICCUP) / factor).fold(0.0, f64::max);
    Some((ordinary.max(less_hiccup).max(0.0), high))
}

/// The wait of a policy without jitter, by its median first wait, in seconds.
pub(super) fn fixed(first: &[f64]) -> Option<(f64, f64)> {
    let median = super::statistics::quantile(first, 0.5)?;
    Some(((median - OVERHEAD).max(0.0), median))
}

/// The base by the sort of jitter, where there is a way to tell it.
pub(super) fn interval(cells: &[Cell], jitter: Jitter, growth: Growth) -> Option<(f64, f64)> {
    match jitter {
        Jitter::Full => full_jitter(cells.iter().flat_map(Cell::tested), growth),
        Jitter::None => fixed(&cells.first().filter(|cell| cell.ordinal == 0)?.sorted),
        Jitter::Wide | Jitter::Narrow | Jitter::Decorrelated => None,
    }
}

/// The cap, where late waits no longer grow: their bound, in seconds.
pub(super) fn cap(capped: &[Cell]) -> Option<(f64, f64)> {
    full_jitter(capped.iter().flat_map(Cell::tested), Growth::Constant)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]
mod tests {
    use super::*;
    use crate::judge::policy::Policy;
    use crate::judge::testing::{simulate, transient};
    use crate::number;

    #[test]
    fn the_base_of_a_short_policy_is_known_no_better_than_its_overhead() {
        let group = transient(&[
            &[49.0, 50.0, 32.0, 41.0, 44.0, 46.0, 22.0, 50.0, 50.0, 10.0],
            &[52.0, 9.0, 39.0, 18.0, 55.0, 50.0, 80.0, 38.0, 94.0, 62.0],
        ]);
        let (low, high) = full_jitter(group.gaps(), Growth::Times(2.0)).unwrap();
        assert_eq!(number::range(low, high).replace('\u{202f}', " "), "30–65 ms");
        assert_eq!(fixed(&[0.3, 0.31, 0.32]), Some((0.29, 0.31)));
        assert_eq!(full_jitter([].into_iter(), Growth::Constant), None);
    }

    #[test]
    fn the_interval_holds_the_base_and_narrows_with_the_sample() {
        let covered = |calls: usize, widest: f64| {
            let holds = |&seed: &u64| {
                let group = simulate(Policy::full_jitter(1.0), calls, 3, seed);
                let (low, high) = interval(&group.cells, Jitter::Full, Growth::Times(2.0)).unwrap();
                low <= 1.0 && 1.0 <= high && high - low < widest
            };
            (0..200).filter(holds).count()
        };
        assert!(covered(10, 0.8) >= 194);
        assert!(covered(100, 0.2) >= 194);
    }
}
