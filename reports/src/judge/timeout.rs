//! Whether streams were given up by an idle timeout or by a deadline of the whole call.
//!
//! Stalls that begin at different times tell the two apart: an idle timeout makes the silences alike, a
//! deadline the whole lengths.

use crate::number;

/// The fewest streams that tell.
const FEWEST: usize = 3;
/// Lengths that differ by no more are alike, in seconds and as a share of the median.
const ALIKE: (f64, f64) = (0.3, 0.02);
/// The other lengths must differ so many times more.
const TIMES: f64 = 3.0;
/// A range below this is no smaller than this, in seconds.
const NO_RANGE: f64 = 0.1;
/// botocore's read timeout, in seconds.
const BOTOCORE: f64 = 60.0;

/// What ends a silent stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Timeout {
    /// A silence of so many seconds.
    Idle(f64),
    /// So many seconds since the request.
    Total(f64),
    /// There are too few streams, or both lengths are alike.
    Undecided,
}

impl Timeout {
    /// Of the silences of streams that were given up: when each began after its request, and how long it was,
    /// in seconds.
    pub(super) fn of(stalls: &[(f64, f64)]) -> Self {
        let silences = Lengths::of(stalls.iter().map(|(_, silence)| *silence));
        let totals = Lengths::of(stalls.iter().map(|(begin, silence)| begin + silence));
        if stalls.len() < FEWEST {
            Timeout::Undecided
        } else if silences.alike_beside(&totals) {
            Timeout::Idle(silences.median)
        } else if totals.alike_beside(&silences) {
            Timeout::Total(totals.median)
        } else {
            Timeout::Undecided
        }
    }

    /// The words after a count of streams; nothing where it is undecided.
    pub(super) fn told(self) -> String {
        match self {
            Timeout::Idle(secs) if (secs - BOTOCORE).abs() < 0.5 => {
                format!(": an idle timeout of {}, botocore's default", number::seconds(secs.round()))
            }
            Timeout::Idle(secs) => format!(": an idle timeout of {}", number::seconds(secs)),
            Timeout::Total(secs) => format!(": a deadline of {} for the whole call", number::seconds(secs)),
            Timeout::Undecided => String::new(),
        }
    }
}

struct Lengths {
    median: f64,
    range: f64,
}

impl Lengths {
    fn of(lengths: impl Iterator<Item = f64>) -> Self {
        let mut lengths: Vec<f64> = lengths.collect();
        lengths.sort_by(f64::total_cmp);
        let at = |place: usize| lengths.get(place).copied().unwrap_or_default();
        Lengths { median: at(lengths.len() / 2), range: at(lengths.len().saturating_sub(1)) - at(0) }
    }

    fn alike_beside(&self, others: &Lengths) -> bool {
        let alike = self.range <= ALIKE.0.max(ALIKE.1 * self.median);
        alike && others.range > TIMES * self.range.max(NO_RANGE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_silences_are_an_idle_timeout_and_equal_lengths_a_deadline() {
        let idle = Timeout::of(&[(1.2, 60.003), (4.9, 60.011), (0.4, 60.002)]);
        assert_eq!(idle, Timeout::Idle(60.003));
        assert_eq!(idle.told().replace('\u{202f}', " "), ": an idle timeout of 60.0 s, botocore's default");
        let total = Timeout::of(&[(1.2, 28.81), (4.9, 25.10), (0.4, 29.61)]);
        assert!(matches!(total, Timeout::Total(secs) if (secs - 30.01).abs() < 1e-9));
    }

    #[test]
    fn stalls_that_begin_together_or_are_few_tell_nothing() {
        assert_eq!(Timeout::of(&[(1.2, 60.0), (4.9, 60.0)]), Timeout::Undecided);
        assert_eq!(Timeout::of(&[(1.0, 60.0), (1.1, 60.0), (1.05, 60.0)]), Timeout::Undecided);
        assert_eq!(Timeout::of(&[(1.0, 10.0), (4.0, 20.0), (9.0, 5.0)]), Timeout::Undecided);
    }
}
