//! Percentiles over time, in windows wide enough to have some.
//!
//! A p95 needs 59 samples, and a bucket of two seconds rarely holds them. So buckets are put together until most windows
//! do, and each bucket shows what its window measured.

use crate::histogram::{Histogram, Quantile};
use crate::summary::Percentiles;
use crate::units::Nanos;

/// Buckets in a window, the narrowest that serves.
const WIDTHS: [usize; 10] = [1, 2, 3, 5, 6, 10, 12, 15, 20, 30];
/// The fewest windows that still show when something happened.
const WINDOWS: usize = 16;
/// Of the windows that hold at least a third of the median, so many in a hundred must hold enough: a warm-up that was
/// thin all along widens none.
const MOST_OF_THEM: usize = 98;
const THIN: u64 = 3;

/// The percentiles of these buckets; nothing where nothing was timed.
pub(super) fn percentiles(bucket: Nanos, buckets: &[&Histogram]) -> Percentiles {
    if buckets.iter().all(|bucket| bucket.count() == 0) {
        return Percentiles::default();
    }
    let width = width(&buckets.iter().map(|bucket| bucket.count()).collect::<Vec<_>>());
    let mut percentiles = Percentiles {
        window: Nanos::new(bucket.get().saturating_mul(width as u64)),
        ..Percentiles::default()
    };
    for window in buckets.chunks(width) {
        let mut all = Histogram::new();
        window.iter().for_each(|bucket| all.merge(bucket));
        for _ in window {
            percentiles.p50.push(all.bounded(Quantile::P50));
            percentiles.p95.push(all.bounded(Quantile::P95));
            percentiles.max.push(all.max());
        }
    }
    percentiles
}

/// How many buckets a window takes: enough for a p95, or else for a median.
fn width(counts: &[u64]) -> usize {
    let fits = |width: &usize| counts.len().div_ceil(*width) >= WINDOWS;
    let serves = |width: &usize, floor: u64| {
        let mut windows: Vec<u64> = counts.chunks(*width).map(|window| window.iter().sum()).collect();
        windows.retain(|count| *count > 0);
        windows.sort_unstable();
        let median = windows.get(windows.len() / 2).copied().unwrap_or(0);
        windows.retain(|count| *count * THIN >= median);
        let enough = windows.iter().filter(|count| **count >= floor).count();
        enough * 100 >= windows.len() * MOST_OF_THEM
    };
    let narrowest = |floor| WIDTHS.into_iter().filter(fits).find(|width| serves(width, floor));
    let floor = |quantile: Quantile| quantile.sample_floor();
    narrowest(floor(Quantile::P95)).or_else(|| narrowest(floor(Quantile::P50))).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_as_wide_as_a_p95_needs() {
        for (each, expected) in [(60, 1), (20, 3), (7, 10), (4, 15), (2, 3), (1, 5)] {
            assert_eq!(width(&[each; 300]), expected, "{each} in each bucket");
        }
    }

    #[test]
    fn a_thin_warm_up_widens_nothing_and_a_dip_does() {
        let mut counts = [60; 300];
        counts[..90].fill(10);
        assert_eq!(width(&counts), 1);
        counts[150..180].fill(40);
        assert_eq!(width(&counts), 2);
    }

    #[test]
    fn a_short_run_keeps_its_buckets() {
        assert_eq!(width(&[3; 10]), 1);
        assert_eq!(width(&[]), 1);
    }

    #[test]
    fn each_bucket_shows_its_window() {
        let ms = |ms: u64| Nanos::new(ms * 1_000_000);
        let bucket = |from: u64| {
            let mut histogram = Histogram::new();
            (from..from + 20).for_each(|at| histogram.record(ms(at)));
            histogram
        };
        let buckets: Vec<Histogram> = (0..75).map(|place| bucket(100 + place)).collect();
        let seen = percentiles(Nanos::from_secs(2), &buckets.iter().collect::<Vec<_>>());
        assert_eq!((seen.window, seen.p95.len()), (Nanos::from_secs(6), 75));
        assert_eq!(seen.max[..4], [Some(ms(121)), Some(ms(121)), Some(ms(121)), Some(ms(124))]);
        assert!(seen.p95[0].is_some() && seen.p95[0] == seen.p95[2]);
    }

    #[test]
    fn nothing_timed_is_no_series() {
        assert_eq!(percentiles(Nanos::from_secs(1), &[&Histogram::new()]), Percentiles::default());
    }
}
