//! The timeline's counts as the values that panels draw and the cursor reads.

use crate::chart::axis::secs;
use crate::chart::steps::Values;
use crate::summary::{Amplified, Timeline};
use crate::units::Nanos;

/// A count in each bucket as a rate each second.
pub(super) fn rate(timeline: &Timeline, counts: &[u64]) -> Values {
    let bucket = secs(timeline.bucket);
    counts.iter().map(|count| Some(*count as f64 / bucket)).collect()
}

/// A part of a whole in each bucket; none where there is no whole.
pub(super) fn share(counts: &[u64], whole: &[u64]) -> Values {
    let pairs = counts.iter().zip(whole);
    pairs.map(|(count, whole)| (*whole > 0).then(|| *count as f64 / *whole as f64)).collect()
}

/// What each request cost in attempts; none in buckets without requests.
pub(super) fn amplification(amplified: &Amplified) -> Values {
    let pairs = amplified.attempts.iter().zip(&amplified.requests);
    pairs.map(|(attempts, requests)| (*requests > 0).then(|| *attempts as f64 / *requests as f64)).collect()
}

/// Times in seconds.
pub(super) fn in_secs(times: &[Option<Nanos>]) -> Values {
    times.iter().map(|time| time.map(secs)).collect()
}

/// Requests by due time that were answered or failed.
pub(super) fn judged(timeline: &Timeline) -> Vec<u64> {
    sum(&[&timeline.first_try, &timeline.retried, &timeline.fell_back, &timeline.failed])
}

/// Requests by due time that were answered.
pub(super) fn answered_by_due(timeline: &Timeline) -> Vec<u64> {
    sum(&[&timeline.first_try, &timeline.retried, &timeline.fell_back])
}

/// Several series added up.
pub(super) fn sum(series: &[&Vec<u64>]) -> Vec<u64> {
    let longest = series.iter().map(|counts| counts.len()).max().unwrap_or(0);
    let at = |place: usize| series.iter().filter_map(|counts| counts.get(place)).sum();
    (0..longest).map(at).collect()
}

/// Requests by due time that were retried, fell back or failed.
pub(super) fn troubled(timeline: &Timeline) -> Vec<u64> {
    let layers = timeline.retried.iter().zip(&timeline.fell_back).zip(&timeline.failed);
    layers.map(|((retried, fell_back), failed)| retried + fell_back + failed).collect()
}

/// The highest value and its bucket, the first of equals.
pub(super) fn highest(values: &Values) -> Option<(usize, f64)> {
    let known = values.iter().enumerate().filter_map(|(place, value)| value.map(|value| (place, value)));
    known.fold(None, |best: Option<(usize, f64)>, next| match best {
        Some(best) if best.1 >= next.1 => Some(best),
        _ => Some(next),
    })
}

/// When a bucket starts.
pub(super) fn bucket_start(timeline: &Timeline, place: usize) -> Nanos {
    Nanos::new(timeline.bucket.get().saturating_mul(place as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_missing() {
        assert_eq!(share(&[0, 1], &[0, 2]), [None, Some(0.5)]);
    }

    #[test]
    fn the_first_of_equal_peaks_counts() {
        assert_eq!(highest(&vec![None, Some(2.0), Some(2.0), Some(1.0)]), Some((1, 2.0)));
        assert_eq!(highest(&vec![None]), None);
    }
}
