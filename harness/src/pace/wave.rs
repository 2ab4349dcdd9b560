//! A rate that goes up and down as a sine does.

use std::f64::consts::TAU;

/// A stretch of a sine that is at its low where its time is 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wave {
    /// The sine's own time at its start, in seconds.
    pub begins_s: f64,
    /// How long it lasts.
    pub length_s: f64,
    /// The lowest rate; not negative.
    pub low_per_s: f64,
    /// The highest rate; not under the lowest.
    pub high_per_s: f64,
    /// From one low to the next.
    pub period_s: f64,
}

/// Halvings that take a stretch of a year under a nanosecond.
const MOST_STEPS: usize = 64;

impl Wave {
    /// Expected arrivals over all of it.
    pub(super) fn area(&self) -> f64 {
        self.area_to(self.length_s)
    }

    /// Expected arrivals in its first seconds: the integral of `mid − amplitude × cos(2πt / period)`.
    fn area_to(&self, secs: f64) -> f64 {
        let (mid, amplitude) = self.mid_and_amplitude();
        let whole = |t: f64| amplitude * self.period_s / TAU * (TAU * t / self.period_s).sin();
        mid * secs - (whole(self.begins_s + secs) - whole(self.begins_s))
    }

    fn rate_at(&self, secs: f64) -> f64 {
        let (mid, amplitude) = self.mid_and_amplitude();
        mid - amplitude * (TAU * (self.begins_s + secs) / self.period_s).cos()
    }

    fn mid_and_amplitude(&self) -> (f64, f64) {
        ((self.high_per_s + self.low_per_s) / 2.0, (self.high_per_s - self.low_per_s) / 2.0)
    }

    /// Seconds into it by which `count` arrivals are expected; `count` is within its area.
    ///
    /// The area has no inverse in closed form. It never falls, so Newton's steps are taken where they stay between what is
    /// known to be too early and too late, and the middle of the two otherwise.
    pub(super) fn reach(&self, count: f64) -> f64 {
        let (mut early, mut late) = (0.0, self.length_s);
        let mut at = self.length_s * (count / self.area()).clamp(0.0, 1.0);
        for _ in 0..MOST_STEPS {
            let over = self.area_to(at) - count;
            if over == 0.0 {
                return at;
            }
            if over > 0.0 {
                late = at
            } else {
                early = at
            }
            let newton = at - over / self.rate_at(at);
            let next = if newton > early && newton < late { newton } else { f64::midpoint(early, late) };
            if (next - at).abs() < 1e-10 {
                return next;
            }
            at = next;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_day_is_low_at_its_ends_and_high_at_noon() {
        let day =
            Wave { begins_s: 0.0, length_s: 86_400.0, low_per_s: 1.0, high_per_s: 9.0, period_s: 86_400.0 };
        assert!((day.area() - 5.0 * 86_400.0).abs() < 1e-6);
        assert!((day.rate_at(0.0) - 1.0).abs() < 1e-9 && (day.rate_at(43_200.0) - 9.0).abs() < 1e-9);
        assert!((day.reach(day.area() / 2.0) - 43_200.0).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn reach_is_the_inverse_of_the_area(
            begins in 0.0f64..1000.0, length in 0.1f64..2000.0, low in 0.0f64..20.0, more in 0.0f64..50.0,
            period in 0.5f64..1000.0, share in 0.0f64..0.999,
        ) {
            let wave =
                Wave { begins_s: begins, length_s: length, low_per_s: low, high_per_s: low + more, period_s: period };
            prop_assume!(wave.area() > 0.01);
            let count = wave.area() * share;
            let t = wave.reach(count);
            prop_assert!((0.0..=length).contains(&t));
            let area = wave.area_to(t);
            prop_assert!((area - count).abs() < 1e-6 * (1.0 + wave.area()), "{area} instead of {count}");
        }
    }
}
